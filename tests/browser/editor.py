"""A text opened in the editor of a real browser; for tests marked `urls(editor.URLS)`."""

from tests.browser import editor_urls

URLS = "tests.browser.editor_urls"
LOADING = "Failed to load resource"  # the response itself says which


def open_in_editor(page, live_server, html=""):
    """Load `html` into the editor as a stored text is loaded; returns the editing area.

    The page keeps what the browser complained of, in `page.complaints`: refusals of the policy,
    errors of scripts, files that were not there.
    """
    listen(page)
    editor_urls.held["body"] = html
    page.goto(live_server.url + "/admin/writing/")
    return ready(page)


def ready(page):
    area = page.get_by_role("textbox", name="Body", exact=True)
    area.wait_for()
    return area


def listen(page):
    if not hasattr(page, "complaints"):
        page.complaints = []
        keep = page.complaints.append
        page.on("console", lambda said: None if LOADING in said.text else keep(said.text))
        page.on("pageerror", lambda error: keep(str(error)))
        page.on("response", lambda answer: keep(answer.url) if _is_lost(answer) else None)


def _is_lost(answer):
    return answer.status >= 400 and not answer.url.endswith("/favicon.ico")


def text(page):
    """What the editor holds, as it would be sent."""
    return page.evaluate("CKEDITOR.instances.id_body.getData()")


def save(page):
    """Press Save; returns {"raw": what the browser sent, "clean": what the form made of it}."""
    editor_urls.sent.clear()
    page.get_by_role("button", name="Save").click()
    ready(page)
    return editor_urls.sent[-1]
