"""Writing what an EHR is answered, read back by parsers that are not ours."""

import datetime
import json
import re
from dataclasses import replace
from xml.etree import ElementTree

import feedparser
import pytest
from hypothesis import given
from hypothesis import strategies as st

from treatments.infobutton import answer
from treatments.infobutton.answer import Entry, Feed, Link

ATOM = "{http://www.w3.org/2005/Atom}"
LANG = "{http://www.w3.org/XML/1998/namespace}lang"
MOMENT = datetime.datetime(
    2026, 12, 1, 10, 0, 0, 987654, datetime.timezone(datetime.timedelta(hours=1))
)

ENTRY = Entry(
    title="Brakes – for bicycles",
    links=(
        Link("https://e.example/brakes/", "alternate", "text/html", "en", "Brakes – for bicycles"),
    ),
    id="urn:uuid:85d93115-cec7-540b-9a1c-8952147e8c94",
    updated=MOMENT,
    author="Example Hospital",
    summary='<p class="x">1 &lt; 2 & "so"</p>',
    categories=(("subTopic.v.c", "Q000009"),),
    language="en",
)
FEED = Feed(
    title="Example Hospital",
    subtitle="Ask your mechanic.",
    author="Example Hospital",
    author_uri="https://e.example/",
    updated=MOMENT,
    categories=(("mainSearchCriteria.v.dn", "Brakes"), ("taskContext.c.c", "PROBLISTREV")),
    id="https://e.example/connect/service",
    link="https://e.example/connect/service",
    entries=(ENTRY, replace(ENTRY, id="urn:uuid:0", categories=())),
    language="en",
    base="https://e.example/",
)


def names(element):
    return [child.tag.removeprefix(ATOM) for child in element]


def test_elements_stand_in_the_order_of_the_profile():
    root = ElementTree.fromstring(answer.xml(FEED))
    head = ["title", "subtitle", "author", "updated", "category", "category", "id", "link"]
    assert root.tag == f"{ATOM}feed"
    assert names(root) == [*head, "entry", "entry"]
    entry = root.find(f"{ATOM}entry")
    assert names(entry) == ["title", "link", "id", "updated", "author", "summary", "category"]
    assert names(root.find(f"{ATOM}author")) == ["name", "uri"]
    assert (root.get(LANG), entry.get(LANG)) == ("en", "en")


def test_every_text_says_its_type_and_every_link_all_of_itself():
    root = ElementTree.fromstring(answer.xml(FEED))
    for element in root.iter():
        if element.tag in {f"{ATOM}title", f"{ATOM}subtitle"}:
            assert element.get("type") == "text"
        if element.tag == f"{ATOM}summary":
            assert element.get("type") == "html"
        if element.tag == f"{ATOM}link":
            assert set(element.keys()) == {"href", "rel", "type", "hreflang", "title"}


def test_a_moment_is_of_utc_without_a_fraction():
    root = ElementTree.fromstring(answer.xml(FEED))
    assert {element.text for element in root.iter(f"{ATOM}updated")} == {"2026-12-01T09:00:00Z"}
    long_ago = replace(FEED, updated=datetime.datetime(970, 1, 1, tzinfo=datetime.UTC))
    assert b"<updated>0970-01-01T00:00:00Z</updated>" in answer.xml(long_ago)


def test_a_reader_of_feeds_reads_it():
    feed = feedparser.parse(answer.xml(FEED))
    assert not feed.bozo
    assert feed.version == "atom10"
    assert feed.feed.title == FEED.title
    assert feed.feed.updated == "2026-12-01T09:00:00Z"
    assert [entry.title for entry in feed.entries] == [ENTRY.title] * 2
    assert feed.entries[0].link == ENTRY.links[0].href
    assert "1 &lt; 2" in feed.entries[0].summary
    assert [(tag.scheme, tag.term) for tag in feed.feed.tags] == list(FEED.categories)


def test_the_json_has_the_shape_that_clients_of_medlineplus_read():
    feed = json.loads(answer.json(FEED))["feed"]
    assert set(feed) == {
        *("base", "lang", "xsi", "title", "updated", "id", "author", "subtitle", "category"),
        "entry",
    }
    assert feed["title"] == {"type": "text", "_value": FEED.title}
    assert feed["updated"] == {"_value": "2026-12-01T09:00:00Z"}
    assert feed["author"]["name"]["_value"] == FEED.author
    assert feed["author"]["uri"]["_value"] == FEED.author_uri
    assert feed["category"][0] == {"scheme": "mainSearchCriteria.v.dn", "term": "Brakes"}
    entry = feed["entry"][0]
    assert entry["title"]["_value"] == ENTRY.title
    assert entry["link"][0]["href"] == ENTRY.links[0].href
    assert entry["summary"] == {"type": "html", "_value": ENTRY.summary}
    assert (entry["id"]["_value"], entry["lang"]) == (ENTRY.id, "en")


def test_lists_are_lists_when_they_are_empty():
    feed = json.loads(answer.json(replace(FEED, categories=(), entries=())))["feed"]
    assert feed["category"] == feed["entry"] == []


def test_nothing_in_the_json_ends_a_script_or_begins_markup():
    told = replace(FEED, title="</script><!-- ' & = \u2028\u2029")
    written = answer.json(told).decode()
    assert not re.search("[<>=&'\u2028\u2029]", written)
    assert json.loads(written)["feed"]["title"]["_value"] == told.title


def test_the_script_calls_back_with_the_json():
    written = answer.javascript(FEED, "show.it")
    assert written == b"/**/show.it(" + answer.json(FEED) + b");"


TEXTS = st.text(max_size=40)
ENTRIES = st.builds(
    Entry,
    title=TEXTS,
    links=st.lists(st.builds(Link, TEXTS, TEXTS, TEXTS, TEXTS, TEXTS), max_size=2).map(tuple),
    id=TEXTS,
    updated=st.datetimes(timezones=st.just(datetime.UTC)),
    author=TEXTS,
    summary=TEXTS,
    categories=st.lists(st.tuples(TEXTS, TEXTS), max_size=2).map(tuple),
    language=TEXTS,
)
FEEDS = st.builds(
    Feed,
    title=TEXTS,
    subtitle=TEXTS,
    author=TEXTS,
    author_uri=TEXTS,
    updated=st.datetimes(timezones=st.just(datetime.UTC)),
    categories=st.lists(st.tuples(TEXTS, TEXTS), max_size=2).map(tuple),
    id=TEXTS,
    link=TEXTS,
    entries=st.lists(ENTRIES, max_size=2).map(tuple),
    language=TEXTS,
    base=TEXTS,
)


def allowed(text):
    """What XML can hold of a text; a parser reads every end of line as one."""
    return re.sub("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]", "", text)


@pytest.mark.filterwarnings("ignore::hypothesis.errors.HypothesisWarning")
@given(FEEDS)
def test_whatever_a_feed_holds_both_formats_say_it(feed):
    root = ElementTree.fromstring(answer.xml(feed))
    told = json.loads(answer.json(feed))["feed"]
    title = allowed(feed.title).replace("\r\n", "\n").replace("\r", "\n")
    assert (root.findtext(f"{ATOM}title") or "") == title
    assert told["title"]["_value"] == allowed(feed.title)
    assert len(root.findall(f"{ATOM}entry")) == len(told["entry"]) == len(feed.entries)
    for entry, one in zip(feed.entries, told["entry"], strict=True):
        assert one["summary"]["_value"] == allowed(entry.summary)
        assert [link["href"] for link in one["link"]] == [allowed(x.href) for x in entry.links]
