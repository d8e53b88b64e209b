"""How far an open wave has come, for those who hand out its invitations.

A counter that anyone can look at is a clock: whoever sees it move knows when somebody answered. So answers are counted once a night,
rounded down to five, and shown beside the number of residents only where fifty or more of them live. Nobody sees the count before.
"""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date

from sqlalchemy import Connection, Engine
from sqlalchemy.exc import OperationalError

from trustsurvey.anonymity.mixing import BATCH
from trustsurvey.questionnaire import record
from trustsurvey.questionnaire.schema import CODES, Questionnaire
from trustsurvey.store import engine as engines
from trustsurvey.store import fieldwork, queries, resting
from trustsurvey.store.queries import WaveRow
from trustsurvey.store.tables import page_language

STEP = 5
"""Counts are rounded down to a multiple of it."""

FEWEST = 50
"""Residents of a neighborhood or a group, below which no count of it is shown."""

AREA = "area"


@dataclass(frozen=True, slots=True)
class Reached:
    """Answers of one category, rounded down, of ``residents`` adults where their number is known."""

    answers: int
    residents: int | None


@dataclass(frozen=True, slots=True)
class Fieldwork:
    """A night's count: all answers; by margin (``area`` too, but not of a sealed wave) and category; by language of the page."""

    counted: date
    answers: int
    margins: Mapping[str, Mapping[str, Reached]]
    languages: Mapping[str, int]


def count_open(connection: Connection, *, today: date) -> int:
    """Count every open wave that wasn't counted ``today``; returns how many were."""
    waves = [wave for survey in queries.surveys(connection) for wave in queries.waves(connection, survey.code) if wave.is_open]
    stale = [wave for wave in waves if (last := fieldwork.kept(connection, wave.id)) is None or last[0] < today]
    still = [wave for wave in stale if queries.is_open(connection, wave.id)]  # held: none closes, and is forgotten, while it is counted
    for wave in still:
        _count(connection, wave, today)
    return len(still)


def last_count(connection: Connection, wave: WaveRow) -> Fieldwork | None:
    """What the last night's count found; None before the first, and of a closed wave."""
    found = fieldwork.kept(connection, wave.id)
    if found is None:
        return None
    counted, body = found
    margins = {m: {c: Reached(*pair) for c, pair in categories.items()} for m, categories in body["margins"].items()}
    return Fieldwork(counted, body["answers"], margins, body["languages"])


def _count(connection: Connection, wave: WaveRow, today: date) -> None:
    counts = _counts(connection, wave)
    residents = _residents(connection, wave)
    margins = {
        margin: {code: (_down(counts[margin][code]), n) for code, n in categories.items() if n is None or n >= FEWEST}
        for margin, categories in residents.items()
        if margin in counts
    }
    languages = {locale: _down(n) for locale, n in fieldwork.languages(connection, wave.id).items() if n >= STEP}
    body = {"answers": _down(queries.count_responses(connection, wave.id)), "margins": margins, "languages": languages}
    fieldwork.keep(connection, wave.id, today, body)


def _residents(connection: Connection, wave: WaveRow) -> dict[str, dict[str, int | None]]:
    """Adult residents by margin and category; None where nobody knows."""
    found: dict[str, dict[str, int | None]] = {m: {c: round(n) for c, n in by.items()} for m, by in (wave.margins or {}).items()}
    areas = queries.areas(connection, wave.survey.area_set_id)
    found[AREA] = {row.code: found.get(AREA, {}).get(row.code, row.adults) for row in areas}
    return found


def _counts(connection: Connection, wave: WaveRow) -> Mapping[str, Counter[str]]:
    """Exact counts by margin and category. Of a sealed wave there are none: nobody can read them."""
    if wave.is_sealed:
        return {}
    columns = list(_margin_columns(wave.questionnaire))
    found: dict[str, Counter[str]] = {AREA: Counter(), **{code: Counter() for code, _, _ in columns}}
    size = record.width(wave.questionnaire)
    for areas, answers in queries.records(connection, wave.id):
        found[AREA].update(areas)
        for code, index, options in columns:
            marks = Counter(answers[index::size].decode("ascii"))
            found[code].update({option: marks[mark] for option, mark in zip(options, CODES, strict=False) if marks[mark]})
    return found


def _margin_columns(questionnaire: Questionnaire) -> Iterator[tuple[str, int, tuple[str, ...]]]:
    """Item, column and option codes of each margin that one column holds."""
    for column in record.columns(questionnaire):
        if column.item.code in questionnaire.margins and column.option is None:
            yield column.item.code, column.index, tuple(option.code for option in column.item.options)


def _down(n: int) -> int:
    return n - n % STEP


class PageLanguages:
    """Counts in which language of the page people answer, in memory, and writes it down for twenty at a time.

    A count that moved with one response would say in which language it was given. What is less than twenty when the server stops is
    forgotten: the numbers say which languages are used, not how many people answered. Its methods may be called from any thread.
    """

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._counting = threading.Lock()
        self._came: dict[int, Counter[str]] = {}

    def answered(self, wave_id: int, locale: str) -> None:
        """To be called when a response is committed."""
        with self._counting:
            came = self._came.setdefault(wave_id, Counter())
            came[locale] += 1
            if came.total() < BATCH:
                return
            del self._came[wave_id]
        try:
            with engines.writing(self._engine).begin() as connection:
                if queries.is_open(connection, wave_id):
                    fieldwork.add_languages(connection, wave_id, came)
        except OperationalError as error:
            if not resting.is_busy(error):
                raise
            with self._counting:  # another twenty will try again: the answer itself is stored, and nobody need hear of this
                self._came.setdefault(wave_id, Counter()).update(came)
            return
        resting.forget_what_was(self._engine, page_language, patience=0.5)  # who is busy leaves it to the next twenty, or to the night
