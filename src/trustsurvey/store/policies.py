"""The policies of a survey, whose dates releases look at what changed around."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import Connection, select, update

from trustsurvey.store import queries
from trustsurvey.store.tables import survey


@dataclass(frozen=True, slots=True)
class PolicyRow:
    """A policy: the day from which it held, its name, and the codes of the areas it touched (none: the whole city)."""

    day: date
    label: str
    areas: tuple[str, ...] = ()


def policies(connection: Connection, code: str) -> tuple[PolicyRow, ...]:
    """The policies of the survey ``code``, by day. Raises NotFound for an unknown survey."""
    found = queries.survey_named(connection, code)
    kept = connection.scalar(select(survey.c.policies).where(survey.c.id == found.id))
    rows = [PolicyRow(date.fromisoformat(row["day"]), row["label"], tuple(row["areas"])) for row in json.loads(kept or "[]")]
    return tuple(sorted(rows, key=lambda row: (row.day, row.label)))


def set_policies(connection: Connection, code: str, rows: Sequence[PolicyRow]) -> None:
    """Replace them. Raises NotFound for an unknown survey."""
    found = queries.survey_named(connection, code)
    text = json.dumps([{"day": row.day.isoformat(), "label": row.label, "areas": list(row.areas)} for row in rows])
    connection.execute(update(survey).where(survey.c.id == found.id).values(policies=text))
