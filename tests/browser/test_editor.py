"""The editor in a real browser: writing, citing, linking, pasting, and its policy."""

import json
import re

import pytest
from django.contrib.staticfiles import handlers
from django.core.management import call_command
from django.test import testcases
from pytest_django.live_server_helper import LiveServer

from eduportal import inlined
from tests import factories
from tests.browser import editor, editor_urls
from tests.browser.editor import open_in_editor, save, text
from treatments import richtext
from treatments.admin.editor import references_for_editor

pytestmark = [
    pytest.mark.browser,
    pytest.mark.django_db(transaction=True),
    pytest.mark.urls(editor.URLS),
]
CITE = '<cite data-reference="{0}">{1}</cite>'
ONE = CITE.format("spoke-1990", "Spoke 1990")
TWO = CITE.format("wheeler-2001", "Wheeler 2001")
COUNT = "CKEDITOR.instances.id_body.undoManager.snapshots.length"


@pytest.fixture(autouse=True)
def short_waits(page):
    page.set_default_timeout(8000)


@pytest.fixture
def references(transactional_db):
    for key, authors, title in (
        ("spoke-1990", "Spoke B, Rim C", "Spokes that hold"),
        ("wheeler-2001", "Wheeler A", "Wheels that turn"),
    ):
        printed = f"{authors}. {title}. J Cycl {key[-4:]}"
        factories.make_reference(key, authors=authors, year=key[-4:], source_text=printed)


@pytest.fixture
def signed_in(page, live_server, client):
    sign_in(page, live_server, client)


@pytest.fixture
def signed_in_there(page, released, client):
    sign_in(page, released, client)


def sign_in(page, live_server, client):
    """Be somebody who may write: whoever else asks for pages to link to is refused."""
    client.force_login(factories.make_user(is_staff=True))
    cookie = {"name": "sessionid", "value": client.cookies["sessionid"].value}
    page.context.add_cookies([cookie | {"url": live_server.url}])


def press(page, name, **more):
    page.get_by_role("button", name=name, **more).first.click()


def caret(page, words, offset):
    """Put the caret into the text node that holds `words`, `offset` letters behind its start."""
    page.evaluate(
        """([words, offset]) => {
            const editor = CKEDITOR.instances.id_body
            editor.focus()
            const walker = document.createTreeWalker(editor.editable().$, NodeFilter.SHOW_TEXT)
            while (walker.nextNode()) {
                const at = walker.currentNode.data.indexOf(words)
                if (at < 0) continue
                const range = editor.createRange()
                range.setStart(new CKEDITOR.dom.text(walker.currentNode), at + offset)
                range.collapse(true)
                range.select()
                return
            }
            throw new Error(`${words} is not in the text`)
        }""",
        [words, offset],
    )


def cite(page, typed):
    press(page, "Cite a source")
    page.get_by_role("combobox").fill(typed)
    page.get_by_role("combobox").press("Enter")


# Writing


def test_what_is_typed_is_sent(page, live_server):
    area = open_in_editor(page, live_server)
    area.click()
    page.keyboard.type("Squeeze the lever.")
    assert save(page)["raw"] == "<p>Squeeze the lever.</p>"
    assert page.complaints == []


def test_bold_headings_and_lists(page, live_server):
    area = open_in_editor(page, live_server)
    area.click()
    press(page, "Kind of paragraph")
    page.frame_locator(".cke_panel_frame").get_by_role("option", name="Heading", exact=True).click()
    page.keyboard.type("Brakes")
    page.keyboard.press("Enter")
    press(page, "Bold")
    page.keyboard.type("now")
    press(page, "Bold")
    page.keyboard.press("Enter")
    press(page, "Numbered steps")
    page.keyboard.type("squeeze")
    page.keyboard.press("Enter")
    page.keyboard.type("stop")
    expected = "<h2>Brakes</h2><p><strong>now</strong></p><ol><li>squeeze</li><li>stop</li></ol>"
    assert save(page)["raw"] == expected
    assert page.complaints == []


