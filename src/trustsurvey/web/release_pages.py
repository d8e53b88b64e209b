"""The pages of one release, the same for the public and for staff: what the address asks for, and the page that answers it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from flask import render_template, request

from trustsurvey.analysis.release import Release
from trustsurvey.errors import NotFound
from trustsurvey.publish import charts, notes, text
from trustsurvey.publish.edition import Edition
from trustsurvey.services import read_releases
from trustsurvey.services.read_releases import ReleaseRow
from trustsurvey.web import comparing, courses, previews, result_pages, site
from trustsurvey.web.edge import transaction
from trustsurvey.web.frames import Frame

HERE = "https://this.invalid"
"""Stands where the server's own name belongs, in pages that are kept for everyone."""

Areas = tuple[str, str]
Waves = tuple[int | None, int | None, str]


def known_area(edition: Edition, area: str) -> None:
    """Raises NotFound for an area that the release doesn't have."""
    if area not in edition.areas:
        raise NotFound(f"{edition.release.survey} has no neighborhood {area!r}")


def chosen_areas(edition: Edition) -> Areas:
    """The codes in ``area`` and ``with``, empty where none is named. Raises NotFound for an area that isn't there."""
    found = request.args.get("area", ""), request.args.get("with", "")
    for code in found:
        if code:
            known_area(edition, code)
    return found


def chosen_waves(edition: Edition) -> Waves:
    """The numbers in ``from`` and ``to``, None where none is named, and the code in ``area``. Raises NotFound for what isn't there."""
    area = request.args.get("area", "")
    if area:
        known_area(edition, area)
    numbers = {row.wave for row in _rows(edition.release)}

    def number(name: str) -> int | None:
        found = request.args.get(name, "")
        if not found:
            return None
        if not (found.isascii() and found.isdigit() and len(found) < 7 and int(found) in numbers):
            raise NotFound(f"{edition.release.survey} has no released wave {found!r}")
        return int(found)

    return number("from"), number("to"), area


def overview(edition: Edition, frame: Frame) -> str:
    """The whole city and every neighborhood."""
    history = _history(edition.release)
    page = result_pages.overview(edition)
    heading = page.said["Level"].sentence if "Level" in page.said else edition.survey_title()
    return _render("overview", edition, frame, page=page, course=courses.course(edition, history, None), heading=heading)


def neighborhood(edition: Edition, frame: Frame, area: str) -> str:
    """One neighborhood beside the city."""
    page = result_pages.neighborhood(edition, area)
    found = courses.course(edition, _history(edition.release), area)
    return _render("neighborhood", edition, frame, page=page, course=found, area=area, heading=page.heading)


def compare(edition: Edition, frame: Frame, chosen: Areas) -> str:
    """Two neighborhoods side by side, or the form to choose them."""
    first, second = chosen
    page = comparing.two_areas(edition, first, second) if first and second and first != second else None
    return _render("compare", edition, frame, page=page, first=first, second=second, areas=_names(edition))


def waves(edition: Edition, frame: Frame, chosen: Waves) -> str:
    """Two waves side by side, or the form to choose them. Without a choice the last two are chosen, of the whole city."""
    history = {one.wave.number: one for one in _history(edition.release) if one.wave is not None}
    numbers = sorted(history)
    first, last, area = chosen
    if first is None and last is None and len(numbers) > 1:
        first, last = numbers[-2], numbers[-1]
    if first is not None and last is not None:
        first, last = sorted((first, last))
    page = None
    if first is not None and last is not None and first != last:
        later = Edition(history[last], edition.locale, edition.catalog)
        page = comparing.two_waves(later, history[first], area or None)
    labels = [(number, edition.wave_label(one.wave.label)) for number, one in sorted(history.items()) if one.wave]
    return _render("waves", edition, frame, page=page, first=first, last=last, chosen=area, waves=labels, areas=_names(edition))


def _rows(release: Release) -> Sequence[ReleaseRow]:
    with transaction() as connection:
        return read_releases.waves_until(connection, release)


def _history(release: Release) -> Sequence[Release]:
    with transaction() as connection:
        return read_releases.history(connection, release)


def _names(edition: Edition) -> list[tuple[str, str]]:
    return sorted(((code, edition.area_name(code)) for code in edition.areas), key=lambda pair: pair[1])


def _render(template: str, edition: Edition, frame: Frame, *, area: str = "", heading: str = "", **found: Any) -> str:
    return render_template(
        f"results/{template}.html",
        edition=edition,
        release=edition.release,
        at=frame,
        text=text,
        charts=charts,
        courses=courses,
        notes=notes.notes(edition),
        sample=notes.sample_kind(edition),
        standing=result_pages.standing,
        link=frame.area,
        area=area,
        heading=heading,
        here=HERE,
        address="" if frame.staff else site.here(),
        card=None if frame.staff or not heading else previews.said(edition, area or None, heading),
        **found,
    )
