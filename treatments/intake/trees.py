"""Web pages as trees that can be changed."""

import html
import re
import xml.etree.ElementTree as ET
from collections.abc import Iterator
from dataclasses import dataclass, field

from tinyhtml5.parser import HTMLParser
from tinyhtml5.tokenizer import HTMLTokenizer

from treatments.intake import limits
from treatments.intake.document import Refused

BLOCKS = {
    "address", "article", "aside", "blockquote", "body", "br", "caption", "center", "dd", "details",
    "div", "dl", "dt", "fieldset", "figcaption", "figure", "footer", "form", "h1", "h2", "h3",
    "h4", "h5", "h6", "header", "hr", "html", "legend", "li", "main", "nav", "ol", "option", "p",
    "pre", "section", "select", "summary", "table", "tbody", "td", "tfoot", "th", "thead", "tr",
    "ul",
}  # fmt: skip
VOID = {"br", "hr", "img", "input", "col", "wbr", "embed", "source", "track", "area", "link"}
HEADINGS = {f"h{level}": level for level in range(1, 7)}


@dataclass(eq=False)
class Node:
    tag: str
    attributes: dict[str, str] = field(default_factory=dict)
    children: list["Node | str"] = field(default_factory=list)
    parent: "Node | None" = None

    def get(self, name: str) -> str:
        return self.attributes.get(name, "")

    def classes(self) -> set[str]:
        return set(self.get("class").split())

    def nodes(self) -> list["Node"]:
        return [child for child in self.children if isinstance(child, Node)]

    def walk(self) -> Iterator["Node"]:
        """The elements within, in order; what is taken out meanwhile is not gone into."""
        for child in self.nodes():
            if child.parent is self:
                yield child
                yield from child.walk()

    def all(self, *tags: str) -> list["Node"]:
        return [node for node in self.walk() if node.tag in tags]

    def within(self, *tags: str) -> "Node | None":
        """The nearest element of these around this one."""
        node = self.parent
        while node is not None and node.tag not in tags:
            node = node.parent
        return node

    def _pieces(self):
        edge = " " if self.tag in BLOCKS else ""
        yield edge
        for child in self.children:
            if isinstance(child, str):
                yield child
            else:
                yield from child._pieces()
        yield edge

    def words(self) -> str:
        """The text within, as one line."""
        return " ".join("".join(self._pieces()).split())

    # Changing

    def add(self, *children: "Node | str") -> None:
        for child in children:
            if isinstance(child, Node):
                child.parent = self
            self.children.append(child)

    def replace(self, *others: "Node | str") -> None:
        """Put others, or nothing, in the place of this element."""
        siblings = self.parent.children
        at = next(place for place, child in enumerate(siblings) if child is self)
        for other in others:
            if isinstance(other, Node):
                other.parent = self.parent
        siblings[at : at + 1] = others
        self.parent = None

    def remove(self) -> None:
        self.replace()

    def unwrap(self) -> None:
        """Leave what is within in the place of this element."""
        self.replace(*self.children)

    def beside(self, step: int) -> "Node | None":
        """The element before (-1) or behind (1) this one, past white space; None past words."""
        siblings = self.parent.children
        at = next(place for place, child in enumerate(siblings) if child is self) + step
        while 0 <= at < len(siblings):
            other = siblings[at]
            if isinstance(other, Node):
                return other
            if other.strip():
                return None
            at += step
        return None

    def html(self) -> str:
        return "".join(self._written())

    def _written(self):
        given = "".join(f' {n}="{html.escape(v)}"' for n, v in self.attributes.items())
        yield f"<{self.tag}{given}>"
        for child in self.children:
            if isinstance(child, str):
                yield html.escape(child, quote=False)
            else:
                yield from child._written()
        if self.tag not in VOID:
            yield f"</{self.tag}>"


def make_item(paragraph: Node, *, level: int, sign: str) -> None:
    """Make a paragraph an item of a list, as Word's own HTML writes it, which the cleaner reads."""
    paragraph.attributes["style"] = f"mso-list:l0 level{level} lfo1"
    mark = Node("span", {"style": "mso-list:Ignore"}, [sign], paragraph)
    paragraph.children.insert(0, mark)


def parsed(text: str) -> Node:
    """The `html` element of a page. Raises Refused where it is too much."""
    if text.count("<") > limits.MOST_ELEMENTS:
        raise Refused(TOO_MUCH)
    if _most_open(text) > limits.OPEN:
        raise Refused(TOO_DEEP)
    return _converted(_Parser(namespace_html_elements=False).parse(text))


class _Tokenizer(HTMLTokenizer):
    def attribute_name_state(self):
        """Holds each name against all before it, so many are refused before they are all there."""
        if len(self.current_token["data"]) > limits.MOST_ATTRIBUTES:
            raise Refused(TOO_MUCH)
        return super().attribute_name_state()


class _Parser(HTMLParser):
    def _parse(self, stream):
        """As the parser's own, which knows no other tokenizer; a string is never read twice."""
        self.container, self.scripting = None, False
        self.tokenizer = _Tokenizer(stream, parser=self)
        self.reset()
        self.main_loop()


_TAG = re.compile(r"<(/?)([a-zA-Z][a-zA-Z0-9]*)")
_ENDLESS = VOID | {"p", "li", "dt", "dd", "td", "th", "tr", "option", "colgroup", "tbody", "thead"}


def _most_open(text: str) -> int:
    """How many elements stand open at once, at most; those whose end may be missing aside."""
    depth = most = 0
    for end, tag in _TAG.findall(text):
        if tag.lower() not in _ENDLESS:
            depth = max(depth - 1, 0) if end else depth + 1
            most = max(most, depth)
    return most


TOO_MUCH = "This file has more markup than can be read. Copy its text into a new file."
TOO_DEEP = "This file is nested too deeply to be read. Copy its text into a new file."
_NAME = re.compile(r"[a-zA-Z][a-zA-Z0-9-]*")


def _converted(root: ET.Element) -> Node:
    top = Node("html")
    waiting = [(root, top, 1)]
    while waiting:
        element, node, depth = waiting.pop()
        if depth > limits.DEEPEST:
            raise Refused(TOO_DEEP)
        node.add(*([element.text] if element.text else []))
        for child in element:
            if isinstance(child.tag, str):
                name = child.tag.rpartition("}")[2].lower()
                tag = name if _NAME.fullmatch(name) else "span"
                given = {n: v for n, v in child.attrib.items() if _NAME.fullmatch(str(n))}
                inside = Node(tag, {n.lower(): str(v or "") for n, v in given.items()})
                node.add(inside)
                waiting.append((child, inside, depth + 1))
            if child.tail:
                node.add(child.tail)
    return top
