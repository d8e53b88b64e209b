"""How the figures were made: what was asked, the sample, the weights and margins, reliability, what is withheld, what the words mean."""

from __future__ import annotations

from collections.abc import Sequence

from reportlab.lib.units import mm

from trustsurvey.analysis.release import Estimate
from trustsurvey.publish.edition import Edition
from trustsurvey.publish.maps import CityMap
from trustsurvey.publish.notes import MARGINS, notes
from trustsurvey.publish.pdf.looks import BODY, HEADING, STRONG, SUBHEADING, Style
from trustsurvey.publish.pdf.sheet import BOTTOM, TOP, WIDTH, Sheet
from trustsurvey.publish.text import interval_heading

LABEL = 44 * mm
CELL, HEAD = Style(8.5, 11), Style(7.5, 10, 400, "#5a554c")
ROW = 14.0


def method_pages(sheet: Sheet, _city: CityMap) -> None:
    """Notes first, then the tables: all measures of the city, reliability, margins."""
    t = sheet.edition.catalog
    sheet.begin(outline=t.gettext("Method"))
    y = sheet.text(t.gettext("How the figures were made"), 0, TOP, WIDTH, HEADING, role="H1") + 5 * mm
    with sheet.tags.element("L"):
        for name, words in notes(sheet.edition):
            y = _note(sheet, name, words, y)
    y = _measures(sheet, y)
    y = _reliability(sheet, y)
    _margins(sheet, y)


def _note(sheet: Sheet, name: str, words: str, top: float) -> float:
    body = WIDTH - LABEL
    high = max(sheet.height(name, LABEL - 12, STRONG), sheet.height(words, body, BODY)) + 9
    if top + high > BOTTOM:
        sheet.begin()
        top = TOP
    with sheet.tags.element("LI"):
        sheet.text(name, 0, top, LABEL - 12, STRONG, role="Lbl")
        sheet.text(words, LABEL, top, body, BODY, role="LBody")
    return top + high


class _Table:
    """A plain table: ends of columns from the reading edge, the first column at the start, the others at the end."""

    def __init__(self, sheet: Sheet, heading: str, heads: Sequence[str], ends: Sequence[float]) -> None:
        self.sheet, self.heading, self.heads, self.ends = sheet, heading, heads, ends

    def draw(self, rows: Sequence[Sequence[str]], top: float) -> float:
        sheet, y = self.sheet, top + 7 * mm
        if y + SUBHEADING.leading + ROW * 4 > BOTTOM:
            sheet.begin()
            y = TOP
        y = sheet.text(self.heading, 0, y, WIDTH, SUBHEADING, role="H2") + 6
        with sheet.tags.element("Table"):
            y = self._row(self.heads, y, "TH", "Column", HEAD)
            for row in rows:
                if y + ROW > BOTTOM:
                    sheet.begin()
                    y = self._row(self.heads, TOP, "TH", "Column", HEAD)
                y = self._row(row, y, "TD", "", CELL)
        return y

    def _row(self, cells: Sequence[str], top: float, role: str, scope: str, style: Style) -> float:
        sheet, start, high = self.sheet, 0.0, ROW
        with sheet.tags.element("TR"):
            for n, (words, end) in enumerate(zip(cells, self.ends, strict=True)):
                kind, reach = ("TH", scope or "Row") if n == 0 else (role, scope)
                room = end - start - 6
                with sheet.tags.content(kind, scope=reach):
                    bottom = sheet.draw(words, start if n == 0 else start + 6, top + 1.5, room, style, align="end" if n else "start")
                high = max(high, bottom - top + 1.5)
                start = end
        with sheet.tags.artifact():
            sheet.rule(top + high, width=self.ends[-1])
        return top + high


def _measures(sheet: Sheet, top: float) -> float:
    edition, t = sheet.edition, sheet.edition.catalog
    rows = [
        (edition.measure_title(measure), *_figures(edition, cell))
        for measure in edition.release.measures
        if (cell := edition.release.estimate(measure.code)) is not None
    ]
    if not rows:
        return top
    heads = (t.gettext("Measure"), t.gettext("City"), interval_heading(edition), t.gettext("n"), t.gettext("n eff."))
    return _Table(sheet, t.gettext("What was asked, for the whole city"), heads, (260, 310, 380, 430, WIDTH)).draw(rows, top)


def _figures(edition: Edition, cell: Estimate) -> tuple[str, str, str, str]:
    if cell.estimate is None:
        return edition.catalog.gettext("not shown"), "", "", ""
    return edition.figure(cell), edition.interval(cell), edition.answers(cell), edition.effective(cell)


def _reliability(sheet: Sheet, top: float) -> float:
    edition, t = sheet.edition, sheet.edition.catalog
    rows = []
    for code, found in edition.release.reliability.items():
        if found.alpha is None or code not in edition.measures:
            continue
        ends = (
            edition.isolated(f"{edition.locale.number(found.lci, 2)}–{edition.locale.number(found.uci, 2)}")
            if found.lci is not None and found.uci is not None
            else ""
        )
        omega = edition.number(found.omega, 2) if found.omega is not None else ""
        rows.append((edition.measure_title(edition.measures[code]), edition.number(found.alpha, 2), ends, omega))
    if not rows:
        return top
    heads = (t.gettext("Domain"), t.gettext("Alpha"), interval_heading(edition), t.gettext("Omega"))
    return _Table(sheet, t.gettext("Reliability of the domains"), heads, (260, 320, 400, WIDTH)).draw(rows, top)


def _margins(sheet: Sheet, top: float) -> float:
    edition, t = sheet.edition, sheet.edition.catalog
    rows = []
    for check in edition.release.weights.margins:
        margin = edition.t(MARGINS[check.margin]) if check.margin in MARGINS else check.margin
        share = edition.isolated(edition.locale.percent(check.respondents_share)) if check.respondents_share is not None else ""
        category = edition.area_name(check.category) if check.margin == "area" else edition.group_value(check.margin, check.category)
        rows.append((margin, category, edition.number(check.target), edition.number(check.reached), share))
    if not rows:
        return top
    heads = (
        t.gettext("Margin"),
        t.gettext("Category"),
        t.gettext("Residents"),
        t.gettext("Reached by the weights"),
        t.gettext("Share of answers"),
    )
    return _Table(sheet, t.gettext("What the answers were weighted to"), heads, (110, 240, 310, 400, WIDTH)).draw(rows, top)
