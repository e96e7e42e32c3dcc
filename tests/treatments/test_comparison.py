"""What differs between two texts: pairs of texts, and what holds of any two."""

import itertools

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from treatments import comparison, richtext
from treatments.admin import editor
from treatments.comparison.sequences import common, rising

SIGNS = {"same": "{}", "removed": "[-{}-]", "added": "[+{}+]"}


def told(old, new):
    """What differs as lines: "changed: Squeeze the [-left-] [+right+] lever. | remark"."""
    return [line(change) for change in changes(old, new) if not change.is_untouched]


def changes(old, new):
    return comparison.texts(richtext.clean(old), richtext.clean(new))


def line(change):
    words = "; ".join(filter(None, [marked(change.pieces), *map(cell, change.cells)]))
    said = f"{change.kind} {' and '.join(change.fates)}: {words}"
    return " | ".join([said, *change.remarks])


def cell(found):
    return " | ".join([f"{found.fate} {marked(found.pieces)}", *found.remarks])


def marked(pieces):
    return "".join(" " * piece.space + SIGNS[piece.fate].format(piece.text) for piece in pieces)


def cite(key, label="Wheeler 2001"):
    return f'<cite data-reference="{key}">{label}</cite>'


def rows(*rows):
    written = "".join(
        f"<tr>{''.join(f'<td>{words}</td>' for words in cells)}</tr>" for cells in rows
    )
    return f"<table><tbody>{written}</tbody></table>"


