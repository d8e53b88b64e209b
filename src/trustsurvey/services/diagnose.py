"""Look for what would undo what residents are promised: how the database is set up, and work that wasn't done."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

from sqlalchemy import Connection

from trustsurvey.services.retain import kept
from trustsurvey.store import queries, resting, server
from trustsurvey.store.server import Finding

SEAL = "; or seal the waves that are asked meanwhile (wave open --sealed)"


def diagnose(connection: Connection, *, today: date, days: int) -> tuple[Finding, ...]:
    """Everything that was looked at. Where all open waves are sealed, what only keeps the order or time of answers is no fault.

    ``days`` is how long a closed wave's records are kept.
    """
    waves = [wave for survey in queries.surveys(connection) for wave in queries.waves(connection, survey.code) if wave.is_open]
    sealed = bool(waves) and all(wave.is_sealed for wave in waves)
    return (*(_weighed(found, sealed=sealed) for found in server.examine(connection)), _mixed(connection), _due(connection, today, days))


def _weighed(found: Finding, *, sealed: bool) -> Finding:
    if found.good or not found.clock:
        return found
    return replace(found, good=sealed, says=f"{found.says}{' (every open wave is sealed)' if sealed else SEAL}")


def _mixed(connection: Connection) -> Finding:
    left = [found.wave_id for found in resting.waiting(connection) if found.waiting and not found.is_open]
    says = f"{len(left)} closed waves are not mixed: run `trustsurvey mix`" if left else "every closed wave is mixed"
    return Finding("mixing", not left, says)


def _due(connection: Connection, today: date, days: int) -> Finding:
    due = [one for one in kept(connection, days=days) if one.is_due(today)]
    names = ", ".join(f"{one.wave.survey.code} {one.wave.number}" for one in due)
    return Finding("retention", not due, f"overdue: {names}; run `trustsurvey retain`" if due else "nothing is overdue")
