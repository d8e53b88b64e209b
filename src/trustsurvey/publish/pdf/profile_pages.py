"""The domain profile: one shaded cell for each area and domain, in the order of the ranking."""

from __future__ import annotations

from trustsurvey.analysis.release import Estimate, Measure
from trustsurvey.publish.edition import Edition
from trustsurvey.publish.maps import CityMap
from trustsurvey.publish.pdf.looks import HEADING, INK, NOTE, ON_HEAT, Style
from trustsurvey.publish.pdf.shaping import width
from trustsurvey.publish.pdf.sheet import BOTTOM, TOP, WIDTH, Sheet
from trustsurvey.publish.pdf.table import whole_words
from trustsurvey.publish.phrases import run_on
from trustsurvey.publish.ranking import HeatCell, HeatRow, Profile, profile

HEAD, ROW = 30.0, 15.5
ACROSS, DOWN = 2.0, 1.0  # gaps between cells
NAME, QUIET, COLUMN = Style(8.6, 10.5), Style(8, 10, 400, "#5a554c"), Style(7, 8.6, 400, "#5a554c")


def profile_pages(sheet: Sheet, _city: CityMap) -> None:
    """As many pages as the areas need; nothing where the release has no domains, or no area is shown."""
    found = profile(sheet.edition)
    if found is None or not found.rows:
        return
    t = sheet.edition.catalog
    sheet.begin(outline=t.gettext("Domain profile"))
    y = sheet.text(_heading(sheet.edition), 0, TOP, WIDTH, HEADING, role="H1", balance=True)
    y = sheet.text(_explained(sheet.edition, found), 0, y + 5, WIDTH, NOTE) + 8
    with sheet.tags.element("Table"):
        _table(sheet, found, y)


def _explained(edition: Edition, found: Profile) -> str:
    t, cells = edition.catalog, [cell for row in found.rows for cell in row.cells if cell is not None]
    parts = [t.gettext("Scores from 0 to 100.")]
    if any(cell.differs for row in found.rows for cell in row.cells[: len(edition.domains)] if cell is not None):
        parts.append(t.gettext("Bold: detectably different from the city’s figure for that domain."))
    if any(cell.caution for cell in cells):
        parts.append(t.gettext("Dashed: interpret with caution."))
    parts.append(t.gettext("Shading uses the classes of the map: darker is more trust."))
    return run_on(parts)


def _heading(edition: Edition) -> str:
    """The domains that score highest and lowest in the whole city."""
    t = edition.catalog
    pairs = [(m, c) for m in edition.domains if (c := edition.release.estimate(m.code)) is not None and c.estimate is not None]
    if len(pairs) < 2:
        return t.gettext("Domain profile")

    def value(pair: tuple[Measure, Estimate]) -> float:
        return pair[1].estimate or 0.0

    high, low = max(pairs, key=value)[0], min(pairs, key=value)[0]
    return t.gettext(
        "%(highest)s scores highest in the city, %(lowest)s lowest", highest=edition.measure_title(high), lowest=edition.measure_title(low)
    )


def _table(sheet: Sheet, found: Profile, top: float) -> None:
    names = [row.name for row in (found.city, *found.rows, *found.hidden)]
    name = min(max(width(n, NAME.size) for n in names) + 8, 130.0)
    across = (WIDTH - name) / len(found.columns)
    y = _heads(sheet, found, name, across, top)
    _row(sheet, found.city, name, across, y, bold=True)
    y += ROW + 3
    for row in (*found.rows, *found.hidden):
        if y + ROW > BOTTOM:
            sheet.begin()
            y = _heads(sheet, found, name, across, TOP)
        if row.reason:
            _without(sheet, row, name, y, len(found.columns))
        else:
            _row(sheet, row, name, across, y)
        y += ROW


def _heads(sheet: Sheet, found: Profile, name: float, across: float, top: float) -> float:
    edition = sheet.edition
    titles = [edition.measure_title(measure) for measure in found.columns]
    style = whole_words(COLUMN, titles, [across - 4] * len(titles))
    high = max([sheet.height(title, across - 4, style) for title in titles] + [HEAD - 6])
    with sheet.tags.element("TR"):
        with sheet.tags.content("TH", scope="Column"):
            sheet.draw(edition.catalog.gettext("Neighborhood"), 0, top + high - COLUMN.leading, name, COLUMN)
        for n, title in enumerate(titles):
            used = sheet.height(title, across - 4, style)
            with sheet.tags.content("TH", scope="Column"):
                sheet.draw(title, name + across * n + 2, top + high - used, across - 4, style, align="center")
    return top + high + 4


def _row(sheet: Sheet, row: HeatRow, name: float, across: float, top: float, *, bold: bool = False) -> None:
    domains = len(sheet.edition.domains)
    with sheet.tags.element("TR"):
        with sheet.tags.content("TH", scope="Row"):
            _name(sheet, row.name, name, top, 600 if bold else 400)
        for n, cell in enumerate(row.cells):
            start, wide = name + across * n + ACROSS / 2, across - ACROSS
            shaded = n < domains
            if shaded:
                with sheet.tags.artifact():
                    sheet.pen(start, top, wide).rect(0, DOWN / 2, wide, ROW - DOWN, f"c{cell.heat}" if cell else "band")
            with sheet.tags.content("TD"):
                _cell(sheet, cell, start, wide, top, shaded=shaded)


def _cell(sheet: Sheet, cell: HeatCell | None, start: float, wide: float, top: float, *, shaded: bool) -> None:
    if cell is None:
        sheet.draw("–", start, top + 3, wide, QUIET, align="center")
        return
    ink = ON_HEAT[cell.heat - 1] if shaded else INK
    sheet.draw(cell.text, start, top + 2.6, wide, Style(8, 10, 600 if cell.differs else 400, ink), align="center")
    if cell.caution:
        long = width(cell.text, 8)
        pen = sheet.pen(start + (wide - long) / 2, top + 13, long)
        pen.open(f"c{cell.heat}" if shaded else "")
        pen.line(0, 0, long, 0, "cu")
        pen.close()


def _without(sheet: Sheet, row: HeatRow, name: float, top: float, columns: int) -> None:
    with sheet.tags.element("TR"):
        with sheet.tags.content("TH", scope="Row"):
            _name(sheet, row.name, name, top, 400, "#5a554c")
        with sheet.tags.content("TD", columns=columns):
            sheet.draw(row.reason, name + 4, top + 2.6, WIDTH - name - 4, QUIET)


def _name(sheet: Sheet, words: str, room: float, top: float, weight: int, ink: str = INK) -> None:
    size = min(NAME.size, max(NAME.size * (room - 4) / max(width(words, NAME.size, weight), 1), 6.0))
    sheet.draw(words, 0, top + 2.4, room + 20, Style(size, 10.5, weight, ink))
