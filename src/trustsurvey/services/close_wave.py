"""Close a wave: no answer is taken any more, and its figures may be released."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

from sqlalchemy import Connection

from trustsurvey.errors import StateError
from trustsurvey.store import queries
from trustsurvey.store.queries import WaveRow


def close_wave(connection: Connection, survey: str, *, closed: date) -> WaveRow:
    """Close the open wave of ``survey``; returns it. Raises NotFound for an unknown survey, StateError when none is open.

    The key that signs passes is gone with it. The edge then mixes all that the wave holds (``services.mix.mix_closed``), outside of this
    transaction.
    """
    for wave in queries.waves(connection, survey):
        if wave.is_open:
            queries.mark_closed(connection, wave.id, closed)
            return replace(wave, state="closed", closed=closed)
    raise StateError(f"no wave of {survey} is open")
