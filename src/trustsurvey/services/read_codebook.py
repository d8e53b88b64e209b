"""The codebook of a wave: each column of its records, and the exact words that residents read in every language."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Connection

from trustsurvey.errors import NotFound
from trustsurvey.questionnaire import record
from trustsurvey.questionnaire.schema import CODES, DONT_KNOW, NOT_ANSWERED, NOT_ASKED, PREFER_NOT, Kind
from trustsurvey.store import queries, wordings
from trustsurvey.store.queries import WaveRow

SPECIAL = {DONT_KNOW: "don't know", PREFER_NOT: "prefer not to say", NOT_ANSWERED: "not answered", NOT_ASKED: "not asked"}


def read_codebook(connection: Connection, survey: str, *, wave: int | None = None) -> dict[str, Any]:
    """The newest wave's codebook, or that of wave ``wave``, as JSON holds it.

    ``columns``: name, position (from 1), item, question, and what each character means. ``wordings``: by language every wording in use,
    with its fingerprint (SHA-256), the day since when, and the words by context. Raises NotFound.
    """
    found = _chosen(connection, survey, wave)
    asked = found.questionnaire
    return {
        "survey": survey,
        "wave": found.number,
        "label": found.label,
        "questionnaire": {"code": asked.code, "version": asked.version, "hash": asked.hash},
        "special": SPECIAL,
        "columns": [
            {
                "name": column.name,
                "position": column.index + 1,
                "item": column.item.code,
                "question": column.item.text,
                "values": _values(column),
            }
            for column in record.columns(asked)
        ],
        "wordings": [
            {"locale": one.locale, "number": one.number, "hash": one.hash, "since": one.since.isoformat(), "words": dict(one.body)}
            for one in wordings.wordings(connection, found.id)
        ],
    }


def _values(column: record.Column) -> dict[str, str]:
    if column.item.kind is Kind.MULTIPLE:
        chosen = next(option.text for option in column.item.options if option.code == column.option)
        return {"1": chosen, "0": "not chosen"}
    return {character: option.text for character, option in zip(CODES, column.item.options, strict=False)}


def _chosen(connection: Connection, survey: str, number: int | None) -> WaveRow:
    waves = queries.waves(connection, survey)
    for wave in reversed(waves):
        if number in (None, wave.number):
            return wave
    raise NotFound(f"{survey} has no wave{'' if number is None else f' {number}'}; it has {len(waves)}")
