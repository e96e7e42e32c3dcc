"""The list of links: what it shows, filters, and where it leads."""

import re

import pytest
from django.contrib.auth.models import Group

from tests import factories

pytestmark = pytest.mark.django_db
LIST = "/admin/treatments/link/"


@pytest.fixture
def staff(client):
    user = factories.make_user(may=[], is_staff=True)
    user.groups.add(Group.objects.get(name="Authors"))
    client.force_login(user)
    return client


def shown(staff, query=""):
    """The addresses of the list, in order."""
    return [link.address for link in staff.get(f"{LIST}{query}").context["cl"].result_list]


def test_a_row_says_what_was_found_and_leads_to_where_one_mends_it(staff):
    live = factories.make_live(title="Brake pads")
    link = factories.make_link(
        "https://a.example/?x=1&y=2", edition=live, state="broken", said="Not there (404)."
    )
    link.uses.create(edition=factories.make_draft(title="Brake rims"))
    link.uses.create(reference=factories.make_reference("wheeler-2001", authors="Wheeler A"))
    text = " ".join(staff.get(LIST).content.decode().split())
    assert "<strong>Broken</strong> Not there (404)." in text
    assert 'href="https://a.example/?x=1&amp;y=2" rel="noopener noreferrer"' in text
    assert f'<a href="/admin/treatments/treatment/{live.page_id}/text/">Brake pads</a>;' in text
    assert re.search(r"Brake rims</a> \(draft\);", text)
    assert re.search(r'/admin/treatments/reference/\d+/change/">Wheeler A 2001</a>', text)


def test_links_are_found_by_what_was_found_and_by_where_they_stand(staff):
    good = factories.make_link("https://good.example/")
    broken = factories.make_link(
        "https://broken.example/", state="broken", edition=factories.make_draft()
    )
    warning = factories.make_link(
        "https://warning.example/", state="warning", reference=factories.make_reference()
    )
    new = factories.make_link("https://new.example/", state="", checked_at=None)
    assert shown(staff, "?state=broken") == [broken.address]
    assert shown(staff, "?state=warning") == [warning.address]
    assert shown(staff, "?state=unasked") == [new.address]
    assert set(shown(staff, "?where=live")) == {good.address, new.address}
    assert shown(staff, "?where=working") == [broken.address]
    assert shown(staff, "?where=reference") == [warning.address]
    assert len(shown(staff, "?state=nonsense&where=nonsense")) == 4
    assert shown(staff, "?q=good") == [good.address]


def test_broken_links_stand_first_and_warnings_next(staff):
    for state in ("good", "broken", "warning"):
        factories.make_link(f"https://{state}.example/", state=state)
    assert shown(staff) == [f"https://{state}.example/" for state in ("broken", "warning", "good")]


def test_a_long_address_is_shown_short_and_leads_there_in_full(staff):
    address = "https://a.example/" + "a" * 900
    factories.make_link(address)
    text = staff.get(LIST).content.decode()
    assert f'href="{address}"' in text
    assert "a" * 60 + "</a>" not in text


def test_links_of_texts_that_nobody_reads_any_more_are_not_shown(staff):
    page = factories.make_treatment()
    factories.make_link(edition=factories.make_live(page), state="broken")
    factories.make_live(page)
    assert shown(staff) == []


def test_what_editors_and_sites_wrote_stays_words(staff):
    factories.make_link(
        'https://a.example/"><script>x</script>',
        edition=factories.make_live(title="<b>T</b>"),
        state="warning",
        said="<i>s</i>",
    )
    text = staff.get(LIST).content.decode()
    for markup in ("<script>x", "<b>T", "<i>s"):
        assert markup not in text


def test_a_link_in_many_texts_names_some(staff):
    link = factories.make_link()
    for _ in range(6):
        link.uses.create(edition=factories.make_live())
    text = staff.get(LIST).content.decode()
    assert text.count("/text/") == 5
    assert "; and more" in text


def test_the_list_asks_as_much_for_many_as_for_few(staff, django_assert_max_num_queries):
    factories.make_link()
    with django_assert_max_num_queries(50) as few:
        staff.get(LIST)
    for _ in range(8):
        factories.make_link(edition=factories.make_draft())
        factories.make_link(reference=factories.make_reference())
    with django_assert_max_num_queries(len(few)):
        staff.get(LIST)


def test_a_link_is_read_and_nothing_can_be_pressed(staff):
    link = factories.make_link(state="broken", said="Not there.")
    answer = staff.get(f"{LIST}{link.pk}/change/")
    text = answer.content.decode()
    assert "Not there." in text
    assert not re.search(r'name="_save|name="_continue|deletelink', text)
    assert staff.post(f"{LIST}{link.pk}/change/", {"address": "x"}).status_code == 403
