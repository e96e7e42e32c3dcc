"""The verbs of the hospital's own hard words; one Manager is enough, and each is audited."""

from treatments.models import AuditEntry, PlainWord, audited
from treatments.publishing import MANAGE, NotAllowed, Refusal


@audited()
def save(*, by, word, instead, listed=None):
    """Put a hard word into the list, or change `listed`. Returns the PlainWord."""
    _require_manager(by)
    word, instead = " ".join(word.split()).casefold(), " ".join(instead.split())
    if not word:
        raise Refusal("Give the hard word.")
    if PlainWord.objects.filter(word=word).exclude(pk=listed.pk if listed else None).exists():
        raise Refusal(f"“{word}” is in the list already.")
    before = _told(listed) if listed else {}
    listed = listed or PlainWord()
    listed.word, listed.instead = word, instead
    listed.save()
    _audit(by, "change hard word" if before else "add hard word", listed, before, _told(listed))
    return listed


@audited()
def delete(*, by, listed):
    """Take a word out of the hospital's list; a shipped one of the same spelling counts again."""
    _require_manager(by)
    _audit(by, "delete hard word", listed, _told(listed), {})
    listed.delete()


def _require_manager(by):
    if not by.has_perm(MANAGE):
        raise NotAllowed("You do not have the permission for this. Ask a Manager.")


def _told(listed):
    return {"word": listed.word, "plain words": listed.instead}


def _audit(by, action, listed, before, after):
    AuditEntry.objects.record(
        by=by, action=action, subject=f"hard word “{listed}”", before=before, after=after
    )
