"""Blocks as readers get them: labels in words, details that fold, tables that scroll alone."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from selectolax.lexbor import LexborHTMLParser

from treatments import richtext

LABELS = {"in-short": "In short", "urgent": "Urgent:", "do": "Do", "do-not": "Do not"}
LABEL = '<p class="label">'
REGION = '<div class="scroll" role="region" tabindex="0" aria-label='


def dressed(html):
    assert richtext.clean(html) == html  # else no stored text looks like this
    return richtext.dressed(html, LABELS)


@pytest.mark.parametrize(
    ("html", "expected"),
    [
        ("<p>a</p>", "<p>a</p>"),
        (
            '<div class="in-short"><p>a</p></div>',
            f'<div class="in-short">{LABEL}In short</p><p>a</p></div>',
        ),
        (
            '<div class="urgent"><h2>Ring us</h2><p>a</p></div>',
            '<div class="urgent"><h2><span class="label">Urgent:</span> Ring us</h2><p>a</p></div>',
        ),
        (
            '<div class="urgent"><h2 lang="en">en</h2></div>',
            '<div class="urgent"><h2 lang="en"><span class="label">Urgent:</span> en</h2></div>',
        ),
        ('<div class="in-short"><h2>The gist</h2></div>',) * 2,
        ('<div class="urgent"><p>URGENT: ring us</p></div>',) * 2,
        ('<div class="callout"><p>a</p></div>',) * 2,
        (
            '<ul class="do"><li>a</li></ul>\n<ul class="do-not" dir="rtl"><li>b</li></ul>',
            f'{LABEL}Do</p><ul class="do"><li>a</li></ul>\n'
            f'{LABEL}Do not</p><ul class="do-not" dir="rtl"><li>b</li></ul>',
        ),
        (
            '<div class="details" lang="es"><h3>A <em>b</em></h3><p>c</p></div>',
            '<details lang="es"><summary>A <em>b</em></summary><p>c</p></details>',
        ),
        ('<div class="details"><p>c</p></div>',) * 2,
        (
            "<table><caption>A &amp; b</caption><tbody><tr><td>a</td></tr></tbody></table>",
            f'{REGION}"A &amp; b"><table><caption>A &amp; b</caption>'
            "<tbody><tr><td>a</td></tr></tbody></table></div>",
        ),
        (
            "<table><tbody><tr><td>"
            "<table><tbody><tr><td>a</td></tr></tbody></table></td></tr></tbody></table>",
            f'{REGION}"Table"><table><tbody><tr><td>'
            "<table><tbody><tr><td>a</td></tr></tbody></table></td></tr></tbody></table></div>",
        ),
    ],
)
def test_a_block_says_what_it_is(html, expected):
    assert dressed(html) == expected


def test_a_block_under_a_treatments_heading_folds_too():
    html = richtext.demoted('<div class="details"><h2>a</h2><p>b</p></div>')
    assert richtext.dressed(html, LABELS) == "<details><summary>a</summary><p>b</p></details>"


PIECES = [
    *(f'<div class="{name}">' for name in sorted(richtext.CLASSES["div"])),
    *("</div>", "<h2>", "</h2>", "<p>", "</p>", '<ul class="do-not">', "</ul>", "<li>", "</li>"),
    *(
        "<table>",
        "<caption>",
        "</caption>",
        "<tr>",
        "<td>",
        "</table>",
        "Urgent",
        'a "b" &lt;',
        "c",
    ),
]


@settings(max_examples=300)
@given(st.lists(st.sampled_from(PIECES), max_size=30).map("".join))
def test_no_word_is_lost_and_no_tag_left_open(html):
    cleaned = richtext.clean(html)
    found = richtext.dressed(cleaned, LABELS)
    parsed = LexborHTMLParser(found)
    assert parsed.body.inner_html == found
    for label in parsed.css(".label"):
        label.decompose()
    before = LexborHTMLParser(cleaned).body.text().split()
    assert parsed.body.text().split() == before
