"""The report: which pages it has, in which order. Every page reads the release through an edition."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from time import perf_counter

from trustsurvey.publish.edition import Edition
from trustsurvey.publish.maps import CityMap
from trustsurvey.publish.pdf.answer_pages import answer_pages
from trustsurvey.publish.pdf.area_pages import area_pages
from trustsurvey.publish.pdf.change_pages import change_pages
from trustsurvey.publish.pdf.cover import cover
from trustsurvey.publish.pdf.findings_pages import findings_page, findings_pages
from trustsurvey.publish.pdf.language_pages import language_pages
from trustsurvey.publish.pdf.map_page import map_page
from trustsurvey.publish.pdf.method_pages import method_pages
from trustsurvey.publish.pdf.policy_pages import policy_pages
from trustsurvey.publish.pdf.profile_pages import profile_pages
from trustsurvey.publish.pdf.quality_pages import quality_pages
from trustsurvey.publish.pdf.ranking_pages import ranking_pages
from trustsurvey.publish.pdf.sheet import Sheet
from trustsurvey.publish.pdf.theme_pages import theme_pages

log = logging.getLogger(__name__)

Page = Callable[[Sheet, CityMap], None]
PAGES: tuple[Page, ...] = (
    cover,
    findings_pages,
    map_page,
    ranking_pages,
    profile_pages,
    theme_pages,
    change_pages,
    policy_pages,
    language_pages,
    answer_pages,
    area_pages,
    quality_pages,
    method_pages,
)


SUMMARY: tuple[Page, ...] = (cover, findings_page)
"""Two pages: what this is, and what was found."""


def write_pdf(edition: Edition) -> bytes:
    """The full report in bytes. Characters that no face has are drawn as empty boxes and named in a warning of the log."""
    return write_pages(edition, PAGES)


def write_summary(edition: Edition) -> bytes:
    """The report on two pages, in bytes."""
    return write_pages(edition, SUMMARY)


def write_pages(edition: Edition, pages: Sequence[Page]) -> bytes:
    """The pages as one file. How long each stage took goes to the log, at the level of debugging."""
    seconds: dict[str, float] = {}
    with _timed(seconds, "map"):
        sheet, city = Sheet(edition), CityMap(edition)
    for page in pages:
        with _timed(seconds, page.__name__):
            page(sheet, city)
    if sheet.missing:
        named = ", ".join(f"{c} (U+{ord(c):04X})" for c in sorted(sheet.missing))
        log.warning("the report in %s lacks glyphs for %s", edition.locale.code, named)
    with _timed(seconds, "writing and tagging"):
        data = sheet.finished(title(edition))
    log.debug("a report in %s: %s", edition.locale.code, ", ".join(f"{name} {took:.2f} s" for name, took in seconds.items()))
    return data


@contextmanager
def _timed(seconds: dict[str, float], stage: str) -> Iterator[None]:
    start = perf_counter()
    yield
    seconds[stage] = perf_counter() - start


def title(edition: Edition) -> str:
    """“Trust in local police · Larkhaven · October 2026”: the document's title."""
    wave = edition.release.wave
    place = edition.place() if edition.place() not in edition.survey_title() else ""
    parts = [edition.survey_title(), place, edition.wave_label(wave.label) if wave else ""]
    return " · ".join(part for part in parts if part)
