"""Hostile texts in a real browser: the canary does not sing, whatever a reader opens."""

import contextlib

import pytest
from playwright.sync_api import Error

from tests import factories, hostile
from tests.browser import editor
from tests.browser.admin import person, sign_in
from tests.browser.editor import open_in_editor
from tests.hostile.ways import WAYS, stored
from treatments import feeds, richtext, views
from treatments.admin.editor import RichTextWidget
from treatments.models import Edition
from treatments.richtext import allowed

pytestmark = pytest.mark.browser

# (where texts are opened, the address there of an edition); a new opener is one line. Those
# in MANY show a whole class of inputs at one address, those in ONE a single input.
MANY = [
    ("its topic’s page", lambda edition: f"/topics/{edition.page.topic.slug}/"),
    ("the list", lambda edition: "/treatments/"),
    ("the feed", lambda edition: "/feed/"),
]
ONE = [
    ("its own page", lambda edition: f"/treatments/{edition.page.slug}/"),
]

PREVIEW = [
    (
        "the preview",
        lambda edition: f"/admin/treatments/treatment/{edition.page_id}/editions/1/preview/",
    ),
]
# The three ways by which somebody could bring a text in who has no hand in the database itself.
BROUGHT_IN = ["the verb that saves", "a fixture", "the ORM's create"]

# What a reader would do to set something off, done to all of a text at once; and what the
# browser's own parser finds in it that is not on the list.
PROVOKE = """([allowed, schemes]) => {
  const found = []
  for (const element of document.querySelectorAll(".text *, .entries p *")) {
    for (const name of ["mouseover", "pointerenter", "focus", "click", "load", "error", "toggle"])
      element.dispatchEvent(new Event(name))
    // What pages put in themselves; a text cannot have these classes, see allowed.CLASSES.
    if (element.matches("sup[id^=cited-] *, sup[id^=cited-], .scroll, .label")) continue
    const name = element.localName
    const fits = allowed[name] || []
    found.push(...[...element.attributes].filter((a) => !fits.includes(a.name))
      .map((a) => `${name} ${a.name}=${a.value}`))
    if (!(name in allowed) || element.namespaceURI !== "http://www.w3.org/1999/xhtml")
      found.push(name)
    if (name === "img") {
      const file = /^\\/(images|admin\\/treatments\\/image\\/file)\\/0123456789abcdef-400\\.webp$/
      if (!file.test(element.getAttribute("src")) || element.srcset) found.push(element.outerHTML)
    }
    if (element.href !== undefined && !schemes.includes(element.protocol)) {
      found.push(element.outerHTML)
      element.click()
    }
  }
  return found
}"""
# Headings stand one level lower under a treatment's own heading; a box of details folds.
MADE = {"h4", "details", "summary"}
ALLOWED = {tag: sorted(allowed.attributes(tag)) for tag in {*richtext.TAGS, *MADE}}
ALLOWED["a"].append("rel")
for _heading in ("h2", "h3", "summary"):  # places of ours, see richtext.sections
    ALLOWED[_heading].append("id")
# What a page says of a picture; its addresses are ours, see PROVOKE.
ALLOWED["img"] = ["src", "srcset", "sizes", "width", "height", "alt", "loading", "decoding"]
SCHEMES = [f"{scheme}:" for scheme in richtext.SCHEMES]


class Canary:
    """Notes where it was called, and where something asked for its address."""

    def __init__(self, context):
        self.heard = []
        context.expose_binding("canary", lambda source: self.heard.append(source["page"].url))
        context.on("request", self._request)
        context.on("dialog", lambda dialog: dialog.dismiss())

    def _request(self, request):
        if "/canary" in request.url or "elsewhere" in request.url:
            self.heard.append(f"{request.frame.page.url} asked for {request.url}")


