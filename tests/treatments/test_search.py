"""The search: what is found, when, and what a patient is told."""

import datetime
import html
import logging
import random
import re
import threading
from urllib.parse import quote

import pytest
import time_machine
from django.core.management import call_command
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from tests import factories
from treatments import arranging, publishing, search
from treatments.models import Edition, Synonym
from treatments.search import following, index

pytestmark = pytest.mark.django_db

# Letters without a blank between them.
RUN = "".join(random.Random(1).choices("abcdefghijklmnopqrstuvwxyz", k=60_000))


def titles(typed, **kwargs):
    return [hit.edition.title for hit in search.find(typed, language="en", **kwargs)]


def page_for(client, typed):
    answer = client.get(f"/search/?q={quote(typed)}")
    assert answer.status_code == 200
    return answer.content.decode()


def text_of(page):
    main = re.search(r"<main.*?</main>", page, re.DOTALL)[0]
    return " ".join(html.unescape(re.sub(r"<[^>]*>", "", main)).split())


# What is found


def test_a_title_stands_before_a_text_that_speaks_of_it():
    factories.make_live(title="Wheels", body="<p>A brake stops a wheel. Brakes wear.</p>")
    factories.make_live(title="Brakes", body="<p>Squeeze the lever.</p>")
    assert titles("brake") == ["Brakes", "Wheels"]


def test_texts_with_all_words_stand_before_those_with_some():
    factories.make_live(title="Chains", body="<p>Oil it.</p>")
    factories.make_live(title="A text", body="<p>Wipe the chain after rain.</p>")
    assert titles("chain rain") == ["A text"]
    assert titles("chain oil") == ["Chains"]


def test_a_phrase_in_quotes_is_found_side_by_side_only():
    factories.make_live(title="One", body="<p>Turn the left pedal.</p>")
    factories.make_live(title="Two", body="<p>The pedal is left of it.</p>")
    assert titles('"left pedal"') == ["One"]
    assert set(titles("left pedal")) == {"One", "Two"}


def test_a_word_that_is_nowhere_finds_nothing_and_offers_the_rest(client):
    factories.make_live(title="Brakes")
    text = text_of(page_for(client, "zeppelin brake"))
    assert "No page here has the word “zeppelin”. Search without it: brake" in text


def test_few_words_of_many_may_be_nowhere():
    factories.make_live(title="Brakes", body="<p>Cables pull the lever in rain.</p>")
    assert titles("zeppelin brakes cables lever rain") == ["Brakes"]


def test_a_word_of_english_is_never_taken_for_another():
    factories.make_live(title="Heat", body="<p>It is hot.</p>")
    assert titles("heart") == []
    assert titles("heet") == ["Heat"]


def test_a_guess_is_told_and_can_be_followed(client):
    factories.make_live(title="Derailleurs", body="<p>Shift the gears.</p>")
    page = page_for(client, "deraileurs shift")
    assert 'Did you mean <a href="/search/?q=derailleurs%20shift">derailleurs shift</a>?' in page


def test_a_word_that_hyphens_tie_is_found_in_one_in_two_and_misspelt():
    factories.make_live(title="Care", body="<p>Mind the semi-detachable wheel.</p>")
    for typed in ("semi-detachable", "semi detachable", "semidetachable", "semidetatchable"):
        assert titles(typed) == ["Care"], typed


def test_a_word_that_was_typed_in_two_and_misspelt_is_told_once(client):
    factories.make_live(title="Velocipedia", body="<p>Of old.</p>")
    assert ">velocipedia</a>?" in page_for(client, "velco pedia")


def test_tags_and_their_pages_are_found(client):
    factories.make_live(factories.make_treatment(tags=["stopping"]), title="Levers")
    page = page_for(client, "stopping")
    assert "Levers" in page
    assert 'More about: <a href="/tags/stopping/">stopping</a>' in page


