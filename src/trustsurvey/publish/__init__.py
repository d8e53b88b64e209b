"""Release → bytes: every format that a release can be taken away in."""

from __future__ import annotations

import json
import re
import unicodedata
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial

from trustsurvey.analysis.release import Release, json_schema, to_json
from trustsurvey.errors import ReleaseError
from trustsurvey.i18n.catalogs import Catalog
from trustsurvey.i18n.locales import Locale
from trustsurvey.publish.csv import write_csv
from trustsurvey.publish.edition import Edition
from trustsurvey.publish.geojson import write_geojson
from trustsurvey.publish.parquet import write_parquet
from trustsurvey.publish.pdf.report import write_pdf, write_summary
from trustsurvey.publish.xlsx import write_xlsx


@dataclass(frozen=True, slots=True)
class Format:
    """One format: its name, its file's ending and its media type."""

    name: str
    media_type: str
    write: Callable[[Edition], bytes]
    kind: str = ""  # what its file's name says beside the release: "summary"
    extension: str = ""

    def __post_init__(self) -> None:
        if not self.extension:
            object.__setattr__(self, "extension", self.name)


CSV = "text/csv; charset=utf-8; header=present"
FORMATS: Mapping[str, Format] = {
    made.name: made
    for made in (
        Format("pdf", "application/pdf", write_pdf),
        Format("pdf-summary", "application/pdf", write_summary, "summary", "pdf"),
        Format("csv", CSV, write_csv),
        Format("csv-bom", CSV, partial(write_csv, byte_order_mark=True), "bom", "csv"),
        Format("xlsx", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", write_xlsx),
        Format("parquet", "application/vnd.apache.parquet", write_parquet),
        Format("geojson", "application/geo+json", write_geojson),
        Format("json", "application/json", lambda edition: to_json(edition.release)),
    )
}
"""The formats by name: ``pdf`` is the full report, ``pdf-summary`` two pages of it, ``csv-bom`` is for spreadsheet programs."""


def export(release: Release, format: str, locale: Locale, catalog: Catalog) -> bytes:
    """The release as a file in ``format``, for a reader of ``locale``. Raises ReleaseError for a format that isn't one of ``FORMATS``."""
    return chosen(format).write(Edition(release, locale, catalog))


def chosen(format: str) -> Format:
    """The format named ``format``. Raises ReleaseError naming the choices."""
    if format not in FORMATS:
        raise ReleaseError(f"there is no format {format!r}; choose one of {', '.join(FORMATS)}")
    return FORMATS[format]


def file_name(release: Release, format: str, locale: Locale) -> str:
    """“larkhaven-wave-3-release-3-es.pdf”: ASCII, so that it survives any header and file system."""
    parts = [release.survey or "release"]
    if release.wave is not None:
        parts.append(f"wave-{release.wave.number}")
    if release.number is not None:
        parts.append(f"release-{release.number}")
    form = chosen(format)
    parts += [locale.tag, form.kind]
    plain = unicodedata.normalize("NFKD", "-".join(parts)).encode("ascii", "ignore").decode()
    stem = re.sub(r"[^A-Za-z0-9]+", "-", plain).strip("-").lower()
    return f"{stem}.{form.extension}"


def release_schema() -> bytes:
    """JSON Schema (2020-12) of the format ``json``, as a file to publish beside it."""
    return json.dumps(json_schema(), ensure_ascii=False, indent=2, sort_keys=True).encode() + b"\n"
