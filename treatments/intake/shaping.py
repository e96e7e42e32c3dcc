"""From a file's text to a document of ours: title, headings, lists, tables, notes, words.

Works upon the tree; what is recognised in the cleaned text comes after it, in `sources`.
"""

import re
from collections import Counter
from dataclasses import dataclass

from treatments import richtext
from treatments.intake import sources, trees, web
from treatments.intake.document import TOO_LONG, Document, Ledger, Refused
from treatments.intake.rough import Rough
from treatments.intake.trees import HEADINGS, Node

NOTE = "note-{}"  # the marker of a footnote, before it is known what it is
_BULLETS = "•◦▪▸►‣●○■□✓✔➢➤·∙*"
_CERTAIN_BULLETS = _BULLETS.replace("*", "").replace("·", "")  # one alone makes a list
_DASHES = "-–—"
MOST_BEFORE = 50  # a list that goes on does not begin with a year or a house number
_BULLET = re.compile(rf"(?:[{re.escape(_BULLETS)}]\s*(?=\S)|[{_DASHES}]\s+(?=\S))")
_WORD_BULLET = re.compile(r"(?:[o§ØüqvÜ]|·)\s{1,}(?=\S)")  # of Word's fonts for signs, as HTML
_NUMBER = re.compile(r"\(?(\d{1,2})[.)]\s+(?=\S)")
_SENTENCE = re.compile(r"[.!;,]$|[.!?]\s+[^\W\d_a-z]")
_LONGEST_HEADING = 100
_TITLES = {"intake-title", "MsoTitle", "title"}  # the last one is that of Google Docs
_LINKED = re.compile(r"(?:https?|mailto|tel):", re.IGNORECASE)


def shaped(rough: Rough, ledger: Ledger, *, name: str, form: str) -> Document:
    """The Document of a file that was read; `ledger` is told what a person has to know."""
    root = rough.root
    _tidy_links(root, rough, ledger)
    notes = _notes(root, ledger)
    _flatten_tables(root, ledger)
    _part_lines(root)
    _typed_lists(root, ledger)
    _bold_headings(root, ledger)
    title = _title(root)
    _leave_out_the_title_again(root, title, ledger)
    _level_headings(root, ledger)
    _captions(root)
    _header_rows(root, ledger)
    _part_lists(root)
    html = root.html()
    if richtext.intricate(html):  # the cleaner would keep the words alone
        raise Refused(TOO_LONG)
    body = richtext.clean(html)
    body, references = sources.joined(body, notes, ledger)
    title = _known_title(title, rough, ledger)
    document = Document(name, form, title, body, tuple(references))
    _balance(document, rough, ledger)
    return Document(name, form, title, body, tuple(references), ledger.findings())


# Links


def _tidy_links(root, rough, ledger):
    """Links that lead somewhere in full; of the others the words stay. `id`s are for notes."""
    for link in root.all("a"):
        href = link.get("href").strip()
        if not href or href.startswith("#"):
            continue
        found = web.absolute(rough.address, href)
        if not _LINKED.match(found):
            ledger.note("dead link", link.words())
            del link.attributes["href"]
            continue
        link.attributes["href"] = found
        if not found.lower().startswith("http"):
            ledger.note("mail", link.words() or found)


# Notes at the foot of pages or at the end


@dataclass(frozen=True)
class Note:
    """A footnote: its mark in the text, and its words as HTML."""

    number: int
    html: str
    words: str
    url: str


def _notes(root, ledger) -> list[Note]:
    """Take out the footnotes: two places that link to one another, whoever wrote the HTML."""
    places: dict[str, Node] = {}
    for node in root.walk():
        for key in filter(None, (node.get("id"), node.get("name"))):
            places.setdefault(key, node)
    found, bodies = [], {}
    for link in root.all("a"):
        target = places.get(link.get("href").removeprefix("#")) if _inside(link) else None
        block = _block_of(target)
        if block is None or block is _block_of(link) or _stands_in(link, block):
            continue
        if _stands_in_any(link, bodies):  # from a note back to the text
            continue
        back = _back_link(block, link)
        if back is None:
            continue
        if block not in bodies:
            bodies[block] = len(bodies) + 1
        found.append((link, block))
    first = {block: link for link, block in reversed(found)}
    notes = [_note(block, number, first[block], ledger) for block, number in bodies.items()]
    for link, block in found:
        _mark(link, bodies[block], ledger)
    for link in root.all("a"):  # other links within the file
        if _inside(link):
            ledger.note("dead link", link.words())
            del link.attributes["href"]
    return notes


def _inside(link):
    return link.get("href").startswith("#") and len(link.get("href")) > 1


