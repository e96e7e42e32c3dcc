"""What the cleaner keeps, what it drops, and how text is shown shorter or lower."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests import factories
from treatments import richtext
from treatments.models import Edition

KEPT = [
    "<h2>Steps</h2><p>One <strong>two</strong> <em>three</em>.</p>",
    "<ul><li>a</li></ul><ol start=\"3\"><li>b</li></ol>",
    '<p><a href="/treatments/x/" rel="noopener noreferrer">x</a></p>',
    '<p lang="es" dir="ltr">Hola</p>',
    '<table><caption>c</caption><thead><tr><th scope="col">h</th></tr></thead>'
    '<tbody><tr><td colspan="2">d</td></tr></tbody></table>',
    '<p>A<cite data-reference="spoke-2001">Spoke 2001</cite></p>',
    "<p>“quoted”, \"straight\" &amp; 5 &lt; 6</p>",
]  # fmt: skip


@pytest.mark.parametrize("html", KEPT)
def test_structure_that_patients_need_stays_as_it_is(html):
    assert richtext.clean(html) == html


@pytest.mark.parametrize(
    ("html", "expected"),
    [
        ("<p>A<script>alert(1)</script></p>", "<p>A</p>"),
        ("<p style='position:fixed' onclick='x()' class='disclaimer'>A</p>", "<p>A</p>"),
        ("<h1>A</h1>", "A"),
        ('<a href="javascript:alert(1)">A</a>', '<a rel="noopener noreferrer">A</a>'),
        ('<p id="main">A</p>', "<p>A</p>"),
        ("<svg><style><img src=x onerror=alert(1)></style></svg>", ""),
        ("<img src=x onerror=alert(1)>A", "A"),
        ("<iframe src=//x></iframe>A", "A"),
        ('<cite data-reference="../x">A</cite>', "<cite>A</cite>"),
        ('<p dir="sideways">A</p>', "<p>A</p>"),
        ("<p>A", "<p>A</p>"),
    ],
)
def test_what_is_not_on_the_list_goes(html, expected):
    assert richtext.clean(html) == expected


@given(st.text(alphabet=st.sampled_from("<>/ap=\"'cite svgh2-&;!x[]\0\n"), max_size=60))
def test_cleaning_twice_is_cleaning_once(html):
    once = richtext.clean(html)
    assert richtext.clean(once) == once


@pytest.mark.parametrize("way", ["create", "update", "bulk_update"])
@pytest.mark.django_db
def test_text_is_clean_on_every_way_into_the_database(way):
    dirty = "<p>A<script>b</script></p>"
    edition = factories.make_draft(body=dirty if way == "create" else "<p>x</p>")
    if way == "update":
        Edition.objects.update(body=dirty)
    if way == "bulk_update":
        edition.body = dirty
        Edition.objects.bulk_update([edition], ["body"])
    edition.refresh_from_db()
    assert edition.body == "<p>A</p>"


@pytest.mark.parametrize(
    ("html", "expected"),
    [
        ("<p>Oil the chain. Wipe it.</p>", "Oil the chain."),
        ("<p>Oil it (well). Wipe it.</p>", "Oil it (well)."),
        ("<p>Say “stop.” Then wait.</p>", "Say “stop.”"),
        ("<p>Use 2.5 bar. Check.</p>", "Use 2.5 bar."),
        ("<p>No end</p><p>Next</p>", "No end Next"),
        ('<p>Oil it.<cite data-reference="a-1">A</cite> Wipe.</p>', "Oil it."),
        ("<p>5 &lt; 6 &amp; more. Yes.</p>", "5 < 6 & more."),
        ("", ""),
    ],
)
def test_the_first_sentence_of_a_text(html, expected):
    assert richtext.first_sentence(html) == expected


def test_a_text_below_a_heading_gets_lower_headings():
    html = '<h2>A</h2><h3 lang="es">B</h3>'
    assert richtext.demoted(html) == '<h3>A</h3><h4 lang="es">B</h4>'
