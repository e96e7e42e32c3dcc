"""The public pages, one by one."""

import datetime
import html
import re
from urllib.parse import urlsplit
from xml.etree import ElementTree

import pytest
import time_machine
from django.db import connection
from django.test.utils import CaptureQueriesContext

from tests import factories
from treatments import arranging, publishing, questions, word_list

pytestmark = pytest.mark.django_db


def text_of(answer):
    """What a reader sees of the page's main part, with single spaces."""
    main = re.search(r"<main.*?</main>", answer.content.decode(), re.DOTALL)[0]
    return " ".join(html.unescape(re.sub(r"<[^>]*>", " ", main)).split())


def page_at(client, address, status=200):
    answer = client.get(address)
    assert answer.status_code == status
    return text_of(answer)


# Home


def test_home_is_the_topic_where_there_is_one(client):
    topic = factories.make_live(factories.make_topic(), title="Bicycles", body="<p>About.</p>").page
    factories.make_live(factories.make_treatment(topic=topic), title="Brakes")
    text = page_at(client, "/")
    assert "Bicycles" in text
    assert "About." in text
    assert "Brakes Squeeze the lever." in text


def test_home_lists_the_topics_where_there_are_several(client):
    for title in ("Bicycles", "Boats"):
        factories.make_live(factories.make_topic(), title=title)
    text = page_at(client, "/")
    assert "Topics Bicycles" in text
    assert "Boats" in text


def test_home_of_an_empty_portal_says_so(client):
    assert "There is no text for patients here at the moment" in page_at(client, "/")


# Topic and treatment


def test_a_topic_shows_its_treatments_whole_and_in_order(client):
    topic = factories.make_live(factories.make_topic(slug="bicycles"), title="Bicycles").page
    for place, title in ((2, "Second"), (1, "First")):
        page = factories.make_treatment(topic=topic, position=place)
        factories.make_live(page, title=title, body=f"<p>All of {title}.</p><p>More.</p>")
    text = page_at(client, "/topics/bicycles/")
    assert re.search(r"First All of First\. More\. .*Second All of Second\. More\.", text)


def test_a_topic_repeats_the_disclaimer_where_the_source_has_it(client):
    factories.make_live(factories.make_topic(slug="bicycles"))
    assert page_at(client, "/topics/bicycles/").count("Always talk with your doctor") == 2


def test_a_treatment_leads_to_the_ones_before_and_after(client):
    topic = factories.make_topic()
    pages = [factories.make_treatment(topic=topic, position=place) for place in (1, 1, 2)]
    for page, title in zip(pages, ("One", "Two", "Three"), strict=True):
        factories.make_live(page, title=title)
    text = page_at(client, pages[1].get_absolute_url())
    assert "Previous: One Next: Three" in text
    assert "Previous" not in page_at(client, pages[0].get_absolute_url())


def test_a_page_says_in_its_head_what_it_is_about(client):
    page = factories.make_live(title="Brakes", body="<p>Pull & let go. More.</p>").page
    for address, words in (
        (page.get_absolute_url(), "Pull &amp; let go."),
        ("/treatments/", "Patient information of This hospital"),
        ("/nowhere/", "Patient information of This hospital"),
    ):
        head = f'<meta name="description" content="{words}">'
        assert head in client.get(address).content.decode()


def test_what_else_there_is_stands_below_what_one_reads(client):
    topic = factories.make_live(factories.make_topic()).page
    page = factories.make_live(factories.make_treatment(topic=topic)).page
    for address in (page.get_absolute_url(), topic.get_absolute_url(), "/questions/"):
        assert "See all treatments" in page_at(client, address)


def test_a_treatment_shows_its_tags(client):
    page = factories.make_treatment(tags=["brakes", "levers"])
    factories.make_live(page)
    assert "More about: brakes , levers" in page_at(client, page.get_absolute_url())


