"""The verbs of what surrounds a text: opening pages, their addresses, their tags.

One Manager is enough for these, since patients do not read them as advice. Each is audited.
"""

import re

from django.db import IntegrityError, transaction
from django.db.models import Max
from django.utils.text import slugify
from taggit.models import Tag

from treatments import publishing
from treatments.models import (
    AuditEntry,
    DistinctiveWord,
    OldSlug,
    Page,
    PageTag,
    Synonym,
    User,
    audited,
)
from treatments.publishing import APPROVE, MANAGE, WRITE, NotAllowed, Refusal

LONGEST_SLUG = 80
BACKEND = "django.contrib.auth.backends.ModelBackend"  # by whose word somebody has a permission
AT_ONCE = 500  # pages that are locked and given together
SLUG = re.compile(r"[a-z0-9]+(?:-[a-z0-9]+)*")


@audited()
def open_page(*, model, title, by, topic=None, treatment_kind=""):
    """Make a page of a proxy model (Topic, Treatment, Term) with a first draft of that title."""
    if not by.has_perm(f"treatments.add_{model.KIND}"):
        raise NotAllowed("You do not have the permission for this. Ask a Manager.")
    last = Page.objects.filter(kind=model.KIND, topic=topic).aggregate(last=Max("position"))["last"]
    page = model.objects.create(
        slug=free_slug(model.KIND, title),
        topic=topic,
        treatment_kind=treatment_kind,
        position=(last or 0) + 1,
        owner=by,
    )
    publishing.save_words(page=page, by=by, title=title, body="")
    return page


def free_slug(kind, title):
    """An address made of the title that no page of the kind has or had."""
    stem = slugify(title)[: LONGEST_SLUG - 4].strip("-") or kind
    slug, number = stem, 1
    while _taken(kind, slug):
        number += 1
        slug = f"{stem}-{number}"
    return slug


def _taken(kind, slug):
    return (
        Page.objects.filter(kind=kind, slug=slug).exists()
        or OldSlug.objects.filter(kind=kind, slug=slug).exists()
    )


@audited()
def change_slug(*, page, by, slug):
    """Give a page another address at once; the old one leads to it for good."""
    require_manager(by)
    page = Page.objects.select_for_update().get(pk=page.pk)
    if slug == page.slug:
        return page
    refuse_slug(page, slug)
    before = {"slug": page.slug}
    OldSlug.objects.filter(kind=page.kind, slug=slug).delete()
    OldSlug.objects.create(kind=page.kind, slug=page.slug, page=page)
    page.slug = slug
    try:
        with transaction.atomic():
            page.save(update_fields=["slug"])
    except IntegrityError:  # another page took the address in the same moment
        raise Refusal("Another page has this address. Choose another one.") from None
    _audit(by, "change address", page, before, {"slug": slug})
    return page


def refuse_slug(page, slug):
    """Raise Refusal where the address is none, belongs to another page, or once did."""
    if not SLUG.fullmatch(slug) or len(slug) > LONGEST_SLUG:
        raise Refusal("An address is made of lower-case letters, digits and hyphens, 80 at most.")
    if Page.objects.filter(kind=page.kind, slug=slug).exclude(pk=page.pk).exists():
        raise Refusal("Another page has this address. Choose another one.")
    if OldSlug.objects.filter(kind=page.kind, slug=slug).exclude(page=page.pk).exists():
        raise Refusal("This address once led to another page and still does. Choose another one.")


def arrangement(page):
    """What surrounds a page's text, as the audit trail tells it."""
    return {
        "topic": page.topic.slug if page.topic_id else "",
        "position": page.position,
        "treatment kind": page.treatment_kind,
        "other spellings": page.other_spellings,
        "tags": sorted(page.tags.names()),
        "codes": sorted(str(code) for code in page.codes.all()),
        "owner": _named(page.owner),
    }


def record_arrangement(*, page, by, before):
    """Write into the audit trail what changed since `before`, an `arrangement`, if anything did."""
    after = arrangement(page)
    changed = [name for name in after if after[name] != before.get(name)]
    if changed:
        told = ({name: side.get(name) for name in changed} for side in (before, after))
        _audit(by, "arrange", page, *told)


def people_who_may(permission):
    """Active people with a permission, administrators among them, as a queryset."""
    return User.objects.with_perm(permission, backend=BACKEND)


def possible_owners():
    """People to whom pages can be given: those who work with texts, by name."""
    working = people_who_may(WRITE) | people_who_may(APPROVE)
    return working.filter(is_staff=True).order_by("last_name", "first_name", "username")


@audited()
def give(*, pages, owner, by):
    """Make somebody the owner of pages. Returns how many changed hands.

    `pages` is a queryset of pages. Each page that changes hands is audited.
    """
    require_manager(by)
    if not possible_owners().filter(pk=owner.pk).exists():
        raise Refusal(f"{owner.signature()} does not work with texts. Choose somebody who does.")
    numbers = sorted(pages.values_list("pk", flat=True))
    given = 0
    for at in range(0, len(numbers), AT_ONCE):
        given += _given(numbers[at : at + AT_ONCE], owner, by)
    return given