# Opens each text in the editor, as the first one was opened; whatever could run is named.
EDIT = """async (texts) => {
  const editor = CKEDITOR.instances.id_body
  const active = "script, style, iframe, object, embed, form, svg, math, link, meta, base, template"
  const found = []
  for (const text of texts) {
    await new Promise((opened) => editor.setData(text, { callback: opened }))
    const area = editor.editable().$
    found.push(...[...area.querySelectorAll(active)].map((element) => element.outerHTML))
    for (const element of area.querySelectorAll("*")) {
      found.push(...[...element.attributes].filter(({ name }) => name.startsWith("on")))
      for (const name of ["mouseover", "pointerenter", "focus", "click", "load", "error", "toggle"])
        element.dispatchEvent(new Event(name, { bubbles: name === "mouseover" }))
    }
    editor.execCommand("selectAll")
    editor.execCommand("bold")
    editor.getData()
  }
  return found
}"""


def opened(context, server, addresses):
    """Open each address once. Returns {address: what the browser found off the list}."""
    page, found = context.new_page(), {}
    for address in addresses:
        page.goto(server.url + address)
        if faults := page.evaluate(PROVOKE, [ALLOWED, SCHEMES]):
            found[address] = faults
    page.wait_for_timeout(300)  # what a text would do a little later
    return found


@pytest.fixture
def long_lists(monkeypatch):
    monkeypatch.setattr(views, "LONGEST_LIST", 1000)
    monkeypatch.setattr(feeds.Editions, "LONGEST", 1000)


@pytest.fixture
def sung(browser, live_server, transactional_db, long_lists, tmp_path):
    """A function: stores every input by a way and opens it. Returns what was found and heard."""

    def listen(way, openers, *, bypass_csp, user=None):
        editions = stored(way, tmp_path).values()
        addresses = {address(edition): None for edition in editions for _, address in openers}
        found, heard = {}, []
        for bypass in bypass_csp:
            with browser.new_context(bypass_csp=bypass) as context:
                canary = Canary(context)
                if user:
                    sign_in(context, live_server, user())
                found |= opened(context, live_server, addresses)
                heard += canary.heard
        return found, heard

    return listen


@pytest.mark.parametrize("way", WAYS)
def test_no_hostile_text_runs_where_many_are_shown(sung, way):
    assert sung(way, MANY, bypass_csp=[False, True]) == ({}, [])


# Without the policy, so that the cleaner alone has to hold; what the other ways
# store is the same to the letter, see tests/treatments/test_hostile.py.
@pytest.mark.parametrize("way", ["the verb that saves", "SQL by hand"])
def test_no_hostile_text_runs_where_it_stands_alone(sung, way):
    assert sung(way, ONE, bypass_csp=[True]) == ({}, [])


@pytest.mark.parametrize("way", BROUGHT_IN)
def test_no_hostile_text_runs_in_its_preview(sung, way):
    assert sung(way, PREVIEW, bypass_csp=[True], user=lambda: person("Reviewers")) == ({}, [])


@pytest.mark.urls(editor.URLS)
@pytest.mark.parametrize("way", BROUGHT_IN)
def test_no_hostile_text_runs_in_the_editor(browser, live_server, transactional_db, tmp_path, way):
    editions = Edition.objects.in_bulk([edition.pk for edition in stored(way, tmp_path).values()])
    texts = [RichTextWidget().format_value(edition.body) for edition in editions.values()]
    assert len(texts) > 200
    with browser.new_context(bypass_csp=True) as context:
        canary = Canary(context)
        page = context.new_page()
        open_in_editor(page, live_server, texts[0])
        assert page.evaluate(EDIT, texts) == []
        page.wait_for_timeout(300)  # what a text would do a little later
        assert canary.heard == []
        page.evaluate("canary()")
        assert canary.heard == [page.url]  # it would have been heard


@pytest.mark.parametrize("kind", hostile.classes())
def test_the_canary_sings_where_nothing_is_cleaned(
    browser, live_server, transactional_db, monkeypatch, kind
):
    monkeypatch.setattr(richtext, "clean", lambda html: html)
    for html in hostile.classes()[kind].values():
        edition = factories.make_imported(body=html)
        with browser.new_context(bypass_csp=True) as context:
            canary = Canary(context)
            with contextlib.suppress(Error):  # some lead the page away while it is looked at
                opened(context, live_server, [f"/treatments/{edition.page.slug}/"])
            if canary.heard:
                return
    pytest.fail("nothing of this class would do any harm")
