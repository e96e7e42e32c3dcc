"""Each way in which staff change something leaves its entry in the audit trail, and no more.

A staff address that takes a POST and stands in neither table fails the suite.
"""

import pytest
from django.contrib.auth.models import Group, Permission
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from taggit.models import Tag

from tests import factories
from tests.treatments import test_admin_bringing_in
from tests.treatments.test_admin_roles import DATA, OPEN, VERBS, link_to, names_under_admin, subject
from treatments import checklists, remarks, sharing
from treatments.models import AuditEntry, PlainWord, Topic, User

pytestmark = pytest.mark.django_db

# Addresses at which a POST changes nothing that is audited, with the reason.
CHANGES_NOTHING = {
    "index": "shows",
    "help": "shows",
    "roles": "shows",
    "app_list": "shows",
    "view_on_site": "leads on",
    "password_change_done": "shows",
    "jsi18n": "shows",
    "autocomplete": "shows",
    "page_search": "shows",
    "session": "prolongs a session, which is activity and no deed",
    "signed_in_again": "shows",
    "shared": "shows",
    "shared_image": "shows",
    # tests/eduportal/test_auditing.py
    "login": "sign in, sign-in failed, sign-in refused",
    "logout": "sign out",
    "password_change": "change password",
    "invitation": "accept invitation",
    # Their actions merge or delete: below.
    "treatments_reference_changelist": "merging only leads on",
    "treatments_auditentry_changelist": "shows",
    "treatments_auditentry_change": "shows",
    "picture_search": "shows",
    "editor_image": "shows",
    "image_file": "shows",
    "library_text": "shows",
    "library_measure": "works figures out anew, which say nothing of their own",
    "treatments_livetext_changelist": "shows",
    "treatments_plainword_changelist": "has no actions",
    "treatments_synonym_changelist": "has no actions",
    "treatments_image_changelist": "has no actions",
    "treatments_distinctiveword_changelist": "has no actions",
    "treatments_distinctiveword_history": "shows",
    "treatments_unansweredcode_changelist": "shows",
    "treatments_unansweredcode_add": "nobody may",
    "treatments_unansweredcode_change": "shows",
    "treatments_unansweredcode_delete": "nobody may",
    "treatments_unansweredcode_history": "shows",
    "ehr_trial": "shows",
    "treatments_page_change": "leads on",
    "treatments_link_changelist": "shows",
    "treatments_link_add": "nobody may",
    "treatments_link_change": "shows",
    "treatments_link_delete": "nobody may",
    "treatments_link_history": "shows",
    "treatments_image_history": "shows",
    "treatments_plainword_history": "shows",
    "treatments_synonym_history": "shows",
    "treatments_reference_history": "shows",
    "taggit_tag_history": "shows",
    "treatments_user_history": "shows",
    "auth_group_history": "shows",
}
for _kind in ("topic", "treatment", "term"):
    CHANGES_NOTHING |= {
        f"treatments_{_kind}_history": "shows",
        f"treatments_{_kind}_advice": "advises, and keeps nothing",
        f"treatments_{_kind}_compare": "shows",
        f"treatments_{_kind}_past": "shows",
        f"treatments_{_kind}_edition": "shows",
        f"treatments_{_kind}_preview": "shows",
    }


def management(prefix):
    return {f"{prefix}-TOTAL_FORMS": 0, f"{prefix}-INITIAL_FORMS": 0}


def of_reference(reference=None, **fields):
    names = ("authors", "title", "journal", "year", "volume", "pages", "source_text")
    words = {name: getattr(reference, name) if reference else "" for name in names}
    seen = {"seen": reference.version} if reference else {}
    return words | seen | fields


def of_person(user, **fields):
    words = {"username": user.username, "first_name": "Ana", "last_name": user.last_name}
    times = {"last_login_0": "", "last_login_1": ""}
    return words | {"credentials": "RN", "is_active": "on"} | times | fields


def page_of(kind):
    make = {
        "topic": factories.make_topic,
        "treatment": factories.make_treatment,
        "term": factories.make_term,
    }
    return make[kind]()


def add_page(kind):
    more = {"topic": Topic.objects.get_or_create(slug="bicycles")[0].pk}
    data = {"title": "Pads"} | (
        more | {"treatment_kind": "non-drug"} if kind == "treatment" else {}
    )
    return None, data, ["save"]


def change_page(kind):
    page = page_of(kind)
    data = {"slug": "other-slug", "position": page.position or 0, "tags": "", "other_spellings": ""}
    if kind == "treatment":
        data |= {"topic": page.topic_id, "treatment_kind": "medications", "tags": "oil"}
    expected = ["change address", "arrange"] if kind == "treatment" else ["change address"]
    return page.pk, data | management("codes"), expected


