"""The shared table as CSV: RFC 4180, UTF-8, numbers with a point, nothing translated but the names of areas."""

from __future__ import annotations

import csv
import io

from trustsurvey.publish.edition import Edition
from trustsurvey.publish.tables import HEADER, guarded, rows

BYTE_ORDER_MARK = "\ufeff"


def write_csv(edition: Edition, *, byte_order_mark: bool = False) -> bytes:
    """The table in bytes. ``byte_order_mark`` is for spreadsheet programs that would take UTF-8 for something else."""
    out = io.StringIO(newline="")
    if byte_order_mark:
        out.write(BYTE_ORDER_MARK)
    writer = csv.writer(out, lineterminator="\r\n")
    writer.writerow(HEADER)
    for row in rows(edition):
        writer.writerow(guarded(value) if isinstance(value, str) else value for value in row.values())
    return out.getvalue().encode()