def test_a_treatment_of_a_withdrawn_topic_is_still_there(client):
    topic = factories.make_withdrawn(factories.make_topic(), title="Bicycles").page
    page = factories.make_live(factories.make_treatment(topic=topic)).page
    assert "Bicycles" not in page_at(client, page.get_absolute_url())


def test_written_text_says_who_wrote_and_approved_it_and_when(client):
    ana = factories.make_user(first_name="Ana", last_name="Roe", credentials="RN")
    bo = factories.make_user(first_name="Bo", last_name="Lund", credentials="MD")
    with time_machine.travel(datetime.datetime(2026, 5, 1, 12, tzinfo=datetime.UTC)):
        edition = factories.make_submitted(by=ana)
        due = datetime.date(2028, 5, 1)
        publishing.approve(**factories.approval(edition, by=bo, due_by=due))
        text = page_at(client, edition.page.get_absolute_url())
    assert "Written by Ana Roe, RN Approved by Bo Lund, MD" in text
    assert "Last reviewed 1 May 2026, by Bo Lund, MD Next review due by 1 May 2028" in text
    assert "Not yet reviewed" not in text


def test_imported_text_says_where_it_comes_from_and_names_no_date(client):
    page = factories.make_imported(provenance="From a leaflet.").page
    text = page_at(client, page.get_absolute_url())
    assert "Not yet reviewed by this hospital." in text
    assert "Where it comes from From a leaflet." in text
    assert "1970" not in text


def test_late_text_says_so_by_itself(client):
    page = factories.make_live().page
    with time_machine.travel(datetime.datetime(2101, 1, 1, 12, tzinfo=datetime.UTC)):
        assert "was due by 1 January 2100" in page_at(client, page.get_absolute_url())


@pytest.mark.parametrize("address", ["/treatments/nowhere/", "/topics/nowhere/", "/tags/nowhere/"])
def test_what_is_nowhere_gets_a_helpful_page(client, address):
    assert "See all treatments" in page_at(client, address, 404)


def test_a_treatment_is_not_found_among_topics(client):
    page = factories.make_live().page
    assert "This page is not here" in page_at(client, f"/topics/{page.slug}/", 404)


def test_an_old_address_redirects_in_one_hop(client):
    page, user = factories.make_live(factories.make_treatment(slug="a")).page, factories.make_user()
    page = arranging.change_slug(page=page, by=user, slug="b")
    arranging.change_slug(page=page, by=user, slug="c")
    answer = client.get("/treatments/a/?q=private")
    assert (answer.status_code, answer["Location"]) == (301, "/treatments/c/")


# Lists


def test_treatments_stand_under_their_kinds(client):
    factories.make_live(factories.make_treatment(treatment_kind="medications"), title="Pills")
    factories.make_live(factories.make_treatment(treatment_kind="non-drug"), title="Rest")
    text = page_at(client, "/treatments/")
    assert re.search(r"Non-drug treatments Rest .* Medications Pills", text)


def test_side_by_side_shows_the_texts_in_the_order_asked_for(client):
    one, two = factories.make_live(title="One").page, factories.make_live(title="Two").page
    text = page_at(client, f"/treatments/?t={two.slug}&t={one.slug}")
    assert re.search(r"Two Squeeze the lever\..* One Squeeze the lever\.", text)


@pytest.mark.parametrize(
    ("query", "sentence"),
    [
        ("t=", "No treatment is ticked."),
        ("t=one", "Only one treatment is ticked."),
        ("t=one&t=one", "Only one treatment is ticked."),
        ("t=one&t=two&t=three&t=four", "More than three treatments are ticked."),
        ("t=" + "&t=".join(map(str, range(999))), "More than three treatments are ticked."),
        ("t=" + "x" * 9000, "Only one treatment is ticked."),
        ("t=one&t=nowhere", "A treatment that you asked for is not here."),
        ("tick=one&tick=nowhere", "A treatment that you asked for is not here."),
    ],
)
def test_a_wrong_choice_gets_a_sentence_and_keeps_the_ticks(client, query, sentence):
    factories.make_live(factories.make_treatment(slug="one"))
    answer = client.get(f"/treatments/?{query}")
    assert answer.status_code == 400
    assert sentence in text_of(answer)
    assert "<title>Please choose again" in answer.content.decode()
    assert ticked(answer) == (["one"] if "=one" in query else [])