def delete_page(kind):
    return page_of(kind).pk, {"post": "yes"}, ["delete page"]


def add_reference():
    return None, of_reference(authors="Wheeler A", title="Brakes", year="2001"), ["add reference"]


def change_reference():
    reference = factories.make_reference()
    data = of_reference(reference, year="2002", retracted="on", _verify="yes")
    return reference.pk, data, ["edit reference", "mark retracted", "verify reference"]


def delete_reference():
    return factories.make_reference().pk, {"post": "yes"}, ["delete reference"]


def merge_reference():
    gone, kept = factories.make_reference(), factories.make_reference()
    return (gone.pk, f"?with={kept.pk}"), {"kept": kept.pk}, ["merge references"]


def import_reference():
    text = "TY  - JOUR\nAU  - Wheeler, A\nTI  - Spokes\nJO  - J Cycl\nPY  - 2003\nER  - \n"
    return None, {"text": text, "add": "1", "_save": "yes"}, ["import reference"]


def add_tag():
    return None, {"name": "oil"}, ["add tag"]


def change_tag():
    return Tag.objects.create(name="oil").pk, {"name": "grease"}, ["rename tag"]


def delete_tag():
    return Tag.objects.create(name="oil").pk, {"post": "yes"}, ["delete tag"]


def change_tags():
    oil, grease = (Tag.objects.create(name=name) for name in ("oil", "grease"))
    data = {"action": "merge", "_selected_action": [oil.pk, grease.pk], "into": oil.pk}
    return None, data, ["merge tags"]


def add_user():
    password = "quiet harbour lamp 42"
    data = {"username": "eve", "usable_password": "true", "password1": password}
    return None, data | {"password2": password}, ["add person"]


def change_user():
    user = factories.make_user(may=[])
    return user.pk, of_person(user, is_staff="on"), ["change permissions"]


def delete_user():
    return factories.make_user().pk, {"post": "yes"}, ["delete person"]


def change_password_of():
    password = "quiet harbour lamp 42"
    data = {"usable_password": "true", "password1": password, "password2": password}
    return factories.make_user().pk, data | {"set-password": "yes"}, ["change password"]


def change_users():
    users = [factories.make_user().pk for _ in range(2)]
    data = {"action": "delete_selected", "_selected_action": users, "post": "yes"}
    return None, data, ["delete person"] * 2


def add_group():
    return None, {"name": "Mechanics", "permissions": []}, ["add role"]


def change_group():
    may = Permission.objects.get(codename="write_edition")
    group = Group.objects.create(name="Mechanics")
    return group.pk, {"name": "Mechanics", "permissions": [may.pk]}, ["change role"]


def delete_group():
    return Group.objects.create(name="Mechanics").pk, {"post": "yes"}, ["delete role"]


def change_groups():
    group = Group.objects.create(name="Mechanics").pk
    data = {"action": "delete_selected", "_selected_action": [group], "post": "yes"}
    return None, data, ["delete role"]


def give(kind="treatment"):
    owner = factories.make_user(is_staff=True)
    data = {"action": "give", "_selected_action": [page_of(kind).pk], "owner": owner.pk}
    return None, data, ["give"]


def add_image():
    said = {"title": "A wheel", "alternative": "A wheel with spokes.", "credit": ""}
    file = SimpleUploadedFile("wheel.png", factories.packed(factories.drawn()))
    return None, said | {"file": file}, ["add picture"]


def change_image():
    image = factories.make_image()
    data = {"title": "A wheel", "alternative": image.alternative, "credit": ""}
    return image.pk, data, ["describe picture"]


def delete_image():
    return factories.make_image().pk, {"post": "yes"}, ["delete picture"]


def add_hard_word():
    return None, {"word": "velocipede", "instead": "bicycle"}, ["add hard word"]


def change_hard_word():
    word = PlainWord.objects.create(word="velocipede", instead="bike")
    return word.pk, {"word": "velocipede", "instead": "bicycle"}, ["change hard word"]


def delete_hard_word():
    word = PlainWord.objects.create(word="velocipede", instead="bike")
    return word.pk, {"post": "yes"}, ["delete hard word"]


def add_synonym():
    return None, {"words": "stopper", "meaning": "brake"}, ["add synonym"]


def change_synonym():
    data = {"words": "stopper", "meaning": "brakes"}
    return factories.make_synonym().pk, data, ["change synonym"]


def delete_synonym():
    return factories.make_synonym().pk, {"post": "yes"}, ["delete synonym"]


def add_distinctive_word():
    return None, {"words": "velocipede"}, ["add distinctive word"]


def change_distinctive_word():
    return factories.make_distinctive_word().pk, {"words": "saddle"}, ["change distinctive word"]


def delete_distinctive_word():
    return factories.make_distinctive_word().pk, {"post": "yes"}, ["delete distinctive word"]


