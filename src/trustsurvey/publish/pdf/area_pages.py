"""A page for each neighborhood: two sentences, where it stands, its domains against the city, its waves, and what its residents ask for."""

from __future__ import annotations

from collections.abc import Sequence

from reportlab.lib.pagesizes import A4
from reportlab.lib.units import mm

from trustsurvey.analysis.release import Estimate, Flag, Unit
from trustsurvey.publish.area_profile import AreaProfile, Row, area_profiles, remarks, said_of
from trustsurvey.publish.charts import estimate_mark
from trustsurvey.publish.edition import Edition
from trustsurvey.publish.findings import ranked
from trustsurvey.publish.maps import CityMap
from trustsurvey.publish.pdf.looks import HEADING, NOTE, SUBHEADING, Style
from trustsurvey.publish.pdf.shaping import width
from trustsurvey.publish.pdf.sheet import TOP, WIDTH, Sheet
from trustsurvey.publish.pdf.table import HEAD, Mark, Plot, Table
from trustsurvey.publish.pens import Scale, scale
from trustsurvey.publish.phrases import run_on, said_alone, sentences
from trustsurvey.publish.ranking import class_of
from trustsurvey.publish.trend import draw_trend, trend_alternative

THUMB: float = 42 * mm
TEXT = WIDTH - THUMB - 10 * mm
SAID = Style(11.5, 17)
STRIP = 46.0
HALF = (WIDTH - 10 * mm) / 2
TREND = 118.0
FORM = "city"


def area_pages(sheet: Sheet, city: CityMap) -> None:
    """One page for each neighborhood that is shown, in the order of the release; their bookmarks stand under one."""
    profiles = area_profiles(sheet.edition)
    values = [cell.estimate for cell in ranked(sheet.edition.release, profiles[0].line.estimate.measure)] if profiles else []
    for n, found in enumerate(profiles):
        above = sheet.edition.catalog.gettext("Neighborhood by neighborhood") if n == 0 else ""
        sheet.begin(outline=found.name, under=above, level=1)
        y = _opening(sheet, city, found)
        y = _standing(sheet, found, [v for v in values if v is not None], y + 16)
        y = _domains(sheet, found, y)
        y += 6 * mm
        _over_time(sheet, found, y)
        _asked_for(sheet, found, y)


def _opening(sheet: Sheet, city: CityMap, found: AreaProfile) -> float:
    said, detail = said_of(sheet.edition, found)
    room = TEXT if city else WIDTH
    y = sheet.text(found.name, 0, TOP, room, HEADING, role="H1")
    y = sheet.text(said, 0, y + 8, room, SAID)
    y = sheet.text(detail, 0, y + 6, room, NOTE)
    if not city:
        return y
    return max(y, _thumbnail(sheet, city, found))


def _thumbnail(sheet: Sheet, city: CityMap, found: AreaProfile) -> float:
    """The neighborhood within its city. The city is drawn once and shown again on each page."""
    x0, y0, x1, y1 = city.bounds
    view = (x0 - 4, y0 - 4, x1 - x0 + 8, y1 - y0 + 8)
    wide = min(THUMB, THUMB * view[2] / view[3])
    pen = sheet.map_pen(WIDTH - wide, TOP + 2, wide, view)
    area = next((shape for shape in city.shapes if shape.code == found.code), None)
    words = sheet.edition.catalog.gettext("Map of the city: where %(area)s lies.", area=sheet.edition.named(found.name))
    with sheet.figure(words):
        if sheet.first_use(FORM):
            sheet.canvas.beginForm(FORM, 0, 0, *A4)
            for shape in city.shapes:
                pen.path(shape.rings, "land")
            sheet.canvas.endForm()
        sheet.canvas.doForm(FORM)
        if area is not None:
            pen.path(area.rings, f"c{class_of(sheet.edition, found.line.estimate)}")
    return TOP + 2.0 + wide * (view[3] / view[2])


def _standing(sheet: Sheet, found: AreaProfile, values: Sequence[float], top: float) -> float:
    """Its figure and interval among all the others', which are ticks, and the city's."""
    edition, t = sheet.edition, sheet.edition.catalog
    cell, measure = found.line.estimate, edition.measures[found.line.estimate.measure]
    y = sheet.text(t.gettext("Where it stands"), 0, top, WIDTH, SUBHEADING, role="H2")
    note = sentences(said_alone(edition, edition.measure_title(measure)), t.gettext("Each tick is a neighborhood that is shown."))
    y = sheet.text(note, 0, y + 1, WIDTH, NOTE) + 4
    whole = edition.cells.get((cell.measure, None))
    city = whole.estimate if whole is not None else None
    ends = [v for v in (cell.lci, cell.uci, city) if v is not None]
    across = scale([*values, *ends], ticks=5)
    label = f"{edition.named(found.name)} {edition.figure(cell)}"
    with sheet.figure(f"{said_of(edition, found)[0]} {t.gettext('The city: %(value)s.', value=edition.figure(whole) if whole else '')}"):
        _strip(sheet, y, across, values, cell, label, whole if city is not None else None)
    return y + STRIP


