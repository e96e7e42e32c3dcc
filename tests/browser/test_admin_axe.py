"""What axe finds on the staff's pages: light and dark, on a desk and on a phone."""

from pathlib import Path
from urllib.parse import urlsplit

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.contrib.auth.models import Group
from django.utils import timezone
from taggit.models import Tag

from eduportal import invitation
from tests import factories
from tests.browser.admin import at_work, open_text, person
from treatments import checklists, publishing, remarks
from treatments.admin.comparing import compare_url
from treatments.admin.histories import past_url
from treatments.admin.rating import rate_url
from treatments.admin.writing import edition_url
from treatments.models import AuditEntry

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

DESK, PHONE = {"width": 1280, "height": 900}, {"width": 390, "height": 844}
LOOKS = [("light", DESK), ("dark", DESK), ("light", PHONE)]  # no colour depends on the width
OPTIONS = {
    "resultTypes": ["violations"],
    "preload": False,  # it would fetch the stylesheets in ways that the policy refuses
    "rules": {"target-size": {"enabled": True}},  # of WCAG 2.2
}
RUN = "(options) => axe.run(options).then(({ violations }) => violations)"
# {(page, rule): why Django's own markup stays as it is}
DOUBLE_LIST = "An icon bears the label of the search box beside it, which has it too."
EMPTY_HEAD = "The column is the rows' first, and empty."
KNOWN = {
    ("person", "aria-prohibited-attr"): DOUBLE_LIST,
    ("role", "aria-prohibited-attr"): DOUBLE_LIST,
    ("other reference chosen", "region"): "Select2 opens its list at the end of the page.",
    ("address and order", "empty-table-header"): EMPTY_HEAD,
} | {
    (
        name,
        "label-title-only",
    ): "The label is a picture with the text “Search”, which axe overlooks."
    for name in (
        "list",
        "empty list",
        "nothing found",
        "references",
        "links",
        "library",
        "pictures",
        "all pages",
    )
}
DIFFERS = (
    "<p>Squeeze the right lever.</p><p>New.</p><table><tbody><tr><td>a</td></tr></tbody></table>"
)
CLIPPING = Path(__file__).parent.parent / "clippings" / "zotero.ris"
APP = "/admin/treatments"


def press(page, name):
    """Press a button whose form the browser would not send as it is filled in."""
    page.evaluate("document.querySelectorAll('form').forEach((form) => { form.noValidate = true })")
    page.get_by_role("button", name=name, exact=True).click()
    page.wait_for_load_state()


def editor_stands(page):
    page.get_by_role("textbox", name="Body", exact=True).wait_for()


# Each walk goes from page to page, and says where it is.


def lists_of_an_author(page, author):
    body = "<p>Utilize it.</p><h3>Brakes</h3><table><tbody><tr><td>A</td></tr></tbody></table>"
    live = factories.make_live(factories.make_treatment(tags=["brakes"]), body=body)
    factories.make_submitted(live.page, title="Brakes", body=DIFFERS)
    factories.make_imported()  # not measured
    factories.make_link(edition=live, state="broken", said="The page is not there (404).")
    for address, name in (
        ("/admin/", "index"),
        (f"{APP}/treatment/", "list"),
        (f"{APP}/treatment/?q=nothing+like+it", "nothing found"),
        (f"{APP}/term/", "empty list"),
        (f"{APP}/link/", "links"),
        ("/admin/library/", "library"),
        (f"/admin/library/{live.page_id}/", "text in the library"),
        (f"{APP}/plainword/", "hard words"),
        ("/admin/roles/", "roles"),
        ("/admin/help/", "help"),
        (f"{APP}/treatment/{live.page_id}/history/", "history"),
        ("/admin/password_change/", "password"),
    ):
        page.goto(address)
        yield name
    press(page, "Change my password")
    yield "password refused"
    page.goto(f"{APP}/treatment/add/")
    yield "add"
    press(page, "Save")
    yield "add refused"


