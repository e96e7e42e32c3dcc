"""A site whose pages lost the disclaimer does not start."""

import pytest
from django.conf import settings as portal
from django.core.management import call_command
from django.core.management.base import SystemCheckError

from treatments import checks, disclaimer

INCLUDE = '{% include "includes/disclaimer.html" %}'


@pytest.fixture
def templates(tmp_path, settings):
    """A copy of the site's templates, to be spoilt."""
    for original in (portal.BASE_DIR / "templates").rglob("*.html"):
        copy = tmp_path / original.relative_to(portal.BASE_DIR / "templates")
        copy.parent.mkdir(parents=True, exist_ok=True)
        copy.write_text(original.read_text())
    engine, *others = settings.TEMPLATES
    settings.TEMPLATES = [engine | {"DIRS": [tmp_path]}, *others]
    disclaimer.words.cache_clear()
    yield tmp_path
    disclaimer.words.cache_clear()


def spoil(path, old, new):
    text = path.read_text()
    assert old in text
    path.write_text(text.replace(old, new))


def ids():
    return [error.id for error in checks.disclaimer_on_every_page(None)]


def test_the_site_as_it_is_passes(templates):
    assert ids() == []


@pytest.mark.parametrize(
    "instead",
    [
        "",
        "<!-- " + INCLUDE + " -->",
        "{# " + INCLUDE + " #}",
        "{% comment %}" + INCLUDE + "{% endcomment %}",
        "{% block disclaimer %}" + INCLUDE + "{% endblock %}",
        "{% if debug %}" + INCLUDE + "{% endif %}",
        "<p>Something else first.</p>" + INCLUDE,
        "<div hidden>" + INCLUDE + "</div>",
        '<p class="disclaimer">Other words.</p>',
        "{% if not text %}" + INCLUDE + "{% endif %}",
        "{% with a=1 %}" + INCLUDE + "{% endwith %}",
        "<template>" + INCLUDE + "</template>",
        '<div aria-hidden="true">' + INCLUDE + "</div>",
        '<div style="display:none">' + INCLUDE + "</div>",
    ],
)
@pytest.mark.parametrize("base", checks.BASES)
def test_a_base_template_that_lost_the_disclaimer_is_refused(templates, instead, base):
    spoil(templates / base, INCLUDE, instead)
    assert ids() == ["treatments.E001"]
    with pytest.raises(SystemCheckError, match="disclaimer is not the first element"):
        call_command("check")


def test_a_disclaimer_in_other_words_is_refused(templates):
    spoil(templates / "includes" / "disclaimer.html", "not be used", "perhaps be used")
    assert ids() == ["treatments.E002"]


def test_a_page_that_does_not_extend_the_base_template_is_refused(templates):
    (templates / "bare.html").write_text("<!doctype html><h1>Bare</h1>")
    (templates / "child.html").write_text('{% extends "bare.html" %}')
    assert ids() == ["treatments.E003", "treatments.E003"]
    (error, _) = checks.disclaimer_on_every_page(None)
    assert "bare.html does not extend base.html or document.html" in error.msg


def test_a_page_that_meddles_with_the_heading_is_refused(templates):
    heading = "{% block heading %}A</h1><p>First</p><h1>B{% endblock %}"
    (templates / "sly.html").write_text('{% extends "base.html" %}' + heading)
    assert ids() == ["treatments.E003"]


@pytest.mark.parametrize(
    ("block", "left_open"),
    [
        ("above", "<div hidden>"),
        ("above", "<dialog><p>Before</p>"),
        ("heading", "<details>"),
        ("title", "A</title><script>"),
        ("meta", "<style>"),
        ("above", "</main><main hidden>"),
        ("above", "<p>Before</p></main>"),
    ],
)
@pytest.mark.parametrize("base", checks.BASES)
def test_a_page_that_leaves_an_element_open_before_it_is_refused(templates, block, left_open, base):
    written = f'{{% extends "{base}" %}}{{% block {block} %}}{left_open}{{% endblock {block} %}}'
    (templates / "sly.html").write_text(written)
    assert ids() == ["treatments.E003"]
    (error,) = checks.disclaimer_on_every_page(None)
    assert "sly.html leaves an element open before the disclaimer" in error.msg


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ('<main id="main">', '<main id="main" hidden>'),
        ('<main id="main">', '{% if text %}<main id="main">'),
        ('<p class="disclaimer">', '<p class="disclaimer" style="opacity:0">'),
    ],
)
def test_what_hides_the_disclaimer_from_further_away_is_refused(templates, old, new):
    place = "includes/disclaimer.html" if old.startswith("<p") else "base.html"
    spoil(templates / place, old, new)
    if "{% if" in new:
        spoil(templates / place, "</main>", "</main>{% endif %}")
    assert set(ids()) == {"treatments.E001"}


@pytest.mark.parametrize("name", checks.PRINTED)
@pytest.mark.parametrize("instead", ["", "{# {% stylesheet %} #}", "p { color: #000 }"])
def test_a_page_that_prints_sheets_without_the_disclaimer_is_refused(templates, name, instead):
    spoil(templates / name, "{% stylesheet %}", instead)
    assert ids() == ["treatments.E005"]
    with pytest.raises(SystemCheckError, match=f"not printed on every sheet of {name}"):
        call_command("check")


@pytest.mark.parametrize(
    "rule",
    [
        "p { content: WORDS }",
        "@page { margin: 0 } p::before { content: WORDS }",
        "@page { margin: WORDS }",
        '@page { @bottom-center { content: "Other words." } }',
    ],
)
def test_a_stylesheet_that_prints_it_elsewhere_is_refused(templates, settings, rule):
    settings.STYLESHEET = rule.replace("WORDS", f'"{disclaimer.words()}"')
    assert set(ids()) == {"treatments.E005"}


def test_a_stylesheet_that_escapes_letters_of_it_passes(templates, settings):
    escaped = disclaimer.words().replace(".", "\\2e ")
    settings.STYLESHEET = f'@page {{ @bottom-center {{ content: "{escaped}" }} }}'
    assert ids() == []


@pytest.mark.parametrize("rule", ["string-set: disclaimer content(text);", "string(disclaimer)"])
def test_leaflets_that_lost_it_on_their_sheets_are_refused(templates, tmp_path, monkeypatch, rule):
    (tmp_path / "leaflet.css").write_text(checks.LEAFLETS.read_text())
    spoil(tmp_path / "leaflet.css", rule, "")
    monkeypatch.setattr(checks, "LEAFLETS", tmp_path / "leaflet.css")
    assert ids() == ["treatments.E005"]


def test_parts_of_pages_need_not_extend_the_base_template(templates):
    (templates / "_part.html").write_text("<p>Part</p>")
    assert ids() == []


def test_the_words_are_those_of_the_source_document():
    source = portal.BASE_DIR / "fixtures" / "source" / "cancer-pain-treatment-options.txt"
    assert source.read_text().strip().endswith(disclaimer.words())
