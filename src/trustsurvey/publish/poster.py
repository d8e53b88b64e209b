"""A poster of a survey: one square a language that opens the survey in that language at once. One HTML file that prints on paper.

HTML, because a browser sets every script well and scales to the paper that is there; it loads nothing.
"""

from __future__ import annotations

import io
from collections.abc import Sequence
from dataclasses import dataclass
from html import escape

import segno

from trustsurvey.i18n.catalogs import Catalog

STYLE = (
    "@page{margin:14mm}*{box-sizing:border-box;margin:0}"
    "body{padding:1rem;color:#2a2227;font:16px/1.4 system-ui,sans-serif}"
    "h1{margin-block-end:1rem;color:#5c2350;font-size:2rem;line-height:1.2}"
    "ul{display:grid;grid-template-columns:repeat(auto-fit,minmax(13rem,1fr));gap:1rem;padding:0;list-style:none}"
    "li{display:flex;flex-direction:column;gap:.5rem;padding:1rem;border:1px solid #82747b;border-radius:.6rem;break-inside:avoid}"
    "h2{color:#5c2350;font-size:1.4rem}p{text-wrap:pretty}:lang(ko){word-break:keep-all}"
    "svg{inline-size:min(100%,20rem);block-size:auto;margin-block-start:auto}"
    "code{font-size:.9em;overflow-wrap:anywhere;unicode-bidi:isolate}"
    "@media print{body{padding:0}h1{margin-block-end:.5rem}ul{gap:.75rem}ul:has(:nth-child(4)){font-size:.75rem;line-height:1.3}"
    "ul:has(:nth-child(4)) li{gap:.3rem;padding:.75rem}ul:has(:nth-child(4)) svg{inline-size:9rem}}"
)
"""Up to three languages are large squares; more of them stand three beside each other and two rows on a sheet."""


@dataclass(frozen=True, slots=True)
class Poster:
    """What stands on a poster. ``base`` is the site's address; ``titles`` the survey's name in each language, with its words."""

    base: str
    survey: str
    place: str
    titles: Sequence[tuple[Catalog, str]]
    synthetic: bool = False

    def link(self, locale: str) -> str:
        """What a phone's camera reads: the survey in ``locale``, and nothing that tells one poster from another."""
        return f"{self.base}/s/{self.survey}/{locale}"


def write_html(poster: Poster) -> bytes:
    """The poster as one file of HTML in UTF-8, without scripts or anything to load."""
    first, title = poster.titles[0]
    squares = "".join(_square(poster, catalog, name) for catalog, name in poster.titles)
    head = f'<meta charset="utf-8"><meta name="viewport" content="width=device-width"><title>{escape(title)}</title><style>{STYLE}</style>'
    page = (
        f'<!doctype html><html lang="{first.locale.tag}" dir="{first.locale.direction}"><head>{head}</head>'
        f"<body><h1>{escape(first.pgettext('place', poster.place))}</h1><ul>{squares}</ul></body></html>\n"
    )
    return page.encode()


def _square(poster: Poster, catalog: Catalog, title: str) -> str:
    locale, link = catalog.locale, poster.link(catalog.locale.code)
    drawn = io.BytesIO()
    segno.make_qr(link, error="m").save(drawn, kind="svg", xmldecl=False, svgns=False, omitsize=True, dark="#000", light="#fff", title=link)
    words = (
        catalog.gettext("How do you feel about the police where you live? Good or bad, we want to hear it."),
        catalog.gettext("We will not know who you are."),
        *([catalog.gettext("Synthetic data: this is a demonstration, not a real survey.")] if poster.synthetic else []),
    )
    said = "".join(f"<p>{escape(text)}</p>" for text in words)
    return (
        f'<li lang="{locale.tag}" dir="{locale.direction}"><h2>{escape(locale.autonym)}</h2><p><b>{escape(title)}</b></p>'
        f'{said}{drawn.getvalue().decode()}<p><code dir="ltr">{escape(link.partition("://")[2])}</code></p></li>'
    )
