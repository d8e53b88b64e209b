"""Read what has been released. Everything that anyone is shown of a survey comes through here."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from sqlalchemy import Connection

from trustsurvey.analysis.release import Release
from trustsurvey.errors import NotFound
from trustsurvey.store import queries
from trustsurvey.store.queries import ReleaseRow, SurveyRow, WaveRow

__all__ = ["ReleaseRow", "SurveyReleases", "WaveState", "awaited", "history", "latest", "listing", "numbered", "rows", "waves_until"]


@dataclass(frozen=True, slots=True)
class WaveState:
    """A wave as staff see it: no count of what an open wave holds, only of what a release says."""

    number: int
    label: str
    opened: date
    closed: date | None
    locales: tuple[str, ...]
    released: int | None  # answers, by its newest release

    @property
    def is_open(self) -> bool:
        return self.closed is None


@dataclass(frozen=True, slots=True)
class SurveyReleases:
    """A survey, its waves first to last, and its releases newest first."""

    survey: SurveyRow
    waves: tuple[WaveState, ...]
    releases: tuple[Release, ...]


def latest(connection: Connection, survey: str) -> Release | None:
    """The newest release of ``survey``; None before the first. Raises NotFound for an unknown survey."""
    queries.survey_named(connection, survey)
    rows = queries.release_list(connection, survey)
    return queries.release_body(connection, rows[0].id) if rows else None


def rows(connection: Connection, survey: str) -> tuple[ReleaseRow, ...]:
    """The releases of ``survey`` as a list, newest first. Raises NotFound for an unknown survey."""
    queries.survey_named(connection, survey)
    return queries.release_list(connection, survey)


def numbered(connection: Connection, survey: str, number: int) -> Release:
    """Release ``number`` of ``survey``. Raises NotFound when there is no such survey or release."""
    queries.survey_named(connection, survey)
    for row in queries.release_list(connection, survey):
        if row.number == number:
            return queries.release_body(connection, row.id)
    raise NotFound(f"there is no release {number} of {survey}")


def waves_until(connection: Connection, release: Release) -> tuple[ReleaseRow, ...]:
    """The newest release of every wave up to the one of ``release``, first wave first; ``release`` stands for its own wave."""
    own = release.wave.number if release.wave is not None else 0
    found: dict[int, ReleaseRow] = {}
    for row in queries.release_list(connection, release.survey or ""):  # newest first
        if row.number == release.number or row.wave < own:
            found.setdefault(row.wave, row)
    return tuple(found[wave] for wave in sorted(found))


def history(connection: Connection, release: Release) -> tuple[Release, ...]:
    """The releases that ``waves_until`` lists, whole."""
    return tuple(
        release if row.number == release.number else queries.release_body(connection, row.id) for row in waves_until(connection, release)
    )


def awaited(connection: Connection, survey: str) -> tuple[SurveyRow, WaveRow | None]:
    """The survey and its newest wave, for the page that says when results come. Raises NotFound for an unknown survey."""
    waves = queries.waves(connection, survey)
    return queries.survey_named(connection, survey), waves[-1] if waves else None


def listing(connection: Connection) -> tuple[SurveyReleases, ...]:
    """Every survey with its waves and releases, in the order the surveys were made."""
    return tuple(_listed(connection, found) for found in queries.surveys(connection))


def _listed(connection: Connection, found: SurveyRow) -> SurveyReleases:
    rows = queries.release_list(connection, found.code)
    releases = tuple(queries.release_body(connection, row.id) for row in rows)
    answers: dict[int, int] = {}
    for row, release in zip(rows, releases, strict=True):
        answers.setdefault(row.wave, release.n)
    waves = tuple(
        WaveState(wave.number, wave.label, wave.opened, wave.closed, wave.locales, answers.get(wave.number))
        for wave in queries.waves(connection, found.code)
    )
    return SurveyReleases(found, waves, releases)
