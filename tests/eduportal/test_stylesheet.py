"""The hospital's colours in the stylesheet, on light pages and on dark ones."""

import re

import pytest
from django.core.exceptions import ImproperlyConfigured

from eduportal import contrast, inlined, stylesheet
from tests.eduportal.installation import settings_of

PURPLE, BROWN = "#5a1e63", "#7a3a00"


def declared(css, name):
    return re.findall(rf"--{name}: (#[0-9a-f]+)", css)


def test_without_colours_the_stylesheet_is_the_file(tmp_path):
    assert settings_of(tmp_path)["STYLESHEET"] == inlined.text("site/page.css")


def test_the_hospitals_colours_take_the_place_of_the_files_and_nothing_else_changes(tmp_path):
    css = settings_of(tmp_path, BRAND_COLOUR=PURPLE, LINK_COLOUR=BROWN.upper())["STYLESHEET"]
    plain = inlined.text("site/page.css")
    assert (declared(css, "brand")[0], declared(css, "link")[0]) == (PURPLE, BROWN)
    without = re.compile(r"--(brand|link): #[0-9a-f]{6}")
    assert without.sub("", css) == without.sub("", plain)


@pytest.mark.parametrize("colour", [PURPLE, BROWN, "#000000", "#00003f"])
def test_a_dark_page_has_a_shade_that_reads_there(colour, tmp_path):
    css = settings_of(tmp_path, BRAND_COLOUR=colour, LINK_COLOUR=colour)["STYLESHEET"]
    for name in ("brand", "link"):
        shade = declared(css, name)[1]
        assert contrast.lowest(shade, stylesheet.grounds(css).dark) >= contrast.ENOUGH


def test_the_policy_names_the_stylesheet_that_is_served(tmp_path):
    made = settings_of(tmp_path, BRAND_COLOUR=PURPLE)
    assert made["SECURE_CSP"]["style-src"] == [inlined.source_of(made["STYLESHEET"])]
    assert made["SECURE_CSP"]["style-src"] != [inlined.source("site/page.css")]


def test_the_files_own_colours_would_pass_as_settings():
    plain = inlined.text("site/page.css")
    for name in ("brand", "link"):
        for colour, grounds in zip(declared(plain, name), stylesheet.grounds(plain), strict=False):
            assert contrast.lowest(colour, grounds) >= contrast.ENOUGH


def test_a_stylesheet_without_the_colour_is_refused():
    with pytest.raises(ImproperlyConfigured, match="lacks --ground"):
        stylesheet.coloured("p { margin: 0 }", brand=PURPLE)
