"""The site's dress for answers that Django sends empty, or under another name.

The pages 403, 404 and 500 are Django's own handlers with the templates of those names.
"""

from django.core.exceptions import RequestDataTooBig, TooManyFieldsSent, TooManyFilesSent
from django.template.loader import render_to_string
from django.views import defaults

TOO_MUCH = (RequestDataTooBig, TooManyFieldsSent, TooManyFilesSent)


def bad_request(request, exception):
    """The page 400; 413 where a form is larger than Django reads, which it calls a bad request too.

    An address that holds too much is no form that is too large: it stays a bad request.
    """
    if request.method != "POST" or not isinstance(exception, TOO_MUCH):
        return defaults.bad_request(request, exception)
    response = defaults.bad_request(request, exception, template_name="413.html")
    response.status_code = 413
    return response


def method_not_allowed(get_response):
    """Give an empty 405 its page; the Allow header stays."""

    def middleware(request):
        response = get_response(request)
        if response.status_code == 405 and not response.streaming and not response.content:
            response.content = render_to_string("405.html")
            response["Content-Type"] = "text/html; charset=utf-8"
            response["Content-Length"] = str(len(response.content))
        return response

    return middleware
