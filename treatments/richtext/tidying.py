"""Writing what word processors and web pages put on the clipboard as plain structure."""

import re
from dataclasses import dataclass

from treatments.richtext import allowed

# What other programs call the same things, and where they let one piece of text end.
RENAMED = {
    "b": "strong", "i": "em", "tfoot": "tbody",
    "h1": "h2", "h4": "h3", "h5": "h3", "h6": "h3", "summary": "h3",
}  # fmt: skip
SECTIONS = {
    "address", "article", "aside", "center", "dd", "details", "div", "dl", "dt", "fieldset",
    "figcaption", "figure", "footer", "form", "header", "legend", "main", "nav", "pre",
    "section",
}  # fmt: skip
# Attributes by which they say what is bold, a heading, or an item of a list.
HINTS = {"class", "id", "style", "role", "aria-level"}

_TOKEN = re.compile(r'<(/?)([a-z0-9]+)((?: [a-z-]+="[^"]*")*)>|([^<]+)')  # exact on nh3's output
_ATTRIBUTE = re.compile(r' ([a-z-]+)="([^"]*)"')
_BLANKS = re.compile(r"(?:\s|&nbsp;){2,}|[\t\n\r\f\v\x85\u2028\u2029]")
# The beginning matters: "mso-bidi-font-weight:normal" says nothing about the weight.
_WEIGHT = re.compile(r"(?:^|[;\s])font-weight:\s*(?:(bold|[6-9]00)|normal|[1-5]00)")
_SLANT = re.compile(r"(?:^|[;\s])font-style:\s*(?:(italic|oblique)|normal)")
_RAISED = re.compile(r"(?:^|[;\s])vertical-align:\s*(super|sub)\b")
# Hidden words, words that are struck out, comments of Word's reviewers, and the signs before the
# items of its lists.
_MUTED = re.compile(
    r"display:\s*none|mso-hide:\s*all|mso-element:\s*comment|MsoCommentReference|mso-list:\s*Ignore"
    r"|text-decoration(?:-line)?:[^;]{0,60}line-through"
)
# Word writes a list as paragraphs: "mso-list:l0 level2 lfo1" is an item of the second level.
_ITEM = re.compile(r"mso-list:\s*l\d+ level(\d)")
_NUMBER = re.compile(r"(?:\s|&nbsp;)*\(?(?:([1-9][0-9]{0,2})|[A-Za-z]{1,5})[.)]")

_KEPT = {tag: allowed.attributes(tag) for tag in allowed.TAGS | SECTIONS}
_IDLE = {("start", "1"), ("colspan", "1"), ("rowspan", "1")}
_INLINE = {"strong", "em", "sub", "sup", "a", "cite", "span"}
_ITEMS = {"li", "td", "th"}  # hold words, or paragraphs behind their first words
_PLAIN = {"h2", "h3", "caption", "figcaption"}  # hold words alone
_HOLDERS = {"p"} | _PLAIN | _ITEMS
_LISTS = {"ul", "ol"}
_ROWS = {"table", "thead", "tbody", "tr"}  # hold no words
_NESTING = {"ul", "ol", "table", "blockquote"}
_DEEPEST = 24  # open blocks, a list in a list being two
_MOST_INLINE = 8  # one in another
_PARENTS = {
    "li": {"ul", "ol"}, "caption": {"table"}, "thead": {"table"}, "tbody": {"table"},
    "tr": {"thead", "tbody"}, "td": {"tr"}, "th": {"tr"},
}  # fmt: skip


def tidied(html: str) -> str:
    """The output of nh3 in the one form in which texts are kept.

    Every element stands where it may, and none is empty but cells. What comes out
    is not safe yet: nh3 has to read it.
    """
    writer = _Writer()
    for end, tag, given, words in _TOKEN.findall(html):
        if words:
            writer.words(words)
        elif end:
            writer.end()
        else:
            attributes = dict(_ATTRIBUTE.findall(given)) if given else {}
            if tag == "details":  # one form for both: an editor writes in what is not folded
                tag, attributes = "div", attributes | {"class": "details"}
            writer.start(RENAMED.get(tag, tag), attributes)
    return writer.finished()