def ticked(answer):
    return re.findall(r'value="([^"]*)"[^>]* checked>', answer.content.decode())


def test_a_choice_of_very_many_is_refused(client):
    assert client.get("/treatments/?" + "t=x&" * 10_000).status_code == 400


@pytest.mark.parametrize("other", ["nowhere", "%00", "<script>", "%F0%9F%92%8A", "draft"])
def test_a_choice_that_is_not_here_gets_a_sentence(client, other):
    factories.make_live(factories.make_treatment(slug="one"))
    factories.make_draft(factories.make_treatment(slug="draft"))
    answer = client.get(f"/treatments/?t=one&t={other}")
    assert answer.status_code == 400
    assert "is not here" in text_of(answer)
    assert b"<script>a" not in answer.content


def test_a_treatment_leads_to_the_list_with_itself_ticked(client):
    page = factories.make_live(factories.make_treatment(slug="one")).page
    (link,) = re.findall(
        r'href="([^"]*tick=[^"]*)"', client.get(page.get_absolute_url()).content.decode()
    )
    answer = client.get(link)
    assert (answer.status_code, ticked(answer)) == (200, ["one"])


def test_side_by_side_leads_back_to_the_list_with_its_treatments_ticked(client):
    for slug in ("one", "two", "three"):
        factories.make_live(factories.make_treatment(slug=slug))
    answer = client.get("/treatments/?t=three&t=one").content.decode()
    (link,) = re.findall(r'href="([^"]*tick=[^"]*)"', answer)
    assert sorted(ticked(client.get(html.unescape(link)))) == ["one", "three"]


def test_a_tick_on_another_screen_of_a_long_list_is_not_lost(client):
    topic = factories.make_topic()
    for number in range(101):
        page = factories.make_treatment(topic=topic, slug=f"one-{number}", position=number)
        factories.make_imported(page)
    answer = client.get("/treatments/?tick=one-100")
    assert ticked(answer) == ["one-100"]
    assert 'href="?tick=one-100&amp;page=2"' in answer.content.decode()


def test_columns_are_cut_at_their_headings_and_equally_long(client):
    bodies = ("<p>A</p><h2>Chain</h2><p>B</p>", "<h2>Tyres</h2><p>C</p><h2>CHAIN</h2><p>D</p>")
    slugs = [factories.make_live(body=body).page.slug for body in bodies]
    answer = client.get(f"/treatments/?t={slugs[0]}&t={slugs[1]}").content.decode()
    parts = re.findall(r'<div class="text">(.*?)</div>', answer, re.DOTALL)
    assert [re.sub(r"<[^>]*>|\s", "", part) for part in parts] == [
        *("A", "", "ChainB"),
        *("", "TyresC", "CHAIND"),
    ]
    assert '<div class="text"></div>' in answer


@pytest.mark.parametrize("page", ["0", "-1", "99999999999999999999", "x", "%00", ""])
def test_a_page_number_that_makes_no_sense_shows_a_page(client, page):
    factories.make_live(title="One")
    assert "One" in page_at(client, f"/treatments/?page={page}")


def test_long_lists_go_on_behind_a_link(client):
    topic = factories.make_topic()
    for _ in range(101):
        factories.make_imported(factories.make_treatment(topic=topic))
    first, second = (page_at(client, f"/treatments/?page={page}") for page in (1, 2))
    assert (first.count("Oil the chain."), second.count("Oil the chain.")) == (100, 1)
    assert "Further in this list" in first
    assert "Further" not in second
    assert "Earlier in this list" in second


