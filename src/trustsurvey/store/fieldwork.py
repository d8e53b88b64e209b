"""How far an open wave has come. Two small tables, apart from what residents send, and emptied when the wave closes."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import date
from typing import Any

from sqlalchemy import Connection, Table, delete, select
from sqlalchemy.dialects import postgresql, sqlite

from trustsurvey.store.tables import page_language, progress


def add_languages(connection: Connection, wave_id: int, answers: Mapping[str, int]) -> None:
    """Add to the number of answers by the page's language."""
    for locale, n in sorted(answers.items()):
        row = _insert(connection, page_language).values(wave_id=wave_id, locale=locale, answers=n)
        more = {"answers": page_language.c.answers + row.excluded.answers}
        connection.execute(row.on_conflict_do_update(index_elements=["wave_id", "locale"], set_=more))


def languages(connection: Connection, wave_id: int) -> Mapping[str, int]:
    """Answers by the page's language, as far as they were counted."""
    found = select(page_language.c.locale, page_language.c.answers).where(page_language.c.wave_id == wave_id)
    return {row.locale: row.answers for row in connection.execute(found)}


def keep(connection: Connection, wave_id: int, counted: date, body: Mapping[str, Any]) -> None:
    """Keep a night's count in the place of the one before, whoever else is counting."""
    row = _insert(connection, progress).values(wave_id=wave_id, counted=counted, body=json.dumps(body, sort_keys=True))
    found = {"counted": row.excluded.counted, "body": row.excluded.body}
    connection.execute(row.on_conflict_do_update(index_elements=["wave_id"], set_=found))


def kept(connection: Connection, wave_id: int) -> tuple[date, Mapping[str, Any]] | None:
    """The day of the last count, and what it found; None before the first."""
    row = connection.execute(select(progress.c.counted, progress.c.body).where(progress.c.wave_id == wave_id)).first()
    return None if row is None else (row.counted, json.loads(row.body))


def forget(connection: Connection, wave_id: int) -> None:
    """Leave no count behind."""
    for table in (progress, page_language):
        connection.execute(delete(table).where(table.c.wave_id == wave_id))


def _insert(connection: Connection, table: Table) -> Any:
    return (sqlite if connection.dialect.name == "sqlite" else postgresql).insert(table)