def _block_of(node):
    while node is not None and node.tag not in ("li", "p", "dd", "div", "td", "aside"):
        node = node.parent
    # Word, Google Docs and LibreOffice put each note into an element of its own.
    if node is not None and node.tag == "p" and node.parent and node.parent.tag in ("div", "aside"):
        own = node.parent
        if own.get("id") and len(own.nodes()) >= 1 and re.search(r"(?:ft|edn|note)", own.get("id")):
            return own
    return node


def _stands_in(node, block):
    while node is not None and node is not block:
        node = node.parent
    return node is block


def _stands_in_any(node, blocks):
    while node is not None and node not in blocks:
        node = node.parent
    return node is not None


def _names(link):
    own = [link, *link.walk()]
    if link.parent is not None and link.parent.tag in ("sup", "span"):
        own.append(link.parent)
    return {key for node in own for key in (node.get("id"), node.get("name")) if key}


def _back_link(block, link):
    names = {f"#{name}" for name in _names(link)}
    return next((a for a in block.all("a") if a.get("href") in names), None)


def _note(block, number, link, ledger):
    names = {f"#{name}" for name in _names(link)}
    for back in block.all("a"):
        if back.get("href") in names or re.fullmatch(r"[\W\d]*", back.words()) and _inside(back):
            sign = back.words()
            if sign != "↑":  # mammoth's own
                ledger.turn(sign)
            around = back.parent
            back.remove()
            if around.tag == "sup" and not around.words():
                around.remove()
    url = next((a.get("href") for a in block.all("a") if a.get("href").startswith("http")), "")
    inside = Node("div", {}, list(block.children))
    made = Note(number, richtext.clean(inside.html()), inside.words(), url)
    block.remove()
    return made


def _mark(link, number, ledger):
    """Put a marker in the place of a note's sign."""
    place = link
    while place.parent.tag in ("sup", "span") and place.parent.words() == link.words():
        place = place.parent
    ledger.turn(place.words())
    place.replace(Node("cite", {"data-reference": NOTE.format(number)}, [str(number)]))


# Tables


def _flatten_tables(root, ledger):
    """Tables within tables, and tables that only arrange text, become what is in them."""
    for table in reversed(root.all("table")):  # the inner ones first
        if table.parent is None:
            continue
        within = table.within("table") is not None
        rows = table.all("tr")
        widest = max((sum(c.tag in ("td", "th") for c in row.nodes()) for row in rows), default=0)
        layout = table.get("role") in ("presentation", "none") or (
            widest == 1 and not table.all("th", "caption")
        )
        if not within and not layout:
            continue
        ledger.note("nested table" if within else "frame", table.words()[:120])
        kept = [node for node in table.walk() if node.tag in ("td", "th", "caption")]
        table.replace(*(_as_block(node) for node in kept if node.words()))


def _as_block(cell):
    holds_blocks = any(node.tag in trees.BLOCKS - {"br"} for node in cell.walk())
    block = Node("div" if holds_blocks else "p")
    block.add(*cell.children)
    return block


def _captions(root):
    """What Word calls a caption, beside a table, becomes the table's own."""
    for paragraph in root.all("p"):
        if "intake-caption" not in paragraph.classes():
            continue
        for step in (1, -1):
            table = paragraph.beside(step)
            if table is not None and table.tag == "table" and not table.all("caption"):
                paragraph.remove()
                paragraph.tag, paragraph.attributes, paragraph.parent = "caption", {}, table
                table.children.insert(0, paragraph)
                break


def _header_rows(root, ledger):
    """A first row that is bold throughout, over rows that are not, is a header row."""
    for table in root.all("table"):
        if table.all("th", "thead"):
            continue
        rows = table.all("tr")
        if len(rows) < 2 or not _is_bold(rows[0]) or _is_bold(rows[1]):
            continue
        ledger.note("header row", rows[0].words())
        for cell in rows[0].nodes():
            if cell.tag == "td":
                cell.tag = "th"
                cell.attributes["scope"] = "col"
            for bold in cell.all("b", "strong"):  # as every header is
                bold.unwrap()


# Lists


def _part_lines(root):
    """A paragraph of lines of which some begin with a sign becomes a paragraph for each line."""
    for paragraph in root.all("p"):
        if not any(isinstance(c, Node) and c.tag == "br" for c in paragraph.children):
            continue
        lines = _lines(paragraph)
        typed = [line for line in lines if _typed(line.words())]
        if len(typed) > 1:
            paragraph.replace(*lines)


def _lines(paragraph):
    made = [Node("p", dict(paragraph.attributes))]
    for child in paragraph.children:
        if isinstance(child, Node) and child.tag == "br":
            made.append(Node("p", dict(paragraph.attributes)))
        else:
            made[-1].add(child)
    return made


def _typed(words):
    return _BULLET.match(words) or _NUMBER.match(words)