def test_the_kinds_of_paragraph_have_editors_names(page, live_server):
    open_in_editor(page, live_server).click()
    press(page, "Kind of paragraph")
    options = page.frame_locator(".cke_panel_frame").get_by_role("option")
    assert options.all_inner_texts() == ["Text", "Heading", "Smaller heading"]


def test_a_table_gets_a_header_row_unless_told_otherwise(page, live_server):
    open_in_editor(page, live_server).click()
    press(page, "Table")
    page.get_by_label("Rows").fill("2")
    page.get_by_label("Caption").fill("Brakes")
    press(page, "OK")
    page.get_by_role("dialog").wait_for(state="hidden")
    saved = save(page)["clean"]
    assert "<caption>Brakes</caption>" in saved
    assert saved.count('<th scope="col">') == 2
    assert len(re.findall("<td", saved)) == 2
    assert page.complaints == []


def test_an_untouched_text_is_sent_as_it_came(page, live_server, references):
    stored = (
        '<h2>One</h2>\n\n<p lang="de" dir="ltr">a&nbsp;b\n'
        '<a href="/x/" rel="noopener noreferrer">c</a> '
        + CITE.format("spoke-1990", "Spoke B, Rim C 1990")
        + "</p>\n<p></p>"
    )
    area = open_in_editor(page, live_server, stored)
    area.click()
    page.keyboard.type("x")
    page.keyboard.press("Control+z")
    sent = save(page)
    assert sent["raw"].replace("\r\n", "\n") == sent["clean"] == richtext.clean(stored)


def test_structure_survives_being_edited(page, live_server):
    stored = (
        '<p dir="rtl" lang="ar">a <span lang="de">b</span> <em>c</em> x<sub>1</sub></p>'
        "<blockquote><p>q</p></blockquote>"
        '<ol start="3"><li>one<ul><li>two</li></ul></li></ol>'
        '<table><caption>t</caption><thead><tr><th colspan="2" scope="col">h</th></tr></thead>'
        '<tbody><tr><th scope="row">r</th><td rowspan="1">d</td></tr></tbody></table>'
    )
    open_in_editor(page, live_server, stored)
    caret(page, "two", 3)
    page.keyboard.type("!")
    changed = stored.replace("two", "two!")
    assert _parts(save(page)["clean"]) == _parts(richtext.clean(changed))


def _parts(html):
    """Tags, their attributes sorted, and words: the order of attributes says nothing."""
    found = re.findall(r"<[^>]*>|[^<]+", html)
    return [" ".join(sorted(re.findall(r'[^\s<>]+="[^"]*"|[^\s<>]+', part))) for part in found]


def test_the_form_is_warned_of_every_change(page, live_server):
    area = open_in_editor(page, live_server, "<p>One.</p>")
    page.evaluate(
        "document.addEventListener('input', (event) => { window.heard = event.target.value })"
    )
    area.click()
    page.keyboard.press("End")
    page.keyboard.type("Two.")
    page.wait_for_timeout(600)
    assert page.evaluate("window.heard") == "<p>One.Two.</p>"


# Citations


@pytest.mark.parametrize(
    ("words", "offset", "expected"),
    [
        ("Squeeze.", 4, f"<p>Sque{ONE}!eze.</p>"),
        ("Squeeze.", 8, f"<p>Squeeze.{ONE}!</p>"),
        ("Squeeze.", 0, f"<p>{ONE}!Squeeze.</p>"),
    ],
)
def test_a_citation_is_inserted_and_one_types_on_behind_it(
    words, offset, expected, page, live_server, references
):
    open_in_editor(page, live_server, "<p>Squeeze.</p>")
    caret(page, words, offset)
    cite(page, "spo")
    page.keyboard.type("!")
    assert save(page)["clean"] == expected
    assert page.complaints == []


def test_citations_stand_side_by_side(page, live_server, references):
    open_in_editor(page, live_server, "<p>Squeeze.</p>")
    caret(page, "Squeeze.", 8)
    cite(page, "1990")
    cite(page, "wheels")
    assert save(page)["clean"] == f"<p>Squeeze.{ONE}{TWO}</p>"


