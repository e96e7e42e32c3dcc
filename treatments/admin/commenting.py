"""Comments as the screens of a text show them."""

from dataclasses import dataclass

from django import forms

from treatments import remarks
from treatments.models import Comment
from treatments.models.remarks import LONGEST_COMMENT


class CommentForm(forms.Form):
    text = forms.CharField(
        label="New comment",
        max_length=LONGEST_COMMENT,
        widget=forms.Textarea(attrs={"rows": 3, "class": "vLargeTextField"}),
        help_text="Plain text. Colleagues read it beside the text; patients do not. It is kept.",
        error_messages={"required": "Write what you want to say."},
    )


@dataclass(frozen=True)
class Shown:
    """The comments of a screen: `open` also has those that were left open on other editions."""

    open: list[Comment]
    resolved: list[Comment]
    may_remark: bool

    @property
    def sent_back(self):
        """Why the text was sent back last, while that is not dealt with; or None."""
        return next((comment for comment in reversed(self.open) if comment.sends_back), None)


def shown(*, page, edition, user, everywhere):
    """What a screen of `edition`, or None, shows; `everywhere`, also what is open on the others."""
    if edition is None:
        return Shown([], [], may_remark=False)
    found = Comment.objects.about(page, edition.language).select_related("edition", "resolved_by")
    here = found.filter(edition=edition)
    return Shown(
        open=list((found if everywhere else here).open()),
        resolved=list(here.resolved()),
        may_remark=remarks.may_remark(user),
    )
