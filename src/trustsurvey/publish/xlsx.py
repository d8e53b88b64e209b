"""The shared table as a workbook: typed cells, a frozen header with filters, native charts, and notes that say what the figures are."""

from __future__ import annotations

import io
from datetime import UTC, datetime, time
from typing import Any

import xlsxwriter

from trustsurvey.analysis.release import Estimate
from trustsurvey.publish.edition import Edition
from trustsurvey.publish.notes import notes
from trustsurvey.publish.phrases import interval_heading
from trustsurvey.publish.ranking import ranking
from trustsurvey.publish.tables import HEADER, TEXT_COLUMNS, guarded, rows

WIDTHS = {"area_name": 26, "area": 14, "group": 20, "measure": 22, "flag": 30}
FORMATS = {"n": "0", "n_eff": "0.0", "df": "0.0", "deff": "0.00"}  # how a cell shows; its value stays whole
INK, QUIET, ACCENT, BAR, GRID = "#23211d", "#5a554c", "#0b5563", "#589c9b", "#eeeae2"


def write_xlsx(edition: Edition) -> bytes:
    """The workbook in bytes. Sheets read from right to left where the locale does; the header isn't translated."""
    out = io.BytesIO()
    as_typed = {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}
    with xlsxwriter.Workbook(out, as_typed) as book:
        book.set_properties(_properties(edition))
        _estimates(book, edition)
        _ranking(book, edition)
        _domains(book, edition)
        _notes(book, edition)
    return out.getvalue()


def _properties(edition: Edition) -> dict[str, object]:
    release = edition.release
    found: dict[str, object] = {"title": edition.survey_title()}
    if release.synthetic:
        found["comments"] = edition.catalog.gettext("Synthetic data")
    if release.released:
        found["created"] = datetime.combine(release.released, time(), UTC).replace(tzinfo=None)
    return found


def _estimates(book: Any, edition: Edition) -> None:
    sheet = book.add_worksheet(_sheet_name(edition.catalog.gettext("Figures")))
    if edition.rtl:
        sheet.right_to_left()
    head = book.add_format({"bold": True, "font_color": ACCENT, "bottom": 1, "bottom_color": QUIET})
    quiet = book.add_format({"font_color": QUIET})
    numbers = {name: book.add_format({"num_format": FORMATS.get(name, "0.0##")}) for name in HEADER if name not in TEXT_COLUMNS}
    for column, name in enumerate(HEADER):
        sheet.set_column(column, column, WIDTHS.get(name, 11))
        sheet.write_string(0, column, name, head)
    table = rows(edition)
    for line, row in enumerate(table, start=1):
        for column, (name, value) in enumerate(zip(HEADER, row.values(), strict=True)):
            if isinstance(value, str):
                if value:
                    sheet.write_string(line, column, guarded(value), quiet if name == "flag" else None)
            elif value is not None:
                sheet.write_number(line, column, value, numbers[name])
    sheet.freeze_panes(1, 1)
    sheet.autofilter(0, 0, max(len(table), 1), len(HEADER) - 1)
    sheet.repeat_rows(0)
    sheet.set_landscape()
    sheet.fit_to_pages(1, 0)


def _ranking(book: Any, edition: Edition) -> None:
    """The areas from highest to lowest with a bar chart of their intervals; no sheet where no area is shown."""
    order = ranking(edition)
    if order is None or not order.lines:
        return
    t = edition.catalog
    heads = [t.gettext("Neighborhood"), edition.measure_title(order.measure), *_ends(edition), t.gettext("n eff."), t.gettext("n")]
    cells = [(line.name, line.estimate) for line in order.lines]
    if order.city is not None:
        cells.append((edition.city(), order.city))
    title = f"{edition.measure_title(order.measure)}, {interval_heading(edition)}"
    _charted(book, edition, t.gettext("All neighborhoods"), heads, cells, title)