def test_the_list_narrows_and_the_arrows_choose(page, live_server, references):
    open_in_editor(page, live_server, "<p>Squeeze.</p>").click()
    press(page, "Cite a source")
    options = page.get_by_role("option")
    assert options.locator("strong").all_inner_texts() == ["Spoke 1990", "Wheeler 2001"]
    page.keyboard.type("zzz")
    page.get_by_text("No reference holds these words").wait_for()
    page.get_by_role("combobox").fill("")
    options.first.wait_for()
    page.keyboard.press("ArrowDown")
    marked = page.get_by_role("combobox").get_attribute("aria-activedescendant")
    assert page.locator(f"#{marked}").get_attribute("aria-selected") == "true"
    page.keyboard.press("Enter")
    assert TWO in text(page)


def test_escape_leaves_the_text_alone_and_goes_back_to_it(page, live_server, references):
    open_in_editor(page, live_server, "<p>Squeeze.</p>")
    caret(page, "Squeeze.", 3)
    press(page, "Cite a source")
    page.keyboard.press("Escape")
    page.keyboard.type("!")
    assert text(page) == "<p>Squ!eeze.</p>"


def test_backspace_selects_a_citation_and_then_deletes_it(page, live_server, references):
    open_in_editor(page, live_server, f"<p>Squeeze{ONE} it.</p>")
    caret(page, " it.", 0)
    page.keyboard.press("Backspace")
    assert ONE in text(page)
    page.keyboard.press("Backspace")
    assert text(page) == "<p>Squeeze it.</p>"


def test_undo_takes_a_citation_back_in_one_step_and_redo_brings_it_again(
    page, live_server, references
):
    open_in_editor(page, live_server, "<p>Squeeze.</p>")
    caret(page, "Squeeze.", 8)
    cite(page, "spoke")
    page.keyboard.press("Control+z")
    assert text(page) == "<p>Squeeze.</p>"
    page.keyboard.press("Control+y")
    assert text(page) == f"<p>Squeeze.{ONE}</p>"


@pytest.mark.parametrize(("key", "times"), [("Control+c", 2), ("Control+x", 1)])
def test_a_citation_is_copied_and_moved(key, times, page, live_server, references):
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    open_in_editor(page, live_server, f"<p>Squeeze{ONE} it.</p><p>End.</p>")
    page.locator("cite").click()
    page.keyboard.press(key)
    page.wait_for_timeout(200)
    caret(page, "End.", 4)
    page.keyboard.press("Control+v")
    page.wait_for_timeout(200)
    saved = save(page)["clean"]
    assert saved.endswith(f"<p>End.{ONE}</p>")
    assert saved.count(ONE) == times


def test_bold_goes_over_a_citation(page, live_server, references):
    open_in_editor(page, live_server, f"<p>Squeeze{ONE} it.</p>").click()
    page.keyboard.press("Control+a")
    press(page, "Bold")
    assert ONE in save(page)["clean"]


def test_chips_read_short_and_retracted_ones_say_so(page, live_server, references):
    factories.make_reference("rim-1999", authors="Rim C", year="1999", retracted=True)
    long = CITE.format("rim-1999", "Rim C 1999")
    open_in_editor(page, live_server, f"<p>Squeeze{long}.</p>")
    assert page.locator("cite").inner_text() == "Rim 1999"
    after = "getComputedStyle(document.querySelector('cite'), '::after').content"
    assert "retracted" in page.evaluate(after)


def test_five_hundred_references_open_quickly(page, live_server):
    for number in range(500):
        factories.make_reference(f"author-{number}", authors=f"Author{number} A", year="2000")
    open_in_editor(page, live_server, "<p>Squeeze.</p>").click()
    took = page.evaluate(
        """() => {
            const begun = performance.now()
            CKEDITOR.instances.id_body.execCommand("citation")
            return performance.now() - begun
        }"""
    )
    page.keyboard.type("author499")
    page.get_by_text("1 found.").wait_for()
    page.keyboard.press("Enter")
    assert "Author499 2000" in text(page)
    assert took < 500  # milliseconds, on a slow machine; 10 to 40 were measured


# Links


