"""The fonts of a language: the phone's own by name, so that it needn't ask all it has for each letter; a file where a phone has none.

A cheap phone of some years ago shows Amharic as empty boxes. Pages in Amharic name a font for its syllables, 10 KB, which a browser fetches
only where no font of the phone has them. Other phones fetch nothing, and no other page knows of it.
"""

from __future__ import annotations

import hashlib
from functools import lru_cache
from importlib import resources

from flask import Blueprint, Response, abort, url_for

from trustsurvey.web import security
from trustsurvey.web.edge import site

blueprint = Blueprint("fonts", __name__)

FAMILIES = {"ar": "Noto Sans Arabic", "fa": "Noto Sans Arabic", "hi": "Noto Sans Devanagari", "ko": "Noto Sans CJK KR"}
"""The font to ask first. Where system-ui has no letters of a script, looking for another took a tenth of a second of the time to usable."""

FILES = {"am": "ethiopic.woff2"}
"""The font of a locale in ``static/``, made by ``scripts/subset_fonts.py``."""

# "E" is the phone's own letters under their names on Android, Windows, iOS and Linux; "F" the same, or the file. Bold has a face of its own
# in "E" alone: in "F" it would be declared and not drawn, and headings would look like text. Both stand before the other fonts: behind
# system-ui, Chromium 156 does not draw every heading again when the file has come.
RULE = (
    '@font-face{font-family:E;src:local("Noto Sans Ethiopic"),local("Noto Sans Ethiopic Regular"),local("NotoSansEthiopic-Regular"),'
    'local("Nyala"),local("Kefa"),local("Abyssinica SIL");unicode-range:U+1200-137F}'
    '@font-face{font-family:E;font-weight:700;src:local("Noto Sans Ethiopic Bold"),local("NotoSansEthiopic-Bold");'
    "unicode-range:U+1200-137F}"
    '@font-face{font-family:F;src:local("Noto Sans Ethiopic"),local("Noto Sans Ethiopic Regular"),local("NotoSansEthiopic-Regular"),'
    'local("Nyala"),local("Kefa"),local("Abyssinica SIL"),url(%s)format("woff2");font-display:swap;unicode-range:U+1200-137F}'
    "body{font-family:E,F,system-ui,sans-serif;line-height:1.75}"
)


def rule(locale: str) -> str:
    """CSS that names the fonts of a page in ``locale``, whose policy then allows exactly their file; nothing where none is needed."""
    if locale in FAMILIES:
        return f'body{{font-family:"{FAMILIES[locale]}",system-ui,sans-serif}}'
    if locale not in FILES:
        return ""
    address = url_for("fonts.font", locale=locale, version=_version(locale))
    security.allow("font", address)
    return RULE % address


@blueprint.get("/s/font/<locale>.<version>.woff2")
def font(locale: str, version: str) -> Response:
    """The font of ``locale``; 404 for a version that isn't the present one. Not kept by the browser: it would tell of the visit."""
    if locale not in FILES or version != _version(locale):
        abort(404)
    return security.harden(Response(_data(locale), mimetype="font/woff2"), https=site().settings.require_https)


@lru_cache
def _data(locale: str) -> bytes:
    return (resources.files("trustsurvey.web") / "static" / FILES[locale]).read_bytes()


@lru_cache
def _version(locale: str) -> str:
    return hashlib.sha256(_data(locale)).hexdigest()[:12]
