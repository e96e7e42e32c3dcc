"""The addresses at which an EHR asks: one for its programs, one for the people before it.

Both say what they know of a request to nobody: it may tell of a patient.
"""

import functools

from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods

from treatments import reading
from treatments.infobutton import answer, matching, replying, request, vain

# Those of MedlinePlus Connect, now and before, for EHRs in which only the host can be changed.
SERVICE = ["connect/service", "service", "medlineplus/services/mpconnect_service.cfm"]
APPLICATION = ["connect/application", "application", "medlineplus/services/mpconnect.cfm"]
METHODS = ("GET", "HEAD", "POST", "OPTIONS")
OPEN_TO_SCRIPTS = frozenset(f"/{route}" for route in SERVICE)  # of any site
ADDRESSES = OPEN_TO_SCRIPTS.union(f"/{route}" for route in APPLICATION)
FORM = "application/x-www-form-urlencoded"


def _asking(data):
    """Give a view the Asked and its Matches, or have it answer with what is to be mended."""

    def decorate(view):
        @csrf_exempt
        @require_http_methods(METHODS)
        @functools.wraps(view)
        def connect(http):
            if http.method == "OPTIONS":
                return HttpResponse(status=204, headers={"Allow": ", ".join(METHODS)})
            try:
                asked = request.read(_pairs(http), data=data)
            except request.Refused as refused:
                return view(http, None, [], refused)
            matches = matching.match(asked)
            if http.method != "HEAD":
                vain.count(asked, matches)
            return view(http, asked, matches, None)

        return connect

    return decorate


def _pairs(http):
    """What was asked, in the address and in the form that was sent."""
    pairs = request.pairs(http.META.get("QUERY_STRING", "").encode("latin-1", "replace"))
    if http.method == "POST" and (body := http.body):
        if http.content_type not in (FORM, ""):
            raise request.Refused(f"Send the parameters in the address, or as {FORM}.", 415)
        pairs += request.pairs(body)
    return pairs


@_asking(data=True)
def service(http, asked, matches, refused):
    """An Atom feed, or the same as JSON: one entry of each text that answers."""
    if refused:
        sentence = f"{refused.sentence}\n"
        return HttpResponse(sentence, "text/plain; charset=utf-8", status=refused.status)
    feed = replying.feed(asked, matches)
    if asked.format == "xml":
        return HttpResponse(answer.xml(feed), "text/xml; charset=UTF-8")
    if asked.format == "json":
        return HttpResponse(answer.json(feed), "application/json; charset=UTF-8")
    script = answer.javascript(feed, asked.callback)
    return HttpResponse(script, "application/javascript; charset=UTF-8")


@_asking(data=False)
def application(http, asked, matches, refused):
    """The page that a diagnosis's code names; else the texts that answer, or a search."""
    if refused:
        context = {"sentence": refused.sentence, "typed": ""}
        return _unkept(render(http, "connect/application.html", context, status=refused.status))
    if matching.is_certain(matches):
        return redirect(replying.place(matches[0], asked.sub_topics).address)
    entries = [
        (replying.title(match), replying.place(match, asked.sub_topics), listed)
        for match, listed in zip(
            matches, reading.listed([match.edition for match in matches]), strict=True
        )
    ]
    words = [text for criterion in asked.criteria for text in criterion.words]
    context = {
        "entries": entries,
        "typed": "" if entries else next(iter(words), ""),
        "another_language": asked.language not in ("", reading.LANGUAGE),
    }
    return _unkept(render(http, "connect/application.html", context))


def _unkept(response):
    response["X-Robots-Tag"] = "noindex"
    return response