def test_references_lead_to_the_pages_that_cite_them(client):
    factories.make_reference("spoke-2001", source_text="Spoke B. Brakes.")
    factories.make_reference("unused-2002", source_text="Never cited.")
    body = '<p>A<cite data-reference="spoke-2001">S</cite></p>'
    factories.make_live(title="Brakes page", body=body)
    text = page_at(client, "/references/")
    assert "Spoke B. Brakes. Cited by Brakes page" in text
    assert "Never cited" not in text


def test_a_tag_lists_its_pages(client):
    page = factories.make_treatment(tags=["Größe"])
    factories.make_live(page, title="Sizes")
    text = page_at(client, f"/tags/{page.tags.get().slug}/")
    assert "Pages about Größe" in text
    assert "Sizes" in text


# Questions for a visit


def test_all_questions_are_offered_and_none_is_ticked(client):
    answer = client.get("/questions/")
    assert all(question.words in text_of(answer) for question in questions.ALL)
    assert (answer.status_code, ticked(answer)) == (200, [])
    assert "Your questions" not in text_of(answer)


def test_ticked_questions_come_back_as_a_numbered_list_and_stay_ticked(client):
    answer = client.get("/questions/?q=next&q=suit&q=next&q=")
    assert (answer.status_code, ticked(answer)) == (200, ["suit", "next"])
    (numbered,) = re.findall(r'<ol class="lined">(.*?)</ol>', answer.content.decode(), re.DOTALL)
    assert re.findall(r"<li>(.*?)</li>", numbered) == [
        "Which of these could suit my pain?",
        "What happens next, and when?",
    ]


def test_questions_may_be_about_a_treatment_which_leads_there_and_goes_along(client):
    page = factories.make_live(factories.make_treatment(slug="one"), title="A & B").page
    lead = client.get(page.get_absolute_url()).content.decode()
    answer = client.get(re.search(r'href="(/questions/\?about=[^"]*)"', lead)[1])
    assert answer.status_code == 200
    assert "About: A & B" in text_of(answer)
    assert b'<input type="hidden" name="about" value="one">' in answer.content


@pytest.mark.parametrize("make", [factories.make_draft, factories.make_withdrawn])
def test_questions_about_what_patients_cannot_read_get_a_sentence(client, make):
    make(factories.make_treatment(slug="one"), title="Quokka")
    answer = client.get("/questions/?about=one&q=suit")
    assert answer.status_code == 400
    assert "The treatment that you asked about is not here." in text_of(answer)
    assert "Quokka" not in text_of(answer)
    assert ticked(answer) == ["suit"]


@pytest.mark.parametrize(
    "query",
    [
        "q=nowhere",
        "q=%00",
        "q=<script>alert(1)</script>",
        "q=" + "x" * 9000,
        "q=" + "&q=".join(map(str, range(900))),
        "q=%F0%9F%92%8A&q=%FF",
        "about=<script>alert(1)</script>",
        "about=%00",
        "about=" + "x" * 9000,
    ],
)
def test_nonsense_gets_a_sentence_the_list_and_no_echo(client, query):
    answer = client.get(f"/questions/?{query}&q=suit")
    assert answer.status_code == 400
    assert "not " in text_of(answer)
    assert "You can go on with the questions below." in text_of(answer)
    assert ticked(answer) == ["suit"]
    assert b"alert(1)" not in answer.content
    assert b"xxxx" not in answer.content


def test_ten_thousand_questions_are_refused(client):
    assert "could not read" in page_at(client, "/questions/?" + "q=suit&" * 10_000, 400)


@pytest.mark.parametrize("address", ["/", "/topics/bicycles/", "/treatments/one/"])
def test_pages_lead_to_the_questions(client, address):
    topic = factories.make_live(factories.make_topic(slug="bicycles")).page
    factories.make_live(factories.make_treatment(topic=topic, slug="one"))
    assert "Prepare for your visit" in page_at(client, address)


# The glossary


