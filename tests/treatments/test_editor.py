"""The editor's widget, its checks, its files, and what it is given to cite and to link to."""

import re
from pathlib import Path
from types import SimpleNamespace

import ckeditor
import pytest
from ckeditor.fields import RichTextField as UncleanedField
from ckeditor.widgets import CKEditorWidget
from django import forms
from django.contrib import admin
from django.contrib.staticfiles import finders
from django.core.checks import run_checks
from django.core.checks.registry import registry
from django.db import models
from django.http import HttpResponse
from django.test import RequestFactory, override_settings
from django.utils.module_loading import import_string

from eduportal import security
from tests import factories
from treatments import richtext
from treatments.admin import checks, editor, editor_files
from treatments.admin.editor import RichTextWidget
from treatments.admin.page_search import page_search
from treatments.editor_checks import IDS, editor_is_watched
from treatments.models import Edition

PACKAGE = Path(ckeditor.__file__).parent / "static"


def failures(**settings):
    with override_settings(**settings):
        found = run_checks(tags=["security"])
    return [message.id for message in found if message.id.startswith("treatments.")]


# The widget


def test_what_is_stored_is_cleaned_before_the_editor_sees_it():
    shown = RichTextWidget().render("body", "<p onclick=x>a</p><script>x</script>", {"id": "x"})
    assert "&lt;p&gt;a&lt;/p&gt;" in shown
    assert "onclick" not in shown
    assert "&lt;script" not in shown


def test_what_is_sent_is_cleaned_and_what_is_not_sent_is_none():
    widget = RichTextWidget()
    sent = {"body": '<p style="x">a<iframe></iframe></p>'}
    assert widget.value_from_datadict(sent, {}, "body") == "<p>a</p>"
    assert widget.value_from_datadict({}, {}, "body") is None


def test_the_editors_list_is_the_cleaners_list():
    rules = [rule.strip() for rule in editor.allowed_content().split(";")]
    found, classes = {}, {}
    for rule in rules:
        tag, attributes, names = re.fullmatch(r"(\w+)\[([^\]]*)\](?:\((.*)\))?", rule).groups()
        found.setdefault(tag, set()).update(attributes.replace("!", "").split(","))
        found[tag] |= {"class"} if names else set()
        classes[tag] = set(names.split(",")) if names else set()
    everywhere = richtext.ATTRIBUTES["*"]
    allowed = {tag: everywhere | richtext.ATTRIBUTES.get(tag, set()) for tag in richtext.TAGS}
    allowed["img"].add("src")  # the editor's own address of a picture, which it never hands on
    assert found == allowed
    assert {tag: names for tag, names in classes.items() if names} == richtext.CLASSES
    assert "cite[!data-reference" in editor.allowed_content()
    assert "img[!data-image" in editor.allowed_content()


def test_each_button_makes_what_the_cleaner_keeps():
    assert set(editor.BLOCKS) == {
        (t, name) for t in richtext.CLASSES for name in richtext.CLASSES[t]
    }
    made = {"p", "h2", "h3", "strong", "ul", "ol", "li", "a", "cite", "div"}
    assert made | {"table", "caption", "thead", "tbody", "tr", "th", "td"} <= richtext.TAGS


def test_our_scripts_come_behind_the_editors_own_in_any_form():
    class Form(forms.Form):
        body = forms.CharField(widget=RichTextWidget)

        class Media:
            js = ["admin/js/core.js"]

    listed = re.findall(r'src="[^"]*/([\w-]+)\.js"', str(Form().media["js"]))
    ours = [name for name in listed if name in editor.SCRIPTS]
    assert ours == list(editor.SCRIPTS)
    assert listed.index("ckeditor") < listed.index("policy")


def test_every_language_file_asked_for_is_served():
    with override_settings(LANGUAGE_CODE="de"):
        config = RichTextWidget().get_context("body", "", {"id": "x"})["widget"]["config"]
    assert '"language": "en"' in config
    assert finders.find("ckeditor/ckeditor/lang/en.js")