def _given(numbers, owner, by):
    # Locked in one order by everybody, so that two Managers never wait for each other.
    pages = Page.objects.select_for_update(of=("self",)).filter(pk__in=numbers).order_by("pk")
    changed = [page for page in pages.select_related("owner") if page.owner != owner]
    Page.objects.filter(pk__in=[page.pk for page in changed]).update(owner=owner)
    for page in changed:
        _audit(by, "give", page, {"owner": _named(page.owner)}, {"owner": _named(owner)})
    return len(changed)


def _named(person):
    return person.get_username() if person else ""


@audited()
def add_tag(*, name, by):
    """Make a tag that no page has yet. Returns the Tag."""
    require_manager(by)
    name = " ".join(name.split())
    if Tag.objects.filter(name__iexact=name).exists():
        raise Refusal(f"There is a tag “{name}” already.")
    tag = Tag.objects.create(name=name)
    _audit(by, "add tag", _tag(name), {}, {"name": tag.name, "slug": tag.slug})
    return tag


@audited()
def delete_tag(*, tag, by):
    """Take a tag off every page that has it, and delete it."""
    require_manager(by)
    pages = Page.objects.filter(page_tags__tag=tag).order_by("kind", "slug")
    before = {"name": tag.name, "slug": tag.slug, "pages": [str(page) for page in pages]}
    tag.delete()
    _audit(by, "delete tag", _tag(before["name"]), before, {})


@audited()
def delete_page(*, page, by):
    """Delete a page that never had a text; the database keeps every other one."""
    require_manager(by)
    page = Page.objects.select_for_update().get(pk=page.pk)
    subject, before = str(page), arrangement(page) | {"slug": page.slug}
    page.delete()
    _audit(by, "delete page", subject, before, {})


@audited()
def rename_tag(*, tag, by, name):
    """Give a tag another name; its address follows. Pages keep it."""
    require_manager(by)
    name = " ".join(name.split())
    if not name:
        raise Refusal("A tag needs a name.")
    if Tag.objects.filter(name__iexact=name).exclude(pk=tag.pk).exists():
        raise Refusal(f"There is a tag “{name}” already. Merge the two instead.")
    before = {"name": tag.name, "slug": tag.slug}
    tag.name, tag.slug = name, _free_tag_slug(tag, name)
    tag.save()
    _audit(by, "rename tag", _tag(name), before, {"name": tag.name, "slug": tag.slug})
    return tag


def _free_tag_slug(tag, name):
    others = Tag.objects.exclude(pk=tag.pk)
    number, slug = None, tag.slugify(name)
    while others.filter(slug=slug).exists():
        number = (number or 1) + 1
        slug = tag.slugify(name, number)
    return slug


@audited()
def merge_tags(*, tags, into, by):
    """Put `into` on every page that has one of the tags, and delete these."""
    require_manager(by)
    gone = [tag for tag in tags if tag.pk != into.pk]
    if not gone:
        raise Refusal("Choose at least two tags to merge.")
    pages = Page.objects.filter(page_tags__tag__in=gone).exclude(page_tags__tag=into).distinct()
    PageTag.objects.bulk_create(PageTag(content_object=page, tag=into) for page in pages)
    names = sorted(tag.name for tag in gone)
    Tag.objects.filter(pk__in=[tag.pk for tag in gone]).delete()
    _audit(by, "merge tags", _tag(into.name), {"tags": [*names, into.name]}, {"tags": [into.name]})
    return into


@audited()
def save_synonym(*, synonym, by):
    """Keep a synonym, new or changed: whoever looks for its words finds what it means too."""
    require_manager(by)
    synonym.words, synonym.meaning = (
        " ".join(text.split()) for text in (synonym.words, synonym.meaning)
    )
    old = Synonym.objects.filter(pk=synonym.pk).first()
    before = {"words": old.words, "meaning": old.meaning} if old else {}
    synonym.save()
    after = {"words": synonym.words, "meaning": synonym.meaning}
    if before != after:
        _audit(by, "change synonym" if old else "add synonym", synonym, before, after)
    return synonym


@audited()
def delete_synonym(*, synonym, by):
    """Forget a synonym at once; no text changes."""
    require_manager(by)
    before = {"words": synonym.words, "meaning": synonym.meaning}
    synonym.delete()
    _audit(by, "delete synonym", synonym, before, {})


@audited()
def save_distinctive_word(*, word, by):
    """Keep a distinctive word, new or changed: an EHR that names it finds texts that have it."""
    require_manager(by)
    word.words = " ".join(word.words.split())
    old = DistinctiveWord.objects.filter(pk=word.pk).first()
    before = {"words": old.words} if old else {}
    word.save()
    after = {"words": word.words}
    if before != after:
        deed = "change distinctive word" if old else "add distinctive word"
        _audit(by, deed, word, before, after)
    return word


@audited()
def delete_distinctive_word(*, word, by):
    """Forget a distinctive word at once; no text changes."""
    require_manager(by)
    before = {"words": word.words}
    word.delete()
    _audit(by, "delete distinctive word", word, before, {})


def require_manager(by):
    """Raise NotAllowed for anybody who may not manage pages."""
    if not by.has_perm(MANAGE):
        raise NotAllowed("You do not have the permission for this. Ask a Manager.")


def _tag(name):
    return f"tag “{name}”"


def _audit(by, action, subject, before, after):
    AuditEntry.objects.record(by=by, action=action, subject=subject, before=before, after=after)
