"""Pictures in a text: in the one form in which they are kept, and as readers get them."""

import pytest

from treatments import glossary, pictures, richtext

KEY, OTHER = "0123456789abcdef", "fedcba9876543210"
IMG = f'<img data-image="{KEY}" alt="A lever">'
FIGURE = f"<figure>{IMG}</figure>"
FILES = [("/a-400", 400, 300), ("/a-800", 800, 600), ("/a-1200", 1200, 900)]


# As they are kept


@pytest.mark.parametrize(
    ("written", "kept"),
    [
        (IMG, FIGURE),
        (f"<figure>{IMG}<figcaption>A <b>lever</b></figcaption></figure>",
         f"<figure>{IMG}<figcaption>A <strong>lever</strong></figcaption></figure>"),
        (f"<p>One {IMG} two</p>", f"<p>One</p>\n{FIGURE}\n<p>two</p>"),
        (f"<h2>One {IMG} two</h2>", f"<h2>One</h2>\n{FIGURE}\n<p>two</p>"),
        (f"<ol><li>One{IMG}two</li></ol>", f"<ol><li>One{FIGURE}<p>two</p></li></ol>"),
        (f"<table><tr><td>{IMG}</td></tr></table>",
         f"<table><tbody><tr><td>{FIGURE}</td></tr></tbody></table>"),
        (f'<div class="callout">{IMG}<p>One</p></div>',
         f'<div class="callout">{FIGURE}<p>One</p></div>'),
        (f'<figure lang="ar">{IMG}<figcaption lang="ar">One</figcaption></figure><p>Two</p>',
         f'<figure lang="ar">{IMG}<figcaption>One</figcaption></figure>\n<p>Two</p>'),
        (f'<figure class="x" style="width:9px" id="y">{IMG}<figcaption></figcaption></figure>',
         FIGURE),
        (f"<figure>{IMG}<p>One</p></figure>", f"{FIGURE}\n<p>One</p>"),
        (f"<figure>{IMG}<figcaption>One<p>Two</p>{IMG}</figcaption></figure>",
         f"<figure>{IMG}<figcaption>One Two</figcaption></figure>"),
        (f'<img alt="A lever" data-image="{KEY}">', FIGURE),
        (f'<img data-image="{KEY}">', f'<figure><img data-image="{KEY}"></figure>'),
        (f'<img data-image="{KEY}" alt="">', f'<figure><img data-image="{KEY}" alt=""></figure>'),
        (f'<img data-image="{KEY}" alt=" A&#10; &#8203;lever ">', FIGURE),
    ],
)  # fmt: skip
def test_a_picture_is_kept_in_one_form(written, kept):
    assert richtext.clean(written) == kept
    assert richtext.clean(kept) == kept


@pytest.mark.parametrize(
    "attribute",
    [
        'src="//elsewhere/canary.png"', 'srcset="//elsewhere/canary 1x"', "onerror=canary()",
        'style="background:url(//elsewhere/canary)"', 'width="9000"', 'class="x"', 'id="x"',
        'sizes="9px"', 'loading="eager"', 'usemap="#x"', 'lang="ar"', "ismap", 'title="x"',
        'longdesc="//elsewhere/canary"', 'crossorigin="anonymous"', 'data-reference="x"',
    ],
)  # fmt: skip
def test_nothing_of_a_picture_comes_from_outside_but_its_key_and_its_words(attribute):
    written = f'<img {attribute} data-image="{KEY}" alt="A lever">'
    assert richtext.clean(written) == FIGURE


@pytest.mark.parametrize(
    "key",
    ["", "x", KEY.upper(), KEY + "0", KEY[1:], f"{KEY} ", f"../{KEY[3:]}", "0123456789abcde/"],
)
def test_what_is_no_key_is_no_picture(key):
    assert richtext.clean(f'<p>One</p><img src="/x.png" data-image="{key}">') == "<p>One</p>"


def test_a_picture_of_elsewhere_leaves_the_words_below_it():
    written = '<figure><img src="//elsewhere/x.png" alt="no"><figcaption>One</figcaption></figure>'
    assert richtext.clean(written) == "<p>One</p>"
    assert richtext.clean("<figure><table><tr><td>1</td></tr></table></figure>").startswith(
        "<table>"
    )


