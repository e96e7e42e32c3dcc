"""The whole site as a browser meets it: links, policy, cookies, words, markup."""

import html
import os
import re
import subprocess
from pathlib import Path
from urllib.parse import urljoin, urlsplit

import pytest
from django.conf import settings
from django.urls import URLResolver, get_resolver

from treatments import surfaces

pytestmark = [pytest.mark.browser, pytest.mark.urls("tests.browser.error_urls")]
SOURCE = settings.BASE_DIR / "fixtures" / "source" / "cancer-pain-treatment-options.txt"


def plain(text):
    """Spaces and quotation marks alike; nothing else changed."""
    for fancy, simple in (("“", '"'), ("”", '"'), ("‘", "'"), ("’", "'")):
        text = text.replace(fancy, simple)
    return " ".join(text.split())


def sentences(text):
    """The source's sentences, its citation numbers and the blanks of the web page taken off."""
    lines = [re.sub(r"\xa0 ?\d+-\d+$", "", line) for line in text.splitlines()]
    return [s for line in lines for s in re.split(r"(?<=[.?!]) +(?=[A-Z])", plain(line)) if s]


def test_every_sentence_of_the_source_stands_in_order_on_the_topic(page, live_server, seed):
    page.goto(live_server.url + "/topics/cancer-pain/")
    text, place = plain(page.inner_text("main")), 0
    for sentence in sentences(SOURCE.read_text(encoding="utf-8")):
        found = text.find(sentence, place)
        assert found >= 0, sentence
        place = found + len(sentence)


def test_the_citations_lead_to_the_references_and_back(page, live_server, seed):
    page.goto(live_server.url + "/treatments/drug-pump/")
    page.get_by_role("link", name="References 1–3").click()
    assert page.url.endswith("#reference-1")
    page.locator("#reference-2 a.back").click()
    assert page.locator(":target").inner_text() == "1–3"


def test_no_page_breaks_its_own_policy_or_asks_elsewhere(browser, live_server, pages_of_the_site):
    with browser.new_context() as context:
        page = context.new_page()
        complaints, requests = [], []
        page.on("console", lambda message: complaints.append(message.text))
        page.on("request", lambda request: requests.append(request.url))
        for address in pages_of_the_site:
            page.goto(live_server.url + address)
        assert [text for text in complaints if "Content Security Policy" in text] == []
        assert {urlsplit(url).netloc for url in requests} == {urlsplit(live_server.url).netloc}
        assert context.cookies() == []


def test_every_link_leads_somewhere(page, live_server, seed):
    site, seen, left = live_server.url, {}, [live_server.url + "/"]
    while left:
        address = left.pop()
        if address in seen:
            continue
        answer = page.request.get(address)
        seen[address] = answer.status
        if "html" in answer.headers["content-type"]:
            found = re.findall(r'(?:href|src|action)="([^"]+)"', answer.text())
            links = {urljoin(address, html.unescape(link)).partition("#")[0] for link in found}
            left += [link for link in links if link.startswith(site)]
    assert {address: status for address, status in seen.items() if status != 200} == {}
    assert len(seen) > 20


def test_anchors_lead_to_something_on_the_page(page, live_server, pages_of_the_site):
    for address in pages_of_the_site:
        page.goto(live_server.url + address)
        lost = page.evaluate(
            "() => [...document.querySelectorAll('a[href^=\"#\"]')].map((a) => a.hash)"
            ".filter((hash) => !document.querySelector(hash))"
        )
        assert lost == [], address


def test_nothing_scrolls_sideways_on_a_small_phone(browser, live_server, pages_of_the_site):
    with browser.new_context(viewport={"width": 320, "height": 600}) as context:
        page = context.new_page()
        for address in pages_of_the_site:
            page.goto(live_server.url + address)
            assert page.evaluate("document.documentElement.scrollWidth") <= 320, address


def test_side_by_side_is_chosen_by_keyboard_alone(page, live_server, seed):
    page.goto(live_server.url + "/treatments/")
    for name in ("Side by side: Opioids", "Side by side: Neuroablation"):
        page.get_by_role("checkbox", name=name).focus()
        page.keyboard.press("Space")
    page.get_by_role("button", name="Put side by side").focus()
    page.keyboard.press("Enter")
    page.wait_for_url("**/treatments/?t=*")
    assert page.locator("main h2").all_inner_texts()[:2] == ["Opioids", "Neuroablation"]


def test_the_skip_link_is_the_first_stop_and_leads_to_the_text(page, live_server, seed):
    page.goto(live_server.url)
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.innerText") == "Skip to the text"
    page.keyboard.press("Enter")
    assert page.url.endswith("#main")


def test_every_public_address_is_a_surface_however_deep_it_is_nested():
    found = public_names(get_resolver("eduportal.urls"))
    assert set(found) - {"logo", "security_txt"} <= set(surfaces.SURFACES)  # they show no text


def public_names(resolver, above=""):
    for pattern in resolver.url_patterns:
        here = above + str(pattern.pattern)
        if here.startswith("admin/"):
            continue
        if isinstance(pattern, URLResolver):
            yield from public_names(pattern, here)
        else:
            yield pattern.name


@pytest.mark.skipif("NU_JAR" not in os.environ, reason="NU_JAR names no Nu HTML checker")
def test_the_nu_checker_finds_no_error(
    page, live_server, pages_of_the_site, exports_of_the_site, tmp_path
):
    for number, address in enumerate([*pages_of_the_site, *exports_of_the_site]):
        answer = page.request.get(live_server.url + address)
        (tmp_path / f"{number}.html").write_bytes(answer.body())
    checked = subprocess.run(
        ["java", "-jar", Path(os.environ["NU_JAR"]), "--format", "gnu", *tmp_path.glob("*.html")],
        capture_output=True,
        text=True,
        check=False,
    )
    assert (checked.returncode, checked.stderr) == (0, "")
