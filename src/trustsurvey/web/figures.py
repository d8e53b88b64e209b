"""The figures that only the web has: where a neighborhood lies, where it stands among the others, and the reporting gap at full width."""

from __future__ import annotations

from trustsurvey.analysis.release import Estimate
from trustsurvey.publish import charts
from trustsurvey.publish.edition import Edition, rounded
from trustsurvey.publish.maps import CityMap
from trustsurvey.publish.pens import SvgPen, number
from trustsurvey.publish.ranking import Ranking, class_of

MIDDLE = 54  # pixels from the top to the strip's line


def locator(city: CityMap, code: str) -> str:
    """The city in grey with one area in the color of its figure; empty without geometry."""
    if not city:
        return ""
    pen = SvgPen(rtl=city.edition.rtl)
    edges = []
    for area in city.shapes:
        rings = [[(x, y) for x, y, *_ in polygon.exterior.coords] for polygon in area.parts]
        here = area.code == code
        fill = f"c{class_of(city.edition, area.estimate)}" if here and area.shown and area.estimate is not None else "quiet"
        pen.path(rings, fill)
        edges += rings if here else []
    pen.path(edges, "edge")
    x0, y0, x1, y1 = city.bounds
    view = " ".join(number(round(v)) for v in (x0 - 6, y0 - 6, x1 - x0 + 12, y1 - y0 + 12))
    label = city.edition.catalog.gettext("Where %(area)s lies in the city", area=city.edition.area_name(code))
    return pen.svg(kind="map locator", view=view, width="", label=label)


def strip(edition: Edition, ranking: Ranking, cell: Estimate) -> str:
    """One line for the whole city: a tick for each area shown, this one as dot and interval, the city as a stroke."""
    scale, catalog = ranking.scale, edition.catalog
    pen = SvgPen(rtl=edition.rtl)

    def across(value: float) -> str:
        return scale.percent(value, 1, 99)

    for tick in scale.ticks:
        pen.line(across(tick), MIDDLE - 20, across(tick), MIDDLE + 20, "g")
        pen.text(across(tick), MIDDLE + 36, edition.number(tick), "m s")
    city = ranking.city
    if city is not None and city.estimate is not None:
        pen.line(across(city.estimate), MIDDLE - 26, across(city.estimate), MIDDLE + 20, "city")
    for line in ranking.lines:
        if line.estimate.area != cell.area and line.estimate.estimate is not None:
            pen.line(across(line.estimate.estimate), MIDDLE - 7, across(line.estimate.estimate), MIDDLE + 7, "nb")
    if cell.estimate is None or cell.lci is None or cell.uci is None:
        return pen.svg(height=MIDDLE + 40)
    pen.line(across(cell.lci), MIDDLE, across(cell.uci), MIDDLE, "iv on thick")
    pen.circle(across(cell.estimate), MIDDLE, 6, "dot on")
    name = edition.area_name(cell.area or "")
    pen.text(across(cell.estimate), 10, f"{name} {edition.figure(cell)}", _anchor(scale.share(cell.estimate)) + " s b a")
    if city is not None and city.estimate is not None:
        pen.text(across(city.estimate), 24, f"{edition.city()} {edition.figure(city)}", _anchor(scale.share(city.estimate)) + " s b")
    said = catalog.gettext(
        "%(area)s at %(value)s (%(interval)s) among %(count)s neighborhoods from %(lowest)s to %(highest)s.",
        area=name,
        value=edition.figure(cell),
        interval=edition.interval(cell, words=True),
        count=edition.number(len(ranking.lines)),
        lowest=edition.figure(ranking.lines[-1].estimate),
        highest=edition.figure(ranking.lines[0].estimate),
    )
    return pen.svg(height=MIDDLE + 40, label=said)


def _anchor(share: float) -> str:
    """Text in the middle of its place, or inwards near an end."""
    return "m" if 0.15 < share < 0.85 else "e" if share >= 0.85 else ""


def reporting_gap(edition: Edition, cell: Estimate) -> str:
    """Crimes experienced for every ten reported, a block each: filled ones reached the police, dashed ones lie inside the interval."""
    if cell.estimate is None or cell.lci is None or cell.uci is None:
        return ""
    t = edition.catalog
    found, low, high = (int(rounded(10 * value)) for value in (cell.estimate, cell.lci, cell.uci))
    pen, slots = SvgPen(rtl=edition.rtl), max(high, 11) + 1

    def across(value: float) -> str:
        return f"{100 * value / slots:.2f}%"

    for block in range(high):
        pen.rect(across(block + 0.06), 46, across(0.86), 30, "bar" if block < 10 else "open" if block < low else "open q")
    charts.interval(pen, across, (low - 0.07, high - 0.07), found - 0.07, 27, kind="ink")
    pen.text(across(found - 0.07), 13, t.gettext("%(count)s experienced", count=edition.number(found)), _anchor(found / slots) + " b")
    pen.line(across(0.06), 87, across(9.92), 87, "iv ink")
    pen.text(across(0.06), 106, t.gettext("%(count)s reported to the police", count=edition.number(10)), "b")
    missed = t.gettext(
        "%(count)s not reported (%(low)s to %(high)s)",
        count=edition.number(found - 10),
        low=edition.number(low - 10),
        high=edition.number(high - 10),
    )
    if found > 10:
        pen.line(across(10.06), 87, across(found - 0.08), 87, "iv off")
        pen.text(across(found - 0.08), 124, missed, "e")
    said = t.gettext(
        "For every 10 crimes reported, residents experienced %(count)s (%(low)s to %(high)s).",
        count=edition.number(found),
        low=edition.number(low),
        high=edition.number(high),
    )
    return pen.svg(height=130, label=said)