def texts_of_an_author(page, author):
    open_text(page, factories.make_live().page)
    yield "text to read"
    draft = factories.make_draft(by=author, body="<p>Utilize the lever prior to it.</p>")
    open_text(page, draft.page)
    editor_stands(page)
    yield "text to write"
    remarks.comment(edition=draft, by=author, text="Too long.")
    said = remarks.comment(edition=draft, by=author, text="Too short.")
    remarks.resolve(comment=said, by=author)
    open_text(page, draft.page)
    editor_stands(page)
    page.get_by_text("Resolved: 1").click()
    yield "text with comments"
    press(page, "Add comment")
    editor_stands(page)
    yield "comment refused"
    open_text(page, draft.page)
    page.get_by_label("Summary").fill("Typed.")
    page.reload()
    editor_stands(page)
    yield "text offered back"
    press(page, "Bring it back")
    yield "text brought back"
    factories.make_draft(draft.page, by=author, body="<p>Theirs.</p>")
    press(page, "Save draft")
    editor_stands(page)
    yield "conflict"
    page.get_by_label("Title").fill("")
    press(page, "Save draft")
    editor_stands(page)
    yield "save refused"


def texts_of_a_reviewer(page, reviewer):
    edition = factories.make_submitted(factories.make_live().page, body=DIFFERS)
    open_text(page, edition.page)
    for summary in page.locator("summary").all():
        summary.click()
    yield "text in review"
    press(page, "Approve")
    yield "approval refused"
    page.goto(rate_url(edition.page, 2, checklists.CLEAR_COMMUNICATION))
    yield "checklist"
    press(page, "Keep this rating")
    page.locator("#faults").wait_for()
    yield "rating refused"
    answers = dict.fromkeys(checklists.PEMAT_P.items, checklists.NO)
    remarks.rate(
        edition=edition, by=reviewer, checklist=checklists.PEMAT_P, answers=answers, version=1
    )
    page.goto(edition_url(edition.page, 2))
    page.get_by_text("Without a point").click()
    yield "edition with a rating"
    page.goto(edition_url(edition.page, 1))
    yield "edition"
    for address, name in (
        (compare_url(edition.page), "what changes"),
        (f"{compare_url(edition.page)}?from=1&to=9", "no such edition"),
        (past_url(edition.page), "past"),
        (past_url(edition.page, timezone.now()), "a moment"),
        (f"{past_url(edition.page)}?at=x", "no moment"),
    ):
        page.goto(address)
        yield name
    open_text(page, factories.make_scheduled().page)
    yield "text to come"
    open_text(page, factories.make_withdrawn().page)
    yield "text withdrawn"


def pages_of_a_manager(page, manager):
    live = factories.make_live(factories.make_treatment(tags=["brakes", "levers"]))
    page.goto(f"{APP}/treatment/{live.page_id}/change/")
    yield "address and order"
    page.goto(f"{APP}/user/")
    yield "people"
    page.goto(f"{APP}/plainword/add/")
    press(page, "Save")
    yield "hard word refused"
    page.goto(f"{APP}/auditentry/")
    yield "audit trail"
    page.goto(f"{APP}/auditentry/?begin=2026-05-02&end=2026-05-01")
    yield "audit trail of no days"
    deed = AuditEntry.objects.filter(action="approve").last()
    page.goto(f"{APP}/auditentry/{deed.pk}/")
    for summary in page.locator("summary").all():
        summary.click()
    yield "entry of the audit trail"
    page.goto(f"/admin/taggit/tag/{Tag.objects.first().pk}/change/")
    yield "tag"
    page.goto("/admin/taggit/tag/")
    yield "tags"
    page.locator("#action-toggle").check()
    page.locator("select[name=action]").select_option("merge")
    press(page, "Go")
    page.get_by_role("button", name="Merge", exact=True).wait_for()
    yield "merge tags"


def desk_of_a_manager(page, manager):
    source = factories.make_reference(retracted=True)
    cited = f'<p>Oil.<cite data-reference="{source.key}">W 2001</cite></p>'
    factories.make_live(factories.make_treatment(owner=manager), body=cited)
    factories.make_submitted()
    back = factories.make_submitted(by=manager)
    publishing.send_back(edition=back, by=person("Reviewers"), reason="Step 3 is missing.")
    for _ in range(7):
        factories.make_imported()
    factories.make_scheduled()
    factories.make_withdrawn()
    page.goto("/admin/")
    yield "desk"
    page.get_by_role("link", name="Show these 3 pages").click()
    page.get_by_role("heading", name="All pages").wait_for()
    yield "all pages"
    page.locator("#action-toggle").check()
    page.locator("select[name=action]").select_option("give")
    press(page, "Go")
    page.get_by_role("button", name="Give", exact=True).wait_for()
    yield "give"
    press(page, "Give")
    page.get_by_role("button", name="Give", exact=True).wait_for()
    yield "give refused"


