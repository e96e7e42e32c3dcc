"""No public address shows a draft, a scheduled or a withdrawn text; none is forgotten here."""

import io

import pytest
from pypdf import PdfReader

from tests import factories
from treatments import publishing, surfaces, urls
from treatments.models import Code

pytestmark = pytest.mark.django_db
SECRET = "Quokka"


def answers(client, page):
    return {address: client.get(address) for address in surfaces.addresses(page)}


def texts(client, page):
    return {address: text_of(answer) for address, answer in answers(client, page).items()}


def text_of(answer):
    if answer["Content-Type"].startswith("image/"):
        return SECRET
    if answer["Content-Type"] != "application/pdf":
        return answer.content.decode()
    return "".join(sheet.extract_text() for sheet in PdfReader(io.BytesIO(answer.content)).pages)


@pytest.fixture(params=["topic", "treatment", "term"])
def page(request):
    """A page under a tag and a code, with a live neighbour, so that lists have something to show.

    The neighbours' texts hold the word “lever”, which is the term.
    """
    topic = factories.make_topic()
    neighbour = factories.make_treatment(topic=topic, tags=["brakes"])
    factories.make_live(neighbour, title="A neighbour")
    if request.param == "topic":
        topic.tags.add("brakes")
        return coded(topic)
    factories.make_live(topic, title="The topic")
    if request.param == "term":
        factories.make_live(factories.make_treatment(topic=topic))
        term = factories.make_term()
        term.tags.add("brakes")
        return term
    return coded(factories.make_treatment(topic=topic, tags=["brakes"]))


def coded(page):
    """The page with a drug's code, by which an EHR is shown a list."""
    Code.objects.create(page=page, system="RxNorm", code="7052")
    return page


def copies(page):
    """What people take along of this page; words of the glossary have none of their own."""
    if not answers_of_its_own(page):
        return []
    return [page.get_absolute_url() + name for name in ("leaflet.pdf", "export.html")]


@pytest.fixture
def secret(page):
    """Words that no patient may read, a source that only they cite, a picture that only they show.

    Whatever answers with a picture tells the secret.
    """
    reference = factories.make_reference("quokka-2001", source_text=f"{SECRET} Q. A source.")
    body = f'<p>{SECRET} body.<cite data-reference="{reference.key}">Q</cite></p>'
    body += factories.showing(factories.make_image(alternative=f"{SECRET} picture"))
    title = "Lever" if page.kind == "term" else f"{SECRET} title"
    return {"title": title, "summary": f"{SECRET} summary", "body": body}


def test_every_public_address_is_in_the_list():
    assert {pattern.name for pattern in urls.urlpatterns} == set(surfaces.SURFACES)


def answers_of_its_own(page):
    """Whether the page has an address that no other page shares."""
    return page.kind != "term"


@pytest.mark.leaflets
def test_live_text_is_on_every_surface_that_is_meant_to_show_it(client, page, secret):
    factories.make_live(page, **secret)
    wordless = {"/about/", "/privacy/", "/accessibility/", "/robots.txt", "/sitemap.xml"}
    wordless.add("/questions/")
    if page.kind != "treatment":
        wordless.add("/treatments/")
    if page.kind != "topic":
        wordless.add("/search/")
    wordless.add("/feed/" if page.kind == "term" else "/glossary/")
    if page.kind == "term":  # they list or name the pages that use the word, and not the word
        elsewhere = ("?tick=", "?about=", "/search/", "/leaflet.pdf", "/export.html")
        wordless |= {a for a in surfaces.addresses(page) if any(part in a for part in elsewhere)}
        wordless.remove("/search/?q=Lever")
    shown = {address for address, text in texts(client, page).items() if SECRET in text}
    assert shown == set(surfaces.addresses(page)) - wordless
    listed = page.get_absolute_url() in client.get("/sitemap.xml").content.decode()
    assert listed == answers_of_its_own(page)


@pytest.mark.parametrize(
    "make", [factories.make_draft, factories.make_submitted, factories.make_scheduled]
)
def test_what_is_not_published_yet_is_nowhere(client, page, secret, make):
    make(page, **secret)
    assert [address for address, text in texts(client, page).items() if SECRET in text] == []
    status = 404 if answers_of_its_own(page) else 200
    for address in (page.get_absolute_url(), *copies(page)):
        assert client.get(address).status_code == status
    assert page.get_absolute_url() not in client.get("/sitemap.xml").content.decode()


@pytest.mark.parametrize(
    "make", [factories.make_draft, factories.make_submitted, factories.make_scheduled]
)
def test_a_new_edition_under_way_leaves_the_old_one_in_place(client, page, secret, make):
    factories.make_live(page, title="What patients read")
    make(page, **secret)
    assert "What patients read" in client.get(page.get_absolute_url()).content.decode()
    assert [address for address, text in texts(client, page).items() if SECRET in text] == []


def test_a_withdrawn_text_is_gone_from_everywhere(client, page, secret):
    factories.make_live(page, title="An older text")
    newest = factories.make_live(page, **secret)
    publishing.withdraw(edition=newest, by=factories.make_user(), reason="Wrong.")
    found = texts(client, page)
    assert [a for a, text in found.items() if SECRET in text or "An older text" in text] == []
    status = 410 if answers_of_its_own(page) else 200
    for address in (page.get_absolute_url(), *copies(page)):
        assert client.get(address).status_code == status
    assert page.get_absolute_url() not in client.get("/sitemap.xml").content.decode()


def test_a_word_under_way_or_withdrawn_is_no_link_anywhere(client, secret):
    treatment = factories.make_live().page
    for make in (
        factories.make_draft,
        factories.make_submitted,
        factories.make_scheduled,
        factories.make_withdrawn,
    ):
        make(factories.make_term(), **(secret | {"title": "Lever"}))
    text = client.get(treatment.get_absolute_url()).content.decode()
    assert "Squeeze the lever." in text
    assert 'class="term"' not in text
    assert "No word is explained here" in client.get("/glossary/").content.decode()


def test_every_html_surface_has_one_heading_and_the_disclaimer(client, page, secret):
    factories.make_live(page, **secret)
    for address, answer in answers(client, page).items():
        if answer["Content-Type"].startswith("text/html"):
            text = answer.content.decode()
            assert text.count("<h1>") == 1, address
            assert "substitute for talking with your doctor" in text, address


def test_no_surface_sets_a_cookie_or_varies_by_one(client, page, secret):
    factories.make_live(page, **secret)
    for address, answer in answers(client, page).items():
        assert not answer.cookies, address
        assert "Cookie" not in answer.get("Vary", ""), address