PAIRS = {
    "a word": (
        "<p>Squeeze the left lever.</p><p>Oil it.</p>",
        "<p>Squeeze the right lever.</p><p>Oil it.</p>",
        ["paragraph changed: Squeeze the [-left-] [+right+] lever."],
    ),
    "an amount": (
        "<ul><li>5 ml</li><li>Oil</li></ul>",
        "<ul><li>50 ml</li><li>Oil</li></ul>",
        ["list item changed: [-5-] [+50+] ml"],
    ),
    "a decimal": (
        "<p>Use 0.5 ml.</p>",
        "<p>Use 5 ml.</p>",
        ["paragraph changed: Use [-0.5-] [+5+] ml."],
    ),
    "a mark of punctuation": (
        "<p>Oil it.</p>",
        "<p>Oil it!</p>",
        ["paragraph changed: Oil it[-.-][+!+]"],
    ),
    "a new item": (
        "<ul><li>Oil</li><li>Wipe</li></ul>",
        "<ul><li>Oil</li><li>Wait an hour</li><li>Wipe</li></ul>",
        ["list item added: [+Wait an hour+]"],
    ),
    "an item less": (
        "<ol><li>Oil</li><li>Wait an hour</li><li>Wipe</li></ol>",
        "<ol><li>Oil</li><li>Wipe</li></ol>",
        ["list item removed: [-Wait an hour-]"],
    ),
    "an item of an inner list": (
        "<ul><li>Oil<ul><li>the chain</li></ul></li></ul>",
        "<ul><li>Oil<ul><li>the chain</li><li>the hub</li></ul></li></ul>",
        ["list item added: [+the hub+]"],
    ),
    "an item that went into an inner list": (
        "<ul><li>Oil</li><li>the chain</li></ul>",
        "<ul><li>Oil<ul><li>the chain</li></ul></li></ul>",
        [
            "list item changed: the chain | It stands in a list, in a list now. "
            "Before, it stood in a list."
        ],
    ),
    "a paragraph that moved": (
        "<p>Wheels turn and turn.</p><p>Levers stop them.</p><p>Oil the chain.</p>",
        "<p>Levers stop them.</p><p>Oil the chain.</p><p>Wheels turn and turn.</p>",
        ["paragraph moved: Wheels turn and turn. | Before, it stood at the beginning."],
    ),
    "a paragraph that moved and changed": (
        "<p>Big round wheels turn for a very long time.</p><p>Levers stop.</p><p>Oil it.</p>",
        "<p>Levers stop.</p><p>Oil it.</p><p>Small round wheels turn for a very long time.</p>",
        [
            "paragraph moved and changed: [-Big-] [+Small+] round wheels turn for a very long time."
            " | Before, it stood at the beginning."
        ],
    ),
    "the level of a heading": (
        "<h2>Brakes</h2>",
        "<h3>Brakes</h3>",
        ["heading changed: Brakes | The heading is of level 3 now, before of level 2."],
    ),
    "a heading that became a paragraph": (
        "<h2>Brakes</h2>",
        "<p>Brakes</p>",
        ["paragraph changed: Brakes | This heading became a paragraph."],
    ),
    "where a link leads": (
        '<p>See <a href="/a/">our guide</a>.</p>',
        '<p>See <a href="/b/">our guide</a>.</p>',
        ["paragraph changed: See our guide. | “our guide” now leads to /b/ and led to /a/ before"],
    ),
    "a new link on old words": (
        "<p>See our guide.</p>",
        '<p>See <a href="/b/">our guide</a>.</p>',
        ["paragraph changed: See our guide. | “our guide” is a link now, to /b/"],
    ),
    "a link that is gone": (
        '<p>See <a href="/a/">our guide</a>.</p>',
        "<p>See our guide.</p>",
        ["paragraph changed: See our guide. | “our guide” is no link any more. It led to /a/"],
    ),
    "new words with a link": (
        "<p>Oil it.</p>",
        '<p>Oil it.</p><p>See <a href="/b/">our guide</a>.</p>',
        ["paragraph added: [+See our guide.+] | “our guide” is a link to /b/"],
    ),
    "bold": (
        "<p>Never oil the brakes.</p>",
        "<p><strong>Never oil</strong> the brakes.</p>",
        ["paragraph changed: Never oil the brakes. | “Never oil” is bold now."],
    ),
    "another source": (
        f"<p>Oil it{cite('a-1', 'A 2001')}.</p>",
        f"<p>Oil it{cite('b-1', 'B 2001')}.</p>",
        ["paragraph changed: Oil it[-[A 2001]-][+[B 2001]+]."],
    ),
    "the same source under another label": (
        f"<p>Oil it{cite('a-1', 'A 2001')}.</p>",
        f"<p>Oil it{cite('a-1', 'Wheeler 2001')}.</p>",
        [],
    ),
    "a care card that became an important note": (
        '<div class="urgent"><h2>Stop</h2><p>Your brake is loose.</p></div>',
        '<div class="callout"><h2>Stop</h2><p>Your brake is loose.</p></div>',
        ["box changed:  | “Care card: urgent” became “Important”."],
    ),
    "a paragraph that went into a card": (
        "<p>Your brake is loose.</p><p>Oil it.</p>",
        '<div class="urgent"><p>Your brake is loose.</p></div><p>Oil it.</p>',
        [
            "paragraph changed: Your brake is loose. | It stands in “Care card: urgent” now. "
            "Before, it stood in no box and no list."
        ],
    ),
    "what to do that became what not to do": (
        '<ul class="do"><li>Oil</li><li>Wipe</li></ul>',
        '<ul class="do-not"><li>Oil</li><li>Wipe</li></ul>',
        ["list changed:  | “List: what to do” became “List: what not to do”."],
    ),
    "bullets that became numbers": (
        "<ul><li>Oil</li><li>Wipe</li></ul>",
        "<ol><li>Oil</li><li>Wipe</li></ol>",
        ["list changed:  | A list became a numbered list."],
    ),
    "where a list begins": (
        "<ol><li>Oil</li></ol>",
        '<ol start="3"><li>Oil</li></ol>',
        ["list changed:  | A numbered list became a numbered list that begins with 3."],
    ),
    "a cell": (
        rows(["chain", "5 ml"], ["hub", "2 ml"]),
        rows(["chain", "6 ml"], ["hub", "2 ml"]),
        ["table row changed: same chain; changed [-5-] [+6+] ml"],
    ),
    "a row": (
        rows(["chain", "5 ml"]),
        rows(["chain", "5 ml"], ["hub", "2 ml"]),
        ["table row added: added [+hub+]; added [+2 ml+]"],
    ),
    "a column": (
        rows(["chain", "5 ml"]),
        rows(["chain", "daily", "5 ml"]),
        ["table row changed: same chain; added [+daily+]; same 5 ml"],
    ),
    "a caption": (
        "<table><caption>Oils</caption><tbody><tr><td>a</td></tr></tbody></table>",
        "<table><caption>Oils and fats</caption><tbody><tr><td>a</td></tr></tbody></table>",
        ["caption changed: Oils [+and fats+]"],
    ),
    "a paragraph that was split": (
        "<p>Oil the chain every week. Wipe it with a dry cloth.</p>",
        "<p>Oil the chain every week.</p><p>Wipe it with a dry cloth.</p>",
        [
            "paragraph changed: Oil the chain every week. [+¶+] Wipe it with a dry cloth. | "
            "It was split into two: ¶ stands where the next one begins."
        ],
    ),
    "paragraphs that were joined": (
        "<p>Oil the chain every week.</p><p>Wipe it with a dry cloth.</p>",
        "<p>Oil the chain every week. Wipe it with a dry cloth.</p>",
        [
            "paragraph changed: Oil the chain every week. [-¶-] Wipe it with a dry cloth. | "
            "Two were joined: ¶ stands where the next one began."
        ],
    ),
    "a line's end": (
        "<p>Oil it<br>now</p>",
        "<p>Oil it now</p>",
        ["paragraph changed: Oil it [-↵-] now"],
    ),
    "blanks and entities": (
        "<p>5&nbsp;ml  of&#32;oil &amp; fat</p>",
        "<p>5 ml of oil&nbsp;&#38; fat</p>",
        [],
    ),
    "accents written in two ways": ("<p>cafe\u0301</p>", "<p>café</p>", []),
    "nothing and something": ("", "<p>Oil it.</p>", ["paragraph added: [+Oil it.+]"]),
    "nothing and nothing": ("", "", []),
    "one of two that are alike": (
        "<p>Oil it.</p><p>Oil it.</p><p>Wipe it.</p>",
        "<p>Oil it.</p><p>Wipe it.</p>",
        ["paragraph removed: [-Oil it.-]"],
    ),
    "texts that share nothing": (
        "<p>Levers stop the wheels of bicycles.</p>",
        "<p>Tea tastes best after a long ride.</p>",
        [
            "paragraph removed: [-Levers stop the wheels of bicycles.-]",
            "paragraph added: [+Tea tastes best after a long ride.+]",
        ],
    ),
    "words in the language they are in": (
        "<p>Say Fahrrad.</p>",
        '<p>Say <span lang="de">Fahrrad</span>.</p>',
        ["paragraph changed: Say Fahrrad. | “Fahrrad” is marked as of the language de now."],
    ),
}