def rate(kind):
    edition = factories.make_live(page_of(kind))
    checklist = checklists.PEMAT_P
    answers = {f"item_{number}": checklists.YES for number in checklist.items}
    at = [edition.page_id, edition.number, checklist.slug]
    return at, answers | {"version": edition.version}, ["rate"]


# Fetching one is a GET, and leaves an entry.
EXPORTS = {
    f"{model}_export"
    for model in (
        *("treatments_topic", "treatments_treatment", "treatments_term", "treatments_reference"),
        *("treatments_user", "treatments_auditentry", "auth_group", "taggit_tag"),
        *("treatments_page", "treatments_link", "treatments_livetext", "treatments_plainword"),
        "treatments_unansweredcode",
    )
}
# {address: (what makes the object, the data and the actions expected, its argument)}
WRITES = {
    "treatments_reference_add": (add_reference,),
    "treatments_reference_change": (change_reference,),
    "treatments_reference_delete": (delete_reference,),
    "treatments_reference_merge": (merge_reference,),
    "treatments_reference_import": (import_reference,),
    "taggit_tag_add": (add_tag,),
    "taggit_tag_change": (change_tag,),
    "taggit_tag_delete": (delete_tag,),
    "taggit_tag_changelist": (change_tags,),
    "treatments_user_add": (add_user,),
    "treatments_user_change": (change_user,),
    "treatments_user_delete": (delete_user,),
    "treatments_user_changelist": (change_users,),
    "auth_user_password_change": (change_password_of,),
    "auth_group_add": (add_group,),
    "auth_group_change": (change_group,),
    "auth_group_delete": (delete_group,),
    "auth_group_changelist": (change_groups,),
    "treatments_page_changelist": (give,),
    "treatments_image_add": (add_image,),
    "treatments_image_change": (change_image,),
    "treatments_image_delete": (delete_image,),
    "treatments_plainword_add": (add_hard_word,),
    "treatments_plainword_change": (change_hard_word,),
    "treatments_plainword_delete": (delete_hard_word,),
    "treatments_distinctiveword_add": (add_distinctive_word,),
    "treatments_distinctiveword_change": (change_distinctive_word,),
    "treatments_distinctiveword_delete": (delete_distinctive_word,),
    "treatments_synonym_add": (add_synonym,),
    "treatments_synonym_change": (change_synonym,),
    "treatments_synonym_delete": (delete_synonym,),
}
for _kind in ("topic", "treatment", "term"):
    WRITES |= {
        f"treatments_{_kind}_changelist": (give, _kind),
        f"treatments_{_kind}_rate": (rate, _kind),
        f"treatments_{_kind}_add": (add_page, _kind),
        f"treatments_{_kind}_change": (change_page, _kind),
        f"treatments_{_kind}_delete": (delete_page, _kind),
    }
# The screen of a text has a table of its own verbs.
VERBS_RECORDED = {
    "write": [],
    "save": ["save"],
    "submit": ["save", "submit"],
    "take_over": ["take over"],
    "discard": ["discard"],
    "restore": ["restore"],
    "share": ["share preview"],
    "revoke": ["revoke preview"],
    "approve": ["approve"],
    "send_back": ["send back"],
    "review_unchanged": ["review unchanged"],
    "withdraw": ["withdraw"],
    "cancel_schedule": ["cancel schedule"],
    "comment": ["comment"],
    "resolve": ["resolve comment"],
    "reopen": ["reopen comment"],
}
TEXTS = {f"treatments_{kind}_text" for kind in ("topic", "treatment", "term")}


@pytest.fixture
def administrator(client):
    user = factories.make_user("boss", is_staff=True, is_superuser=True)
    client.force_login(user)
    return user


def since(last):
    return AuditEntry.objects.filter(pk__gt=last.pk)


def test_every_staff_address_is_known_to_change_something_or_nothing():
    known = WRITES.keys() | CHANGES_NOTHING.keys() | TEXTS | EXPORTS | {"bring_in"}
    assert set(names_under_admin()) | OPEN == known


@pytest.mark.parametrize("name", WRITES)
def test_each_change_leaves_its_entries_and_no_other(name, client, administrator):
    make, *arguments = WRITES[name]
    at, data, expected = make(*arguments)
    pk, query = at if isinstance(at, tuple) else (at, "")
    arguments = pk if isinstance(pk, list) else [pk] if pk else []
    address = reverse(f"admin:{name}", args=arguments) + query
    last = AuditEntry.objects.last()
    answer = client.post(address, data, REMOTE_ADDR="192.0.2.1")
    assert answer.status_code == 302, answer.content.decode()
    found = since(last)
    assert [entry.action for entry in found] == expected
    assert {(e.actor, e.name, e.place) for e in found} == {
        ("boss", administrator.get_full_name(), "192.0.2.1")
    }
    assert all(entry.before or entry.after for entry in found) or "password" in name
    assert "other" not in {entry.kind for entry in found}