def _strip(sheet: Sheet, top: float, across: Scale, values: Sequence[float], cell: Estimate, label: str, whole: Estimate | None) -> None:
    pen, edition = sheet.pen(0, top, WIDTH), sheet.edition
    pen.line(0, 32, WIDTH, 32, "ax")
    for tick in across.ticks:
        x = across.at(tick, 0, WIDTH)
        pen.line(x, 32, x, 35, "ax")
        pen.text(x, 43, edition.number(tick), "s m")
    for value in values:
        x = across.at(value, 0, WIDTH)
        pen.line(x, 18, x, 27, "rug")
    own = across.at(cell.estimate or 0.0, 0, WIDTH)
    half = width(label, 8, 600) / 2
    centre = min(max(own, half), WIDTH - half)
    if whole is not None and whole.estimate is not None:
        x, words = across.at(whole.estimate, 0, WIDTH), f"{edition.city()} {edition.figure(whole)}"
        pen.line(x, 14, x, 32, "city")
        apart = half + width(words, 8, 600) / 2 + 10
        shifted = x if abs(x - centre) >= apart else centre + apart if x >= centre else centre - apart
        pen.text(shifted, 10, words, "m b")
    estimate_mark(pen, lambda value: across.at(value, 0, WIDTH), cell, 22.5, kind="on", radius=3.4)
    pen.text(centre, 10, label, "m b a")


def _domains(sheet: Sheet, found: AreaProfile, top: float) -> float:
    edition, t = sheet.edition, sheet.edition.catalog
    if not found.domains:
        return top
    beside = remarks(edition, found)
    end = WIDTH - 128 if beside else WIDTH
    name = min(max(width(edition.measure_title(row.measure), 8.5) for row in found.domains) + 8, 150.0)
    parts = [t.gettext("Scores from 0 to 100."), t.gettext("The upright stroke is the city’s.")]
    if any(row.contrast is not None for row in found.domains):
        parts.append(t.gettext("Filled dots: detectably different from the city."))
    if any(row.cell.flag is Flag.CAUTION for row in found.domains):
        parts.append(t.gettext("Dashed: interpret with caution."))
    heads = (t.gettext("Domain"), t.gettext("Here"), edition.city())
    here, city = (max(width(word, HEAD.size) + 8, 40.0) for word in heads[1:])
    plot = _plot(edition, found.domains, name + here + city + 10, end - name - here - city - 10)
    table = Table(
        sheet, t.gettext("Domains"), heads, (name, name + here, name + here + city), note=run_on(parts), firm=1, row=16, plot=plot
    )
    y = table.draw(_rows(edition, found.domains), top)
    if beside:
        high = y - 16 * len(found.domains) + 4
        for title, words in beside:
            high = sheet.text([(f"{title} ", 600), (words, 400)], end + 16, high, WIDTH - end - 16, Style(8, 11.5)) + 8
    return y


def _rows(edition: Edition, rows: Sequence[Row]) -> list[tuple[str, str, str]]:
    return [
        (
            edition.measure_title(row.measure),
            edition.figure(row.cell, bare=True),
            edition.figure(row.city, bare=True) if row.city is not None else "",
        )
        for row in rows
    ]


def _plot(edition: Edition, rows: Sequence[Row], start: float, room: float) -> Plot:
    marks = [
        Mark(
            value=row.cell.estimate or 0.0,
            low=row.cell.lci or 0.0,
            high=row.cell.uci or 0.0,
            kind=row.kind,
            caution=row.cell.flag is Flag.CAUTION,
            reference=row.city.estimate if row.city is not None else None,
        )
        for row in rows
    ]
    ends = [v for mark in marks for v in (mark.low, mark.high, mark.reference) if v is not None]
    percent = rows[0].measure.unit is Unit.PERCENT
    across = scale(ends, lowest=0 if percent else None)
    return Plot(start, room, across, marks, edition.number)


def _over_time(sheet: Sheet, found: AreaProfile, top: float) -> None:
    edition, t = sheet.edition, sheet.edition.catalog
    if not found.trend:
        return
    y = sheet.text(t.gettext("Over time"), 0, top, HALF, SUBHEADING, role="H2")
    note = sentences(said_alone(edition, edition.measure_title(found.trend.measure)), t.gettext("Dashed: the city."))
    y = sheet.text(note, 0, y + 1, HALF, NOTE) + 6
    with sheet.figure(trend_alternative(edition, found.trend)):
        draw_trend(sheet.pen(0, y, HALF), edition, found.trend, HALF, TREND)


def _asked_for(sheet: Sheet, found: AreaProfile, top: float) -> None:
    """Beside the trend, or in its place where there is none."""
    edition, t = sheet.edition, sheet.edition.catalog
    if not found.wishes:
        return
    start = WIDTH - HALF if found.trend else 0.0
    end = WIDTH if found.trend else HALF
    plot = _plot(edition, found.wishes, end - 62, 60)
    heads = (t.gettext("Answer"), t.gettext("Here"), edition.city())
    here, city = (max([26.0, *(width(word, HEAD.size) + 8 for word in head.split())]) for head in heads[1:])  # answers need the room more
    ends = (end - 70 - city - here, end - 70 - city, end - 70)
    note = t.gettext("Percent choosing each; up to two could be chosen.")
    table = Table(sheet, t.gettext("What would help the most"), heads, ends, note=note, firm=1, row=18, start=start, plot=plot)
    table.draw(_rows(edition, found.wishes), top, above=0)
