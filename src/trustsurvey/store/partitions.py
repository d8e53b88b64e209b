"""A wave's own part of every table of what residents send, on PostgreSQL: made when the wave opens, dropped when its records are destroyed.

Nothing to do on SQLite, where a table is one.
"""

from __future__ import annotations

import random
import time
from collections.abc import Iterable, Sequence
from typing import Any

from sqlalchemy import Column, Connection, Table, text
from sqlalchemy.exc import OperationalError

from trustsurvey.errors import StateError
from trustsurvey.store.tables import MIXED, POOLS

PARTITIONED: Sequence[Table] = (*MIXED, *POOLS.values())

ATTEMPTS = 300
"""At having all tables to oneself: about a minute."""


def has_partitions(connection: Connection) -> bool:
    return connection.dialect.name == "postgresql"


def partition(table: Table, wave_id: int) -> str:
    """The name of a wave's part of ``table``."""
    return f"{table.name}_w{wave_id:d}"


def make(connection: Connection, wave_id: int) -> None:
    """Make a wave's parts. No statistics are kept of any column: the planner's samples would be answers, in a table of the system."""
    if not has_partitions(connection):
        return
    stand_alone(connection)
    for table in PARTITIONED:
        name = partition(table, wave_id)
        connection.execute(text(f"CREATE TABLE {name} PARTITION OF {table.name} FOR VALUES IN ({wave_id:d})"))
        connection.execute(text(f"ALTER TABLE {name} {_without_statistics(table.columns)}"))


def _without_statistics(columns: Iterable[Column[Any]]) -> str:
    return ", ".join(f"ALTER COLUMN {column.name} SET STATISTICS 0" for column in columns)


def drop(connection: Connection, wave_id: int) -> None:
    """Drop a wave's parts, with everything in them."""
    if not has_partitions(connection):
        return
    stand_alone(connection)
    for table in PARTITIONED:
        connection.execute(text(f"DROP TABLE IF EXISTS {partition(table, wave_id)}"))


def stand_alone(connection: Connection) -> None:
    """Have all tables of what residents send to oneself until the transaction ends, which adding and dropping parts needs.

    Residents' transactions take these tables in any order. Whoever waited for one of them with others in hand could wait for someone who
    waits for those, so all are let go and tried for again when one isn't free at once. Raises StateError when that goes on for a minute.
    """
    tables = ", ".join(f"ONLY {name}" for name in ("wave", *(table.name for table in PARTITIONED)))
    for _ in range(ATTEMPTS):
        try:
            with connection.begin_nested():
                connection.execute(text("SET LOCAL lock_timeout = '100ms'"))
                connection.execute(text(f"LOCK TABLE {tables} IN ACCESS EXCLUSIVE MODE"))
                connection.execute(text("SET LOCAL lock_timeout = DEFAULT"))
                return
        except OperationalError as error:
            if getattr(error.orig, "sqlstate", "") != "55P03":  # lock_not_available
                raise
            time.sleep(random.uniform(0.05, 0.2))  # noqa: S311 - a pause, no secret
    raise StateError("someone has been reading the database for a minute, a release being made perhaps; try again later")


def hold(connection: Connection, wave_id: int, *tables: Table) -> None:
    """Keep a wave's parts from being rewritten until the transaction ends.

    A snapshot that was taken before a ``TRUNCATE`` finds the part empty, so the lock comes first, and the snapshot of the next statement
    after it.
    """
    if not has_partitions(connection):
        return
    wanted = [partition(table, wave_id) for table in tables]
    there = set(connection.scalars(text("SELECT relname FROM pg_class WHERE relname = ANY(:names)"), {"names": wanted}))
    for name in wanted:
        if name in there:
            connection.execute(text(f"LOCK TABLE {name} IN ACCESS SHARE MODE"))


def names(connection: Connection) -> frozenset[str]:
    """Every part there is."""
    if not has_partitions(connection):
        return frozenset()
    return frozenset(connection.scalars(text("SELECT relname FROM pg_class WHERE relispartition AND relkind = 'r'")))