def _typed_lists(root, ledger):
    """Runs of paragraphs that begin with a sign, or with numbers in order, become lists."""
    in_references = False
    for holder in [root, *root.walk()]:
        run: list[Node] = []
        for node in [*holder.nodes(), None] if holder.tag != "li" else ():
            if node is not None and (node.tag in HEADINGS or sources.NAMES.fullmatch(node.words())):
                in_references = bool(sources.NAMES.fullmatch(node.words()))
            if run and not (node is not None and (_goes_on(run, node) or _is_empty(node))):
                _make_list(run, ledger)
                run = []
            if node is not None and not run and not in_references and _sign(node):
                run = [node]
            elif node is not None and run and _sign(node):
                run.append(node)


def _is_empty(node):
    return node.tag == "p" and not node.words()


def _sign(node):
    """The match of the sign or the number that a paragraph begins with; None without."""
    if node.tag != "p" or "mso-list" in node.get("style"):
        return None
    words = node.words()
    from_word = any("MsoListParagraph" in name for name in node.classes())
    patterns = [_BULLET, _NUMBER] + ([_WORD_BULLET] if from_word else [])
    return next(filter(None, (pattern.match(words) for pattern in patterns)), None)


def _number(node):
    match = _sign(node)
    return int(match[1]) if match and match.re is _NUMBER else None


def _goes_on(run, node):
    """Whether a paragraph is the next item of a list: a sign like the others, the next number."""
    if not _sign(node):
        return False
    before, number = _number(run[-1]), _number(node)
    return number is None if before is None else number == before + 1


def _is_list(run):
    if len(run) > 1:
        return _number(run[0]) is None or _number(run[0]) < MOST_BEFORE
    return run[0].words()[0] in _CERTAIN_BULLETS


def _make_list(run, ledger):
    if not _is_list(run):
        return
    ledger.note("typed list", run[0].words()[:80])
    for paragraph in run:
        sign, number = _sign(paragraph)[0].strip(), _number(paragraph)
        _drop_start(paragraph, len(sign))
        ledger.turn(sign)
        trees.make_item(
            paragraph, level=_level(paragraph), sign="·" if number is None else f"{number}."
        )


def _level(paragraph):
    """How deep an item stands, where Word's filtered HTML says so by its margin alone."""
    found = re.search(r"margin-left:\s*(\d+(?:\.\d+)?)(in|pt|cm)", paragraph.get("style"))
    if not found:
        return 1
    inches = float(found[1]) / {"in": 1, "pt": 72, "cm": 2.54}[found[2]]
    return min(max(round(inches / 0.5), 1), 5)


def _drop_start(node, count):
    """Take the first `count` letters that are seen away from an element, and blanks after them."""
    for place, child in enumerate(list(node.children)):
        if isinstance(child, Node):
            count = _drop_start(child, count)
        else:
            kept = child.lstrip() if count else child
            taken = kept[:count]
            node.children[place] = kept[len(taken) :]
            count -= len(taken)
        if not count:
            _drop_blanks(node)
            return 0
    return count


def _drop_blanks(node):
    for place, child in enumerate(node.children):
        if isinstance(child, Node):
            _drop_blanks(child)
            if child.words():
                return
        else:
            node.children[place] = child.lstrip()
            if node.children[place]:
                return


def _part_lists(root):
    """Two lists that follow one another directly stay two, where the second begins anew."""
    last: dict[int, int] = {}
    for paragraph in root.all("p"):
        found = re.search(r"mso-list:\s*l\d+ level(\d)", paragraph.get("style"))
        sign = paragraph.nodes()[0].words() if found and paragraph.nodes() else ""
        number = re.match(r"(\d+)\.", sign)
        if not found:
            last = {}
            continue
        level = int(found[1])
        for deeper in [other for other in last if other > level]:
            del last[deeper]
        if number and level == 1 and level in last and int(number[1]) != last[level] + 1:
            paragraph.replace(Node("div"), paragraph)
        if number:
            last[level] = int(number[1])


# Headings


def _is_bold(node):
    """Whether all words within are bold."""
    words = node.words()
    return bool(words) and not "".join(_unbold(node, bold=False)).strip()


def _unbold(node, bold):
    bold = _bold_here(node, bold)
    for child in node.children:
        if isinstance(child, Node):
            yield from _unbold(child, bold)
        elif not bold:
            yield child


def _bold_here(node, bold):
    weight = re.search(
        r"(?:^|[;\s])font-weight:\s*(?:(bold|[6-9]00)|normal|[1-5]00)", node.get("style")
    )
    if weight:
        return bool(weight[1])
    return bold or node.tag in ("b", "strong", "th")