def test_a_picture_that_was_struck_out_is_gone():
    assert richtext.clean(f'<p>One</p><del>{IMG}</del><p style="display:none">{IMG}</p>') == (
        "<p>One</p>"
    )


def test_the_words_of_a_text_are_without_alternative_texts():
    text = f"<figure>{IMG}<figcaption>Below.</figcaption></figure><p>One. Two.</p>"
    assert richtext.plain(text) == "Below. One. Two."
    assert richtext.first_sentence(text) == "One."


def test_no_word_of_the_glossary_is_a_link_below_a_picture():
    text = f"<figure>{IMG}<figcaption>A lever</figcaption></figure><p>A lever</p>"
    (linked,) = glossary.linked([text], [glossary.Term("lever", "lever", "m")], "/glossary/")
    assert linked.count("<a ") == 1
    assert linked.startswith(f"<figure>{IMG}<figcaption>A lever</figcaption></figure>")


# What a text shows


def test_its_keys_stand_in_order_once_each():
    text = f'{FIGURE}<figure><img data-image="{OTHER}"></figure>{FIGURE}'
    assert pictures.keys(text) == [KEY, OTHER]
    assert pictures.keys(f"<p>&lt;img data-image=&quot;{KEY}&quot;&gt;</p>") == []


def test_what_is_read_out_is_told_in_order():
    text = f'<figure><img data-image="{OTHER}" alt="5 &lt; 7 &amp; 8"></figure>{FIGURE}'
    text += f'<figure><img data-image="{KEY}" alt=""></figure>'
    assert pictures.alternatives(text) == ["5 < 7 & 8", "A lever", ""]


def test_an_alternative_text_is_written_where_there_is_none():
    text = f'<figure><img data-image="{OTHER}"></figure>{FIGURE}'
    said = pictures.described(text, {OTHER: 'a "b" <c>', KEY: "never"})
    assert said == (
        f'<figure><img data-image="{OTHER}" alt="a &quot;b&quot; &lt;c&gt;"></figure>{FIGURE}'
    )
    assert pictures.described(text, {}) == text


# As readers get them


def test_readers_get_widths_to_choose_from_and_the_room_that_it_takes():
    shown = pictures.shown(FIGURE, {KEY: pictures.Shown(FILES)})
    assert shown == (
        '<figure><img src="/a-800" srcset="/a-400 400w, /a-800 800w, /a-1200 1200w" '
        f'sizes="{pictures.SIZES}" width="1200" height="900" alt="A lever" '
        'loading="lazy" decoding="async"></figure>'
    )


def test_a_narrow_picture_has_one_address():
    shown = pictures.shown(FIGURE, {KEY: pictures.Shown(FILES[:1])})
    assert '<img src="/a-400" width="400" height="300" alt="A lever"' in shown
    assert "srcset" not in shown


def test_where_it_comes_from_stands_behind_the_words_below_it():
    credited = {KEY: pictures.Shown(FILES, credit="Photo: A & B")}
    assert "<figcaption>Photo: A &amp; B</figcaption>" in pictures.shown(FIGURE, credited)
    below = f'<figure>{IMG}<figcaption dir="rtl">Below</figcaption></figure>'
    expected = '<figcaption dir="rtl">Below<br>Photo: A &amp; B</figcaption>'
    assert expected in pictures.shown(below, credited)


def test_of_a_picture_that_is_not_there_its_words_are():
    assert pictures.shown(FIGURE, {}) == "<figure><p>Picture: A lever</p></figure>"
    assert pictures.shown(f'<figure><img data-image="{KEY}" alt=""></figure>', {}) == ""
    silent = {KEY: pictures.Shown([], alternative="A <lever>")}
    shown = pictures.shown(f'<figure><img data-image="{KEY}"></figure>', silent)
    assert shown == "<figure><p>Picture: A &lt;lever&gt;</p></figure>"


def test_a_text_without_pictures_stays_as_it_is():
    text = '<p>One <a href="/x">two</a></p>'
    assert pictures.shown(text, {KEY: pictures.Shown(FILES)}) is text
