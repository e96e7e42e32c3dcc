"""Who may open and press what: every staff address and every verb, for every role."""

import re

import pytest
from django.contrib.auth.models import Group
from django.urls import URLResolver, get_resolver, reverse
from taggit.models import Tag

from tests import factories
from treatments import remarks, roles, sharing
from treatments.admin import writing
from treatments.models import AuditEntry, DistinctiveWord, Edition, PlainWord, Synonym

pytestmark = pytest.mark.django_db
WHO = ["nobody", "visitor", "staff", "Authors", "Reviewers", "Managers", "administrator"]
IN, NO, YES, ON = "sign in", 403, 200, 302
IN, NO, YES = "sign in", 403, 200
POST = 405  # nothing but what is sent is answered; it has a test of its own

# {address: what a GET answers nobody, a visitor with an account, staff without a role, Authors,
# Reviewers, Managers, administrators}
TABLE = {
    "index": [IN, IN, YES, YES, YES, YES, YES],
    "help": [IN, IN, YES, YES, YES, YES, YES],
    "roles": [IN, IN, YES, YES, YES, YES, YES],
    "password_change": [IN, IN, YES, YES, YES, YES, YES],
    "password_change_done": [IN, IN, YES, YES, YES, YES, YES],
    "jsi18n": [IN, IN, YES, YES, YES, YES, YES],
    "autocomplete": [IN, IN, NO, YES, YES, YES, YES],
    "page_search": [IN, IN, NO, YES, YES, YES, YES],
    "bring_in": [IN, IN, NO, YES, YES, YES, YES],
    "picture_search": [IN, IN, NO, YES, YES, YES, YES],
    "image_file": [IN, IN, NO, YES, YES, YES, YES],
    "editor_image": [IN, IN, NO, YES, YES, YES, YES],
    "treatments_image_changelist": [IN, IN, NO, YES, YES, YES, YES],
    "treatments_image_add": [IN, IN, NO, YES, YES, YES, YES],
    "treatments_image_change": [IN, IN, NO, YES, YES, YES, YES],
    "treatments_image_history": [IN, IN, NO, YES, YES, YES, YES],
    "treatments_image_delete": [IN, IN, NO, NO, NO, YES, YES],
    "treatments_reference_changelist": [IN, IN, NO, YES, YES, YES, YES],
    "treatments_link_export": [IN, IN, NO, YES, YES, YES, YES],
    "treatments_reference_export": [IN, IN, NO, YES, YES, YES, YES],
    "treatments_reference_add": [IN, IN, NO, YES, YES, YES, YES],
    "treatments_reference_import": [IN, IN, NO, YES, YES, YES, YES],
    "treatments_reference_change": [IN, IN, NO, YES, YES, YES, YES],
    "treatments_reference_history": [IN, IN, NO, YES, YES, YES, YES],
    "treatments_reference_merge": [IN, IN, NO, NO, NO, YES, YES],
    "treatments_reference_delete": [IN, IN, NO, NO, NO, YES, YES],
    "treatments_link_changelist": [IN, IN, NO, YES, YES, YES, YES],
    "treatments_link_change": [IN, IN, NO, YES, YES, YES, YES],
    "treatments_link_history": [IN, IN, NO, YES, YES, YES, YES],
    "treatments_link_add": [IN, IN, NO, NO, NO, NO, NO],
    "treatments_link_delete": [IN, IN, NO, NO, NO, NO, NO],
    "treatments_livetext_changelist": [IN, IN, NO, YES, YES, YES, YES],
    "treatments_livetext_export": [IN, IN, NO, YES, YES, YES, YES],
    "library_text": [IN, IN, NO, YES, YES, YES, YES],
    "library_measure": [IN, IN, NO, POST, POST, POST, POST],
    "treatments_plainword_changelist": [IN, IN, NO, YES, YES, YES, YES],
    "treatments_plainword_export": [IN, IN, NO, YES, YES, YES, YES],
    "treatments_plainword_add": [IN, IN, NO, NO, NO, YES, YES],
    "treatments_plainword_change": [IN, IN, NO, YES, YES, YES, YES],
    "treatments_plainword_history": [IN, IN, NO, YES, YES, YES, YES],
    "treatments_plainword_delete": [IN, IN, NO, NO, NO, YES, YES],
    "taggit_tag_changelist": [IN, IN, NO, YES, YES, YES, YES],
    "taggit_tag_export": [IN, IN, NO, YES, YES, YES, YES],
    "taggit_tag_add": [IN, IN, NO, NO, NO, YES, YES],
    "taggit_tag_change": [IN, IN, NO, YES, YES, YES, YES],
    "taggit_tag_delete": [IN, IN, NO, NO, NO, YES, YES],
    "taggit_tag_history": [IN, IN, NO, YES, YES, YES, YES],
    "treatments_synonym_changelist": [IN, IN, NO, YES, YES, YES, YES],
    "treatments_synonym_add": [IN, IN, NO, NO, NO, YES, YES],
    "treatments_synonym_change": [IN, IN, NO, YES, YES, YES, YES],
    "treatments_synonym_delete": [IN, IN, NO, NO, NO, YES, YES],
    "treatments_synonym_history": [IN, IN, NO, YES, YES, YES, YES],
    "treatments_distinctiveword_changelist": [IN, IN, NO, YES, YES, YES, YES],
    "treatments_distinctiveword_add": [IN, IN, NO, NO, NO, YES, YES],
    "treatments_distinctiveword_change": [IN, IN, NO, YES, YES, YES, YES],
    "treatments_distinctiveword_delete": [IN, IN, NO, NO, NO, YES, YES],
    "treatments_distinctiveword_history": [IN, IN, NO, YES, YES, YES, YES],
    "treatments_unansweredcode_changelist": [IN, IN, NO, YES, YES, YES, YES],
    "treatments_unansweredcode_export": [IN, IN, NO, YES, YES, YES, YES],
    "treatments_unansweredcode_add": [IN, IN, NO, NO, NO, NO, NO],
    "treatments_unansweredcode_change": [IN, IN, NO, YES, YES, YES, YES],
    "treatments_unansweredcode_delete": [IN, IN, NO, NO, NO, NO, NO],
    "treatments_unansweredcode_history": [IN, IN, NO, YES, YES, YES, YES],
    "ehr_trial": [IN, IN, NO, YES, YES, YES, YES],
    "treatments_user_changelist": [IN, IN, NO, NO, NO, YES, YES],
    "treatments_user_export": [IN, IN, NO, NO, NO, YES, YES],
    "treatments_user_change": [IN, IN, NO, NO, NO, YES, YES],
    "treatments_user_history": [IN, IN, NO, NO, NO, YES, YES],
    "treatments_user_add": [IN, IN, NO, NO, NO, NO, YES],
    "treatments_user_delete": [IN, IN, NO, NO, NO, NO, YES],
    "auth_user_password_change": [IN, IN, NO, NO, NO, NO, YES],
    "auth_group_changelist": [IN, IN, NO, NO, NO, NO, YES],
    "auth_group_export": [IN, IN, NO, NO, NO, NO, YES],
    "auth_group_add": [IN, IN, NO, NO, NO, NO, YES],
    "auth_group_change": [IN, IN, NO, NO, NO, NO, YES],
    "auth_group_delete": [IN, IN, NO, NO, NO, NO, YES],
    "auth_group_history": [IN, IN, NO, NO, NO, NO, YES],
    "treatments_auditentry_changelist": [IN, IN, NO, NO, NO, YES, YES],
    "treatments_auditentry_change": [IN, IN, NO, NO, NO, YES, YES],
    "treatments_auditentry_export": [IN, IN, NO, NO, NO, YES, YES],
}
TABLE |= {
    "treatments_page_changelist": [IN, IN, NO, YES, YES, YES, YES],
    "treatments_page_export": [IN, IN, NO, YES, YES, YES, YES],
    "treatments_page_change": [IN, IN, NO, ON, ON, ON, ON],
}
for _kind in ("topic", "treatment", "term"):
    TABLE |= {
        f"treatments_{_kind}_changelist": [IN, IN, NO, YES, YES, YES, YES],
        f"treatments_{_kind}_export": [IN, IN, NO, YES, YES, YES, YES],
        f"treatments_{_kind}_add": [IN, IN, NO, YES, YES, YES, YES],
        f"treatments_{_kind}_text": [IN, IN, NO, YES, YES, YES, YES],
        f"treatments_{_kind}_advice": [IN, IN, NO, POST, POST, POST, POST],
        f"treatments_{_kind}_edition": [IN, IN, NO, YES, YES, YES, YES],
        f"treatments_{_kind}_preview": [IN, IN, NO, YES, YES, YES, YES],
        f"treatments_{_kind}_rate": [IN, IN, NO, YES, YES, YES, YES],
        f"treatments_{_kind}_past": [IN, IN, NO, YES, YES, YES, YES],
        f"treatments_{_kind}_compare": [IN, IN, NO, YES, YES, YES, YES],
        f"treatments_{_kind}_change": [IN, IN, NO, YES, YES, YES, YES],
        f"treatments_{_kind}_history": [IN, IN, NO, YES, YES, YES, YES],
        f"treatments_{_kind}_delete": [IN, IN, NO, NO, NO, NO, NO],  # approved text is kept
    }