def test_a_page_of_the_site_is_looked_for_and_linked(page, live_server, signed_in):
    live = factories.make_live(title="Mending a chain")
    factories.make_draft(title="Mending a draft")
    open_in_editor(page, live_server, "<p>See this.</p>")
    caret(page, "See this.", 4)
    page.keyboard.press("Shift+Control+ArrowRight")
    press(page, "Link")
    page.get_by_role("combobox").fill("mending")
    page.get_by_text("1 found.").wait_for()
    page.keyboard.press("Enter")
    address = live.page.get_absolute_url()
    assert re.sub(r' rel="[^"]*"', "", save(page)["clean"]).startswith(
        f'<p>See <a href="{address}">'
    )
    assert page.complaints == []


def test_without_marked_words_the_link_takes_the_pages_title(page, live_server, signed_in):
    live = factories.make_live(title="Mending a chain")
    open_in_editor(page, live_server, "<p>See .</p>")
    caret(page, "See .", 4)
    press(page, "Link")
    page.get_by_role("combobox").fill("chain")
    page.get_by_role("option").click()
    address = live.page.get_absolute_url()
    assert text(page) == f'<p>See <a href="{address}">Mending a chain</a>.</p>'


def test_who_is_signed_out_meanwhile_is_told_so(page, live_server, signed_in):
    open_in_editor(page, live_server, "<p>See this.</p>").click()
    page.context.clear_cookies()
    press(page, "Link", exact=True)
    page.get_by_role("combobox").fill("mending")
    told = page.get_by_text("Are you still signed in?")
    told.wait_for()
    assert told.is_visible()


@pytest.mark.parametrize(
    ("kind", "typed", "href"),
    [
        ("A web address", "example.org/a?b=c", "https://example.org/a?b=c"),
        ("A web address", "http://example.org/", "http://example.org/"),
        ("An e-mail address", "clinic@example.org", "mailto:clinic@example.org"),
        ("A phone number", "+1 (555) 010-0199", "tel:+15550100199"),
    ],
)
def test_links_lead_elsewhere(kind, typed, href, page, live_server):
    open_in_editor(page, live_server, "<p>See .</p>")
    caret(page, "See .", 4)
    press(page, "Link")
    page.get_by_label(kind).check()
    page.get_by_role("dialog").get_by_role("textbox").last.fill(typed)
    page.keyboard.press("Enter")
    assert f'<a href="{href}">' in text(page)


@pytest.mark.parametrize(
    ("kind", "typed"),
    [
        ("A web address", "javascript:alert(1)"),
        ("A web address", "data:text/html,x"),
        ("A web address", "not an address"),
        ("An e-mail address", "nobody"),
        ("A phone number", "ring us"),
    ],
)
def test_what_is_no_address_is_refused_with_a_sentence(kind, typed, page, live_server):
    open_in_editor(page, live_server, "<p>See .</p>").click()
    press(page, "Link")
    page.get_by_label(kind).check()
    page.get_by_role("dialog").get_by_role("textbox").last.fill(typed)
    page.keyboard.press("Enter")
    assert page.get_by_role("alert").inner_text().startswith("This is no ")
    assert "<a" not in text(page)


def test_a_link_is_changed_and_taken_off(page, live_server):
    open_in_editor(page, live_server, '<p>See <a href="tel:5550100">this</a>.</p>')
    caret(page, "this", 2)
    page.keyboard.press("Control+k")
    field = page.get_by_role("dialog").get_by_role("textbox")
    assert field.input_value() == "5550100"
    field.fill("555 0199")
    page.keyboard.press("Enter")
    assert text(page) == '<p>See <a href="tel:5550199">this</a>.</p>'
    caret(page, "this", 2)
    press(page, "Unlink")
    assert text(page) == "<p>See this.</p>"


# Pasting

