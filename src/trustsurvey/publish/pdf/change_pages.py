"""Change by neighborhood since the wave before, with the interval of each, and the city over all waves."""

from __future__ import annotations

from trustsurvey.analysis.release import Contrast
from trustsurvey.publish.charts import change_scale
from trustsurvey.publish.edition import Edition
from trustsurvey.publish.findings import Changes
from trustsurvey.publish.maps import CityMap
from trustsurvey.publish.pdf.looks import HEADING, NOTE, SUBHEADING
from trustsurvey.publish.pdf.shaping import width
from trustsurvey.publish.pdf.sheet import BOTTOM, TOP, WIDTH, Sheet
from trustsurvey.publish.pdf.table import Mark, Plot, Table, fitted
from trustsurvey.publish.phrases import interval_heading, run_on, said_alone
from trustsurvey.publish.text import findings
from trustsurvey.publish.trend import draw_trend, trend, trend_alternative

TREND = 128.0


def change_pages(sheet: Sheet, _city: CityMap) -> None:
    """Nothing where the release compares itself with no earlier one."""
    edition, t = sheet.edition, sheet.edition.catalog
    said = next(((f.finding, f.sentence) for f in findings(edition) if isinstance(f.finding, Changes)), None)
    if said is None or not isinstance(said[0], Changes):
        return
    found, sentence = said
    contrasts = sorted((*found.up, *found.down, *found.unchanged), key=lambda c: (-c.difference, c.area or ""))
    sheet.begin(outline=t.gettext("Change by neighborhood"))
    y = sheet.text(sentence, 0, TOP, WIDTH, HEADING, role="H1", balance=True)
    y = _city_over_time(sheet, found, y + 14)
    y = _table(sheet, found, contrasts, y)
    note = t.gettext("A wave asks new residents, so that nobody can be followed: part of every difference is chance.")
    if y + 30 < BOTTOM:
        sheet.text(note, 0, y + 10, WIDTH, NOTE)


def _city_over_time(sheet: Sheet, found: Changes, top: float) -> float:
    edition, t = sheet.edition, sheet.edition.catalog
    whole = trend(edition, found.measure, None)
    if not whole:
        return top
    y = sheet.text(t.gettext("The whole city"), 0, top, WIDTH, SUBHEADING, role="H2")
    y = sheet.text(said_alone(edition, edition.measure_title(found.measure)), 0, y + 1, WIDTH, NOTE) + 4
    with sheet.figure(trend_alternative(edition, whole)):
        draw_trend(sheet.pen(0, y, WIDTH), edition, whole, WIDTH, TREND)
    return y + TREND


def _table(sheet: Sheet, found: Changes, contrasts: list[Contrast], top: float) -> float:
    edition, t = sheet.edition, sheet.edition.catalog
    across = change_scale(contrasts)
    name = min(max(width(edition.area_name(c.area or ""), 8.5) for c in contrasts) + 8, 160.0)
    marks = [Mark(c.difference, c.lci, c.uci, "on" if c.detectable else "off") for c in contrasts]

    def label(tick: float) -> str:
        return t.pgettext("on an axis", "no change") if tick == 0 else edition.number(tick, sign=True)

    heads = (t.gettext("Neighborhood"), t.gettext("Change"), interval_heading(edition), t.gettext("Detectable"))
    rows = [
        (
            edition.area_name(c.area or ""),
            edition.difference(c),
            edition.difference_interval(c),
            t.pgettext("detectable", "yes") if c.detectable else t.pgettext("detectable", "no"),
        )
        for c in contrasts
    ]
    ends = fitted((name, name + 34, name + 104, name + 160), heads, rows)
    plot = Plot(ends[-1] + 10, WIDTH - ends[-1] - 10, across, marks, label, diverging=True)
    since = edition.named(edition.wave_label(found.since))
    title = t.gettext("Change since %(since)s", since=since)
    return Table(sheet, title, heads, ends, note=_explained(edition, contrasts), firm=1, plot=plot).draw(rows, top)


def _explained(edition: Edition, contrasts: list[Contrast]) -> str:
    t = edition.catalog
    many = edition.number(contrasts[0].family or len(contrasts))
    parts = [
        t.ngettext(
            "Filled dots: a change that holds after allowing for %(count)s comparison (Benjamini and Hochberg 1995).",
            "Filled dots: a change that holds after allowing for %(count)s comparisons (Benjamini and Hochberg 1995).",
            contrasts[0].family or len(contrasts),
            count=many,
        )
    ]
    return run_on(parts)
