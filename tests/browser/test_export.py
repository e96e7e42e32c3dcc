"""A text as one file, as somebody opens it who kept it: from the disk, without a network."""

import io

import pytest
from pypdf import PdfReader

from tests.browser.everything import make_everything
from tests.browser.test_disclaimer import DEVICES, LOOK, faults
from tests.browser.test_reading import SIDEWAYS, SMALL_WORDS, axe_finds
from treatments import disclaimer

pytestmark = pytest.mark.browser
IMAGES = "[...document.images].map((image) => image.naturalWidth)"


@pytest.fixture
def files(page, live_server, exports_of_the_site, tmp_path):
    """{address: where the file is kept}, the last of them of a text with everything."""
    everything = make_everything().page.get_absolute_url() + "export.html"
    found = {}
    for number, address in enumerate([*exports_of_the_site, everything]):
        answer = page.request.get(live_server.url + address)
        assert answer.ok
        found[address] = tmp_path / f"{number}.html"
        found[address].write_bytes(answer.body())
    return {address: path.as_uri() for address, path in found.items()}


@pytest.fixture
def opened(browser):
    """A function: a page without network, and what it complains of or asks for, as a list."""
    contexts = []

    def opened(**how):
        context = browser.new_context(offline=True, **how)
        contexts.append(context)
        page, heard = context.new_page(), []
        page.on("console", lambda message: heard.append(message.text))
        page.on("pageerror", lambda error: heard.append(str(error)))
        page.on("request", lambda request: heard.append(request.url))
        return page, heard

    yield opened
    for context in contexts:
        context.close()


def test_a_file_asks_for_nothing_and_keeps_its_own_policy(opened, files):
    page, heard = opened()
    for address, file in files.items():
        page.goto(file)
        asked = [said for said in heard if not said.startswith(("file:", "data:"))]
        assert asked == [], address
        assert page.evaluate("document.styleSheets[0].cssRules.length") > 0
        assert page.evaluate("document.scripts.length") == 0
    widths = page.evaluate(IMAGES)
    assert widths != []
    assert all(widths)
    page.evaluate("new Image().src = 'http://127.0.0.1:9/x.png'")
    page.evaluate("document.body.insertAdjacentHTML('beforeend', '<p style=\"color: red\">')")
    refused = "".join(said for said in heard if "Content Security Policy" in said)
    assert "img-src" in refused
    assert "style-src" in refused


@pytest.mark.parametrize("device", DEVICES)
def test_a_file_reads_as_its_page_does(opened, files, device):
    page, _ = opened(**DEVICES[device], bypass_csp=True)
    for address, file in files.items():
        page.goto(file)
        assert faults(page.evaluate(LOOK), "screen") == [], address
        assert page.evaluate(SIDEWAYS) == 0, address
        assert page.evaluate(SMALL_WORDS) == [], address
        assert axe_finds(page) == [], address


def test_a_printed_file_has_the_disclaimer_on_every_sheet(opened, files):
    page, _ = opened()
    for address, file in files.items():
        page.goto(file)
        for sheet in PdfReader(io.BytesIO(page.pdf(format="A4"))).pages:
            assert disclaimer.words() in " ".join(sheet.extract_text().split()), address


def test_a_browser_keeps_it_and_does_not_open_it(page, live_server, exports_of_the_site):
    page.goto(live_server.url)
    with page.expect_download() as download:
        page.evaluate("(address) => { location = address }", exports_of_the_site[0])
    assert download.value.suggested_filename.endswith(".html")