def _bold_headings(root, ledger):
    """Short bold paragraphs over text that is not bold become headings."""
    paragraphs = [
        paragraph
        for paragraph in root.all("p")
        if paragraph.words()
        and not paragraph.classes() & _TITLES
        and paragraph.within("li", "table", "blockquote") is None
    ]
    bold = {paragraph for paragraph in paragraphs if _is_bold(paragraph)}
    if len(bold) * 2 > len(paragraphs) and len(paragraphs) > 2:
        return
    level = 0
    for node in list(root.walk()):
        if node.tag in HEADINGS:
            level = HEADINGS[node.tag]
        elif node in bold and _reads_as_heading(node):
            ledger.note("bold heading", node.words())
            node.tag, node.attributes = f"h{min(level + 1, 6)}", {"class": "intake-bold"}


def _reads_as_heading(paragraph):
    words = paragraph.words()
    if (
        len(words) > _LONGEST_HEADING
        or _SENTENCE.search(words)
        or not re.search(r"[^\W\d_]", words)
    ):
        return False
    if "mso-list" in paragraph.get("style") or paragraph.classes() & {"intake-caption"}:
        return False
    below = paragraph.beside(1)
    while below is not None and not below.words() and below.tag != "table":
        below = below.beside(1)
    return below is not None and (below.tag not in ("p", *HEADINGS) or not _is_bold(below))


def _title(root):
    """Take the title out of the text: what the file calls so, or its first heading."""
    named = [node for node in root.all("p") if node.classes() & _TITLES and node.words()]
    named = named or _heading_of_all(root)
    if not named:
        return ""
    title = named[0].words()
    if len(title) > 200:
        return ""
    for note in named[0].all("cite"):  # a note to the title stays in the text
        note.remove()
        named[0].parent.add(Node("p", {}, [note]))
        note.parent = named[0].parent.nodes()[-1]
    title = named[0].words()
    named[0].remove()
    for other in named[1:]:
        if other.tag == "p":
            other.tag, other.attributes = "h1", {}
    return title


def _leave_out_the_title_again(root, title, ledger):
    """Some programs write the title of a document above a first heading that says the same."""
    first = next((node for node in root.walk() if node.tag in HEADINGS and node.words()), None)
    if first is None or _words_before(root, first):
        return
    if first.words().split() == title.split() and not first.all("cite"):
        ledger.leave_out("title again", first.words())
        first.remove()


def _heading_of_all(root):
    """The first heading, where it stands over the whole text and not over a part of it."""
    headings = [node for node in root.walk() if node.tag in HEADINGS and node.words()]
    first = headings[0] if headings else None
    if first is None or _words_before(root, first) and first.tag != "h1":
        return []
    alone = sum(one.tag == first.tag for one in headings) == 1
    return [first] if alone or first.beside(1) in headings else []


def _words_before(root, heading):
    for node in root.walk():
        if node is heading:
            return False
        if node.tag in ("p", "li", "td") and node.words():
            return True
    return False


def _level_headings(root, ledger):
    """Two levels without gaps, whatever levels the file has."""
    open_levels: list[int] = []
    for node in root.walk():
        if node.tag not in HEADINGS or not node.words():
            continue
        level = HEADINGS[node.tag]
        while open_levels and open_levels[-1] >= level:
            open_levels.pop()
        open_levels.append(level)
        depth = len(open_levels)
        if depth > 2 and "intake-bold" not in node.classes():
            ledger.note("deep heading", node.words())
        node.tag = "h2" if depth == 1 else "h3"


def _known_title(title, rough, ledger):
    title = richtext.typed(" ".join(title.split()))
    if title:
        return title
    if rough.title and len(rough.title) <= 200:
        rough.source.append(rough.title)
        ledger.note("title of the file", rough.title)
        return richtext.typed(rough.title)
    ledger.note("no title")
    return ""


# Nothing lost, nothing doubled


def _balance(document, rough, ledger):
    """Count the words that went in and those that came out, wherever they went."""
    kept = [document.title, trees.parsed(_without_markers(document.body)).words()]
    kept += [source.text for source in document.references]
    came = _letters(rough.source) + _letters(ledger.added)
    went = _letters(kept) + _letters(ledger.gone) + _letters(ledger.turned)
    if came == went:
        return
    came, went = _words(rough.source), _words([*kept, *ledger.gone, *ledger.turned])
    for code, words in (("lost", came - went), ("more", went - came)):
        if words:
            ledger.note(code, sorted(words.elements()), count=words.total())


def _without_markers(body):
    return re.sub(r"<cite\b.*?</cite>", "", body, flags=re.DOTALL)


def _words(texts):
    return Counter(re.findall(r"\w+", richtext.typed(" ".join(texts)).casefold()))


def _letters(texts):
    """How often each letter and digit stands in texts: where words end may differ."""
    return Counter(re.findall(r"\w", richtext.typed(" ".join(texts)).casefold()))