def test_the_texts_styles_are_those_of_the_public_pages():
    styles = editor.text_styles()
    public = Path(finders.find("site/page.css")).read_text(encoding="utf-8")
    assert styles.startswith(editor.AREA)
    assert styles.count("{") == styles.count("}")
    colours = set(re.findall(r"#[0-9a-f]{6}", public))
    assert colours
    assert colours <= set(re.findall(r"#[0-9a-f]{6}", styles))
    assert not re.search(r":root(?!\[|:not)|\bbody\b|\.text\b|@page", styles)


# The policy


@pytest.mark.parametrize(
    ("path", "edits", "allowed"),
    [("/admin/x/", True, True), ("/admin/x/", False, False), ("/x/", True, False)],
)
def test_inline_styles_are_let_in_where_the_editor_is_and_nowhere_else(path, edits, allowed):
    def view(request):
        return HttpResponse()

    answer = security.headers(editor.edits_rich_text(view) if edits else view)
    policy = answer(RequestFactory().get(path))["Content-Security-Policy"]
    assert ("style-src 'self' 'unsafe-inline'" in policy) == allowed
    assert "script-src 'unsafe" not in policy
    assert policy.count("unsafe") == allowed


# The checks


def test_the_portal_as_it_is_passes():
    assert failures() == []
    assert "ckeditor.W001" not in [
        message.id for message in run_checks() if not message.is_silenced()
    ]


@pytest.mark.parametrize(
    "loose",
    [
        {"fullPage": True},
        {"allowedContent": True},
        {"allowedContent": ""},
        {"allowedContent": "p; script"},
        {"allowedContent": "p; STYLE[*]"},
        {"extraAllowedContent": "p script"},
    ],
)
def test_scripts_styles_and_whole_pages_stop_the_start(loose, monkeypatch):
    strict = editor.configuration()
    assert failures(CKEDITOR_CONFIGS={"default": strict}) == []
    assert failures(CKEDITOR_CONFIGS={"default": strict, "own": strict | loose}) == [
        "treatments.E010"
    ]
    monkeypatch.setattr(editor, "configuration", lambda: strict | loose)
    assert failures() == ["treatments.E010"]


def test_asking_for_news_of_versions_stops_the_start(monkeypatch):
    curious = editor.configuration() | {"versionCheck": True}
    monkeypatch.setattr(editor, "configuration", lambda: curious)
    assert failures() == ["treatments.E011"]


def test_the_upload_app_stops_the_start(monkeypatch):
    monkeypatch.setattr(checks.apps, "is_installed", lambda name: name == "ckeditor_uploader")
    assert [error.id for error in checks._uploads()] == ["treatments.E012"]


class StrayForm(forms.Form):
    stored_nowhere = forms.CharField(widget=RichTextWidget)
    uncleaned = forms.CharField(widget=CKEditorWidget)


@pytest.mark.parametrize(
    ("widget", "field", "passes"),
    [
        (RichTextWidget(), Edition._meta.get_field("body"), True),
        (RichTextWidget, None, True),
        (RichTextWidget(), Edition._meta.get_field("summary"), False),
        (RichTextWidget(), UncleanedField(), False),
        (CKEditorWidget(), Edition._meta.get_field("body"), False),
        (CKEditorWidget, None, False),
    ],
)
def test_a_field_that_passes_the_cleaner_by_stops_the_start(widget, field, passes):
    found = list(checks._uncleaned_form_fields({"somewhere": (widget, field)}))
    assert [error.id for error in found] == ([] if passes else ["treatments.E013"])


def test_the_packages_own_model_field_stops_the_start(monkeypatch):
    field = UncleanedField(name="text")
    model = SimpleNamespace(_meta=SimpleNamespace(get_fields=lambda: [field]))
    monkeypatch.setattr(checks.apps, "get_models", lambda: [model])
    assert [error.id for error in checks._uncleaned_model_fields()] == ["treatments.E013"]


