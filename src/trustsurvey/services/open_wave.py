"""Open a wave: from now on the survey's page takes answers."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date

from sqlalchemy import Connection

from trustsurvey.errors import StateError
from trustsurvey.questionnaire import loader
from trustsurvey.questionnaire.notice import Notices
from trustsurvey.services.merge_areas import FLOOR, check_floor
from trustsurvey.store import queries
from trustsurvey.store.queries import AreaRow, WaveRow

__all__ = ["AreaRow", "WaveRow", "areas_of", "current_wave", "open_surveys", "open_wave"]

Margins = Mapping[str, Mapping[str, float]]


def open_wave(
    connection: Connection,
    survey: str,
    *,
    questionnaire: str,
    file: str,
    label: str,
    notices: Notices,
    opened: date,
    margins: Margins | None = None,
    comment_key: bytes | None = None,
    sealing_key: bytes | None = None,
    floor: int = FLOOR,
) -> WaveRow:
    """Open the next wave of ``survey`` with the questionnaire in the YAML text ``questionnaire``, in the locales of ``notices``.

    ``comment_key`` and ``sealing_key`` are X25519 public keys (32 bytes). Comments are sealed to the one; without it none is asked for.
    Records are sealed to the other; without it they are stored as they are.

    Raises QuestionnaireError for faults in it, NotFound for an unknown survey, StateError when a wave is open already and when an area is
    known to have fewer than ``floor`` adult residents.
    """
    found = loader.load(questionnaire, file=file)
    asked = queries.survey_named(connection, survey)
    check_floor(queries.areas(connection, asked.area_set_id), floor, area_set=asked.area_set, margins=(margins or {}).get("area"))
    before = queries.waves(connection, survey)
    if any(wave.is_open for wave in before):
        raise StateError(f"wave {before[-1].number} of {survey} is open; close it first (trustsurvey wave close)")
    queries.add_questionnaire(connection, found, questionnaire)
    queries.add_wave(
        connection,
        WaveRow(
            id=0,
            survey=asked,
            number=len(before) + 1,
            label=label,
            state="open",
            opened=opened,
            closed=None,
            locales=tuple(notices),
            notices=notices,
            margins=margins,
            comment_key=comment_key,
            questionnaire=found,
            sealing_key=sealing_key,
        ),
    )
    return queries.waves(connection, survey)[-1]


def current_wave(connection: Connection, survey: str) -> WaveRow | None:
    """The wave a resident would answer now: the newest, open or closed; None before the first. Raises NotFound for an unknown survey."""
    found: Sequence[WaveRow] = queries.waves(connection, survey)
    return found[-1] if found else None


def open_surveys(connection: Connection) -> tuple[WaveRow, ...]:
    """The open wave of every survey that has one, in the order the surveys were made."""
    found = (current_wave(connection, survey.code) for survey in queries.surveys(connection))
    return tuple(wave for wave in found if wave is not None and wave.is_open)


def areas_of(connection: Connection, wave: WaveRow) -> tuple[AreaRow, ...]:
    """The neighborhoods that ``wave`` is asked in, by name."""
    return queries.areas(connection, wave.survey.area_set_id)