# What a form of ours would ask autocomplete for.
ASKING = "?term=x&app_label=treatments&model_name=reference&field_name=merged_into"
# Addresses that answer everybody, or that lead on.
OPEN = {
    "login",
    "session",
    "signed_in_again",
    "shared",
    "shared_image",
    "logout",
    "invitation",
    "view_on_site",
    "app_list",
}


def make_person(who):
    if who == "nobody":
        return None
    if who == "administrator":
        return factories.make_user(is_staff=True, is_superuser=True)
    user = factories.make_user(may=[], is_staff=who != "visitor")
    user.groups.set(Group.objects.filter(name=who))
    return user


def made_entry():
    return AuditEntry.objects.record(by=None, action="oil", subject="tag “chains”")


def argument(name):
    """What the address needs: a page with a live text, a person, a tag, a role."""
    kind = name.split("_")[1] if "_" in name else ""
    if kind in ("topic", "treatment"):
        page = {"topic": factories.make_topic, "treatment": factories.make_treatment}[kind]()
        return [factories.make_live(page).page_id]
    if kind in ("term", "page"):
        return [factories.make_live(factories.make_term()).page_id]
    if name == "library_text":
        return [factories.make_live().page_id]
    found = {
        "treatments_plainword": PlainWord.objects.get_or_create(word="velocipede")[0].pk,
        "taggit_tag": Tag.objects.get_or_create(name="brakes", slug="brakes")[0].pk,
        "treatments_user": factories.make_user().pk,
        "auth_user": factories.make_user().pk,
        "treatments_auditentry": made_entry().pk,
        "auth_group": Group.objects.first().pk,
        "treatments_reference": factories.make_reference().pk,
        "treatments_link": factories.make_link().pk,
        "treatments_image": factories.make_image().pk,
        "treatments_distinctiveword": factories.make_distinctive_word(
            f"stopper {DistinctiveWord.objects.count()}"
        ).pk,
        "treatments_unansweredcode": factories.make_unanswered_code().pk,
        "treatments_synonym": factories.make_synonym(f"stopper {Synonym.objects.count()}").pk,
    }
    return [found[name.rpartition("_")[0].replace("_password", "")]]