WORD = """<html xmlns:o="urn:schemas-microsoft-com:office:office"><head>
<meta name=Generator content="Microsoft Word 15"><style>p.MsoNormal{margin:0}</style></head>
<body lang=EN-US><!--StartFragment--><h2 style='margin-top:12pt'>Brakes<o:p></o:p></h2>
<p class=MsoNormal style='color:red'>Squeeze <b><span style='font-size:14pt'>now</span></b>.<o:p>
</o:p></p><p class=MsoListParagraph style='mso-list:l0 level1 lfo1'><span style='mso-list:Ignore'>
·<span>&nbsp;&nbsp;</span></span>levers</p><table class=MsoTableGrid border=1><tr><td width=100
style='border:solid'><p class=MsoNormal>one</p></td></tr></table><!--EndFragment--></body></html>"""
HOSTILE = (
    '<p onclick="fire()">a<img src=x onerror="fire()"><script>fire()</script>'
    '<a href="javascript:fire()">b</a><iframe srcdoc="<script>parent.fire()</script>"></iframe>'
    '<svg onload="fire()"></svg><span style="position:fixed">c</span></p>'
)
GOOGLE = """<meta charset="utf-8"><b style="font-weight:normal" id="docs-internal-guid-1">
<p dir="ltr" style="margin:0"><span style="font-weight:700">Google</span> clip</p></b>"""
LIBRE = """<html><head><meta name="generator" content="LibreOffice 7.4.7.2 (Linux)"/></head>
<body><p class="western" style="margin-bottom:0"><font color="#111">Libre clip</font></p></body>"""
PASTE = """(html) => {
    const editor = CKEDITOR.instances.id_body
    editor.focus()
    const data = new DataTransfer()
    data.setData("text/html", html)
    const event = new ClipboardEvent("paste", { clipboardData: data, bubbles: true })
    editor.editable().$.dispatchEvent(event)
}"""


def test_word_leaves_its_structure_and_nothing_else(page, live_server):
    open_in_editor(page, live_server).click()
    page.evaluate(PASTE, WORD)
    page.get_by_text("levers").wait_for()
    page.wait_for_timeout(300)
    saved = save(page)["raw"]
    assert "<h2>Brakes</h2>" in saved
    assert "Squeeze <strong>now</strong>." in saved
    assert "<ul><li>levers</li></ul>" in saved
    assert "<td>" in saved
    assert not re.search(r"style|class|mso|o:p|border|width|<span", saved, re.IGNORECASE)
    assert page.complaints == []


def test_hostile_html_that_is_pasted_does_nothing(page, live_server):
    page.add_init_script("window.fire = () => { window.fired = true }")
    open_in_editor(page, live_server).click()
    page.evaluate(PASTE, HOSTILE)
    page.wait_for_timeout(500)
    assert page.evaluate("window.fired") is None
    assert not re.search("script|onerror|iframe|svg|style", save(page)["clean"])


STORED = [
    HOSTILE,
    "<p><![CDATA[<!--]]--><img src=x onerror=fire()>--></p>",
    '<p><cite data-reference="x" onmouseover="fire()"><script>fire()</script>x</cite></p>',
    '<p data-editor-onclick="CKEDITOR.tools.callFunction(1)" data-cke-widget-data="%7B%7D">x</p>',
    '</textarea><script>fire()</script><textarea><p>{{ 1 }}</p><form id="cke_id_body"></form>',
    '<p><a href="java&#9;script:fire()">x</a><math><mtext><style><img src=x onerror=fire()>',
]


@pytest.mark.parametrize("html", STORED)
def test_hostile_html_that_is_stored_does_nothing_when_it_is_opened(html, page, live_server):
    page.add_init_script("window.fire = () => { window.fired = true }")
    area = open_in_editor(page, live_server, html)
    area.click()
    page.keyboard.type("!")
    page.wait_for_timeout(300)
    assert page.evaluate("window.fired") is None
    assert page.complaints == []
    kept = page.evaluate("CKEDITOR.instances.id_body.editable().$.outerHTML")
    assert not re.search(r"<script|onerror|onclick=|javascript:|<form", kept)


# The policy, and the files


