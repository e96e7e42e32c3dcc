"""A cleaned text as pages and paper show it: blocks with their labels, details that fold."""

import html as entities
import re
from collections.abc import Mapping

# Exact on the cleaner's output, where no block stands in another one.
_BOX = re.compile(
    r'<div(?P<before>[^>]*) class="(?P<name>[a-z-]+)"(?P<behind>[^>]*)>(?P<inside>.*?)</div>',
    re.DOTALL,
)
_LIST = re.compile(r'<ul(?=[^>]* class="(?P<name>do|do-not)")[^>]*>')
_HEADING = re.compile(r"<h(?P<level>[234])(?P<given>[^>]*)>(?P<words>.*?)</h(?P=level)>", re.DOTALL)
_TABLE = re.compile(r"<(/?)table\b[^>]*>")
_CAPTION = re.compile(r"<caption[^>]*>(.*?)</caption>", re.DOTALL)


def dressed(html: str, labels: Mapping[str, str]) -> str:
    """What readers get of a cleaned text; `labels` are the words {class of a block: its label}.

    A care card says "Urgent:" or "Emergency:" before its heading, a list of what to do says "Do".
    Details become an element that folds, under the heading that they begin with. A table
    stands in a region of its own, which scrolls where the screen is too narrow for it.
    """
    html = _BOX.sub(lambda box: _box(box, labels), html)
    html = _LIST.sub(lambda found: _label(labels[found["name"]]) + found[0], html)
    return _in_regions(html)


def _box(box, labels):
    inside = box["inside"]
    heading = _HEADING.match(inside)
    if box["name"] == "details":
        return _details(box, heading) if heading else box[0]
    label = labels.get(box["name"], "")
    if not label or _words(inside).casefold().startswith(label.rstrip(":").casefold()):
        return box[0]
    if not heading:
        inside = _label(label) + inside
    elif label.endswith(":"):  # where the editor wrote a heading it stands, behind "Urgent:"
        place = heading.start("words")
        inside = f'{inside[:place]}<span class="label">{label}</span> {inside[place:]}'
    return f"{box[0][: box.start('inside') - box.start()]}{inside}</div>"


def _details(box, heading):
    given = box["before"] + box["behind"]
    rest = box["inside"][heading.end() :]
    summary = f"<summary{heading['given']}>{heading['words']}</summary>"
    return f"<details{given}>{summary}{rest}</details>"


def _label(label):
    return f'<p class="label">{label}</p>'


def _in_regions(html):
    """Put a region around each table that stands in no other."""
    out, depth, begin, done = [], 0, 0, 0
    for tag in _TABLE.finditer(html):
        if not tag[1]:
            begin = begin if depth else tag.start()
            depth += 1
            continue
        depth -= 1
        if depth == 0:
            table = html[begin : tag.end()]
            out += [html[done:begin], _region(table)]
            done = tag.end()
    return "".join([*out, html[done:]])


def _region(table):
    caption = _CAPTION.search(table)
    name = entities.escape(_words(caption[1])) if caption else "Table"
    return f'<div class="scroll" role="region" tabindex="0" aria-label="{name}">{table}</div>'


def _words(html):
    return " ".join(entities.unescape(re.sub(r"<[^>]*>", " ", html)).split())
