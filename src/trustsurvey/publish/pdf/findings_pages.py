"""The findings in sentences, each with its line of precision and its small figure."""

from __future__ import annotations

from collections.abc import Sequence

from reportlab.lib.units import mm

from trustsurvey.publish import finding_figures
from trustsurvey.publish.maps import CityMap
from trustsurvey.publish.pdf.looks import FINDING, HEADING, NOTE
from trustsurvey.publish.pdf.sheet import BOTTOM, TOP, WIDTH, Sheet
from trustsurvey.publish.text import Said, findings

FIGURE = finding_figures.WIDTH
GAP = 9 * mm
TEXT = WIDTH - FIGURE - GAP
ABOVE, LEAST, BELOW, BETWEEN = 10.2, 4.5, 0.72, 3.4  # BELOW: as a share of the white above
FOOT = 14.0  # how far the last finding may reach below other pages' text


def findings_pages(sheet: Sheet, _city: CityMap) -> None:
    """As many pages as the findings need: one, as a rule."""
    found = findings(sheet.edition)
    if not found:
        return
    heading = sheet.edition.catalog.gettext("What residents said")
    sheet.begin(outline=heading)
    y = sheet.text(heading, 0, TOP, WIDTH, HEADING, role="H1") + 6 * mm
    _listed(sheet, found, y, _padding(sheet, found, BOTTOM + FOOT - y))


def _listed(sheet: Sheet, found: Sequence[Said], y: float, padding: float) -> None:
    """Finding under finding; on a new page where there is no room."""
    with sheet.tags.element("L"):
        for said in found:
            if y + _height(sheet, said, padding) > BOTTOM + FOOT:
                sheet.begin()
                y = TOP
            with sheet.tags.artifact():
                sheet.rule(y, kind="rule")
            with sheet.tags.element("LI"), sheet.tags.element("LBody"):
                y = _finding(sheet, said, y, padding)


def findings_page(sheet: Sheet, _city: CityMap) -> None:
    """The findings that one page holds, the first ones first."""
    found = list(findings(sheet.edition))
    if not found:
        return
    heading = sheet.edition.catalog.gettext("What residents said")
    sheet.begin(outline=heading)
    y = sheet.text(heading, 0, TOP, WIDTH, HEADING, role="H1") + 6 * mm
    room = BOTTOM + FOOT - y
    while len(found) > 1 and sum(_height(sheet, said, LEAST) for said in found) > room:
        found.pop()
    _listed(sheet, found, y, _padding(sheet, found, room))


def _padding(sheet: Sheet, found: Sequence[Said], room: float) -> float:
    """The white above a finding (as much again, nearly, stands below): less where that keeps all of them on one page."""
    content = sum(_height(sheet, said, 0) for said in found)
    fitting = (room - content) / (len(found) * (1 + BELOW))
    return fitting if LEAST <= fitting < ABOVE else ABOVE


def _height(sheet: Sheet, said: Said, padding: float) -> float:
    text = sheet.height(said.sentence, TEXT, FINDING) + (BETWEEN + sheet.height(said.detail, TEXT, NOTE) if said.detail else 0)
    return max(text, finding_figures.height(said.finding)) + padding * (1 + BELOW)


def _finding(sheet: Sheet, said: Said, top: float, padding: float) -> float:
    y = sheet.text(said.sentence, 0, top + padding, TEXT, FINDING, balance=True)
    if said.detail:
        sheet.text(said.detail, 0, y + BETWEEN, TEXT, NOTE)
    with sheet.figure(finding_figures.alternative(sheet.edition, said)):
        finding_figures.draw(sheet.pen(TEXT + GAP, top + padding + 1, FIGURE), sheet.edition, said.finding)
    return top + _height(sheet, said, padding)
