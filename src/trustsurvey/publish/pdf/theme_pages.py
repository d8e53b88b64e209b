"""What residents ask for: every theme in the whole city, by the language spoken at home, and where it is asked for more or less often."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from trustsurvey.analysis.release import Contrast, Estimate, Flag, Measure, Unit
from trustsurvey.publish.edition import Edition, capitalized
from trustsurvey.publish.findings import GROUPS, WISHES, Wishes, against_city
from trustsurvey.publish.maps import CityMap
from trustsurvey.publish.pdf.findings_pages import FOOT
from trustsurvey.publish.pdf.looks import BODY, HEADING, SUBHEADING
from trustsurvey.publish.pdf.sheet import BOTTOM, TOP, WIDTH, Sheet
from trustsurvey.publish.pdf.table import Mark, Plot, Table, fitted
from trustsurvey.publish.pens import scale
from trustsurvey.publish.phrases import interval_heading, listed, run_on, said_alone
from trustsurvey.publish.text import findings
from trustsurvey.publish.trend import LEAST

NAME, FIGURE, INTERVAL, ANSWERS = 210.0, 244.0, 300.0, 334.0
TOGETHER = 60.0  # points: what is no higher stays on one page
ABOVE = 8.0  # at least, above a heading
SUPPORT = "rf_"  # how the codes of questions on support for a reform begin


def theme_pages(sheet: Sheet, _city: CityMap) -> None:
    """Nothing where residents weren't asked."""
    edition, t = sheet.edition, sheet.edition.catalog
    pairs = _shown(edition, [m for m in edition.release.measures if m.kind == "share" and m.item == WISHES])
    pairs.sort(key=lambda pair: -(pair[1].estimate or 0.0))
    support = _shown(edition, [m for m in edition.release.measures if m.kind == "single" and m.code.startswith(SUPPORT)])
    if not pairs and not support:
        return
    sheet.begin(outline=t.gettext("What residents ask for"))
    said = next((f.sentence for f in findings(edition) if isinstance(f.finding, Wishes)), t.gettext("What residents ask for"))
    y = sheet.text(said, 0, TOP, WIDTH, HEADING, role="H1", balance=True)
    if pairs:
        note = t.gettext("Percent choosing each; up to two could be chosen.")
        y = _table(sheet, t.gettext("What would help the most"), t.gettext("Answer"), note, pairs, y)
    if support:
        note = t.gettext("From 0, the least favorable answer, to 100, the most favorable.")
        y = _table(sheet, t.gettext("How the police work with residents"), t.gettext("Question"), note, support, y)
    told = _by_area(sheet, [measure for measure, _ in pairs])
    y = _by_language(sheet, [measure for measure, _ in pairs], y, below=_needed(sheet, told) if told else 0.0)
    if told:
        _tell(sheet, told, y)


def _shown(edition: Edition, measures: Sequence[Measure]) -> list[tuple[Measure, Estimate]]:
    """Measures with a figure for the whole city, in the order of the release."""
    return [(m, cell) for m in measures if (cell := edition.cells.get((m.code, None))) is not None and cell.estimate is not None]


def _table(sheet: Sheet, heading: str, head: str, note: str, pairs: Sequence[tuple[Measure, Estimate]], top: float) -> float:
    edition, t = sheet.edition, sheet.edition.catalog
    marks = [Mark(c.estimate or 0.0, c.lci or 0.0, c.uci or 0.0, caution=c.flag is Flag.CAUTION) for _, c in pairs]
    percent = pairs[0][0].unit is Unit.PERCENT
    across = scale([v for mark in marks for v in (mark.low, mark.high)], least=LEAST[pairs[0][0].unit], lowest=0 if percent else None)
    heads = (head, t.gettext("Figure"), interval_heading(edition), t.gettext("n"))
    rows = [(edition.measure_title(m), edition.figure(c, bare=True), edition.interval(c), edition.answers(c)) for m, c in pairs]
    ends = fitted((NAME, FIGURE, INTERVAL, ANSWERS), heads, rows)
    plot = Plot(ends[-1] + 20, WIDTH - ends[-1] - 24, across, marks, edition.number)
    return Table(sheet, heading, heads, ends, note=note, firm=1, row=16, plot=plot).draw(rows, top)