@pytest.mark.parametrize(("old", "new", "expected"), PAIRS.values(), ids=PAIRS)
def test_what_differs_is_told(old, new, expected):
    assert told(old, new) == expected


@pytest.mark.parametrize(("old", "new"), [pair[:2] for pair in PAIRS.values()], ids=PAIRS)
def test_untouched_blocks_around_are_not_flagged(old, new):
    before, behind = "<h2>Begin here</h2><p>As ever.</p>", "<p>And so on.</p><ul><li>End</li></ul>"
    found = told(f"{before}{old}{behind}", f"{before}{new}{behind}")
    assert len(found) <= len(told(old, new))
    assert not any(words in said for said in found for words in ("Begin here", "And so on", "End"))


def test_a_word_that_two_sentences_share_by_chance_is_not_picked_out():
    found = comparison.words("Squeeze the lever", "Caress the saddle")
    assert marked(found) == "[-Squeeze the lever-] [+Caress the saddle+]"


def test_the_names_of_boxes_are_those_of_the_editor():
    assert {name: label for (_, name), label in editor.BLOCKS.items()} == comparison.BOXES


def test_a_summary_counts_what_changed_first():
    fates = [("source", "removed"), ("paragraph", "changed"), ("list item", "added")]
    found = comparison.count([*fates, ("paragraph", "changed"), ("summary", "changed")])
    assert comparison.summary(found) == (
        "2 paragraphs changed, 1 summary changed, 1 list item added, 1 source removed."
    )
    assert comparison.summary([]) == "Nothing differs."