def test_a_term_answers_with_its_meaning(client):
    factories.make_live(factories.make_term(), title="rim", summary="the edge of a wheel", body="")
    text = text_of(page_for(client, "what is a rim?"))
    assert "Rim: the edge of a wheel" in text


def test_the_sentence_that_matched_is_shown_with_its_words_marked(client):
    topic = factories.make_live(factories.make_topic(), title="Bicycles").page
    page = factories.make_treatment(topic=topic)
    body = "<p>First. Wipe the <b>chain & ring</b> dry. Last.</p>"
    factories.make_live(page, title="Care", body=body)
    text = page_for(client, "chains")
    assert "<p>Wipe the <mark>chain</mark> &amp; ring dry.</p>" in text
    assert "Bicycles" in text_of(text)


def test_a_long_sentence_is_cut_around_what_matched():
    words = " ".join(["and"] * 200)
    factories.make_live(title="Long", body=f"<p>Oil {words} the chain {words}.</p>")
    (hit,) = search.find("chain", language="en")
    assert len(hit.sentence) < 260
    assert hit.sentence.startswith("… ")
    assert [part.text for part in hit.parts if part.marked] == ["chain"]


def test_synonyms_lead_to_the_words_of_the_texts():
    factories.make_live(title="Brakes")
    assert titles("stopper") == []
    synonym = factories.make_synonym("stopper", "brakes")
    assert titles("stoppers") == ["Brakes"]
    synonym.delete()
    assert titles("stopper") == []


def test_a_long_list_goes_on_behind_a_link_that_keeps_the_words(client):
    topic = factories.make_topic()
    for number in range(12):
        factories.make_live(factories.make_treatment(topic=topic), title=f"Spoke {number}")
    page = page_for(client, "spoke & spoke")
    assert "12 pages" in page
    assert page.count("<li>\n          <a") == 10
    assert "?q=spoke+%26+spoke&amp;page=2" in page
    second = client.get("/search/?q=spoke&page=2").content.decode()
    assert second.count("<li>\n          <a") == 2


# When


@pytest.mark.parametrize(
    "make",
    [
        factories.make_draft,
        factories.make_submitted,
        factories.make_scheduled,
        factories.make_withdrawn,
    ],
)
def test_what_is_not_live_is_not_found_guessed_or_known(client, make):
    make(title="Quokkas", body="<p>Quokka zebraish.</p>")
    factories.make_live(title="Brakes")
    assert titles("quokka") == []
    for typed in ("quoka", "quokka brakes", "zebraishh brakes"):
        text = text_of(page_for(client, typed))
        assert "Did you mean" not in text
        assert "Brakes" not in text.partition("All treatments")[0] or "Search without" in text


def test_a_scheduled_text_is_found_from_its_second_on_and_a_withdrawn_one_no_more():
    noon = datetime.datetime(2026, 5, 1, 12, tzinfo=datetime.UTC)
    with time_machine.travel(noon, tick=False):
        page = factories.make_live(title="Old rims").page
        factories.make_scheduled(page, title="New rims", publish_at=noon.replace(hour=13))
    moment = noon.replace(hour=13)
    assert titles("rims", at=moment - datetime.timedelta(seconds=1)) == ["Old rims"]
    assert titles("rims", at=moment) == ["New rims"]
    with time_machine.travel(moment + datetime.timedelta(hours=1), tick=False):
        current = Edition.objects.live().get()
        publishing.withdraw(edition=current, by=factories.make_user(), reason="Wrong.")
        assert titles("rims") == []
    assert titles("rims", at=moment) == ["New rims"]


