"""Reading web pages: those of a hospital's site, and what word processors save as HTML."""

import html
import re
from urllib.parse import parse_qs, urljoin, urlsplit

from treatments.intake import recognising, trees
from treatments.intake.document import Ledger, refuse_long
from treatments.intake.rough import Rough
from treatments.intake.trees import Node

# What stands around the text of a page, by its element, its role, or the names that sites use.
_AROUND = {"nav", "header", "footer", "aside", "dialog"}
_ROLES = {"navigation", "banner", "contentinfo", "complementary", "search", "dialog", "alert"}
_NAMES = re.compile(
    r"(?:^|[\s_-])(?:nav|navbar|menu|breadcrumbs?|sidebar|footer|masthead|cookies?|skip-?(?:link|nav)?"
    r"|share|sharing|social|pager|pagination|site-?header)(?:$|[\s_-])",
    re.IGNORECASE,
)
_FORMS = {"form", "input", "select", "textarea", "button", "fieldset", "datalist", "output"}
_SCRIPTS = {"script", "style", "template", "noscript", "noembed", "noframes"}
_OBJECTS = {"iframe", "object", "embed", "applet", "audio", "video", "canvas", "frame", "frameset"}
_PICTURES = {"img", "picture", "svg", "map"}
_STRUCK = {"del", "s", "strike"}
_HIDDEN = re.compile(r"display:\s*none|visibility:\s*hidden|mso-hide:\s*all", re.IGNORECASE)
_STRUCK_LOOK = re.compile(r"text-decoration(?:-line)?:[^;]{0,60}line-through", re.IGNORECASE)
_COMMENT = re.compile(r"mso-element:\s*comment(?:-list)?\b", re.IGNORECASE)
# Of a page's own rules of look, what says that words are bold, slanted, raised or hidden.
_RULE = re.compile(r"([^{}]+)\{([^{}]*)\}")
_SELECTOR = re.compile(r"([a-z][a-z0-9]*)?\.([\w-]+)")
_MEANING = re.compile(
    r"(?:font-weight|font-style|vertical-align|display|text-decoration(?:-line)?):[^;]*",
    re.IGNORECASE,
)
_SAYING = {"lang", "dir", "id", "name"}
_FONTS = {"font", "u", "center", "big", "small", "tt", "mark"}
_GOOGLE = re.compile(r"https?://(?:www\.)?google\.com/url")


def read(data: bytes, ledger: Ledger) -> Rough:
    """A web page's main text, before anything is recognised in it. Raises Refused."""
    text, guessed = recognising.decoded(data, page=True)
    if guessed:
        ledger.note("encoding")
    root = trees.parsed(_without_conditions(text))
    head = _first(root, "head")
    rough = Rough(root, title=_title(head), address=_address(head))
    body = _first(root, "body")
    _drop_unsaid(root, body, ledger)
    _apply_rules(root)
    rough.source.append(body.words())
    _leave_out(body, ledger)
    rough.root = _main(body, ledger)
    refuse_long(rough.root.words())
    _follow_links(rough.root)
    _nest_lists(rough.root)
    _drop_idle(rough.root)
    return rough


def _without_conditions(text):
    """The page as browsers see it: what Word writes for itself alone is a comment for them."""
    return re.sub(r"<!--\[if[^\]]*\]>.*?<!\[endif\]-->", "", text, flags=re.DOTALL)


def _first(root, tag):
    return next((node for node in root.nodes() if node.tag == tag), Node(tag))


def _title(head):
    return next((node.words() for node in head.all("title")), "")


def _address(head):
    """Where the page stood, as it says itself; "" where it does not."""
    said = [node.get("href") for node in head.all("base")]
    said += [n.get("href") for n in head.all("link") if n.get("rel").lower() == "canonical"]
    said += [n.get("content") for n in head.all("meta") if n.get("property") == "og:url"]
    return next((url for url in said if re.match(r"https?://[^/]", url)), "")


def _drop_unsaid(root, body, ledger):
    """What browsers do not show as words: scripts, styles, and the like."""
    if scripts := root.all("script"):
        ledger.note("script", count=len(scripts))
    for node in list(body.walk()):
        if node.tag in _SCRIPTS and node.parent is not None:
            if node.tag == "style":  # its rules are read before it goes
                root.add(Node("style", {}, list(node.children)))
            node.remove()


def _apply_rules(root):
    """Write beside the elements what a page's own rules say of classes and that has meaning."""
    rules: dict[tuple[str, str], str] = {}
    for sheet in root.all("style"):
        for selectors, said in _RULE.findall(
            re.sub(r"/\*.*?\*/", "", sheet.words(), flags=re.DOTALL)
        ):
            meaning = ";".join(_MEANING.findall(html.unescape(said)))
            for tag, name in _SELECTOR.findall(selectors) if meaning else ():
                rules[tag, name] = f"{rules.get((tag, name), '')};{meaning}"
    if not rules:
        return
    for node in root.walk():
        said = [rules.get((tag, name), "") for name in node.classes() for tag in ("", node.tag)]
        own = ";".join(filter(None, [*said, node.get("style")]))
        if own != node.get("style"):
            node.attributes["style"] = own.strip(";")