def test_items_of_a_list_are_known_by_their_keys():
    old = [("a", "Wheeler A. Brakes."), ("b", "Spoke B. Hubs."), ("c", "Rim C. Tyres.")]
    new = [("c", "Rim C. Tyres."), ("b", "Spoke B. New hubs."), ("d", "Cog D. Chains.")]
    found = [(item.key, item.fate, marked(item.pieces)) for item in comparison.listed(old, new)]
    assert found == [
        ("c", "moved", "Rim C. Tyres."),
        ("b", "changed", "Spoke B. [-Hubs-] [+New hubs+]."),
        ("d", "added", "[+Cog D. Chains.+]"),
        ("a", "removed", "[-Wheeler A. Brakes.-]"),
    ]


# Of any two texts

SENTENCES = [
    f"{who} {what} the {thing} with care every {day}."
    for who, what, thing, day in zip(
        ["Ana", "Bo", "Cleo", "Dan", "Eve", "Finn", "Gus", "Hal"],
        ["oils", "wipes", "turns", "lifts", "paints", "checks", "pumps", "greases"],
        ["chain", "saddle", "lever", "wheel", "frame", "brake", "tyre", "hub"],
        ["Monday", "Tuesday", "week", "month", "spring", "autumn", "night", "morning"],
        strict=True,
    )
]
PLACE = st.integers(0, len(SENTENCES) - 1)
AROUND = {"paragraphs": "<p>{}</p>", "items": "<ul><li>{}</li></ul>", "rows": None}


def written(sentences, around):
    if around == "rows":
        return rows(*([*sentence.split("with")] for sentence in sentences))
    return richtext.clean("".join(AROUND[around].format(sentence) for sentence in sentences))


@given(
    st.sampled_from(list(AROUND)), PLACE, PLACE, st.sampled_from(["gone", "new", "word", "moved"])
)
def test_one_deed_flags_one_block_and_says_which_deed_it_was(around, place, other, deed):
    after = list(SENTENCES)
    if deed == "gone":
        del after[place]
    elif deed == "new":
        after.insert(place, "Zoë rides home through rain without any lamp.")
    elif deed == "word":
        after[place] = after[place].replace("care", "love")
    else:
        after.insert(other, after.pop(place))
    found = comparison.texts(written(SENTENCES, around), written(after, around))
    flagged = [change.fates for change in found if not change.is_untouched]
    told = {"gone": ["removed"], "new": ["added"], "word": ["changed"], "moved": ["moved"]}
    assert flagged == ([] if deed == "moved" and place == other else [told[deed]])


WORD = st.sampled_from(["oil", "the", "chain", "lever", "5", "ml", "wheel.", "“Stop”", "a&amp;b"])
WORDS = st.lists(WORD, min_size=1, max_size=8).map(" ".join)
INLINE = st.one_of(
    WORDS,
    WORDS.map("<strong>{}</strong>".format),
    WORDS.map('<a href="/x/">{}</a>'.format),
    st.sampled_from(["a-1", "b-2"]).map(cite),
    st.just("<br>"),
)
LINE = st.lists(INLINE, min_size=1, max_size=4).map(" ".join)
ITEMS = st.lists(LINE.map("<li>{}</li>".format), min_size=1, max_size=4).map("".join)
ROW = st.lists(LINE.map("<td>{}</td>".format), min_size=1, max_size=3).map("".join)
BLOCK = st.one_of(
    LINE.map("<p>{}</p>".format),
    WORDS.map("<h2>{}</h2>".format),
    ITEMS.map("<ul>{}</ul>".format),
    ITEMS.map('<ol class="steps">{}</ol>'.format),
    LINE.map('<div class="urgent"><p>{}</p></div>'.format),
    st.lists(ROW.map("<tr>{}</tr>".format), min_size=1, max_size=3)
    .map("".join)
    .map("<table><tbody>{}</tbody></table>".format),
)
TEXT = st.lists(BLOCK, max_size=6).map("".join).map(richtext.clean)


def words_of(body):
    return [word.key for block in comparison.blocks(body) for word in block.words]


def read_back(found, side, other):
    """The words of one side, from the pieces alone, in that side's order."""
    said = []
    for change in found:
        blocks = getattr(change, side)
        if blocks:
            pieces = [*change.pieces, *itertools.chain(*(cell.pieces for cell in change.cells))]
            mine = " ".join(piece.text for piece in pieces if piece.fate not in other)
            said.append((blocks[0].place, mine.replace("¶", " ").split()))
    return "".join(word for _, words in sorted(said) for word in words)


