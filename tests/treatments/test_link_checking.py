"""Which links there are, where the portal's own lead, what is kept of each look, the command."""

import datetime
import io

import pytest
import time_machine
from django.core.management import CommandError, call_command
from django.utils import timezone

from tests import factories
from treatments import addresses, arranging, link_checking, publishing
from treatments.management.commands import check_links
from treatments.models import Link, LinkUse
from treatments.visiting import BROKEN, GOOD, WARNING, Finding

pytestmark = pytest.mark.django_db
SITE = "https://portal.example"
DAY = datetime.timedelta(days=1)
FAILED = Finding(WARNING, "There was no answer.", failed=True)


@pytest.fixture(autouse=True)
def at_our_site(settings):
    settings.SITE_URL = SITE


def a(*hrefs):
    return "".join(f'<p><a href="{href}">x</a></p>' for href in hrefs)


class Visits:
    """Stands for the way out: finds at an address what it is told, else that all is well."""

    def __init__(self, **found):
        self.found, self.asked = found, []

    def visit(self, address):
        self.asked.append(address)
        return self.found.get(address.removeprefix("https://"), Finding(GOOD, answered=True))


def look(address):
    """What a check finds at an address of the portal."""
    return link_checking._Site().look(address)


def kept(address):
    return Link.objects.get(address=address)


# Addresses


def test_the_links_of_a_text_are_found_once_each_as_browsers_read_them():
    body = '<p><a href="/a?x=1&amp;y=2" lang="en">A</a> <a lang="en" href="/b">B</a>' + a("/b")
    assert addresses.found_in(f"{body}</p><p>href=&quot;/c&quot;</p>") == ["/a?x=1&y=2", "/b"]


@pytest.mark.parametrize(
    ("address", "path"),
    [
        ("/treatments/", "/treatments/"),
        (SITE, "/"),
        (f"{SITE}/a/?q=1#b", "/a/?q=1#b"),
        ("http://PORTAL.example:80/a/", "/a/"),
        ("https://portal.example:443/a/", "/a/"),
        ("https://portal.example:8443/a/", None),
        ("https://portal.example.org/a/", None),
        ("https://portal.example@other.example/", None),
        ("https://[::1", None),
        ("mailto:a@portal.example", None),
    ],
)
def test_the_portals_own_addresses_are_known(address, path):
    assert addresses.inside(address, SITE) == path


# Which links there are


def test_links_of_live_and_working_texts_and_of_references_are_noted():
    page = factories.make_treatment()
    factories.make_live(page, body=a("https://a.example/old"))
    live = factories.make_live(page, body=a("https://a.example/", "tel:1", "mailto:a@b.example"))
    draft = factories.make_draft(page, body=a("https://a.example/", "https://b.example/"))
    factories.make_withdrawn(body=a("https://withdrawn.example/"))
    factories.make_scheduled(body=a("https://later.example/"))
    both = factories.make_reference(url="https://c.example/", doi="10.5555/a(b)<c>")
    numbered = factories.make_reference(pmid="123")
    link_checking.check()
    found = {(use.link.address, use.edition or use.reference) for use in LinkUse.objects.all()}
    assert found == {
        ("https://a.example/", live),
        ("https://a.example/", draft),
        ("https://b.example/", draft),
        ("https://c.example/", both),
        ("https://doi.org/10.5555/a%28b%29%3Cc%3E", both),
        ("https://pubmed.ncbi.nlm.nih.gov/123/", numbered),
    }


def test_a_merged_reference_has_no_links_of_its_own():
    kept, gone = factories.make_reference(), factories.make_reference(url="https://c.example/")
    gone.merged_into = kept
    gone.save()
    link_checking.check()
    assert not Link.objects.exists()


def test_a_link_that_nothing_holds_any_more_is_forgotten():
    page = factories.make_treatment()
    factories.make_live(page, body=a("https://a.example/"))
    link_checking.check()
    factories.make_live(page, body=a("https://b.example/"))
    link_checking.check()
    assert Link.objects.get().address == "https://b.example/"


def test_an_address_of_any_length_is_kept():
    address = "https://a.example/" + "é" * 5000
    factories.make_live(body=a(address))
    link_checking.check(visitor=Visits())
    assert kept(address).state == GOOD