def make_word(word, meaning="what it means", *, slug="", other_spellings="", **words):
    page = factories.make_term(slug=slug or word.lower(), other_spellings=other_spellings)
    return factories.make_live(page, **({"title": word, "summary": meaning, "body": ""} | words))


def test_the_glossary_lists_its_words_from_a_to_z(client):
    for word in ("pump", "Chain", "axle", "2-speed"):
        make_word(word, f"meaning of {word}")
    text = page_at(client, "/glossary/")
    assert re.findall(r"meaning of \S+", text) == [
        "meaning of axle",
        "meaning of Chain",
        "meaning of pump",
        "meaning of 2-speed",
    ]
    assert "A C P Other A Axle meaning of axle Written by" in text


def test_a_word_says_who_stands_for_it_and_what_is_not_reviewed(client):
    make_word("pump")
    imported = factories.make_term()
    factories.make_imported(
        imported, title="axle", summary="a rod", body="", provenance="From a leaflet."
    )
    text = page_at(client, "/glossary/")
    assert "Axle a rod Not yet reviewed by this hospital. From a leaflet." in text
    assert re.search(r"Pump what it means Written by .* Approved by .* Last reviewed", text)


def test_where_all_words_come_from_the_same_place_it_is_said_once(client):
    for word in ("axle", "pump"):
        page = factories.make_term()
        factories.make_imported(page, title=word, summary="x", provenance="From a leaflet.")
    assert page_at(client, "/glossary/").count("From a leaflet.") == 1


def test_a_word_has_its_text_and_its_sources_numbered(client):
    factories.make_reference("spoke-2001", source_text="A source.")
    body = '<p>It has a handle.<cite data-reference="spoke-2001">S</cite></p>'
    make_word("pump", "moves air", body=body)
    text = page_at(client, "/glossary/")
    assert "Pump moves air It has a handle. 1 Written by" in text
    assert "References A source." in text


def test_a_word_names_the_pages_whose_texts_use_it(client):
    make_word("pump", other_spellings="inflator", body="<p>Axle.</p>")
    make_word("axle")
    topic = factories.make_live(factories.make_topic(), title="About", body="<p>A pump.</p>").page
    factories.make_live(
        factories.make_treatment(topic=topic, slug="air"), title="Air", body="<p>Inflators.</p>"
    )
    factories.make_live(title="Heading only", body="<h2>Pump</h2><p>Air.</p>")
    factories.make_draft(title="A draft", body="<p>A pump.</p>")
    text = page_at(client, "/glossary/")
    assert re.findall(r"Used on: (.*?)(?: P | Axle|$)", text) == ["About , Air"]
    assert '<a href="/treatments/air/">Air</a>' in client.get("/glossary/").content.decode()


def test_the_pages_that_use_a_word_follow_what_patients_read(client):
    make_word("pump")
    page = factories.make_live(title="Air", body="<p>A pump.</p>").page
    assert "Used on: Air" in page_at(client, "/glossary/")
    factories.make_live(page, title="Air", body="<p>By mouth.</p>")
    assert "Used on" not in page_at(client, "/glossary/")
    make_word("mouth")
    assert "Used on: Air" in page_at(client, "/glossary/")


def test_a_word_that_many_pages_use_names_the_first_of_them(client, monkeypatch):
    monkeypatch.setattr(word_list, "MOST_PAGES", 2)
    make_word("lever")
    topic = factories.make_topic()
    for title in "ABC":
        factories.make_live(factories.make_treatment(topic=topic), title=title)
    assert "Used on: A , B and 1 more page" in page_at(client, "/glossary/")


def test_texts_that_were_read_for_the_glossary_are_not_read_again(client):
    make_word("lever")
    factories.make_live()
    first = queries(client, "/glossary/")
    assert queries(client, "/glossary/") == first - 1


def test_an_older_address_of_a_word_is_still_a_place_in_the_glossary(client):
    term = make_word("pump").page
    arranging.change_slug(page=term, by=factories.make_user(), slug="air-pump")
    text = client.get("/glossary/").content.decode()
    assert 'id="term-air-pump"' in text
    assert 'id="term-pump"' in text


