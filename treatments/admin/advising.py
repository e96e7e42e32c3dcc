"""Advice beside the text while it is written."""

from dataclasses import replace

from django.core.exceptions import PermissionDenied
from django.http import HttpResponse, HttpResponseNotAllowed
from django.shortcuts import get_object_or_404
from django.template.response import TemplateResponse

from treatments import advice, measuring, passages, readability, richtext
from treatments.publishing import WRITE


def advise(request, pk, model):
    """The advice on words that are sent, and neither kept nor logged: a part of the screen."""
    if not request.user.has_perm(WRITE):
        raise PermissionDenied("Only those who write texts are advised.")
    if request.method != "POST":
        return HttpResponseNotAllowed(["POST"])
    page = get_object_or_404(model, pk=pk)
    body, summary = (request.POST.get(name, "") for name in ("body", "summary"))
    if too_long(summary, body):
        return HttpResponse(
            "This text is too long for advice. Paste it in smaller parts.", status=413
        )
    context = {"advice": in_words(page.kind, summary, body)}
    return TemplateResponse(request, "admin/_advice.html", context)


def too_long(summary, body):
    return len(body) + len(summary) > measuring.LONGEST or richtext.intricate(body)


def in_words(kind, summary, body):
    """What the panel shows of words as they were typed, or as they are stored."""
    typed, cleaned = richtext.typed(summary), richtext.clean(body)
    report = measuring.report(kind, typed, cleaned, measuring.rules())
    # Saving leaves empty headings out, so only what is typed has them.
    empty = advice.empty_headings(passages.read(body))
    return told(replace(report, findings=[*empty, *report.findings]))


def told(report):
    """A report as a template tells it."""
    figures, without = report.figures, report.without
    counted = advice.counts(report.findings)
    return {
        "figures": figures,
        "grade": advice.grade_in_words(figures.grade),
        "aim": advice.AIM,
        "good": figures.grade is not None and figures.grade < advice.AIM + 0.5,
        "smog": advice.grade_in_words(figures.smog),
        "without": _differently(figures.grade, without.grade),
        "enough": readability.ENOUGH,
        "next_step": advice.next_step(counted),
        "total": len(report.findings),
        "groups": _groups(report.findings),
    }


def _differently(grade, without):
    """The grade without the glossary's words in words, "" where it is no other."""
    said = advice.grade_in_words
    if grade is None or without is None or said(grade) == said(without):
        return ""
    return said(without)


def _groups(findings):
    """[(heading, findings)] of the kinds that there are."""
    by_kind = {kind: [each for each in findings if each.kind == kind] for kind in advice.KINDS}
    return [(advice.KINDS[kind], found) for kind, found in by_kind.items() if found]
