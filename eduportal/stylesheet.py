"""The one stylesheet of the public pages, in the hospital's colours.

The file names its colours as custom properties, `--ink: #14202b`, first for a light page, then
again behind `(prefers-color-scheme: dark)`. Those that a hospital may choose are put in there;
what the disclaimer is written in is none of them.
"""

import re
from typing import NamedTuple

from django.core.exceptions import ImproperlyConfigured

from eduportal import contrast

DARK = "(prefers-color-scheme: dark)"
GROUNDS = ("ground", "tint", "note")  # what text and buttons stand on


class Grounds(NamedTuple):
    """The colours behind the text, on a light page and on a dark one."""

    light: tuple[str, ...]
    dark: tuple[str, ...]


def grounds(css: str) -> Grounds:
    """Raises ImproperlyConfigured where the stylesheet does not name them."""
    light, dark = _parts(css)
    return Grounds(*(tuple(_token(part, name)[1] for name in GROUNDS) for part in (light, dark)))


def coloured(css: str, **chosen: str) -> str:
    """The stylesheet with the hospital's colours, each under its name there: brand="#0c4650".

    A dark page has the nearest shade that reads on it. An empty one leaves what the file says.
    Raises ImproperlyConfigured where the stylesheet does not name the colour.
    """
    on_dark = grounds(css).dark
    for name, colour in chosen.items():
        if colour:
            light, dark = _parts(css)
            css = "".join(
                [_set(light, name, colour), _set(dark, name, contrast.nearest(colour, on_dark))]
            )
    return css


def _parts(css):
    """What stands before the colours of a dark page, and the rest."""
    light, dark, rest = css.partition(DARK)
    return light, dark + rest


def _set(part, name, colour):
    found, _ = _token(part, name)
    return part[: found.start("colour")] + colour + part[found.end("colour") :]


def _token(part, name):
    """Where the first declaration of a colour stands, and the colour."""
    found = re.search(rf"--{name}:\s*(?P<colour>#[0-9a-f]{{6}})\b", part)
    if found is None:
        raise ImproperlyConfigured(
            f"The stylesheet lacks --{name}: a colour of six digits, for light and for dark pages."
        )
    return found, found["colour"]