def _by_language(sheet: Sheet, measures: Sequence[Measure], top: float, *, below: float) -> float:
    """Shares by home language, where they are in the release: a row a language, a column a theme.

    On a page with the ``below`` points that come after it, which would look lost on one of their own.
    """
    edition, t = sheet.edition, sheet.edition.catalog
    codes = [m.code for m in measures]
    cells = {
        (c.measure, (c.group or {})[GROUPS]): c
        for c in edition.release.estimates
        if c.measure in codes and c.area is None and c.group and set(c.group) == {GROUPS} and c.estimate is not None
    }
    languages = list(dict.fromkeys(language for _, language in cells))
    columns = measures[:5]
    if len(languages) < 2 or not columns:
        return top
    first = 90.0
    step = (WIDTH - first) / len(columns)
    ends = [first, *(first + step * (n + 1) for n in range(len(columns)))]
    heads = (t.gettext("Language at home"), *(edition.measure_title(m) for m in columns))
    rows = [
        (capitalized(edition.group_value(GROUPS, language)), *(_figured(edition, cells.get((m.code, language))) for m in columns))
        for language in languages
    ]
    table = Table(sheet, t.gettext("By language at home"), heads, ends, note=t.gettext("Percent, with the interval."))
    if top + table.height(rows) + ABOVE + below > BOTTOM + FOOT:
        sheet.begin()
        return table.draw(rows, TOP, above=0)
    return table.draw(rows, top)


def _figured(edition: Edition, cell: Estimate | None) -> str:
    return "–" if cell is None else f"{edition.figure(cell, bare=True)} ({edition.interval(cell)})"


Told = list[list[tuple[str, int]]]


def _by_area(sheet: Sheet, measures: Sequence[Measure]) -> Told:
    """Where a theme is chosen detectably more or less often than in the city: a paragraph each. Empty where nothing is compared."""
    edition, t = sheet.edition, sheet.edition.catalog
    compared = [(m, found) for m in measures if (found := against_city(edition.release, m.code))]
    said = [(measure, _differing(edition, found)) for measure, found in compared]
    told = [[(f"{said_alone(edition, edition.measure_title(m))} ", 600), (run_on(parts), 400)] for m, parts in said if parts]
    none = [[(t.gettext("In no neighborhood does the share differ detectably from the city’s."), 400)]]
    return told or (none if compared else [])


def _needed(sheet: Sheet, told: Told) -> float:
    return SUBHEADING.leading + 4 + min(sum(sheet.height(words, WIDTH, BODY) + 5 for words in told), TOGETHER)


def _tell(sheet: Sheet, told: Told, top: float) -> None:
    needed = _needed(sheet, told)
    y = min(top + 18, max(BOTTOM + FOOT - needed, top + ABOVE))
    if y + needed > BOTTOM + FOOT:
        sheet.begin()
        y = TOP
    y = sheet.text(sheet.edition.catalog.gettext("By neighborhood"), 0, y, WIDTH, SUBHEADING, role="H2") + 4
    for words in told:
        if y + sheet.height(words, WIDTH, BODY) > BOTTOM + FOOT:
            sheet.begin()
            y = TOP
        y = sheet.text(words, 0, y, WIDTH, BODY) + 5


def _differing(edition: Edition, found: Mapping[str, Contrast]) -> list[str]:
    """Where a theme is chosen more often than in the city, and where less often: a sentence each."""
    t = edition.catalog
    more = [code for code, c in found.items() if c.detectable and c.difference > 0]
    fewer = [code for code, c in found.items() if c.detectable and c.difference < 0]
    parts = [t.gettext("Chosen more often than in the city: %(areas)s.", areas=listed(edition, more))] if more else []
    return parts + ([t.gettext("Chosen less often than in the city: %(areas)s.", areas=listed(edition, fewer))] if fewer else [])
