"""The shared table as a workbook: typed cells, a frozen header with filters, and a sheet of notes that says what the figures are."""

from __future__ import annotations

import io
from datetime import UTC, datetime, time
from typing import Any

import xlsxwriter

from trustsurvey.publish.edition import Edition
from trustsurvey.publish.notes import notes
from trustsurvey.publish.tables import HEADER, TEXT_COLUMNS, guarded, rows

WIDTHS = {"area_name": 26, "area": 14, "group": 20, "measure": 22, "flag": 30}
FORMATS = {"n": "0", "n_eff": "0.0", "df": "0.0", "deff": "0.00"}  # how a cell shows; its value stays whole
INK, QUIET, ACCENT = "#23211d", "#5a554c", "#0b5563"


def write_xlsx(edition: Edition) -> bytes:
    """The workbook in bytes. Sheets read from right to left where the locale does; the header isn't translated."""
    out = io.BytesIO()
    as_typed = {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}
    with xlsxwriter.Workbook(out, as_typed) as book:
        book.set_properties(_properties(edition))
        _estimates(book, edition)
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