def test_one_page_is_looked_at_alone():
    page = factories.make_treatment()
    cited = factories.make_reference(url="https://cited.example/")
    body = f'<p>A<cite data-reference="{cited.key}">S</cite></p>'
    factories.make_live(page, body=a("https://a.example/") + body)
    factories.make_live(body=a("https://b.example/"))
    factories.make_reference(url="https://c.example/")
    link_checking.check()
    visits = Visits()
    link_checking.check(visitor=visits, pages=[page])
    assert set(visits.asked) == {"https://a.example/", "https://cited.example/"}
    assert Link.objects.count() == 4


# Inside


def test_a_page_that_patients_read_is_there():
    page = factories.make_live(factories.make_treatment(tags=["brake pads"])).page
    factories.make_live(page.topic)
    term = factories.make_live(factories.make_term(slug="lever")).page
    for address in (
        page.get_absolute_url(),
        page.topic.get_absolute_url(),
        f"{page.topic.get_absolute_url()}#treatment-{page.slug}",
        f"{page.get_absolute_url()}leaflet.pdf?size=large",
        f"{page.get_absolute_url()}export.html",
        f"{page.get_absolute_url()}#references",
        term.get_absolute_url(),
        "/tags/brake-pads/",
        "/",
        "/treatments/?t=a&t=b",
        "/feed/",
        "/robots.txt",
        "/static/site/questions.js",
    ):
        assert look(address) == Finding(GOOD), address


@pytest.mark.parametrize(
    ("address", "words"),
    [
        ("/treatments/nothing/", "no such treatment"),
        ("/topics/nothing/leaflet.pdf", "no such topic"),
        ("/nowhere/", "no such address"),
        ("/treatments/%FF%00/", "no such"),
        ("/static/site/nothing.js", "no such address"),
        ("/static/../settings.py", "no such address"),
        ("/admin/", "staff’s pages"),
        ("/admin/invitation/x/y/", "staff’s pages"),
        ("/tags/nothing/", "No page that patients read has this tag"),
        ("/glossary/#term-nothing", "no such term"),
    ],
)
def test_what_is_not_there_is_broken(address, words):
    finding = look(address)
    assert finding.state == BROKEN
    assert words in finding.said


def test_a_withdrawn_page_and_one_that_nobody_can_read_yet_are_broken():
    withdrawn = factories.make_withdrawn().page
    draft, later = factories.make_draft().page, factories.make_scheduled().page
    assert look(withdrawn.get_absolute_url()) == Finding(
        BROKEN, "It leads to a page that was withdrawn."
    )
    for page in (draft, later):
        assert "cannot read yet" in look(page.get_absolute_url()).said


def test_a_draft_of_a_live_page_and_a_tag_of_drafts_alone():
    live = factories.make_live().page
    factories.make_draft(live)
    assert look(live.get_absolute_url()).state == GOOD
    factories.make_draft(factories.make_treatment(tags=["brakes"]))
    assert look("/tags/brakes/").state == BROKEN


def test_an_old_address_is_a_warning_and_an_error_where_the_page_is_gone():
    manager = factories.make_user()
    page = factories.make_live(factories.make_treatment(slug="old")).page
    arranging.change_slug(page=page, by=manager, slug="new")
    finding = look("/treatments/old/")
    assert (finding.state, "“new”" in finding.said) == (WARNING, True)
    publishing.withdraw(edition=page.editions.get(), by=manager, reason="x")
    assert look("/treatments/old/").said == "It leads to a page that was withdrawn."


def test_an_address_without_its_last_slash_is_a_warning():
    page = factories.make_live().page
    assert look(page.get_absolute_url().rstrip("/")).state == WARNING
    assert look("/treatments/nothing").state == BROKEN


def test_a_full_address_of_the_portal_is_looked_up_and_never_visited():
    factories.make_live(body=a(f"{SITE}/treatments/nothing/", f"{SITE.upper()}/about/"))
    visits = Visits()
    link_checking.check(visitor=visits)
    assert visits.asked == []
    assert kept(f"{SITE}/treatments/nothing/").state == BROKEN


def test_looking_inside_costs_the_same_for_a_hundred_links(django_assert_max_num_queries):
    page = factories.make_treatment()
    site = link_checking._Site()
    with django_assert_max_num_queries(0):
        for number in range(100):
            site.look(f"/treatments/{page.slug}-{number}/")


# What is kept