# The ends of the names of addresses that belong to one object.
OF_ONE = (
    *("_change", "_delete", "_history", "_merge"),
    *("_text", "_advice", "_compare", "_past"),
)


def address(name):
    if name in ("image_file", "editor_image"):
        file = factories.make_image().files.first()
        sized = [file.width] if name == "image_file" else []
        return reverse(f"admin:{name}", args=[file.image.key, *sized])
    if name.endswith(("_edition", "_preview")):
        return reverse(f"admin:{name}", args=[*argument(name), 1])
    if name.endswith("_rate"):
        return reverse(f"admin:{name}", args=[*argument(name), 1, "pemat-p"])
    own = name.endswith(OF_ONE)
    needs = own and name != "password_change"
    found = reverse(f"admin:{name}", args=argument(name) if needs else [])
    return found + (ASKING if name == "autocomplete" else "")


def answer(client, name, who):
    user = make_person(who)
    if user:
        client.force_login(user)
    found = client.get(address(name))
    if found.status_code == 302 and "/admin/login/" in found["Location"]:
        return IN
    return found.status_code


def names_under_admin(resolver=None, inside=False):
    for pattern in (resolver or get_resolver("eduportal.urls")).url_patterns:
        under = inside or str(pattern.pattern).startswith("admin/")
        if isinstance(pattern, URLResolver):
            yield from names_under_admin(pattern, under)
        elif under and pattern.name:
            yield pattern.name