@dataclass(eq=False)
class _Block:
    """An element that words or other blocks stand in."""

    tag: str
    attributes: dict
    level: int = 0  # in a list of Word's
    implied: bool = False  # no end tag comes for it
    written: bool = False
    parted: bool = False  # its first words have ended: others are a paragraph
    items: int = 0

    def next_number(self):
        return int(self.attributes.get("start", 1)) + self.items

    def without_repeats(self, inlines):
        """Those that say what the block does not say itself; headings are bold."""
        said = {f"span{_written(self.attributes)}"}
        said |= {"strong"} if self.tag in ("h2", "h3") else set()
        return tuple(start for start in inlines if start not in said)


class _Writer:
    """Writes an element when words come that stand in it, and not before."""

    def __init__(self):
        self.out = []
        self.blocks = [_Block("", {}, written=True)]
        self.ends = []  # for each open tag of the source, what its end means
        self.inlines = ()  # start tags of what the next words stand in
        self.open = ()  # those of them that are written
        self.space = ""  # between the last words and the next
        self.around = {}  # lang and dir of sections, which are not written themselves
        self.muted = 0
        self.sign = ""  # muted words: "1." before an item of Word's
        self.item = None  # an item of Word's that waits for its words: level, attributes
        self.in_item = False
        self.from_docs = False  # in a clipping from Google Docs
        self.ended = (0, None)  # the list that ended last, and where in `out`

    # What the source says

    def start(self, tag, given):
        look = f"{given.get('class', '')} {given.get('style', '')}" if given else ""
        item = tag == "p" and _ITEM.search(look)
        if tag == "br":
            self._line_break()
        elif tag == "img":
            self._picture(given)
        elif self.muted or _MUTED.search(look):
            self.muted += 1
            self.ends.append(self._unmute)
        elif tag in _INLINE:
            self._start_inline(tag, given)
        elif item and self.blocks[-1].tag not in _PLAIN:
            self._start_item(int(item[1]), self._kept("li", given))
        else:
            if given.get("role") == "heading" and (tag == "p" or tag in SECTIONS):
                tag = "h2" if given.get("aria-level") in ("1", "2") else "h3"
            self._start_block(tag, self.around | self._kept(tag, given))

    def end(self):
        self.ends.pop()()

    def words(self, text):
        if self.muted:
            self.sign += text
            return
        before, text, behind = _edges(_BLANKS.sub(" ", text))
        self.space = _joined(self.space, before)
        if text:
            self._place()
            self._begin_inlines()
            self.out.append(text)
            self.space = behind

    def finished(self):
        for block in self.blocks[1:2]:
            self._close(block)
        return "".join(self.out)

    # Inline elements

    def _start_inline(self, tag, given):
        outside, from_docs = self.inlines, self.from_docs
        self.from_docs |= given.get("id", "").startswith("docs-internal-guid")
        for start in _starts(tag, self._kept(tag, given), given.get("style", "")):
            known = any(_same(start, other) for other in self.inlines)
            if not known and len(self.inlines) < _MOST_INLINE:
                self.inlines += (start,)

        def end():
            if tag == "cite" and self.inlines != outside:  # two side by side stay two
                self._end_inlines(outside)
            self.inlines, self.from_docs = outside, from_docs

        self.ends.append(end)

    def _begin_inlines(self):
        wanted = self.inlines and self.blocks[-1].without_repeats(self.inlines)
        self._end_inlines(wanted)
        if self.space:
            self.out.append(self.space)
        for start in wanted[len(self.open) :]:
            self.out.append(f"<{start}>")
        self.open = wanted

    def _end_inlines(self, kept=()):
        if self.open == kept:
            return
        same = 0
        while self.open[same : same + 1] == kept[same : same + 1] != ():
            same += 1
        self.out.extend(f"</{start.partition(' ')[0]}>" for start in reversed(self.open[same:]))
        self.open = self.open[:same]

    def _line_break(self):
        top = self.blocks[-1]
        if top.tag == "p" and "<br>" in self.space:  # an empty line parts paragraphs
            self._close(top)
            self.blocks.append(_Block("p", top.attributes, implied=True))
        elif not self.muted:
            self.space = "<br>"

    def _unmute(self):
        self.muted -= 1

    # Pictures

    def _picture(self, given):
        """Write one of ours in a figure of its own; there is no other."""
        if self.muted or "data-image" not in given:
            return
        if self.item:
            self._begin_item()
        self._part()
        if not self.in_item:
            self._leave_items()
        if self.blocks[-1].tag in ("h2", "h3"):
            self._close(self.blocks[-1])
        top = self.blocks[-1].tag
        if top in _PLAIN or top in _ROWS:
            return
        if top in _LISTS:
            self._open("li", {}, implied=True)
        self._open("figure", self.around, implied=True)
        self._write_blocks()
        said = {name: given[name] for name in ("data-image", "alt") if name in given}
        self.out.append(f"<img{_written(said)}>")

    def _start_caption(self, attributes):
        """Words below the picture before them."""
        around = self.blocks[-1].attributes
        own = {name: value for name, value in attributes.items() if around.get(name) != value}
        block = self._open("figcaption", own)

        def end():
            self._close(block)
            self._part()

        self.ends.append(end)

    # Blocks

    def _start_block(self, tag, attributes):
        if tag == "figcaption" and self.blocks[-1].tag == "figure":
            self._start_caption(attributes)
            return
        around = self.around
        self._part()
        if not self.in_item:
            self._leave_items()
        if self.blocks[-1].tag in ("h2", "h3") and tag in _NESTING:
            self._close(self.blocks[-1])
        if self._stands(tag, attributes):
            block = self._open(tag, attributes)
            self.around = {}
        else:
            block = None
            self.around = self._kept("p", attributes)

        def end():
            if block:
                self._close(block)
            self._part()
            self.around = around

        self.ends.append(end)

    def _stands(self, tag, attributes):
        """Whether a block can stand here; if not, its words go into the one around it."""
        top = self.blocks[-1]
        if top.tag in _PLAIN:
            return False
        if tag in SECTIONS:
            return "class" in attributes and len(self.blocks) == 1  # none stands in another one
        if tag in _PARENTS:
            return top.tag in _PARENTS[tag]
        if tag in _NESTING:
            return len(self.blocks) < _DEEPEST
        return tag != "p" or top.tag not in _ITEMS or top.written or attributes

    def _open(self, tag, attributes, **more):
        if tag in _LISTS and self.blocks[-1].tag in _LISTS:  # it belongs to the item before it
            before = self.out[-1:] == ["</li>"]
            if before:
                self.out.pop()
            item = _Block("li", {}, implied=True, written=before, parted=before)
            self.blocks.append(item)
        self.blocks.append(_Block(tag, attributes, **more))
        return self.blocks[-1]

    def _part(self):
        """End a piece of text: other words stand apart from it."""
        if self.blocks[-1].tag in _PLAIN:
            self.space = self.space or " "
            return
        self._end_inlines()
        self.space = ""
        while self.blocks[-1].implied or self.blocks[-1].tag == "p":
            self._close(self.blocks[-1])
        self.blocks[-1].parted = self.blocks[-1].written

    def _place(self):
        """Have a block open and written for words."""
        if self.item:
            self._begin_item()
        elif not self.in_item:
            self._leave_items()
        if self.blocks[-1].tag == "figure":  # words behind a picture, and not below it
            self._part()
        top = self.blocks[-1]
        if top.tag in _LISTS:
            self._open("li", {}, implied=True)
        elif top.tag not in _HOLDERS or top.tag in _ITEMS and top.parted:
            self._open("p", self.around, implied=True)
        if not self.blocks[-1].written:
            self.space = ""
            self._write_blocks()

    def _write_blocks(self, words=True):
        for place, block in enumerate(self.blocks):
            if block.written:
                continue
            above = self.blocks[place - 1]
            if words and block.tag in ("td", "th") and self.blocks[place - 2].tag == "thead":
                block.tag = "th"
                block.attributes.setdefault("scope", "col")
            if not self._goes_on(block):
                line = "\n" if place == 1 and self.out else ""
                self.out.append(f"{line}<{block.tag}{_written(block.attributes)}>")
            block.written = True
            above.items += 1

    def _goes_on(self, block):
        """Make a list part of the one that ended just before it, if it is the same one."""
        place, last = self.ended
        if block.tag not in _LISTS or self.out[place - 1 :] != [f"</{block.tag}>"]:
            return False
        if (last.attributes.keys() | block.attributes.keys()) - {"start"}:
            return False
        if block.tag == "ol" and int(block.attributes.get("start", 1)) != last.next_number():
            return False
        self.out.pop()
        block.attributes, block.items = last.attributes, last.items
        return True

    def _close(self, block):
        """End a block, and with it what stands in it; only cells stay when they are empty."""
        self._end_inlines()
        self.space = ""
        while block in self.blocks:
            last = self.blocks[-1]
            if last.tag in ("td", "th") and not last.written:
                self._write_blocks(words=False)
            self.blocks.pop()
            if last.written:
                self.out.append(f"</{last.tag}>")
                if last.tag in _LISTS:
                    self.ended = len(self.out), last

    # Lists that Word draws with paragraphs

    def _start_item(self, level, attributes):
        self._part()
        self.item, self.in_item, self.sign = (level, self.around | attributes), True, ""
        self.ends.append(self._end_item)

    def _end_item(self):
        self._part()
        self.item, self.in_item = None, False

    def _begin_item(self):
        (level, attributes), self.item = self.item, None
        number = _NUMBER.match(self.sign)
        tag = "ol" if number else "ul"
        top = self.blocks[-1]
        while top.level > level or top.level == level and top.tag != tag:
            self._close(top)
            top = self.blocks[-1]
        if top.level < level:
            start = {"start": number[1]} if number and (number[1] or "1") != "1" else {}
            self._open(tag, start, level=level)
        self._open("li", attributes, level=level)

    def _leave_items(self):
        while self.blocks[-1].level:
            self._close(self.blocks[-1])

    def _kept(self, tag, given):
        if not given:
            return {}
        idle = _IDLE | {("dir", "ltr")} if self.from_docs else _IDLE  # it says so of each paragraph
        return {
            name: value
            for name, value in given.items()
            if name in _KEPT[tag]
            and (name, value) not in idle
            and (name != "class" or value in allowed.CLASSES[tag])
        }