def test_a_broken_link_says_since_when_and_is_mended_by_a_good_look():
    factories.make_live(body=a("https://a.example/"))
    gone = Visits(**{"a.example/": Finding(BROKEN, "Gone.", answered=True)})
    with time_machine.travel(timezone.now(), tick=False) as clock:
        begin = timezone.now()
        link_checking.check(visitor=gone)
        clock.shift(DAY)
        link_checking.check(visitor=gone)
        link = kept("https://a.example/")
        assert (link.state, link.said, link.broken_since) == (BROKEN, "Gone.", begin)
        assert link.checked_at == begin + DAY
        link_checking.check(visitor=Visits())
    link.refresh_from_db()
    assert (link.state, link.said, link.broken_since) == (GOOD, "", None)


def checked(after, found=FAILED):
    """The state of a link after one check on each of these days."""
    address = "https://a.example/"
    factories.make_live(body=a(address))
    begin = timezone.now()
    for days in after:
        with time_machine.travel(begin + days * DAY, tick=False):
            link_checking.check(visitor=Visits(**{"a.example/": found}))
    return kept(address)


@pytest.mark.parametrize(
    ("days", "state"),
    [([0], WARNING), ([0, 7], WARNING), ([0, 0.1, 0.2], WARNING), ([0, 1, 2], BROKEN)],
)
def test_a_link_without_an_answer_is_broken_from_the_third_time_in_two_days(days, state):
    assert checked(days).state == state


def test_a_link_broken_for_want_of_answers_is_so_since_the_first():
    link = checked([0, 1, 2])
    assert link.broken_since == link.failing_since
    assert link.checked_at - link.broken_since == 2 * DAY


def test_one_answer_begins_the_count_anew():
    link = checked([0, 1])
    link_checking.check(visitor=Visits())
    link.refresh_from_db()
    assert (link.failures, link.failing_since) == (0, None)


def test_a_site_that_refuses_programs_is_never_broken_for_it():
    refused = Finding(WARNING, "The site lets no program look.", answered=True)
    assert checked([0, 10, 20, 30], refused).state == WARNING


def test_what_is_left_for_another_time_stays_as_it_was():
    factories.make_live(body=a("https://a.example/"))
    link_checking.check(visitor=Visits())
    before = kept("https://a.example/")
    summary = link_checking.check(visitor=Visits(**{"a.example/": None}))
    assert (summary.left, kept("https://a.example/").checked_at) == (1, before.checked_at)


def test_what_was_refused_without_asking_is_kept_wherever_the_network_is():
    hosts = ["a", "b", "c", "d"]
    factories.make_live(body=a(*(f"https://{host}.example/" for host in hosts)))
    refused = Finding(WARNING, "Not checked: it is on a private network.", unasked=True)
    summary = link_checking.check(visitor=Visits(**{f"{host}.example/": refused for host in hosts}))
    assert not summary.no_way_out
    assert set(Link.objects.values_list("state", flat=True)) == {"warning"}


def test_a_machine_without_a_way_out_breaks_no_link():
    hosts = ["a", "b", "c", "d"]
    factories.make_live(body=a(*(f"https://{host}.example/" for host in hosts)))
    nothing = Finding(BROKEN, "There is no such host.")
    found = {f"{host}.example/": nothing for host in hosts}
    assert link_checking.check(visitor=Visits(**found)).no_way_out
    assert set(Link.objects.values_list("state", flat=True)) == {""}
    found["d.example/"] = Finding(GOOD, answered=True)  # the last one answers after all
    summary = link_checking.check(visitor=Visits(**found))
    assert (summary.no_way_out, len(summary.broken)) == (False, 3)


def test_hosts_take_turns():
    factories.make_live(body=a(*(f"https://{h}.example/{n}" for h in "ab" for n in "123")))
    visits = Visits()
    link_checking.check(visitor=visits)
    assert [address[8] for address in visits.asked] == ["a", "b"] * 3


# The words of the queryset


def test_a_broken_link_counts_while_something_uses_it():
    page = factories.make_treatment()
    live = factories.make_live(page)
    factories.make_link(edition=live, state="broken")
    factories.make_link(edition=live)
    assert Link.objects.broken().count() == 1
    draft = factories.make_draft(page)
    assert Link.objects.broken().count() == 1
    publishing.submit(edition=draft, by=draft.author, version=1)
    publishing.approve(**factories.approval(draft))
    assert Link.objects.broken().count() == 0  # the text that held it is superseded


