"""Comments on the screens of a text: who sees which, and what each button does."""

import re

import pytest
from django.contrib.auth.models import Group

from tests import factories
from treatments import publishing, remarks
from treatments.admin.writing import edition_url, text_url
from treatments.models import AuditEntry, Comment, Edition

pytestmark = pytest.mark.django_db


def person(role, **fields):
    user = factories.make_user(may=[], is_staff=True, **fields)
    user.groups.add(Group.objects.get(name=role))
    return user


@pytest.fixture
def author():
    return person("Authors", first_name="Ana", last_name="Roe")


@pytest.fixture
def reviewer():
    return person("Reviewers", first_name="Bo", last_name="Lee")


@pytest.fixture
def press(client):
    """Press a button of a page's text as somebody; returns what comes back."""

    def press(user, page, verb, comment=None, **data):
        client.force_login(user)
        query = f"?comment={comment.pk}" if comment else ""
        return client.post(f"{text_url(page)}{query}", {"verb": verb} | data)

    return press


@pytest.fixture
def look(client):
    def look(user, address):
        client.force_login(user)
        answer = client.get(address)
        return " ".join(answer.content.decode().split())

    return look


def say(edition, text, by=None):
    return remarks.comment(edition=edition, by=by or factories.make_user(), text=text)


def said(answer):
    return [str(message) for message in answer.context["messages"]]


def listed(text):
    """The comments of a screen, as words, in order."""
    found = re.findall(r'<div class="said">(.*?)</div>', text)
    return [" ".join(re.sub(r"<[^>]+>", " ", comment).split()) for comment in found]


def test_a_comment_is_added_resolved_and_opened_again(press, look, author, reviewer):
    draft = factories.make_draft(by=author)
    press(reviewer, draft.page, "comment", edition=draft.pk, text="One.\nTwo.")
    comment = Comment.objects.get()
    text = look(author, text_url(draft.page))
    assert "Comments: 1 open" in text
    assert "<p>One.<br>Two.</p>" in text
    press(author, draft.page, "resolve", comment)
    text = look(author, text_url(draft.page))
    assert "Resolved: 1" in text
    assert "Resolved by Ana Roe, RN" in text
    press(author, draft.page, "reopen", comment)
    assert "Comments: 1 open" in look(author, text_url(draft.page))


def test_a_comment_cannot_be_markup(press, look, author):
    draft = factories.make_draft(by=author)
    press(author, draft.page, "comment", edition=draft.pk, text="<script>x</script>&amp;")
    text = look(author, text_url(draft.page))
    assert "&lt;script&gt;x&lt;/script&gt;&amp;amp;" in text
    assert "<script>x" not in text


@pytest.mark.parametrize("text", ["", "  ", "x" * 5001, "\0", "\u200b"])
def test_a_comment_that_cannot_be_kept_comes_back_with_its_words(press, author, text):
    draft = factories.make_draft(by=author)
    answer = press(author, draft.page, "comment", edition=draft.pk, text=text)
    assert answer.status_code == 400
    assert answer.context["forms"]["comment"].data["text"] == text
    assert not Comment.objects.exists()


def test_the_reason_for_sending_back_is_told_once_and_can_be_answered(
    press, look, author, reviewer
):
    edition = factories.make_submitted(by=author)
    press(reviewer, edition.page, "send_back", edition=edition.pk, reason="Step 3 is missing.")
    text = look(author, text_url(edition.page))
    assert text.count("Step 3 is missing.") == 1
    assert "Bo Lee, RN sent this text back on" in text
    comment = Comment.objects.get()
    assert f'href="#comment-{comment.pk}"' in text
    press(author, edition.page, "resolve", comment)
    assert "sent this text back" not in look(author, text_url(edition.page))


def test_the_last_reason_for_sending_back_is_the_one_that_is_named(look, author, reviewer):
    edition = factories.make_submitted(by=author)
    publishing.send_back(edition=edition, by=reviewer, reason="First.")
    publishing.submit(edition=edition, by=author, version=1)
    publishing.send_back(edition=edition, by=reviewer, reason="Second.")
    last = Comment.objects.get(text="Second.")
    assert f'href="#comment-{last.pk}"' in look(author, text_url(edition.page))


def test_what_was_left_open_is_shown_with_the_next_edition(look, author):
    page = factories.make_treatment()
    live = factories.make_live(page)
    say(live, "Say more about rims next time.")
    remarks.resolve(comment=say(live, "Done with."), by=author)
    draft = factories.make_draft(page, by=author)
    say(draft, "Too long.")
    text = look(author, text_url(page))
    assert listed(text) == ["Say more about rims next time.", "Too long."]
    assert "on edition 1" in text
    assert "on edition 2" not in text


def test_an_editions_own_screen_shows_its_own_comments_for_good(look, author):
    page = factories.make_treatment()
    live = factories.make_live(page)
    say(live, "Open still.")
    remarks.resolve(comment=say(live, "Done with."), by=author)
    say(factories.make_draft(page), "Of the next one.")
    assert listed(look(author, edition_url(page, 1))) == ["Open still.", "Done with."]