def _starts(tag, attributes, style):
    """What an inline element stands for, as start tags without their brackets."""
    weight, slant, raised = _WEIGHT.search(style), _SLANT.search(style), _RAISED.search(style)
    off = (tag == "strong" and weight and not weight[1]) or (tag == "em" and slant and not slant[1])
    if off or tag == "a" and "href" not in attributes or tag == "cite" and not attributes:
        tag = "span"
    if tag != "span" or attributes:
        rel = ' rel="noopener noreferrer"' if tag == "a" else ""
        yield tag + _written(attributes) + rel
    if weight and weight[1]:
        yield "strong"
    if slant and slant[1]:
        yield "em"
    if raised:
        yield {"super": "sup", "sub": "sub"}[raised[1]]


def _same(start, other):
    """Whether an element within another one says nothing new, or may not stand there."""
    name = start.partition(" ")[0]
    return start == other or name != "span" and name == other.partition(" ")[0]


def _edges(text):
    """A text as the blank before it, its words, and the blank behind it."""
    rest = text.removeprefix(" ").removeprefix("&nbsp;")
    words = rest.removesuffix(" ").removesuffix("&nbsp;")
    return text[: len(text) - len(rest)], words, rest[len(words) :]


def _joined(space, more):
    if "<br>" in space:
        return "<br>"
    return " " if space and more else space or more


def _written(attributes):
    if not attributes:
        return ""
    return "".join(f' {name}="{value}"' for name, value in attributes.items())