@pytest.mark.parametrize(
    "of", [lambda: {"edition": factories.make_draft()}, lambda: {"reference": some_reference()}]
)
def test_broken_links_of_drafts_and_references_count_too(of, django_assert_num_queries):
    factories.make_link(state="broken", **of())
    with django_assert_num_queries(1):
        assert Link.objects.broken().count() == 1


def some_reference():
    return factories.make_reference()


def test_a_link_goes_with_the_draft_that_held_it():
    draft = factories.make_draft(body=a("https://a.example/"))
    link_checking.check()
    publishing.discard(edition=draft, by=draft.author)
    assert not Link.objects.in_use().exists()


# The command


@pytest.fixture
def run(monkeypatch):
    """Run the command; returns its output, its progress, and its exit code."""

    def run(*words, visits=None, **options):
        monkeypatch.setattr(check_links.Command, "visitor", lambda self: visits or Visits())
        out, err, code = io.StringIO(), io.StringIO(), 0
        try:
            call_command("check_links", *words, stdout=out, stderr=err, **options)
        except CommandError as error:
            code = error.returncode
            err.write(str(error))
        return out.getvalue(), err.getvalue(), code

    return run


def test_the_command_says_what_is_broken_and_where(run):
    factories.make_live(
        factories.make_treatment(slug="pads"), body=a("https://a.example/", "/about/", "/x/")
    )
    out, err, code = run(visits=Visits(**{"a.example/": Finding(BROKEN, "Gone.", answered=True)}))
    assert code == 1
    assert "broken: https://a.example/ – Gone. In: treatment “pads”, edition 1 (en)" in out
    assert "Links: 1 good, 0 warning, 2 broken." in out
    assert "3 of 3" in err
    assert "There are broken links." in err


def test_all_is_well_ends_with_nought(run):
    factories.make_live(body=a("https://a.example/"))
    out, _, code = run()
    assert (out, code) == ("Links: 1 good, 0 warning, 0 broken.\n", 0)


def test_a_warning_is_no_error_and_is_told_where_asked(run):
    factories.make_live(body=a("https://a.example/"))
    visits = Visits(**{"a.example/": Finding(WARNING, "Moved.", answered=True)})
    assert "Moved." not in run(visits=visits)[0]
    out, _, code = run(visits=visits, verbosity=2)
    assert ("warning: https://a.example/ – Moved." in out, code) == (True, 0)


def test_internal_asks_nobody(run):
    factories.make_live(body=a("https://a.example/", "/about/"))
    visits = Visits()
    out, _, code = run("--internal", visits=visits)
    assert (visits.asked, out, code) == ([], "Links: 1 good, 0 warning, 0 broken.\n", 0)
    assert kept("https://a.example/").state == ""


def test_a_page_can_be_chosen_and_one_that_is_not_there_is_named(run):
    factories.make_live(factories.make_treatment(slug="pads"), body=a("https://a.example/"))
    factories.make_live(body=a("https://b.example/"))
    visits = Visits()
    run("--page", "pads", visits=visits)
    assert visits.asked == ["https://a.example/"]
    _, err, code = run("--page", "nothing")
    assert (err, code) == ("There is no page “nothing”.", 2)


def test_silence_where_it_is_asked_for(run):
    factories.make_live(body=a("https://a.example/"))
    assert run(verbosity=0) == ("", "", 0)


def test_no_way_out_has_an_exit_code_of_its_own(run):
    hosts = ["a.example/", "b.example/", "c.example/"]
    factories.make_live(body=a(*(f"https://{host}" for host in hosts)))
    _, err, code = run(visits=Visits(**dict.fromkeys(hosts, FAILED)))
    assert code == 2
    assert "No site could be reached" in err


def test_an_address_cannot_write_upon_the_terminal(run):
    link = factories.make_link("/\x1b[31m/", state="good")
    LinkUse.objects.all().delete()
    factories.make_reference(url=link.address)
    assert "\x1b" not in run()[0]


def test_the_visitor_names_the_portal_and_asks_at_the_allowed_ports(settings):
    settings.LINK_CHECK_PORTS = [80, 443, 8443]
    visitor = check_links.Command().visitor()
    assert visitor.name == f"patient-education-portal link check (+{SITE})"
    assert visitor.ports == [80, 443, 8443]