def _domains(book: Any, edition: Edition) -> None:
    """The whole city's domains with their chart."""
    t = edition.catalog
    pairs = [(edition.measure_title(m), edition.cells.get((m.code, None))) for m in edition.domains]
    cells = [(title, cell) for title, cell in pairs if cell is not None and cell.estimate is not None]
    if not cells:
        return
    heads = [t.gettext("Domain"), t.gettext("Figure"), *_ends(edition), t.gettext("n eff."), t.gettext("n")]
    _charted(book, edition, t.gettext("Domains"), heads, cells, f"{t.gettext('The whole city')}, {interval_heading(edition)}")


def _ends(edition: Edition) -> tuple[str, str]:
    t = edition.catalog
    return t.gettext("Lower end"), t.gettext("Upper end")


def _charted(book: Any, edition: Edition, name: str, heads: list[str], cells: list[tuple[str, Estimate]], title: str) -> None:
    """A sheet with one row a cell, and a native bar chart beside it whose error bars are the intervals."""
    sheet = book.add_worksheet(_sheet_name(name))
    if edition.rtl:
        sheet.right_to_left()
    head = book.add_format({"bold": True, "font_color": ACCENT, "bottom": 1, "bottom_color": QUIET, "text_wrap": True, "valign": "top"})
    plain = book.add_format({"num_format": "0.0##"})
    sheet.set_column(0, 0, 34)
    for column, text in enumerate(heads):
        sheet.write_string(0, column, guarded(text), head)
    for line, (label, cell) in enumerate(cells, start=1):
        sheet.write_string(line, 0, guarded(label))
        for column, value in enumerate((cell.estimate, cell.lci, cell.uci, cell.n_eff), start=1):
            if value is not None:
                sheet.write_number(line, column, value, plain)
        if cell.n is not None:
            sheet.write_number(line, 5, cell.n)
    sheet.freeze_panes(1, 1)
    sheet.insert_chart(1, len(heads) + 1, _bars(book, sheet.get_name(), cells, title))


def _bars(book: Any, sheet: str, cells: list[tuple[str, Estimate]], title: str) -> Any:
    last = len(cells)
    chart = book.add_chart({"type": "bar"})
    ends = {
        "type": "custom",
        "plus_values": [round((c.uci or 0.0) - (c.estimate or 0.0), 6) for _, c in cells],
        "minus_values": [round((c.estimate or 0.0) - (c.lci or 0.0), 6) for _, c in cells],
        "line": {"color": INK, "width": 1},
    }
    chart.add_series(
        {
            "name": [sheet, 0, 1],
            "categories": [sheet, 1, 0, last, 0],
            "values": [sheet, 1, 1, last, 1],
            "fill": {"color": BAR},
            "gap": 60,
            "x_error_bars": ends,
        }
    )
    chart.set_title({"name": title, "overlay": False, "name_font": {"size": 11, "bold": True, "color": INK}})
    chart.set_legend({"none": True})
    chart.set_y_axis({"reverse": True, "line": {"color": QUIET}, "num_font": {"color": INK}, "crossing": "min"})
    chart.set_x_axis({"major_gridlines": {"visible": True, "line": {"color": GRID}}, "num_font": {"color": QUIET}})
    chart.set_size({"width": 620, "height": max(220, 60 + 24 * last)})
    return chart


def _notes(book: Any, edition: Edition) -> None:
    sheet = book.add_worksheet(_sheet_name(edition.catalog.gettext("Notes")))
    if edition.rtl:
        sheet.right_to_left()
    sheet.hide_gridlines(2)
    sheet.set_column(0, 0, 30)
    sheet.set_column(1, 1, 90)
    label = book.add_format({"bold": True, "valign": "top", "text_wrap": True, "font_color": INK})
    body = book.add_format({"valign": "top", "text_wrap": True, "font_color": INK})
    for line, (name, text) in enumerate(notes(edition)):
        sheet.write_string(line, 0, guarded(name), label)
        sheet.write_string(line, 1, guarded(text), body)


def _sheet_name(text: str) -> str:
    """Excel allows 31 characters and none of []:*?/\\ in a sheet's name."""
    return "".join("_" if c in "[]:*?/\\" else c for c in text)[:31]
