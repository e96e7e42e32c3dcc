"""The site's dress for an answer that Django sends empty.

The pages 400, 403, 404 and 500 are Django's own handlers with the templates of those names.
"""

from django.template.loader import render_to_string


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