def every_control(page):
    """Use each button, dialog, list and menu of the editor once."""
    page.get_by_role("textbox", name="Body", exact=True).click()
    names = page.locator(".cke_button").evaluate_all("all => all.map((b) => b.id)")
    assert len(names) == 11
    for name in names:
        page.locator(f"#{name}").dispatch_event("mousedown")
        page.locator(f"#{name}").click(force=True)
        if re.search("__(table|help) ", page.locator(f"#{name}").get_attribute("class") + " "):
            page.locator(".cke_dialog_close_button:visible").wait_for()  # its code comes late
        page.wait_for_timeout(250)
        for hidden in page.locator(".cke_dialog_close_button:visible").all():
            hidden.click()
        if page.locator("dialog[open]").count():
            page.keyboard.press("Escape")
    for combo in ("format", "blocks"):
        page.locator(f".cke_combo__{combo} .cke_combo_button").click()
        shown = page.frame_locator(".cke_panel_frame >> visible=true")
        shown.get_by_role("option").first.click()
    from_menu(page, "Paste")
    from_menu(page, "Table Properties")
    press(page, "OK")
    from_menu(page, "Cell", "Cell Properties")
    press(page, "OK")
    from_menu(page, "Row", "Insert Row After")
    for clipping in (WORD, GOOGLE, LIBRE):
        page.evaluate(PASTE, clipping)
        page.wait_for_timeout(500)


def from_menu(page, *names):
    """Open the menu of the table's first cell and choose, through menus below menus."""
    page.locator(".cke_editable td").first.click(button="right")
    for depth, name in enumerate(names):
        menu = page.frame_locator(".cke_menu_panel iframe >> visible=true >> nth=" + str(depth))
        menu.get_by_role("menuitem", name=name, exact=True).click()


FULL = f"<p>Squeeze{ONE}.</p><table><tbody><tr><td>a</td><td>b</td></tr></tbody></table>"


@pytest.fixture
def released(transactional_db, settings, tmp_path, monkeypatch):
    """A server whose static files were collected under their hashed names, as for a hospital."""
    manifest = "django.contrib.staticfiles.storage.ManifestStaticFilesStorage"
    settings.STORAGES = {**settings.STORAGES, "staticfiles": {"BACKEND": manifest}}
    settings.STATIC_ROOT = tmp_path
    call_command("collectstatic", interactive=False, verbosity=0)
    # The usual server of tests looks for files where they come from, not where they were collected.
    monkeypatch.setattr(handlers, "StaticFilesHandler", testcases._StaticFilesHandler)
    server = LiveServer("localhost")
    yield server
    server.stop()


def test_no_control_breaks_the_policy_or_misses_a_collected_file(
    page, released, references, signed_in_there
):
    asked = []
    page.on("request", lambda request: asked.append(request.url))
    open_in_editor(page, released, FULL)
    every_control(page)
    assert page.complaints == []
    assert [url for url in asked if not url.startswith((released.url, "data:"))] == []
    assert re.search(r"/policy\.[0-9a-f]{12}\.js", " ".join(asked))


def test_the_form_with_the_editor_allows_its_styles_and_no_script(page, live_server):
    page.goto("about:blank")
    answer = page.request.get(live_server.url + "/admin/writing/")
    policy = answer.headers["content-security-policy"]
    # What is named by its hash is the public pages' own script, for error pages.
    assert f"script-src 'self' {inlined.source('site/page.js')};" in policy
    assert "style-src 'self' 'unsafe-inline';" in policy
    assert "unsafe" not in policy.replace("style-src 'self' 'unsafe-inline'", "")


def test_an_injected_script_does_not_run_beside_the_editor(page, live_server):
    open_in_editor(page, live_server)
    page.evaluate(
        """() => {
            document.body.insertAdjacentHTML("beforeend", '<b id="x" onclick="fired = 1">x</b>')
            document.getElementById("x").click()
        }"""
    )
    assert page.evaluate("typeof fired") == "undefined"
    assert len(page.complaints) == 1


def test_a_text_cannot_call_the_editors_functions(page, live_server):
    open_in_editor(page, live_server, "<p>x</p>")
    called = page.evaluate(
        """() => {
            let called = false
            const number = CKEDITOR.tools.addFunction(() => { called = true })
            const area = CKEDITOR.instances.id_body.editable().$
            const code = `CKEDITOR.tools.callFunction(${number})`
            area.firstChild.setAttribute("data-editor-onclick", code)
            area.firstChild.click()
            const inside = called
            area.parentNode.setAttribute("data-editor-onclick", code)
            area.parentNode.click()
            return [inside, called]
        }"""
    )
    assert called == [False, True]