def test_forms_and_admins_are_looked_through(monkeypatch):
    monkeypatch.setattr(StrayForm, "__module__", "treatments.admin.stray")
    places = checks.forms_in_use()
    assert "treatments.admin.stray.StrayForm, uncleaned" in places
    own = next(iter(admin.site._registry.values()))
    overrides = {models.CharField: {"widget": RichTextWidget}}
    monkeypatch.setattr(own, "formfield_overrides", overrides)
    assert len(checks.forms_in_use()) > len(places)
    assert "treatments.E013" in failures()


@pytest.mark.parametrize("found", [None, "policy.js"])
def test_another_ckeditor_stops_the_start(found, monkeypatch, settings):
    path = found and settings.BASE_DIR / "static" / "editor" / found
    monkeypatch.setattr(checks.finders, "find", lambda name: path)
    assert [error.id for error in checks._code()] == ["treatments.E014"]


def test_the_packages_warning_is_silenced_only_while_our_checks_run(monkeypatch, settings):
    assert editor_is_watched(None) == []
    ours = import_string("treatments.admin.checks.editor_is_safe")
    monkeypatch.setattr(registry, "registered_checks", registry.registered_checks - {ours})
    assert [error.id for error in editor_is_watched(None)] == ["treatments.E015"]
    settings.SILENCED_SYSTEM_CHECKS = []
    assert editor_is_watched(None) == []


@pytest.mark.parametrize("name", sorted(IDS))
def test_none_of_our_checks_is_silenced_beside_it(name, settings):
    settings.SILENCED_SYSTEM_CHECKS = [*settings.SILENCED_SYSTEM_CHECKS, name]
    assert [error.id for error in editor_is_watched(None)] == ["treatments.E015"]


# The files


def test_of_the_editor_only_what_it_loads_is_served():
    served = [path for finder in finders.get_finders() for path, storage in finder.list([])]
    of_the_editor = {path for path in served if path.startswith("ckeditor/")}
    assert 20 < len(of_the_editor) < 60
    assert not any(re.search("sample|adapter|uploader|preview", path) for path in of_the_editor)
    assert finders.find("ckeditor/ckeditor/adapters/jquery.js") is None
    assert (PACKAGE / "ckeditor/ckeditor/adapters/jquery.js").exists()
    assert "admin/css/base.css" in served


def test_every_name_in_the_list_of_files_is_one():
    packed = {path.relative_to(PACKAGE).as_posix() for path in PACKAGE.rglob("*")}
    for name in editor_files.LOADED:
        assert any(editor_files.fnmatchcase(path, name) for path in packed), name


# The advisories that docs/decisions/editor.md answers


def test_the_package_holds_no_samples():
    """CVE-2023-4771 and CVE-2024-24816 are holes of pages in the folder samples/."""
    assert not [path for path in PACKAGE.rglob("*") if "samples" in path.parts]


def test_the_plugin_that_asks_a_php_script_for_colours_is_not_loaded():
    """CVE-2024-43407 is a hole of the plugin codesnippetgeshi."""
    assert not {"codesnippet", "codesnippetgeshi"} & set(editor.PLUGINS.split(","))
    assert not editor_files.is_loaded("ckeditor/ckeditor/plugins/codesnippetgeshi/plugin.js")


def test_no_host_of_the_maker_is_asked_for_versions():
    """CVE-2024-43411 needs the version check and the maker's domain in other hands."""
    assert RichTextWidget().config["versionCheck"] is False
    fixups = Path(finders.find("ckeditor/fixups.js")).read_text(encoding="utf-8")
    assert "CKEDITOR.config.versionCheck = false" in fixups


def test_neither_whole_pages_nor_scripts_nor_styles_are_edited():
    """CVE-2024-24815 needs full-page mode, or script and style among the allowed elements."""
    config = RichTextWidget().config
    assert config["fullPage"] is False
    assert "docprops" not in config["plugins"].split(",")
    assert not checks._lets_scripts_in(config)
    assert not {"script", "style", "textarea", "noscript"} & richtext.TAGS