def test_the_index_follows_every_verb():
    ana, bo = factories.make_user(), factories.make_user()
    page = factories.make_treatment()
    draft = factories.make_draft(page, by=ana, title="Pedals")
    assert search.pages("pedals", language="en") == [page.pk]
    draft = factories.make_draft(page, by=ana, title="Saddles")
    assert search.pages("pedals", language="en") == []
    publishing.discard(edition=draft, by=ana)
    assert search.pages("saddles", language="en") == []
    live = factories.make_live(page, title="Bells")
    assert titles("bells") == ["Bells"]
    arranging.merge_tags(
        tags=[_tag(page, "ringing"), _tag(page, "noise")], into=_tag(page, "noise"), by=bo
    )
    assert (titles("noise"), titles("ringing")) == (["Bells"], [])
    arranging.rename_tag(tag=_tag(page, "noise"), by=bo, name="sound")
    assert (titles("sound"), titles("noise")) == (["Bells"], [])
    publishing.withdraw(edition=live, by=bo, reason="Wrong.")
    assert titles("bells") == []


def _tag(page, name):
    page.tags.add(name)
    return page.tags.get(name=name)


def test_a_save_that_fails_leaves_no_trace_in_the_index():
    page = factories.make_treatment()
    with transaction.atomic():
        factories.make_draft(page, title="Pedals")
        transaction.set_rollback(True)
    assert search.pages("pedals", language="en") == []


@pytest.mark.django_db(transaction=True)
def test_a_withdrawn_text_is_gone_for_readers_who_search_all_the_while():
    live = factories.make_live(title="Brakes")
    user, withdrawn, wrong = factories.make_user(), threading.Event(), []

    def read():
        try:
            for _ in range(15):
                gone = withdrawn.is_set()
                if gone and titles("brakes"):
                    wrong.append("found after it was withdrawn")
                elif not gone:
                    titles("brakes")
        except Exception as error:
            wrong.append(repr(error))
        finally:
            connection.close()

    readers = [threading.Thread(target=read) for _ in range(4)]
    for reader in readers:
        reader.start()
    publishing.withdraw(edition=live, by=user, reason="Wrong.")
    withdrawn.set()
    for reader in readers:
        reader.join()
    assert wrong == []
    assert titles("brakes") == []


# The index


def test_what_was_written_past_the_index_is_noticed_and_mended(capsys):
    edition = factories.make_live(title="Brakes")
    index.remove(connection, edition.pk)
    (warning,) = following.index_is_whole(None, databases=["default"])
    assert "does not know 1 of its texts" in warning.msg
    call_command("rebuild_search")
    assert capsys.readouterr().out == "1 of 1 editions\nThe search knows 1 editions.\n"
    assert following.index_is_whole(None, databases=["default"]) == []
    assert titles("brakes") == ["Brakes"]


def test_an_index_that_is_missing_or_of_an_older_recipe_is_made_after_migrating(client):
    factories.make_live(title="Brakes")
    with connection.cursor() as cursor:
        cursor.execute(f"UPDATE {index.WORDS} SET form = 'older' WHERE spelling = ''")
    assert "rebuild_search" in client.get("/readyz").content.decode()
    following.make(using="default")
    assert client.get("/readyz").status_code == 200
    with connection.cursor() as cursor:
        cursor.execute(f"DROP TABLE {index.TEXTS}")
    (warning,) = following.index_is_whole(None, databases=["default"])
    assert "has no index" in warning.msg
    following.make(using="default")
    assert titles("brakes") == ["Brakes"]


@pytest.mark.parametrize(
    "body",
    [
        RUN[:1_400],
        RUN[:2_100],
        RUN,
        "\ufdfa" * 2_000,
        " ".join(chr(0x20000 + n) for n in range(40_000)),
        " ".join(RUN[n : n + 12] for n in range(0, 12_000, 3)) + " sprocket" * 150_000,
        "-".join(RUN[n : n + 9] for n in range(0, 9_000, 3)),
    ],
    ids=["run", "longer run", "longest run", "expanding", "short", "endless", "hyphens"],
)
def test_whatever_a_text_holds_is_saved_and_found_by_its_title(body):
    factories.make_live(title="Sprocket", body="<p>It turns.</p>")
    factories.make_imported(title="Mudguard", body=f"<p>{body}</p>")
    assert titles("mudguard") == ["Mudguard"]
    assert titles("sprocket")[0] == "Sprocket"
    search.rebuild(connection)
    assert titles("mudguard") == ["Mudguard"]