def _leave_out(body, ledger):
    for node in list(body.walk()):
        if node.parent is None or not _stands(node, body):
            continue
        if re.search(r"mso-list:\s*Ignore", node.get("style")):
            _turn_sign(node, ledger)
            continue
        if "msocomanchor" in node.classes():
            ledger.turn(node.words())
            node.remove()
            continue
        if node.get("role") == "heading" and re.fullmatch("[1-6]", node.get("aria-level")):
            node.tag = f"h{node.get('aria-level')}"
        code = _why_left_out(node)
        if code:
            words = node.words()
            if code == "picture":
                _note_picture(node, ledger)
            elif code == "object" or code == "equation" or words:
                ledger.leave_out(code, words)
            elif node.tag in _FORMS:
                ledger.note(code)
            node.remove()
        elif node.tag == "cite":  # a title of a work; ours have a meaning that nobody else gives
            node.tag, node.attributes = "span", {}
        elif node.tag in _FONTS:
            node.tag = "p" if node.tag == "center" and not node.all("p", "div", "table") else "span"
            ledger.note("formatting", count=1)


def _turn_sign(node, ledger):
    """What Word writes before an item of a list, and before a heading that it numbers."""
    ledger.turn(node.words())
    if heading := node.within(*trees.HEADINGS):
        node.remove()
        ledger.note("numbers of heading", heading.words())


def _stands(node, body):
    while node is not None and node is not body:
        node = node.parent
    return node is body


def _why_left_out(node):
    look = node.get("style")
    if _COMMENT.search(look):
        return "comment"
    if node.tag in _STRUCK or _STRUCK_LOOK.search(look):
        return "deleted" if node.tag == "del" else "struck"
    if "hidden" in node.attributes or _HIDDEN.search(look):
        return "hidden"
    if node.tag in _PICTURES:
        return "picture"
    if node.tag in _OBJECTS:
        return "object"
    if node.tag == "math":
        return "equation"
    if node.tag in _FORMS:
        return "form"
    return _why_around(node)


def _why_around(node):
    if node.tag == "div" and node.get("title") in ("header", "footer"):  # LibreOffice's
        return f"page {node.get('title')}"
    named = f"{node.get('id')} {node.get('class')}"
    role = node.get("role")
    if role in _ROLES or (node.tag in _AROUND and role != "main"):
        # An article has a header, a footer and asides of its own, which belong to its text.
        inside = node.within("article", "main", "section") is not None
        return "" if node.tag != "nav" and inside and not role else "around"
    if node.tag in ("div", "ul", "ol", "p", "section", "a", "span") and _NAMES.search(named):
        return "" if node.all("h1", "main", "article") else "around"
    return ""


def _note_picture(node, ledger):
    said = [node, *node.walk()]
    words = " ".join(filter(None, (one.get("alt") for one in said))) or node.words()
    if node.words():
        ledger.gone.append(node.words())
    tiny = node.tag == "img" and {node.get("width"), node.get("height")} & {"0", "1"}
    if not tiny:
        ledger.note("picture", words)


def _main(body, ledger):
    """The part of a page that is its text, by what the page says of itself."""
    found = [node for node in body.walk() if node.tag == "main" or node.get("role") == "main"]
    found = found or body.all("article")
    found = found or [n for n in body.walk() if n.get("id").lower() in ("content", "main-content")]
    if len(found) != 1 or len(found[0].words()) < 40:
        return body
    (main,) = found
    heading = [node for node in body.all("h1") if not _stands(node, main)]
    if len(heading) == 1 and not main.all("h1"):  # sites put a page's title above its text
        title = heading[0]
        title.remove()
        main.children.insert(0, title)
        title.parent = main
    main.remove()
    if words := body.words():
        ledger.leave_out("around", words)
    return main


def _follow_links(root):
    """Put the real address where Google Docs leads over its own."""
    for link in root.all("a"):
        if _GOOGLE.match(link.get("href")):
            real = parse_qs(urlsplit(link.get("href")).query).get("q", [""])[0]
            link.attributes["href"] = real or link.get("href")


def _drop_idle(root):
    """Take away what says nothing: Word writes several elements around each word."""
    for node in list(root.walk()):
        if node.tag == "span" and not _SAYING & node.attributes.keys():
            look = node.get("style")
            if not _MEANING.search(look) and "mso-list" not in look:
                node.unwrap()


_DOCS_LIST = re.compile(r"(lst-kix_\w+)-(\d)")


def _nest_lists(root):
    """Put the deeper lists of Google Docs, which it writes behind one another, into their items."""
    open_lists: list[tuple[int, Node]] = []
    for node in root.all("ul", "ol"):
        found = _DOCS_LIST.search(node.get("class"))
        level = int(found[2]) if found else 0
        before = node.beside(-1)
        if not found or before is None or before.tag not in ("ul", "ol"):
            open_lists = [(level, node)]
            continue
        while open_lists and open_lists[-1][0] >= level:
            open_lists.pop()
        items = open_lists[-1][1].all("li") if open_lists else []
        if items:
            node.remove()
            items[-1].add(node)
        open_lists.append((level, node))


def absolute(address: str, href: str) -> str:
    """A link's address in full; "" where the page does not say where it stood."""
    if re.match(r"[a-z][a-z0-9+.-]*:", href, re.IGNORECASE):
        return href
    try:
        return urljoin(address, href) if address else ""
    except ValueError:
        return ""
