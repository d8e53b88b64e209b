"""Keep the records of a closed wave for their time and no longer. Releases stay."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from sqlalchemy import Connection

from trustsurvey.errors import NotFound, StateError
from trustsurvey.store import queries, retention
from trustsurvey.store.queries import WaveRow

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Kept:
    """A closed wave whose records are still there. ``due`` is the day from which they are to be destroyed."""

    wave: WaveRow
    responses: int
    comments: int
    released: bool
    due: date

    def is_due(self, today: date) -> bool:
        """Whether they are to be destroyed now: their time is over and nobody holds them."""
        return self.due <= today and self.wave.hold is None


def kept(connection: Connection, *, days: int) -> tuple[Kept, ...]:
    """The closed waves of every survey whose records are there, which are kept for ``days`` after the close.

    Raises StateError for a number of days below 0.
    """
    if days < 0:
        raise StateError(f"records can't be kept for {days} days; the least is 0")
    return tuple(
        Kept(
            wave=wave,
            responses=queries.count_responses(connection, wave.id),
            comments=queries.count_comments(connection, wave.id),
            released=any(row.wave == wave.number for row in queries.release_list(connection, survey.code)),
            due=wave.closed + timedelta(days=days),
        )
        for survey in queries.surveys(connection)
        for wave in queries.waves(connection, survey.code)
        if wave.closed is not None and wave.destroyed is None
    )


def destroy(connection: Connection, waves: Sequence[Kept], *, today: date) -> tuple[Kept, ...]:
    """Delete the records of those of ``waves`` that are due; returns them. One that was put on hold meanwhile is left alone.

    The edge then overwrites what they left in the files (``store.retention.overwrite``), which no transaction can hold.
    """
    done = tuple(one for one in waves if one.is_due(today) and retention.destroy(connection, one.wave.id, today))
    for one in done:
        log.warning("records of wave %d of %s destroyed", one.wave.number, one.wave.survey.code)
    return done


def hold(connection: Connection, survey: str, number: int, *, reason: str) -> WaveRow:
    """Keep the records of a wave until the hold is released, for ``reason``. Raises NotFound and StateError."""
    found = _wave(connection, survey, number)
    if not reason.strip():
        raise StateError("a hold needs a reason: whose demand it is, and which case")
    retention.set_hold(connection, found.id, reason.strip())
    log.warning("records of wave %d of %s held: %s", number, survey, reason.strip())
    return found


def release_hold(connection: Connection, survey: str, number: int) -> WaveRow:
    """Let the records of a wave go when their time is over. Raises NotFound, and StateError when they aren't held."""
    found = _wave(connection, survey, number)
    if found.hold is None:
        raise StateError(f"wave {number} of {survey} is not held")
    retention.set_hold(connection, found.id, None)
    log.warning("records of wave %d of %s no longer held; the reason was: %s", number, survey, found.hold)
    return found


def _wave(connection: Connection, survey: str, number: int) -> WaveRow:
    for wave in queries.waves(connection, survey):
        if wave.number == number:
            if wave.destroyed is not None:
                raise StateError(f"the records of wave {number} of {survey} were destroyed on {wave.destroyed}: there is nothing to hold")
            return wave
    raise NotFound(f"{survey} has no wave {number}")
