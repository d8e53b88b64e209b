"""Open a wave's comments, as far as nobody is shown by where they live."""

from __future__ import annotations

import secrets
from collections import Counter
from dataclasses import dataclass

from sqlalchemy import Connection

from trustsurvey.anonymity import sealing
from trustsurvey.questionnaire import record
from trustsurvey.store import queries
from trustsurvey.store.queries import WaveRow

CROWD = 50
"""Responses of one neighborhood and home language from which on a comment is shown with its neighborhood."""

LANGUAGE = "home_language"


@dataclass(frozen=True, slots=True)
class Opened:
    """A comment. ``area`` is None where too few answered who live there and speak that language at home."""

    area: str | None
    text: str


def open_comments(connection: Connection, wave: WaveRow, private_key: bytes) -> tuple[Opened, ...]:
    """The comments of ``wave`` in a shuffled order. Raises StateError when ``private_key`` isn't the one they were sealed to.

    A sealed wave's responses can't be counted, so its comments are shown without their neighborhoods.
    """
    opened = [sealing.open_sealed(sealed, private_key) for sealed in queries.comments(connection, wave.id)]
    secrets.SystemRandom().shuffle(opened)
    crowds = _crowds(connection, wave)
    return tuple(Opened(one.area if crowds[one.area, one.language] >= CROWD else None, one.text) for one in opened)


def _crowds(connection: Connection, wave: WaveRow) -> Counter[tuple[str, str]]:
    """Responses by area and home language (as answered, or "" where it wasn't)."""
    width = record.width(wave.questionnaire)
    column = next((c for c in record.columns(wave.questionnaire) if c.name == LANGUAGE), None)
    found: Counter[tuple[str, str]] = Counter()
    for codes, records in queries.records(connection, wave.id):
        marks = [""] * len(codes) if column is None else records[column.index :: width].decode("ascii")
        found.update(zip(codes, marks, strict=True))
    if column is None:
        return found
    by_mark = {record.encode(wave.questionnaire, {LANGUAGE: o.code})[column.index]: o.code for o in column.item.options}
    named: Counter[tuple[str, str]] = Counter()
    for (area, mark), n in found.items():
        named[area, by_mark.get(mark, "")] += n
    return named