def test_a_term_is_found_in_lists_by_its_place_in_the_glossary(client):
    term = make_word("pump").page
    term.tags.add("air")
    text = client.get("/tags/air/").content.decode()
    assert '<a href="/glossary/#term-pump">pump</a>' in text


def test_an_empty_glossary_says_so(client):
    assert "No word is explained here at the moment." in page_at(client, "/glossary/")


def test_two_hundred_words_link_from_a_long_page_and_stand_on_one_screen(client):
    for number in range(200):
        page = factories.make_term(slug=f"part-{number}")
        factories.make_imported(page, title=f"part x{number}y", summary="a part", body="")
    listed = " ".join(f"Part x{number}y and more words." for number in range(200))
    page = factories.make_live(body=f"<p>{listed}</p>" * 5).page
    text = client.get(page.get_absolute_url()).content.decode()
    assert re.findall(r'href="/glossary/#term-part-(\d+)"', text) == [str(n) for n in range(200)]
    assert client.get("/glossary/").content.decode().count("<dfn>") == 200


# The number of queries does not depend on how much there is


def addresses(topic):
    slugs = [page.slug for page in topic.pages.all()[:2]]
    side = f"/treatments/?t={slugs[0]}&t={slugs[1]}"
    own = [f"/topics/{topic.slug}/", f"/treatments/{slugs[0]}/", side]
    own.append(f"/questions/?about={slugs[0]}")
    lists = [
        "/",
        "/treatments/",
        "/references/",
        "/glossary/",
        "/tags/brakes/",
        "/feed/",
        "/sitemap.xml",
    ]
    return lists + own


def fill(topic, number):
    for _ in range(number):
        key = factories.make_reference().key
        page = factories.make_treatment(topic=topic, tags=["brakes", f"tag-{key}"])
        cited = f'<p>A<cite data-reference="{key}">S</cite> lever {key}</p>'
        factories.make_live(page, body=cited)
        factories.make_live(factories.make_term(), title=key, body=cited)


def test_query_counts_stay_the_same_with_more_of_everything(client):
    topic = factories.make_live(factories.make_topic(slug="bicycles")).page
    fill(topic, 3)
    counts = {address: queries(client, address) for address in addresses(topic)}
    fill(topic, 9)
    assert {address: queries(client, address) for address in counts} == counts
    assert max(counts.values()) <= 8


def queries(client, address):
    with CaptureQueriesContext(connection) as captured:
        assert client.get(address).status_code == 200
    return len(captured)


# For machines


def test_the_feed_carries_standing_and_disclaimer_and_makes_up_no_date(client):
    factories.make_imported(title="Chains")
    feed = client.get("/feed/")
    assert "Last-Modified" not in feed
    text = feed.content.decode()
    assert "Oil the chain. Not yet reviewed by this hospital. Information on this site" in text
    assert "Date>" not in text


def test_the_feed_dates_what_has_a_date(client):
    with time_machine.travel(datetime.datetime(2026, 5, 1, 12, tzinfo=datetime.UTC)):
        factories.make_live()
        assert "Fri, 01 May 2026 12:00:00 +0000" in client.get("/feed/").content.decode()


def test_the_feed_is_the_same_when_asked_again(client):
    factories.make_imported()
    first = client.get("/feed/")
    again = client.get("/feed/", headers={"if-none-match": first["ETag"]})
    assert again.status_code == 304


def tree(client, address):
    return ElementTree.fromstring(client.get(address).content)


ATOM = "{http://www.w3.org/2005/Atom}"


def entry(client):
    """(state of review, where its meaning is told, last change or None) of the feed's one entry."""
    (item,) = tree(client, "/feed/").iter("item")
    (category,) = item.findall("category")
    return category.text, category.get("domain"), item.findtext(f"{ATOM}updated")