def test_a_run_of_letters_is_found_by_its_beginning_alone():
    factories.make_live(title="Serial numbers", body=f"<p>{RUN}</p>")
    assert titles(RUN[:200]) == titles(RUN[:40]) == ["Serial numbers"]
    assert titles(RUN[40:80]) == []


def test_what_stands_behind_the_letters_a_text_is_searched_by_is_not_found(monkeypatch):
    monkeypatch.setattr(index, "MOST_LETTERS", 30)
    factories.make_live(title="Hubs", body="<p>Oil the axle.</p><p>Then ride. Then a spoke.</p>")
    assert titles("axle") == ["Hubs"]
    assert titles("spoke") == []


def test_of_one_text_so_many_words_are_guessed_at_and_all_are_found(monkeypatch):
    monkeypatch.setattr(index, "MOST_LEARNT", 3)
    factories.make_live(title="Hubs", body="<p>Derailleurs, sprokkits, mudgards.</p>")
    assert titles("mudgards") == titles("derrailleurs") == ["Hubs"]
    assert titles("mudgardz") == []


def test_synonyms_that_were_written_past_the_index_come_in_by_rebuilding():
    factories.make_live(title="Brakes")
    Synonym.objects.bulk_create([Synonym(words="stopper", meaning="brakes")])
    call_command("rebuild_search", verbosity=0)
    assert titles("stopper") == ["Brakes"]


# What is typed

TYPED = st.one_of(
    st.text(max_size=400),
    st.lists(
        st.sampled_from(
            [
                "brake",
                "lever",
                '"',
                "'",
                "*",
                "%",
                "_",
                "(",
                ")",
                ":",
                "^",
                "+",
                "-",
                "NEAR(",
                "AND",
            ]
            + ["OR", "NOT", "title:", "\\", ";--", "|", "&", "!", "<->", "\0", "“", "🙂", "ש", "é"]
        ),
        max_size=30,
    ).map(" ".join),
)


