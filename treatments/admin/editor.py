"""The editor of a text: CKEditor 4, told to make the markup of `treatments.richtext` alone.

Another editor would be another widget of this name; what is stored would stay as it is.
"""

import functools
import re

from ckeditor.widgets import CKEditorWidget
from django.conf import settings
from django.forms import Media
from django.templatetags.static import static
from django.urls import NoReverseMatch, reverse
from js_asset import InlineStyle

from treatments import richtext, wording
from treatments.models import Reference

# Elements that are nothing without this attribute.
NEEDED = {
    "a": ["href"],
    "cite": ["data-reference"],
    "img": ["data-image"],
    "span": ["lang", "dir"],
}

# Only these are loaded, with what they stand on: a list of what is left out would let in
# whatever it forgot. The last five are ours, in static/editor/.
PLUGINS = (
    "a11yhelp,basicstyles,clipboard,contextmenu,divarea,enterkey,format,indentlist,link,list,"
    "magicline,pastefromgdocs,pastefromlibreoffice,pastefromword,pastetext,tab,"
    "table,tableselection,tabletools,toolbar,undo,widget,blocks,citation,picture,portallink,writing"
)
SCRIPTS = ("policy", "chooser", "blocks", "citation", "picture", "link", "writing")
TOOLBAR = [
    {"name": "structure", "items": ["Format", "Bold"]},
    {"name": "lists", "items": ["BulletedList", "NumberedList", "Blocks"]},
    {"name": "links", "items": ["Link", "Unlink", "Citation"]},
    {"name": "tables", "items": ["Table", "Picture"]},
    {"name": "undo", "items": ["Undo", "Redo"]},
    {"name": "help", "items": ["Help"]},
]


# What editors call the blocks, in the order of the list: {(element, class): name}.
BLOCKS = {
    ("div", "in-short"): "In short",
    ("div", "urgent"): "Care card: urgent",
    ("div", "emergency"): "Care card: emergency",
    ("div", "callout"): "Important",
    ("div", "details"): "Details that unfold",
    ("ul", "do"): "List: what to do",
    ("ul", "do-not"): "List: what not to do",
    ("ol", "steps"): "List: large steps",
    ("table", "comparison"): "Table that compares",
}


def allowed_content():
    """The list of `richtext` as CKEditor's filter reads it: "a[!href,dir,lang]; p[dir,lang]; …"."""
    return "; ".join(rule for tag in sorted(richtext.TAGS) for rule in _rules(tag))


def _rules(tag):
    attributes = richtext.ATTRIBUTES["*"] | richtext.ATTRIBUTES.get(tag, set())
    if tag == "img":  # its address in the editor, which static/editor/picture.js puts in
        attributes = attributes | {"src"}
    classes = ",".join(sorted(richtext.CLASSES.get(tag, ())))
    for needed in NEEDED.get(tag, [""]):
        others = sorted(attributes - {needed, "class"})
        listed = ",".join([f"!{needed}", *others] if needed else others)
        yield f"{tag}[{listed}]" + (f"({classes})" if classes else "")


def configuration():
    """What CKEditor is told: {its option: value}."""
    return {
        "plugins": PLUGINS,
        "toolbar": TOOLBAR,
        "format_tags": "p;h2;h3",
        "blocks": [
            {"element": element, "name": name, "label": label}
            for (element, name), label in BLOCKS.items()
        ],
        "allowedContent": allowed_content(),
        "disallowedContent": "script style iframe object embed form input; *[on*]; *{*}",
        # By itself it would filter what is pasted to a list of its own, which knows no citation.
        "pasteFilter": allowed_content(),
        "fullPage": False,
        "versionCheck": False,
        "toolbarGroupCycling": False,  # the arrows lead through the whole toolbar
        "language": "en",
        "customConfig": "",
        "stylesSet": False,
        "clipboard_handleImages": False,  # static/editor/picture.js says what to do instead
        "skin": "moono-lisa",
        "fillEmptyBlocks": False,
        "disableNativeSpellChecker": False,
        # static/editor/writing.js keeps the form's field up to date while one types.
        "autoUpdateElement": False,
        "height": "",
        "width": "",
    }