def test_the_feed_says_how_an_entry_stands_and_when_that_changed(client, settings):
    settings.SITE_URL, settings.TIME_ZONE = "https://education.example.org", "America/Chicago"
    told_at = "https://education.example.org/about/#reviewed"
    edition = factories.make_imported()
    assert entry(client) == ("not yet reviewed", told_at, None)
    with time_machine.travel(datetime.datetime(2026, 5, 1, 12, tzinfo=datetime.UTC)) as clock:
        publishing.review_unchanged(
            edition=edition,
            by=factories.make_user(),
            evidence_checked=True,
            due_by=datetime.date(2026, 6, 1),
        )
        assert entry(client) == ("reviewed", told_at, "2026-05-01T12:00:00+00:00")
        first = client.get("/feed/")
        clock.move_to(datetime.datetime(2026, 6, 3, 12, tzinfo=datetime.UTC))
        state, _, changed = entry(client)
        assert state == "overdue"
        overdue = datetime.datetime(2026, 6, 2, 5, tzinfo=datetime.UTC)  # midnight in Chicago
        assert datetime.datetime.fromisoformat(changed) == overdue
        again = client.get("/feed/", headers={"if-none-match": first["ETag"]})
    assert again.status_code == 200
    assert 'id="reviewed"' in client.get("/about/").content.decode()


def lastmod(client):
    """{address: last change or None}, without the days' hours."""
    found = {}
    for url in tree(client, "/sitemap.xml"):
        address, *rest = (child.text for child in url)
        found[urlsplit(address).path] = rest[0] if rest else None
    return found


def test_the_sitemap_says_when_what_a_page_shows_last_changed(client):
    topic = factories.make_imported(factories.make_topic(slug="bicycles")).page
    factories.make_imported(factories.make_treatment(topic=topic, slug="chains"))
    assert set(lastmod(client).values()) == {None}
    first = client.get("/sitemap.xml")
    assert "Last-Modified" not in first
    with time_machine.travel(datetime.datetime(2026, 5, 1, 12, tzinfo=datetime.UTC)) as clock:
        edition = factories.make_live(factories.make_treatment(topic=topic, slug="brakes"))
        clock.move_to(datetime.datetime(2026, 5, 9, 12, tzinfo=datetime.UTC))
        found = lastmod(client)
        assert found["/treatments/brakes/"] == found["/topics/bicycles/"] == "2026-05-01"
        assert found["/treatments/chains/"] is None
        publishing.withdraw(edition=edition, by=factories.make_user(), reason="Wrong.")
        clock.move_to(datetime.datetime(2026, 5, 20, 12, tzinfo=datetime.UTC))
        found = lastmod(client)
    assert found["/topics/bicycles/"] == "2026-05-09"
    assert "/treatments/brakes/" not in found
    again = client.get("/sitemap.xml", headers={"if-none-match": first["ETag"]})
    assert again.status_code == 200
    assert client.get("/sitemap.xml", headers={"if-none-match": again["ETag"]}).status_code == 304


def test_the_sitemap_names_addresses_of_this_site(client, settings):
    settings.SITE_URL = "https://education.example.org"
    page = factories.make_imported().page
    text = client.get("/sitemap.xml").content.decode()
    assert f"<loc>https://education.example.org{page.get_absolute_url()}</loc>" in text
    assert "1970" not in text


def test_robots_are_shown_the_sitemap_and_kept_out_of_the_admin(client, settings):
    settings.SITE_URL = "https://education.example.org"
    answer = client.get("/robots.txt")
    assert answer["Content-Type"].startswith("text/plain")
    assert b"Disallow: /admin/" in answer.content
    assert b"Sitemap: https://education.example.org/sitemap.xml" in answer.content


@pytest.mark.parametrize("address", ["/", "/treatments/", "/feed/", "/sitemap.xml", "/robots.txt"])
def test_pages_can_only_be_read(client, address):
    assert client.post(address).status_code == 405
    assert client.head(address).status_code == 200