def test_every_staff_address_is_in_the_table():
    assert set(names_under_admin()) - OPEN == set(TABLE)


def addresses_with_numbers(resolver=None, inside=""):
    """Each address that has a number in it, with one that no database has a row for."""
    for pattern in (resolver or get_resolver("eduportal.urls")).url_patterns:
        here = inside + str(pattern.pattern)
        if isinstance(pattern, URLResolver):
            yield from addresses_with_numbers(pattern, here)
        elif "<int:" in here:
            yield re.sub("<int:.*?>", str(10**30), re.sub("<(str|slug):.*?>", "x", here))
            # The page there is, and only what stands behind it has the number.
            yield re.sub("<int:.*?>", str(10**30), here.replace("<int:pk>", "{pk}", 1))


def test_a_number_that_is_too_large_for_the_database_leads_nowhere(client):
    client.force_login(factories.make_user(is_staff=True, is_superuser=True))
    pk = factories.make_live().page_id
    found = {re.sub("<(str|slug):.*?>", "x", each) for each in addresses_with_numbers()}
    asked = {f"/{each.format(pk=pk)}" for each in found if str(10**30) in each}
    assert f"/admin/library/{10**30}/" in asked
    statuses = {each: client.get(each).status_code for each in asked}
    assert {each: status for each, status in statuses.items() if status not in (404, 405)} == {}


@pytest.mark.parametrize("name", TABLE)
def test_each_address_opens_to_those_who_may(client, name):
    found = []
    for who in WHO:
        client.logout()
        found.append(answer(client, name, who))
    assert dict(zip(WHO, found, strict=True)) == dict(zip(WHO, TABLE[name], strict=True))


# {verb: the roles that may press its button}
VERBS = {
    "write": ["Authors", "Reviewers", "Managers", "administrator"],
    "save": ["Authors", "Reviewers", "Managers", "administrator"],
    "submit": ["Authors", "Reviewers", "Managers", "administrator"],
    "take_over": ["Authors", "Reviewers", "Managers", "administrator"],
    "discard": ["Authors", "Reviewers", "Managers", "administrator"],
    "restore": ["Authors", "Reviewers", "Managers", "administrator"],
    "share": ["Authors", "Reviewers", "Managers", "administrator"],
    "revoke": ["Authors", "Reviewers", "Managers", "administrator"],
    "comment": ["Authors", "Reviewers", "Managers", "administrator"],
    "resolve": ["Authors", "Reviewers", "Managers", "administrator"],
    "reopen": ["Authors", "Reviewers", "Managers", "administrator"],
    "approve": ["Reviewers", "Managers", "administrator"],
    "send_back": ["Reviewers", "Managers", "administrator"],
    "review_unchanged": ["Reviewers", "Managers", "administrator"],
    "withdraw": ["Reviewers", "Managers", "administrator"],
    "cancel_schedule": ["Reviewers", "Managers", "administrator"],
}
DATA = {
    "title": "T",
    "body": "<p>B</p>",
    "reason": "x",
    "text": "x",
    "evidence_checked": "on",
    "due_by": "2100-01-01",
    "version": "1",
}