# The look of the text

LOOK = [
    "color", "font-family", "font-size", "font-weight", "font-style", "line-height", "text-align",
    "margin-top", "margin-bottom", "margin-left", "padding-left", "padding-top", "border-top-width",
    "border-top-color", "list-style-type", "text-decoration-line", "vertical-align", "width",
    "display", "caption-side", "text-transform", "letter-spacing", "background-color",
]  # fmt: skip
SAMPLE = (
    "<h2>One</h2><p>Some <strong>words</strong>, <em>more</em>, x<sub>1</sub>, y<sup>2</sup>, "
    '<a href="https://example.org/never-visited/">a link</a>.</p><h3>Two</h3>'
    "<ul><li>a</li><li>b<ol><li>c</li></ol></li></ul><ol><li>d</li></ol>"
    "<blockquote><p>q</p></blockquote><table><caption>t</caption><thead><tr>"
    '<th scope="col">h</th></tr></thead><tbody><tr><td>d</td></tr></tbody></table>'
)
STYLES = """([selector, names]) => [...document.querySelectorAll(selector)].map((element) => {
    const style = getComputedStyle(element)
    return [element.localName, ...names.map((name) => `${name}: ${style[name]}`)]
})"""


def looks(page, selector):
    elements = "h2, p, strong, em, sub, sup, a, h3, ul, ol, li, blockquote, table, caption, th, td"
    chosen = ", ".join(f"{selector} {name}" for name in elements.split(", "))
    return page.evaluate(STYLES, [chosen, LOOK])


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [1280, 400])
def test_the_text_looks_as_patients_will_see_it(width, scheme, page, live_server):
    live = factories.make_live(body=SAMPLE)
    page.emulate_media(color_scheme=scheme)
    page.set_viewport_size({"width": width, "height": 900})
    page.goto(live_server.url + live.page.get_absolute_url())
    public = looks(page, ".text")
    open_in_editor(page, live_server, live.body)
    writing = looks(page, ".cke_editable")
    if width < 1280:  # beside the admin's own margins the column is narrower on a phone
        public, writing = _without_width(public), _without_width(writing)
    assert writing == public


def _without_width(found):
    return [[value for value in element if not value.startswith("width")] for element in found]


def test_the_text_follows_the_admins_switch_to_the_dark(page, live_server):
    page.emulate_media(color_scheme="light")
    open_in_editor(page, live_server, SAMPLE)
    ink = "getComputedStyle(document.querySelector('.cke_editable p')).color"
    light = page.evaluate(ink)
    page.evaluate("document.documentElement.dataset.theme = 'dark'")
    dark = page.evaluate(ink)
    page.emulate_media(color_scheme="dark")
    assert page.evaluate(ink) == dark != light
    page.evaluate("document.documentElement.dataset.theme = 'light'")
    assert page.evaluate(ink) == light


DARK = """(element) => {
    const found = []
    for (const one of [element, ...element.querySelectorAll("*")]) {
        if (!one.getClientRects().length) continue
        const [, red, green, blue, alpha] =
            getComputedStyle(one).backgroundColor.match(/(\\d+), (\\d+), (\\d+)(?:, ([\\d.]+))?/)
        const light = alpha !== "0" && red > 120 && green > 120 && blue > 120
        if (light) found.push(one.outerHTML.slice(0, 200))
    }
    return found
}"""