# What it is given


@pytest.mark.parametrize(
    ("authors", "year", "expected"),
    [
        ("Wheeler A, Spoke B", "1990", "Wheeler 1990"),
        ("van der Spoke JA", "2001", "van der Spoke 2001"),
        ("Spoke-Rim ÉA", "2001", "Spoke-Rim 2001"),
        ("Wheelers of the World", "1999", "Wheelers of the World 1999"),
        ("", "1990", "1990"),
        ("", "", "a-key"),
    ],
)
def test_a_reference_is_recognised_by_author_and_year(authors, year, expected, db):
    reference = factories.make_reference("a-key", authors=authors, year=year)
    assert editor.label(reference) == expected


def test_the_references_come_by_label_as_patients_read_them(db):
    factories.make_reference("b", authors="Wheeler A", year="2001", source_text="Second.")
    factories.make_reference("a", authors="Spoke B", year="1990", retracted=True)
    found = editor.references_for_editor()
    assert [entry["key"] for entry in found] == ["a", "b"]
    assert found[0]["retracted"]
    assert found[1] == {"key": "b", "label": "Wheeler 2001", "text": "Second.", "retracted": False}


def test_a_merged_reference_is_not_offered(db):
    kept = factories.make_reference("kept")
    factories.make_reference("merged", merged_into=kept)
    assert [entry["key"] for entry in editor.references_for_editor()] == ["kept"]


def test_the_references_cost_one_query(db, django_assert_num_queries):
    for _ in range(3):
        factories.make_reference()
    with django_assert_num_queries(1):
        editor.references_for_editor()


# Looking for pages


def look(user, words, method="get"):
    request = getattr(RequestFactory(), method)("/admin/look/", {"q": words})
    request.user = user
    return page_search(request)


def test_pages_that_patients_read_are_found_by_all_words_of_their_title(db):
    live = factories.make_live(title="Mending a chain")
    factories.make_live(title="Mending a brake")
    factories.make_draft(title="Mending a chain in secret")
    factories.make_withdrawn(title="Mending a withdrawn chain")
    answer = look(factories.make_user(is_staff=True), "CHAIN mend")
    expected = {
        "title": "Mending a chain",
        "url": live.page.get_absolute_url(),
        "kind": "treatment",
    }
    assert answer.headers["Content-Type"] == "application/json"
    assert answer.content.decode() == forms.JSONField().prepare_value({"results": [expected]})


@pytest.mark.parametrize("words", ["", "   ", "\0", "%", "x" * 5000])
def test_nonsense_finds_nothing(words, db):
    factories.make_live(title="Mending a chain")
    assert look(factories.make_user(is_staff=True), words).content == b'{"results": []}'


def test_titles_that_begin_with_the_word_come_first_and_twenty_are_enough(
    db, django_assert_num_queries
):
    for number in range(22):
        factories.make_live(title=f"A chain {number}")
    factories.make_live(title="Chains")
    user = factories.make_user(is_staff=True)
    look(user, "chain")  # the permissions are asked once
    with django_assert_num_queries(1):
        answer = look(user, "chain").content.decode()
    assert answer.count('"title"') == 20
    assert answer.index("Chains") < answer.index("A chain")


@pytest.mark.parametrize(
    ("staff", "may", "allowed"),
    [
        (True, ["write_edition"], True),
        (True, ["approve_edition"], True),
        (True, ["manage_page"], False),
        (False, ["write_edition"], False),
    ],
)
def test_only_those_who_write_or_review_look_for_pages(staff, may, allowed, db):
    user = factories.make_user(is_staff=staff, may=may)
    if allowed:
        assert look(user, "x").status_code == 200
    else:
        with pytest.raises(Exception, match="Only those who write or review"):
            look(user, "x")


def test_looking_only_reads(db):
    assert look(factories.make_user(is_staff=True), "x", "post").status_code == 405
