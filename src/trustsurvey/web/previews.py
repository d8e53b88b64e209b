"""What a message that links to a results page shows of it: title, description and picture (Open Graph, Twitter)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from flask import Response, request, url_for

from trustsurvey.publish import text
from trustsurvey.publish.card import HEIGHT, WIDTH, Card, draw_card
from trustsurvey.publish.edition import Edition
from trustsurvey.web import exports, result_pages


@dataclass(frozen=True, slots=True)
class Said:
    """The words of a preview, and where its picture lies on this server."""

    title: str
    description: str
    picture: str
    page: str
    width: int = WIDTH
    height: int = HEIGHT


def said(edition: Edition, area: str | None, heading: str) -> Said:
    """The preview of the overview, or of the page of ``area``. Its picture's address changes with the release."""
    release, code = edition.release, edition.locale.code
    page: dict[str, Any] = {"survey": release.survey, "locale": code}
    named = {**page, "v": release.number}
    if area is None:
        picture, address = url_for("results.preview", **named), url_for("results.overview", **page)
    else:
        picture = url_for("results.preview", area=area, **named)
        address = url_for("results.neighborhood", area=area, **page)
    return Said(heading, " ".join(_below(edition, area)), picture, address)


def picture(edition: Edition, area: str | None) -> Response:
    """The picture as PNG, made once for each release and language."""

    def make() -> bytes:
        release, headline = edition.release, edition.headline
        cell = release.estimate(headline.code, area) if headline else None
        city = release.estimate(headline.code) if headline and area else None
        mark = edition.catalog.gettext("Synthetic data.") if release.synthetic else ""
        return draw_card(edition, Card(edition.heading(), _heading(edition, area), _below(edition, area), cell, city, mark))

    content = exports.made().get(edition.release, f"preview {area or ''}", edition.locale.code, make)
    response = Response(content, mimetype="image/png")
    response.headers["Cache-Control"] = "public, max-age=86400"
    response.vary.add("Accept-Language")
    response.add_etag()
    response.make_conditional(request)
    return response


def _heading(edition: Edition, area: str | None) -> str:
    if area is not None:
        return result_pages.neighborhood(edition, area).heading
    found = text.findings(edition)
    return found[0].sentence if found else edition.survey_title()


def _below(edition: Edition, area: str | None) -> Sequence[str]:
    """How sure it is and from how many answers, then when that was."""
    release, headline, t = edition.release, edition.headline, edition.catalog
    cell = release.estimate(headline.code, area) if headline else None
    if cell is None or cell.estimate is None:
        first = text.reason(edition, cell.flag) if cell is not None else t.gettext("not shown")
    else:
        first = t.gettext(
            "%(confidence)s interval %(interval)s; %(answers)s answers, effective %(effective)s.",
            confidence=text.confidence(edition),
            interval=edition.interval(cell, words=True),
            answers=edition.answers(cell),
            effective=edition.effective(cell),
        )
    return [first, t.gettext("Fieldwork: %(dates)s.", dates=edition.fieldwork())] if release.wave else [first]
