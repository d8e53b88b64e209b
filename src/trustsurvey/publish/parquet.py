"""The shared table as Apache Parquet: the same columns and names as the CSV, typed, with empty numbers as nulls."""

from __future__ import annotations

import io

from arro3.core import Array, DataType, Field, Schema, Table
from arro3.io import write_parquet as write_table

from trustsurvey.publish.edition import Edition
from trustsurvey.publish.tables import HEADER, TEXT_COLUMNS, rows


def write_parquet(edition: Edition) -> bytes:
    """The table in bytes, compressed with Zstandard. Texts are as they are: a formula is a spreadsheet's affair.

    The file's metadata name survey, release and wave, and say where the data are made up.
    """
    types = {name: DataType.utf8() if name in TEXT_COLUMNS else DataType.int64() if name == "n" else DataType.float64() for name in HEADER}
    table = rows(edition)
    arrays = [Array([getattr(row, name) for row in table], type=kind) for name, kind in types.items()]
    fields = [Field(name, types[name], nullable=name not in TEXT_COLUMNS) for name in HEADER]
    out = io.BytesIO()
    write_table(Table.from_arrays(arrays, schema=Schema(fields, metadata=_metadata(edition))), out, compression="zstd(3)")
    return out.getvalue()


def _metadata(edition: Edition) -> dict[str, str]:
    release = edition.release
    found = {"synthetic": "true" if release.synthetic else "false", "schema_version": str(release.schema_version)}
    if release.survey is not None:
        found["survey"] = release.survey
    if release.number is not None:
        found["release"] = str(release.number)
    if release.wave is not None:
        found["wave"] = str(release.wave.number)
    return found