@pytest.mark.parametrize(("system", "switch"), [("dark", "auto"), ("light", "dark")])
def test_dialogs_and_menus_are_dark_in_the_dark(system, switch, page, live_server):
    page.emulate_media(color_scheme=system)
    area = open_in_editor(
        page, live_server, "<p>x</p><table><tbody><tr><td>y</td></tr></tbody></table>"
    )
    page.evaluate("(theme) => { document.documentElement.dataset.theme = theme }", switch)
    area.click()
    page.keyboard.press("Alt+0")
    page.get_by_text("Accessibility Instructions").wait_for()
    assert page.locator(".cke_dialog_body").evaluate(DARK) == []
    page.keyboard.press("Escape")
    press(page, "Table")
    dialog = page.locator(".cke_dialog_body", has_text="Caption")
    dialog.wait_for()
    assert dialog.evaluate(DARK) == []
    page.keyboard.press("Escape")
    press(page, "Kind of paragraph")
    kinds = page.locator(".cke_combopanel iframe").content_frame
    kinds.get_by_role("option").first.wait_for()
    assert kinds.locator("body").evaluate(DARK) == []
    page.keyboard.press("Escape")
    area.locator("td").click(button="right")
    menu = page.locator(".cke_menu_panel iframe").content_frame
    menu.get_by_text("Table Properties").wait_for()
    assert menu.locator("body").evaluate(DARK) == []
    assert page.complaints == []


# By keyboard, enlarged


def test_alt_0_opens_the_help(page, live_server):
    open_in_editor(page, live_server, "<p>x</p>").click()
    page.keyboard.press("Alt+0")
    page.get_by_text("Accessibility Instructions").wait_for()
    page.keyboard.press("Escape")
    page.get_by_text("Accessibility Instructions").wait_for(state="hidden")
    assert page.complaints == []


def test_alt_f10_leads_to_the_toolbar_and_what_is_marked_stays_marked(page, live_server):
    open_in_editor(page, live_server, "<p>Squeeze.</p>").click()
    page.keyboard.press("Control+a")
    page.keyboard.press("Alt+F10")
    focused = "document.activeElement.getAttribute('title')"
    assert page.evaluate(focused) == "Kind of paragraph"
    page.keyboard.press("ArrowRight")
    assert page.evaluate(focused).startswith("Bold")
    page.keyboard.press("Enter")
    assert text(page) == "<p><strong>Squeeze.</strong></p>"


def test_a_source_is_cited_by_keyboard_alone(page, live_server, references):
    open_in_editor(page, live_server, "<p>Squeeze.</p>")
    caret(page, "Squeeze.", 7)
    page.keyboard.press("Alt+F10")
    for _ in range(7):  # kind, bold, list, steps, boxes, link, and unlink, which is out of use
        page.keyboard.press("ArrowRight")
    page.keyboard.press("Enter")
    page.keyboard.type("wheel")
    page.keyboard.press("Enter")
    page.keyboard.type("!")
    assert text(page) == f"<p>Squeeze{TWO}!.</p>"


def test_the_editor_bears_the_fields_name_and_help(page, live_server):
    area = open_in_editor(page, live_server)
    described = area.get_attribute("aria-describedby").split()
    words = [page.locator(f"#{name}").text_content() for name in described]
    assert any("ALT 0" in said for said in words)
    assert any("as patients read it" in said for said in words)
    page.get_by_text("Body:", exact=True).click()
    page.keyboard.type("x")
    assert text(page) == "<p>x</p>"


def test_everything_can_be_reached_at_twice_the_size(page, live_server, references, signed_in):
    page.set_viewport_size({"width": 640, "height": 450})  # 1280 × 900 at 200 %
    open_in_editor(page, live_server, "<p>Squeeze.</p>").click()
    wide = "document.documentElement.scrollWidth <= document.documentElement.clientWidth"
    assert page.evaluate(wide)
    for name in ("Cite a source", "Link"):
        press(page, name, exact=True)
        box = page.get_by_role("dialog").bounding_box()
        assert box["x"] >= 0
        assert box["y"] >= 0
        assert box["x"] + box["width"] <= 640
        assert box["y"] + box["height"] <= 450
        cancel = page.get_by_role("button", name="Cancel")
        cancel.scroll_into_view_if_needed()
        cancel.click()


def test_the_references_of_the_page_pass_the_policy(page, live_server, references):
    open_in_editor(page, live_server)
    found = json.loads(page.locator("script#references").text_content())
    assert found == references_for_editor()
    assert editor_urls.PAGE.count("references") == 2
