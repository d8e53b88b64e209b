"""The map on a page of its own, and the map with its key for the cover."""

from __future__ import annotations

from trustsurvey.analysis.release import Flag
from trustsurvey.publish.charts import draw_key
from trustsurvey.publish.findings import Extremes
from trustsurvey.publish.maps import CityMap
from trustsurvey.publish.pdf.looks import HEADING, NOTE
from trustsurvey.publish.pdf.shaping import width as width_of
from trustsurvey.publish.pdf.sheet import BOTTOM, TOP, WIDTH, Sheet
from trustsurvey.publish.phrases import run_on
from trustsurvey.publish.text import findings

KEY = 62.0  # height of the key with its note


def map_page(sheet: Sheet, city: CityMap) -> None:
    """The map as large as the page allows; nothing without geometry."""
    edition, measure = sheet.edition, sheet.edition.headline
    if not city or measure is None:
        return
    sheet.begin(outline=edition.catalog.gettext("Map"))
    found = next((said.sentence for said in findings(edition) if isinstance(said.finding, Extremes)), "")
    y = sheet.text(found or edition.measure_title(measure), 0, TOP, WIDTH, HEADING, role="H1", balance=True)
    note = edition.catalog.gettext("%(measure)s by neighborhood.", measure=edition.measure_title(measure))
    y = sheet.text(note, 0, y + 4, WIDTH, NOTE) + 16
    view = city.view
    width = min(WIDTH, (BOTTOM - y - KEY) * view[2] / view[3])
    draw_map(sheet, city, (WIDTH - width) / 2, y, width, key=(0, WIDTH))


def draw_map(sheet: Sheet, city: CityMap, start: float, top: float, width: float, *, key: tuple[float, float]) -> float:
    """The map ``width`` wide with its key below; ``key`` is the key's start and width. Answers the y below the key."""
    view = city.view
    with sheet.figure(city.alternative()):
        city.draw(sheet.map_pen(start, top, width, view))
    y = top + width * view[3] / view[2] + 14
    if not any(area.shown for area in city.shapes):
        return _marks(sheet, key[0], y, key[1])
    return _key(sheet, key[0], y, key[1])


def _key(sheet: Sheet, start: float, top: float, width: float) -> float:
    """Seven swatches from less to more, then what the dashed rule and the hatch mean, where either occurs."""
    t, edition = sheet.edition.catalog, sheet.edition
    less, more = t.gettext("less trust"), t.gettext("more trust")
    with sheet.figure(t.gettext("Color key: from less trust, light, to more trust, dark.")):
        pen = sheet.pen(start, top, width)
        edge = max(width_of(less, 8), width_of(more, 8)) + 10
        bar = width - 2 * edge
        pen.text(0, 12, less, "")
        pen.text(width, 12, more, "e")
        shifted = sheet.pen(start, top, width)
        shifted.left += edge
        draw_key(shifted, edition, lambda share: share * bar, height=9, label=9)
    return _marks(sheet, start, top + 28, width)


def _marks(sheet: Sheet, start: float, top: float, width: float) -> float:
    t = sheet.edition.catalog
    measure = sheet.edition.headline
    flags = {cell.flag for cell in sheet.edition.release.by_area(measure.code)} if measure else set()
    words = []
    if Flag.CAUTION in flags:
        words.append(t.gettext("Dashed rule: interpret with caution."))
    if any(flag.suppressed for flag in flags):
        words.append(t.gettext("Hatched: not shown."))
    if not words:
        return top
    return sheet.text(run_on(words), start, top, width, NOTE)
