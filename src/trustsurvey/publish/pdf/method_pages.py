"""How the figures were made: what was asked, the sample, the weights and margins, reliability, what is withheld, what the words mean."""

from __future__ import annotations

from collections.abc import Sequence

from reportlab.lib.units import mm

from trustsurvey.analysis.release import Estimate, Measure
from trustsurvey.i18n.mark import N_
from trustsurvey.publish.edition import COMPLETE, Edition, capitalized
from trustsurvey.publish.maps import CityMap
from trustsurvey.publish.notes import MARGINS, notes
from trustsurvey.publish.pdf.looks import BODY, HEADING, STRONG, SUBHEADING, Style
from trustsurvey.publish.pdf.sheet import BOTTOM, TOP, WIDTH, Sheet
from trustsurvey.publish.text import interval_heading

LABEL = 44 * mm
CELL, HEAD = Style(8.5, 11), Style(7.5, 10, 400, "#5a554c")
ROW = 14.0
AREAS_LISTED = 30
KEPT_TOGETHER = 16  # rows: a longer table may be broken over pages
SUBJECTS = {"want": N_("What would help the most: up to two could be chosen"), "why_not": N_("Why the most recent crime was not reported")}


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
    """A plain table: ``ends`` of columns from the reading edge; the first ``words`` columns stand at the start, the others at the end."""

    def __init__(self, sheet: Sheet, heading: str, heads: Sequence[str], ends: Sequence[float], *, words: int = 1) -> None:
        self.sheet, self.heading, self.heads, self.ends, self.words = sheet, heading, heads, ends, words

    def draw(self, rows: Sequence[Sequence[str]], top: float) -> float:
        sheet, y = self.sheet, top + 7 * mm
        together = len(rows) if len(rows) <= KEPT_TOGETHER else 3
        if y + SUBHEADING.leading + ROW * (together + 1) + 8 > BOTTOM:
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
                    bottom = sheet.draw(
                        words, start if n == 0 else start + 6, top + 1.5, room, style, align="start" if n < self.words else "end"
                    )
                high = max(high, bottom - top + 1.5)
                start = end
        with sheet.tags.artifact():
            sheet.rule(top + high, width=self.ends[-1])
        return top + high


def _measures(sheet: Sheet, top: float) -> float:
    """Every measure for the whole city, in one table for each kind and, of shares, for each question."""
    edition, t = sheet.edition, sheet.edition.catalog
    groups: dict[str, list[Sequence[str]]] = {}
    for measure in edition.release.measures:
        cell = edition.release.estimate(measure.code)
        if cell is not None:
            groups.setdefault(_subject(edition, measure), []).append((edition.measure_title(measure), *_figures(edition, cell)))
    heads = (t.gettext("The whole city"), t.gettext("Figure"), interval_heading(edition), t.gettext("n"), t.gettext("n eff."))
    for heading, rows in groups.items():
        top = _Table(sheet, heading, heads, (280, 330, 400, 440, WIDTH)).draw(rows, top)
    return top


def _subject(edition: Edition, measure: Measure) -> str:
    t = edition.catalog
    if measure.kind in ("index", "domain") or measure.code.endswith(COMPLETE):
        return t.gettext("Index and domains, 0 to 100")
    if measure.kind == "share":
        return t.gettext(SUBJECTS[measure.item]) if measure.item in SUBJECTS else t.gettext("Shares of answers")
    return t.gettext("Single questions")


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
    """Control totals and what the weights reach; each margin is named once. Many neighborhoods are left to the data files."""
    edition, t = sheet.edition, sheet.edition.catalog
    checks = [c for c in edition.release.weights.margins if c.margin != "area" or len(edition.release.areas) <= AREAS_LISTED]
    rows, before = [], ""
    for check in checks:
        name = edition.t(MARGINS[check.margin]) if check.margin in MARGINS else check.margin
        of_areas = check.margin == "area"  # a small area's share of the answers would give away how few they are
        share = (
            "" if of_areas or check.respondents_share is None else edition.isolated(edition.locale.percent(100 * check.respondents_share))
        )
        category = edition.area_name(check.category) if of_areas else edition.group_value(check.margin, check.category)
        totals = edition.number(check.target), edition.number(check.reached)
        rows.append((capitalized(category), capitalized(name) if name != before else "", *totals, share))
        before = name
    if not rows:
        return top
    reached, answers = t.gettext("Reached by the weights"), t.gettext("Share of answers")
    heads = (t.gettext("Category"), t.gettext("Margin"), t.gettext("Residents"), reached, answers)
    return _Table(sheet, t.gettext("What the answers were weighted to"), heads, (150, 250, 320, 410, WIDTH), words=2).draw(rows, top)
