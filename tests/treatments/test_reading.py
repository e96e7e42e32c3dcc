"""What a page prints of its texts."""

import datetime

import pytest
import time_machine
from django.db import connection
from django.utils.html import conditional_escape

from tests import factories
from treatments import reading, wording
from treatments.models import Reference

pytestmark = pytest.mark.django_db


def cite(key):
    return f'<cite data-reference="{key}">{key}</cite>'


def live(*pages):
    return [reading.live().get(page=page) for page in pages]


def test_texts_of_one_page_share_their_numbers():
    first = factories.make_reference("spoke-2001", source_text="First source.")
    second = factories.make_reference("wheel-2002", source_text="Second source.")
    topic = factories.make_topic()
    factories.make_live(topic, body=f"<p>A{cite(second.key)}</p>")
    page = factories.make_treatment(topic=topic)
    factories.make_live(page, body=f"<h2>H</h2><p>B{cite(first.key)}{cite(second.key)}</p>")
    lead, below, references = reading.read(live(topic)[0], below=live(page))
    assert [(r.number, r.printed) for r in references] == [
        (1, "Second source."),
        (2, "First source."),
    ]
    assert ">1</a>" in lead.body
    assert below[0].body.startswith("<h3>H</h3>")


def test_reading_costs_two_queries_however_many_terms_there_are(django_assert_num_queries):
    pages = [factories.make_live().page for _ in range(5)]
    for _ in range(5):
        factories.make_live(factories.make_term())
    found = live(*pages)
    with django_assert_num_queries(2):
        reading.read(below=found)
    with django_assert_num_queries(1):
        reading.read(below=found, terms=[])


def test_live_terms_are_links_unless_others_or_none_are_asked_for():
    term = factories.make_term(slug="sprocket", other_spellings=" cog \n\nwheel with teeth\n")
    factories.make_imported(term, title="sprocket", summary="what the chain runs on", body="")
    edition = live(factories.make_live(body="<p>A cog turns.</p>").page)[0]
    assert reading.read(edition)[0].body == (
        '<p>A <a class="term" href="/glossary/#term-sprocket" data-meaning="what the chain runs on'
        '\nNot yet reviewed by this hospital.">cog</a> turns.</p>'
    )
    assert reading.read(edition, terms=[])[0].body == "<p>A cog turns.</p>"


def test_a_term_without_a_summary_means_the_first_sentence_of_its_text():
    term = factories.make_live(
        factories.make_term(), title="sprocket", body="<p>A wheel. It has teeth.</p>"
    )
    assert reading.as_term(live(term.page)[0]).meaning == "A wheel."


def test_a_hostile_term_cannot_open_a_page():
    hostile = '"><script>alert(1)</script>'
    factories.make_live(factories.make_term(), title="lever", summary=hostile, body="")
    factories.make_live(factories.make_term(), title=hostile, summary="x", body="")
    edition = live(factories.make_live(body="<p>Pull the lever.</p>").page)[0]
    assert "<script" not in reading.read(edition)[0].body


def test_linked_text_is_safe_once_and_stays_so():
    factories.make_live(factories.make_term(), title="lever", summary="a <b> & c", body="")
    edition = live(factories.make_live(body="<p>Pull the lever.</p>").page)[0]
    assert 'data-meaning="a &lt;b&gt; &amp; c">lever</a>' in conditional_escape(
        reading.read(edition)[0].body
    )


def test_a_retracted_source_shows_at_once_and_its_printed_words_stay():
    factories.make_reference("spoke-2001", source_text="As received.")
    page = factories.make_live(body=f"<p>A{cite('spoke-2001')}</p>").page
    Reference.objects.update(retracted=True, source_text="Other words.")
    _, _, (reference,) = reading.read(live(page)[0])
    assert (reference.retraction, reference.printed) == (wording.RETRACTED, "As received.")


def test_text_that_came_past_the_field_is_cleaned_before_it_is_marked_safe():
    page = factories.make_draft(body="<p>x</p>").page
    with connection.cursor() as cursor:
        cursor.execute("UPDATE treatments_edition SET body = %s", ["<p>A<script>b</script></p>"])
    edition = page.editions.with_review().get()
    assert reading.read(edition)[0].body == "<p>A</p>"


def test_a_list_shows_the_first_sentence_where_there_is_no_summary():
    plain = factories.make_live(body="<p>Oil the chain. Wipe it.</p>", title="Chains")
    summed = factories.make_live(body="<p>Oil it.</p>", summary="In short.", title="Brakes")
    entries = reading.listed(live(plain.page, summed.page))
    assert [(entry.title, entry.lead) for entry in entries] == [
        ("Chains", "Oil the chain."),
        ("Brakes", "In short."),
    ]


def test_imported_text_says_that_nobody_here_has_reviewed_it():
    (edition,) = live(factories.make_imported().page)
    assert reading.standing(edition) == [wording.NOT_REVIEWED]


def test_reviewed_text_says_nothing_until_its_review_is_late():
    page = factories.make_live().page
    assert reading.standing(live(page)[0]) == []
    with time_machine.travel(datetime.datetime(2100, 1, 2, 12, tzinfo=datetime.UTC)):
        (sentence,) = reading.standing(live(page)[0])
    assert "was due by 1 January 2100" in sentence


def test_parts_side_by_side_are_the_texts_as_they_were_read_and_stay_marked_safe():
    bodies = ("<p>A</p><h2>Chain</h2><p>B</p>", "<h2>Chain</h2><p>C &amp; D</p>")
    pages = [factories.make_live(body=body).page for body in bodies]
    _, texts, _ = reading.read(below=live(*pages))
    for text, parts in reading.beside(texts):
        assert "".join(parts) == text.body
        assert {type(part) for part in parts} == {type(text.body)}
