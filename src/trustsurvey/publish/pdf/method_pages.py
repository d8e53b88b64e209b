"""How the figures were made: what was asked, the sample, the weights and margins, reliability, what is withheld, what the words mean."""

from __future__ import annotations

from collections.abc import Sequence

from reportlab.lib.units import mm

from trustsurvey.analysis.release import Estimate, Measure
from trustsurvey.i18n.mark import N_
from trustsurvey.publish.edition import COMPLETE, Edition, capitalized
from trustsurvey.publish.maps import CityMap
from trustsurvey.publish.notes import MARGINS, notes
from trustsurvey.publish.pdf.looks import BODY, HEADING, STRONG
from trustsurvey.publish.pdf.sheet import BOTTOM, TOP, WIDTH, Sheet
from trustsurvey.publish.pdf.table import Table
from trustsurvey.publish.phrases import interval_heading

LABEL = 44 * mm
AREAS_LISTED = 30
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
        top = Table(sheet, heading, heads, (250, 340, 408, 444, WIDTH)).draw(rows, top)
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
    return Table(sheet, t.gettext("What the answers were weighted to"), heads, (150, 250, 320, 410, WIDTH), words=2).draw(rows, top)