@pytest.mark.parametrize("name", sorted(EXPORTS))
def test_each_export_leaves_its_entry(name, client, administrator):
    last = AuditEntry.objects.last()
    assert client.get(reverse(f"admin:{name}")).status_code == 200
    assert [entry.action for entry in since(last)] == ["export"]
    last = AuditEntry.objects.last()
    assert client.post(reverse(f"admin:{name}")).status_code == 405
    assert not since(last).exists()


def test_bringing_in_a_leaflet_leaves_its_entries(client, administrator):
    preview = test_admin_bringing_in.upload(client, test_admin_bringing_in.leaflet())
    last = AuditEntry.objects.last()
    test_admin_bringing_in.save(client, preview)
    deeds = ["add reference", "save", "save", "bring in"]
    assert sorted(entry.action for entry in since(last)) == sorted(deeds)


def test_every_verb_of_a_text_is_in_the_table():
    assert VERBS_RECORDED.keys() == VERBS.keys()


@pytest.mark.parametrize("verb", VERBS)
def test_each_verb_leaves_its_entries_and_no_other(verb, client, administrator):
    edition = subject(verb, administrator)
    data = DATA | {"verb": verb, "edition": edition.pk, "link": link_to(edition, verb)}
    address = f"/admin/treatments/treatment/{edition.page_id}/text/"
    if verb in ("comment", "resolve", "reopen"):
        del data["body"]  # with words in the form the screen comes back with them
        by = factories.make_user()
        said = remarks.comment(edition=edition, by=by, text="Say which lever.")
        if verb == "reopen":
            remarks.resolve(comment=said, by=by)
        address += f"?comment={said.pk}"
    last = AuditEntry.objects.last()
    answer = client.post(address, data)
    assert answer.status_code == 302, answer.content.decode()
    assert [entry.action for entry in since(last)] == VERBS_RECORDED[verb]


def test_a_form_that_changes_nothing_leaves_no_entry(client, administrator):
    user = factories.make_user(may=[], first_name="Ana")
    group = Group.objects.create(name="Mechanics")
    last = AuditEntry.objects.last()
    client.post(reverse("admin:treatments_user_change", args=[user.pk]), of_person(user))
    client.post(reverse("admin:auth_group_change", args=[group.pk]), {"name": "Mechanics"})
    assert not since(last).exists()


def test_a_change_of_powers_says_what_they_were_and_are(client, administrator):
    user = factories.make_user(may=["write_edition"])
    data = of_person(user, is_staff="on", groups=[Group.objects.get(name="Reviewers").pk])
    client.post(reverse("admin:treatments_user_change", args=[user.pk]), data)
    entry = AuditEntry.objects.last()
    assert entry.before == {
        "staff": False,
        "roles": [],
        "permissions": ["treatments.write_edition"],
    }
    assert entry.after == {"staff": True, "roles": ["Reviewers"], "permissions": []}


def test_a_change_of_a_name_is_no_change_of_powers(client, administrator):
    user = factories.make_user(may=[])
    data = of_person(user, last_name="Lee")
    client.post(reverse("admin:treatments_user_change", args=[user.pk]), data)
    entry = AuditEntry.objects.last()
    assert (entry.action, entry.after) == ("change person", {"last name": "Lee"})


def test_a_deleted_role_says_who_had_it(client, administrator):
    group = Group.objects.get(name="Reviewers")
    administrator.groups.add(group)
    client.post(reverse("admin:auth_group_delete", args=[group.pk]), {"post": "yes"})
    before = AuditEntry.objects.last().before
    assert before["people"] == ["boss"]
    assert "treatments.approve_edition" in before["permissions"]


def test_a_deletion_that_is_refused_leaves_no_entry(client, administrator):
    author = factories.make_draft().author
    last = AuditEntry.objects.last()
    address = reverse("admin:treatments_user_delete", args=[author.pk])
    assert client.post(address, {"post": "yes"}).status_code == 200
    assert not since(last).exists()
    assert User.objects.filter(pk=author.pk).exists()


def test_the_link_of_a_preview_is_in_no_entry(administrator):
    shared = sharing.share(edition=factories.make_draft(), by=administrator)
    assert sharing.token(shared) not in str(list(AuditEntry.objects.values()))


def test_public_pages_leave_no_entry(client):
    live = factories.make_live()
    before = AuditEntry.objects.count()
    for address in ("/", live.page.get_absolute_url(), "/search/?q=x", "/references/", "/nowhere/"):
        client.get(address)
    client.post("/", {"x": "y"})
    assert AuditEntry.objects.count() == before