@settings(max_examples=150, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(TYPED)
@example("x" * 10_000)
@example("' OR 1=1 --")
@example("\ud800")
@example("\ufdfa" * 200)
@example("x" + "\ufdfa" * 49)
@example(" ".join(chr(0x20000 + n) + "\ufdfa" for n in range(66)))
@example('"' + " ".join(chr(0x20000 + n) for n in range(98)) + '"')
@example("<script>alert(1)</script>")
def test_whatever_is_typed_gets_a_helpful_page(client, typed):
    answer = client.get("/search/", {"q": typed.encode("utf-8", "surrogatepass")})
    assert answer.status_code == 200
    page = answer.content.decode()
    assert page.count("<h1>") == 1
    assert "substitute for talking with your doctor" in page
    assert "<script>alert" not in page


def test_the_words_stay_in_the_box(client):
    assert 'value="&lt;b&gt; &quot;chain&quot;"' in page_for(client, '<b> "chain"')


def test_nothing_found_leads_on(client):
    topic = factories.make_live(factories.make_topic(slug="bicycles"), title="Bicycles").page
    for typed in ("zeppelin", "%", ""):
        page = page_for(client, typed)
        assert f'<a href="{topic.get_absolute_url()}">Bicycles</a>' in page
        assert '<a href="/glossary/">Words, A to Z</a>' in page


def test_the_page_is_for_nobody_but_its_reader(client):
    answer = client.get("/search/?q=brakes")
    assert answer["Cache-Control"] == "no-store"
    assert '<meta name="robots" content="noindex">' in answer.content.decode()
    assert not answer.cookies


def test_the_empty_box_may_be_found_by_others(client):
    assert "noindex" not in client.get("/search/").content.decode()


def test_what_is_typed_stands_in_no_log(client, caplog, monkeypatch):
    def fail(*args, **kwargs):
        raise RuntimeError(*args)

    from_settings = logging.getLogger().handlers
    client.raise_request_exception = False
    with caplog.at_level(logging.DEBUG, "django.request"):
        client.get("/search/?q=quokka")
        monkeypatch.setattr(search, "answer", fail)
        assert client.get("/search/?q=quokka").status_code == 500
    formatter = next(h.formatter for h in from_settings if "WithoutQueries" in repr(h.formatter))
    assert caplog.records
    assert not [r for r in caplog.records if "quokka" in formatter.format(r)]


def test_a_search_costs_two_queries_at_most(client):
    topic = factories.make_live(factories.make_topic()).page
    for number in range(3):
        page = factories.make_treatment(topic=topic, tags=["brakes"])
        factories.make_live(page, title=f"Brakes {number}")
    factories.make_live(factories.make_term(), title="rim", summary="", body="<p>An edge.</p>")
    for typed in ("brakes", "braeks zeppelin", "zeppelin", "brakes squeeze lever", "rim", "%"):
        with CaptureQueriesContext(connection) as queries:
            page_for(client, typed)
        assert len(queries) <= 2, typed


# Staff


def test_the_lists_of_the_admin_find_drafts_and_addresses(client):
    client.force_login(factories.make_user(is_staff=True, is_superuser=True))
    page = factories.make_draft(factories.make_treatment(slug="a-bell"), title="Ringers").page
    for typed in ("ringer", "ringgers", "a-bell", "bell"):
        text = client.get("/admin/treatments/treatment/", {"q": typed}).content.decode()
        assert f"/{page.pk}/text/" in text, typed
    text = client.get("/admin/treatments/treatment/", {"q": "zeppelin"}).content.decode()
    assert f"/{page.pk}/text/" not in text


def test_managers_keep_synonyms_and_the_audit_trail_tells(client):
    factories.make_live(title="Brakes")
    client.force_login(factories.make_user("mo", is_staff=True, may=["manage_page"]))
    data = {"words": " stopper ", "meaning": "brakes"}
    client.post("/admin/treatments/synonym/add/", data)
    assert titles("stopper") == ["Brakes"]
    synonym = Synonym.objects.get()
    client.post(f"/admin/treatments/synonym/{synonym.pk}/change/", data | {"words": "halter"})
    assert (titles("halter"), titles("stopper")) == (["Brakes"], [])
    client.post(f"/admin/treatments/synonym/{synonym.pk}/delete/", {"post": "yes"})
    deeds = arranging.AuditEntry.objects.filter(action__endswith="synonym").order_by("pk")
    assert [deed.action.split()[0] for deed in deeds] == ["add", "change", "delete"]
    assert titles("halter") == []


@pytest.mark.parametrize(
    ("words", "meaning", "sentence"),
    [
        ("the", "brakes", "Give words that say more"),
        ("stopper", "it", "No text is found by these words"),
        ("brake", "brakes", "takes these words for the same"),
        ("Halter", "brakes", "There is a synonym “Halter” already"),
    ],
)
def test_a_synonym_that_leads_nowhere_is_refused(client, words, meaning, sentence):
    factories.make_synonym("halter", "brakes")
    client.force_login(factories.make_user(is_staff=True, may=["manage_page"]))
    data = {"words": words, "meaning": meaning}
    assert sentence in client.post("/admin/treatments/synonym/add/", data).content.decode()


def test_a_synonym_for_what_no_text_has_is_kept_with_a_warning(client):
    client.force_login(factories.make_user(is_staff=True, may=["manage_page"]))
    data = {"words": "stopper", "meaning": "zeppelin"}
    answer = client.post("/admin/treatments/synonym/add/", data, follow=True)
    assert "leads nowhere yet" in answer.content.decode()
    assert Synonym.objects.count() == 1
