"""Release → bytes: every format that a release can be taken away in."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from trustsurvey.analysis.release import Release, to_json
from trustsurvey.errors import ReleaseError
from trustsurvey.i18n.catalogs import Catalog
from trustsurvey.i18n.locales import Locale
from trustsurvey.publish.csv import write_csv
from trustsurvey.publish.edition import Edition
from trustsurvey.publish.geojson import write_geojson
from trustsurvey.publish.pdf.report import write_pdf
from trustsurvey.publish.xlsx import write_xlsx


@dataclass(frozen=True, slots=True)
class Format:
    """One format: its name, its file's ending and its media type."""

    name: str
    media_type: str
    write: Callable[[Edition], bytes]

    @property
    def extension(self) -> str:
        return self.name


FORMATS: Mapping[str, Format] = {
    made.name: made
    for made in (
        Format("pdf", "application/pdf", write_pdf),
        Format("csv", "text/csv; charset=utf-8; header=present", write_csv),
        Format("xlsx", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", write_xlsx),
        Format("geojson", "application/geo+json", write_geojson),
        Format("json", "application/json", lambda edition: to_json(edition.release)),
    )
}
"""The formats by name."""


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
    parts.append(locale.tag)
    plain = unicodedata.normalize("NFKD", "-".join(parts)).encode("ascii", "ignore").decode()
    stem = re.sub(r"[^A-Za-z0-9]+", "-", plain).strip("-").lower()
    return f"{stem}.{chosen(format).extension}"