def plainly(body):
    text = "".join(block.text for block in comparison.blocks(body))
    return "".join(text.replace("\ue001", "↵").replace("\ue002", "").split())


@given(TEXT)
def test_a_text_compared_with_itself_flags_nothing(text):
    assert all(change.is_untouched for change in comparison.texts(text, text))


@given(TEXT, TEXT)
@settings(max_examples=300)
def test_both_texts_can_be_read_back_word_for_word(old, new):
    found = comparison.texts(old, new)
    assert read_back(found, "old", other={"added"}) == plainly(old)
    assert read_back(found, "new", other={"removed"}) == plainly(new)


TURNED = {"added": "removed", "removed": "added"}


def standing(found, turned=False):
    """Which blocks became which, whatever the order in which it is told."""
    return sorted(
        (
            [block.place for block in (change.new if turned else change.old)],
            [block.place for block in (change.old if turned else change.new)],
            TURNED.get(change.fate, change.fate) if turned else change.fate,
            change.moved,
        )
        for change in found
        if change.old or change.new
    )


@given(TEXT, TEXT)
@settings(max_examples=300)
def test_the_other_way_round_added_and_removed_change_places(old, new):
    forth, back = comparison.texts(old, new), comparison.texts(new, old)
    assert standing(forth) == standing(back, turned=True)


@given(TEXT, TEXT)
def test_texts_without_a_difference_have_the_same_words(old, new):
    if all(change.is_untouched for change in comparison.texts(old, new)):
        assert words_of(old) == words_of(new)


@given(
    st.lists(st.sampled_from("abcde"), max_size=30), st.lists(st.sampled_from("abcde"), max_size=30)
)
def test_what_is_in_common_is_a_longest_subsequence_and_symmetrical(one, other):
    found = common(one, other)
    assert [one[i] for i, _ in found] == [other[j] for _, j in found]
    assert found == sorted(found)
    assert all(a[0] < b[0] and a[1] < b[1] for a, b in itertools.pairwise(found))
    assert [(j, i) for i, j in common(other, one)] == found
    assert len(found) == longest(one, other)


def longest(one, other):
    row = [0] * (len(other) + 1)
    for item in one:
        before = row[:]
        for j, theirs in enumerate(other):
            row[j + 1] = before[j] + 1 if item == theirs else max(before[j + 1], row[j])
    return row[-1]


@given(st.permutations(range(7)), st.lists(st.integers(1, 9), min_size=7, max_size=7))
def test_what_rises_weighs_the_most(places, weights):
    pairs = list(enumerate(places))
    weight = dict(zip(pairs, weights, strict=True))
    best = max(
        sum(weight[pair] for pair in chosen)
        for number in range(8)
        for chosen in itertools.combinations(pairs, number)
        if all(a[1] < b[1] for a, b in itertools.pairwise(chosen))
    )
    assert sum(weight[pair] for pair in rising(pairs, weights)) == best


# Bounds: counted, not timed


def test_long_stretches_without_anything_in_common_are_not_compared_word_by_word():
    one, other = ["a", "b"] * 5_000, ["b", "c", "a"] * 3_000
    assert len(common(one, other)) <= 10_000  # it comes back at all
    assert common(["x", *one, "y"], ["x", *other, "y"])[0] == (0, 0)


PICTURED = (
    '<p>One.</p><figure><img data-image="0123456789abcdef" alt="A wheel">'
    "<figcaption>Our old wheel</figcaption></figure><p>Two.</p>"
)


@pytest.mark.parametrize(
    ("changed", "told"),
    [
        (PICTURED, []),
        (PICTURED.replace("0123", "1123"), [("picture", "changed")]),
        (PICTURED.replace("A wheel", "A round wheel"), [("picture", "changed")]),
        (PICTURED.replace("Our old", "Our new"), [("caption", "changed")]),
        ("<p>One.</p><p>Two.</p>", [("picture", "removed"), ("caption", "removed")]),
    ],
)
def test_pictures_are_compared_by_what_they_show_and_say(changed, told):
    found = comparison.texts(PICTURED, changed)
    assert [(c.kind, c.fate) for c in found if not c.is_untouched] == told