class RichTextWidget(CKEditorWidget):
    """A text area that opens as the editor; without JavaScript it shows the markup.

    What it shows and what it hands on is clean, whatever the form or the database holds.
    The response has to say `edits_rich_text`: see the decorator below.
    """

    def __init__(self, attrs=None):
        super().__init__(attrs=attrs)
        self.config = configuration()

    @property
    def media(self):
        # Behind the editor's own files, which a list without one of them would not ensure.
        scripts = ["ckeditor/fixups.js", *(f"editor/{name}.js" for name in SCRIPTS)]
        styles = ["editor/editor.css", InlineStyle(text_styles())]
        return super().media + Media(css={"all": styles}, js=scripts)

    def get_context(self, name, value, attrs):
        self.config["pageSearch"] = _page_search()
        self.config["pictures"] = _pictures()
        self.config["contentsCss"] = [static("editor/list.css")]
        return super().get_context(name, value, attrs)

    def _set_config(self):
        """Leave the language alone: the package would ask for files that are not served."""

    def format_value(self, value):
        return richtext.clean(super().format_value(value) or "")

    def value_from_datadict(self, data, files, name):
        value = super().value_from_datadict(data, files, name)
        return value if value is None else richtext.clean(value)

    def use_required_attribute(self, initial):
        return False  # a browser would refuse the form and could not show why: the field is hidden


def _page_search():
    try:
        return reverse("admin:page_search")
    except NoReverseMatch:
        return ""


def _pictures():
    """Where the editor finds pictures: what looks for them, what shows one, what adds one."""
    return {
        "search": reverse("admin:picture_search"),
        "file": reverse("admin:editor_image", args=["KEY"]),
        "add": reverse("admin:treatments_image_add"),
    }


def edits_rich_text(view):
    """Decorate a view whose answer holds the editor: its policy then lets the editor's styles in.

    The mark that this leaves on the response is read where the headers are made.
    """

    @functools.wraps(view)
    def marked(*args, **kwargs):
        response = view(*args, **kwargs)
        response.edits_rich_text = True
        return response

    return marked


# Citations


def references_for_editor():
    """Every reference that a text may newly cite: [{key, label, text, retracted}], by label.

    Give it to the page: {{ references|json_script:"references" }}.
    """
    found = [
        {
            "key": reference.key,
            "label": label(reference),
            "text": reference.printed(),
            "retracted": reference.retracted,
        }
        for reference in Reference.objects.kept()
    ]
    return sorted(found, key=lambda reference: (reference["label"].casefold(), reference["key"]))


def label(reference):
    """What the text shows of a citation while it is written: "Onofrio 1990"."""
    first = reference.authors.split(",")[0].strip()
    surname = re.sub(r"\s+\S*[A-Z]{1,4}$", "", first)  # without the initials
    return f"{surname} {reference.year}".strip() or reference.key


# The look of the text

# Stronger than any selector of the admin, whose styles would else reach the text.
AREA = ".cke_editable:not(#none#of#the#admin)"
RESET = ':where(:not([class*="cke_"])) { all: revert }'  # the editor's own handles stay
_PAPER = re.compile(r"@page \{(?:[^{}]|\{[^{}]*\})*\}")
_DARK = re.compile(
    r"@media \(prefers-color-scheme: dark\) (\{(?:[^{}]|\{[^{}]*\})*\})",
)


def text_styles():
    """The public pages' stylesheet, for the editing area alone: the look that patients see.

    The labels that pages write into blocks are shown before them, and are no part of the text.
    """
    labels = "".join(
        f'.{name}::before {{ content: "{words}"; display: block; font-weight: 700 }}\n'
        for name, words in wording.LABELS.items()
    )
    return _scoped(settings.STYLESHEET + labels)


@functools.lru_cache(maxsize=1)
def _scoped(css):
    css = re.sub(r"/\*.*?\*/", "", css, flags=re.DOTALL)
    css = _PAPER.sub("", css)  # a sheet of paper cannot stand in an element
    css = re.sub(r":root|(?<![\w.#-])(?:html|body|main)(?![\w-])", "&", css)
    css = css.replace(".text ", "& ")
    # The admin's switch between light and dark goes before the system's.
    css = _DARK.sub(
        r'@media (prefers-color-scheme: dark) { :root:not([data-theme="light"]) & \1 }'
        r'\n:root[data-theme="dark"] & \1',
        css,
    )
    return f"{AREA} {{\n{RESET}\n{css}}}\n"