def references_of_a_manager(page, manager):
    one, other = factories.make_reference(), factories.make_reference()
    for address, name in (
        ("", "references"),
        (f"{one.pk}/change/", "reference"),
        (f"{one.pk}/delete/", "delete a reference"),
        (f"{one.pk}/merge/", "merge references"),
        (f"{one.pk}/merge/?with={other.pk}", "compare references"),
        ("add/", "add a reference"),
    ):
        page.goto(f"{APP}/reference/{address}")
        yield name
        if name == "merge references":
            page.get_by_role("combobox", name="The other reference").click()
            page.get_by_role("option").first.wait_for()
            yield "other reference chosen"
            page.get_by_role("searchbox", name="The other reference").press("Escape")
    press(page, "Save")
    yield "reference refused"
    page.goto(f"{APP}/reference/import/")
    yield "import"
    page.locator("textarea").fill(CLIPPING.read_text(encoding="utf-8"))
    press(page, "Show what is in it")
    page.get_by_role("button", name="Import what is ticked").wait_for()
    yield "what is imported"


def pictures_of_an_author(page, author):
    image = factories.make_image(title="A wheel")
    live = factories.make_live(body=f"<p>Squeeze.</p>{factories.showing(image)}")
    for address, name in (
        (f"{APP}/image/", "pictures"),
        (f"{APP}/image/{image.pk}/change/", "picture"),
        (f"{APP}/image/add/", "add a picture"),
    ):
        page.goto(address)
        yield name
    press(page, "Save")
    yield "picture refused"
    open_text(page, live.page)
    yield "text with a picture"
    press(page, "Write a new edition")
    editor_stands(page)
    yield "editor with a picture"
    page.get_by_role("button", name="Picture", exact=True).click()
    page.get_by_role("option").wait_for()
    yield "pictures to choose from"
    page.get_by_role("option").click()
    yield "what the picture tells"


def pages_of_an_administrator(page, administrator):
    someone = person("Authors")
    for address, name in (
        (f"{APP}/user/add/", "add a person"),
        (f"{APP}/user/{someone.pk}/change/", "person"),
        (f"{APP}/user/{someone.pk}/password/", "password of a person"),
        (f"{APP}/user/{someone.pk}/delete/", "delete a person"),
        (f"/admin/auth/group/{Group.objects.first().pk}/change/", "role"),
    ):
        page.goto(address)
        yield name


def pages_of_nobody(page, nobody):
    page.goto("/admin/login/?why=ended&next=/admin/")
    yield "sign in"
    press(page, "Log in")
    page.get_by_label("Username").fill("ana")
    page.get_by_label("Password").fill("wrong")
    press(page, "Log in")
    yield "sign-in failed"
    page.goto(urlsplit(invitation.link()).path)
    yield "invitation"
    page.goto("/admin/invitation/x/y/")
    yield "invitation used"


def broken(page):
    """{rule: the markup that breaks it}, in every look of the page."""
    found = {}
    page.evaluate(Axe().axe_script)
    for scheme, size in LOOKS:
        page.set_viewport_size(size)
        page.emulate_media(color_scheme=scheme)
        # Colours that still change are neither of the two.
        page.evaluate("Promise.allSettled(document.getAnimations().map((moves) => moves.finished))")
        for rule in page.evaluate(RUN, OPTIONS):
            found.setdefault(rule["id"], []).extend(node["html"] for node in rule["nodes"])
    return found


@pytest.mark.parametrize(
    ("role", "walk"),
    [
        ("Authors", lists_of_an_author),
        ("Authors", texts_of_an_author),
        ("Reviewers", texts_of_a_reviewer),
        ("Managers", pages_of_a_manager),
        ("Managers", desk_of_a_manager),
        ("Managers", references_of_a_manager),
        ("Authors", pictures_of_an_author),
        ("administrator", pages_of_an_administrator),
        (None, pages_of_nobody),
    ],
)
def test_axe_finds_nothing(browser, live_server, role, walk):
    user = role and person(role, is_superuser=role == "administrator")
    with at_work(browser, live_server, user) as page:
        seen = {name: broken(page) for name in walk(page, user)}
    found = {(name, rule): seen[name][rule] for name in seen for rule in seen[name]}
    assert {where: found[where] for where in found.keys() - KNOWN} == {}
    assert {where for where in KNOWN if where[0] in seen} == found.keys()  # none is out of date