def subject(verb, user):
    """An edition on which the verb succeeds for somebody who may."""
    if verb in ("write", "restore", "withdraw"):
        return factories.make_live()
    if verb == "review_unchanged":
        return factories.make_imported()
    if verb == "cancel_schedule":
        return factories.make_scheduled()
    if verb in ("approve", "send_back"):
        return factories.make_submitted()
    draft = factories.make_draft()
    if verb in ("save", "submit", "discard") and user:
        Edition.objects.filter(pk=draft.pk).update(held_by=user)
    return draft


def link_to(edition, verb):
    if verb != "revoke":
        return ""
    return sharing.share(edition=edition, by=factories.make_user()).pk


def test_every_verb_is_in_the_table():
    assert set(writing.VERBS) == set(VERBS)


@pytest.mark.parametrize("who", WHO)
@pytest.mark.parametrize("verb", VERBS)
def test_each_verb_obeys_those_who_may(client, verb, who):
    user = make_person(who)
    if user:
        client.force_login(user)
    edition = subject(verb, user)
    data = DATA | {"verb": verb, "edition": edition.pk, "link": link_to(edition, verb)}
    address = f"/admin/treatments/treatment/{edition.page_id}/text/"
    if verb in ("comment", "resolve", "reopen"):
        del data["body"]  # with words in the form the screen comes back with them
        said = remarks.comment(edition=edition, by=factories.make_user(), text="y")
        address += f"?comment={said.pk}"
    found = client.post(address, data)
    if who in ("nobody", "visitor"):
        assert "/admin/login/" in found["Location"]
    elif who not in VERBS[verb]:
        assert found.status_code == 403
    else:
        assert found.status_code == 302, found.content


@pytest.mark.parametrize("verb", VERBS)
def test_no_verb_is_obeyed_without_its_token(client, verb):
    client.handler.enforce_csrf_checks = True
    client.force_login(make_person("administrator"))
    edition = subject(verb, None)
    data = DATA | {"verb": verb, "edition": edition.pk}
    address = f"/admin/treatments/treatment/{edition.page_id}/text/"
    assert client.post(address, data).status_code == 403


@pytest.mark.parametrize("verb", VERBS)
def test_looking_at_a_page_does_nothing(client, verb):
    client.force_login(make_person("administrator"))
    edition = subject(verb, None)
    before = list(Edition.objects.values())
    client.get(f"/admin/treatments/treatment/{edition.page_id}/text/", DATA | {"verb": verb})
    assert list(Edition.objects.values()) == before


def test_roles_are_made_once_and_local_changes_are_kept():
    authors = Group.objects.get(name="Authors")
    authors.permissions.clear()
    Group.objects.filter(name="Managers").delete()
    roles.make_groups("default")
    assert not authors.permissions.exists()
    assert Group.objects.get(name="Managers").permissions.filter(codename="manage_page").exists()


def test_the_page_of_roles_says_who_may_do_what(client):
    client.force_login(make_person("staff"))
    text = " ".join(client.get("/admin/roles/").content.decode().split())
    row = '<th scope="row">Approve texts that others wrote, send them back, and withdraw texts</th>'
    assert f"{row}<td>–</td><td>yes</td><td>yes</td>" in text