def test_comments_of_another_language_or_page_stay_there(look, author):
    page = factories.make_treatment()
    factories.make_live(page)
    say(factories.make_draft(page, language="es"), "Ajeno.")
    say(factories.make_draft(), "Elsewhere.")
    assert listed(look(author, text_url(page))) == []


@pytest.mark.parametrize("pk", ["", "0", "x", "9" * 30, "²"])
@pytest.mark.parametrize("verb", ["resolve", "reopen"])
def test_a_comment_that_is_not_there_is_refused_in_a_sentence(client, author, verb, pk):
    page = factories.make_draft(by=author).page
    client.force_login(author)
    answer = client.post(f"{text_url(page)}?comment={pk}", {"verb": verb})
    assert answer.status_code == 400
    assert said(answer) == ["This comment is not here any more."]


def test_a_button_reaches_no_comment_of_another_page(press, author):
    page, other = factories.make_draft(by=author).page, say(factories.make_draft(), "x")
    assert press(author, page, "resolve", other).status_code == 400
    assert Comment.objects.open().get() == other


def test_a_manager_of_addresses_alone_reads_comments_and_adds_none(client, press, look):
    manager = factories.make_user(may=["manage_page"], is_staff=True)
    draft = factories.make_draft()
    comment = say(draft, "Too long.")
    text = look(manager, text_url(draft.page))
    assert listed(text) == ["Too long."]
    assert 'value="resolve"' not in text
    assert 'value="comment"' not in text
    for verb in ("comment", "resolve", "reopen"):
        answer = press(manager, draft.page, verb, comment, edition=draft.pk, text="x")
        assert answer.status_code == 403


# While somebody writes


@pytest.mark.parametrize("verb", ["comment", "resolve", "reopen"])
def test_what_is_typed_and_not_saved_stays_in_the_form(press, author, verb):
    draft = factories.make_draft(by=author, title="Brakes", body="<p>Saved.</p>")
    comment = say(draft, "Too long.")
    typed = {"title": "Brakes", "summary": "", "body": "<p>Typed.</p>", "note": "", "version": 1}
    answer = press(author, draft.page, verb, comment, edition=draft.pk, text="Why?", **typed)
    assert answer.status_code == 200
    assert answer.context["words"]["body"].value() == "<p>Typed.</p>"
    assert answer.context["words"]["version"].value() == "1"
    assert answer.context["forms"]["comment"]["text"].value() is None
    assert Edition.objects.get().body == "<p>Saved.</p>"


def test_the_key_enter_saves_and_resolves_nothing(look, author):
    draft = factories.make_draft(by=author)
    say(draft, "Too long.")
    text = look(author, text_url(draft.page))
    of_the_form = re.findall(r'<form[^>]*id="words".*?</form>|<[^>]*form="words"[^>]*>', text)
    buttons = re.findall(r'name="verb" value="(\w+)"', " ".join(of_the_form))
    assert buttons[0] == "save"  # a browser presses the first one
    assert {"resolve", "comment"} < set(buttons)


def test_words_posted_by_somebody_who_may_not_write_open_no_editor(press):
    reviewer = factories.make_user(may=["approve_edition"], is_staff=True)
    draft = factories.make_draft()
    data = {"edition": draft.pk, "text": "Too long.", "title": "T", "body": "<p>x</p>"}
    assert press(reviewer, draft.page, "comment", **data).status_code == 302


# The list


@pytest.mark.parametrize(
    ("count", "told"), [(0, ""), (1, "; 1 open comment"), (2, "; 2 open comments")]
)
def test_the_list_counts_open_comments(client, author, count, told):
    draft = factories.make_draft(by=author)
    for number in range(count):
        say(draft, f"Comment {number}.")
    remarks.resolve(comment=say(draft, "Done with."), by=author)
    client.force_login(author)
    found = client.get("/admin/treatments/treatment/").content.decode()
    assert f"draft, Ana Roe{told}</td>" in found


def test_pages_with_open_comments_are_found(client, author):
    with_comments, without = factories.make_live(title="With"), factories.make_live(title="Without")
    say(with_comments, "Too long.")
    remarks.resolve(comment=say(without, "x"), by=author)
    client.force_login(author)
    answer = client.get("/admin/treatments/treatment/?under_way=comments")
    assert [page.pk for page in answer.context["cl"].result_list] == [with_comments.page_id]


def test_pages_whose_comments_wait_for_me_are_found(client, author):
    page = factories.make_treatment()
    say(factories.make_live(page), "Left open before.")
    say(factories.make_draft(page, by=author), "Too long.")
    say(factories.make_draft(by=author), "A note of my own.", by=author)
    say(factories.make_draft(), "Of somebody else.")
    client.force_login(author)
    answer = client.get("/admin/treatments/treatment/?under_way=answer")
    assert [found.pk for found in answer.context["cl"].result_list] == [page.pk]


def test_the_history_tells_what_was_said(look, author):
    draft = factories.make_draft(by=author)
    say(draft, "Too long.", by=author)
    text = look(author, f"/admin/treatments/treatment/{draft.page_id}/history/")
    assert "<td>Comment</td><td>Edition 1</td><td>Too long.</td>" in text
    assert AuditEntry.objects.get(action="comment").actor == author.username
