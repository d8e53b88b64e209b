"""A wave's own part of every table of what residents send, on PostgreSQL: made when the wave opens, dropped when its records are destroyed.

Nothing to do on SQLite, where a table is one.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from sqlalchemy import Column, Connection, Table, text

from trustsurvey.store.tables import MIXED, POOLS

PARTITIONED: Sequence[Table] = (*MIXED, *POOLS.values())


def has_partitions(connection: Connection) -> bool:
    return connection.dialect.name == "postgresql"


def partition(table: Table, wave_id: int) -> str:
    """The name of a wave's part of ``table``."""
    return f"{table.name}_w{wave_id:d}"


def make(connection: Connection, wave_id: int) -> None:
    """Make a wave's parts. No statistics are kept of any column: the planner's samples would be answers, in a table of the system."""
    if not has_partitions(connection):
        return
    for table in PARTITIONED:
        name = partition(table, wave_id)
        connection.execute(text(f"CREATE TABLE {name} PARTITION OF {table.name} FOR VALUES IN ({wave_id:d})"))
        connection.execute(text(f"ALTER TABLE {name} {_without_statistics(table.columns)}"))


def _without_statistics(columns: Iterable[Column[Any]]) -> str:
    return ", ".join(f"ALTER COLUMN {column.name} SET STATISTICS 0" for column in columns)


def drop(connection: Connection, wave_id: int) -> None:
    """Drop a wave's parts, with everything in them."""
    for table in PARTITIONED:
        connection.execute(text(f"DROP TABLE IF EXISTS {partition(table, wave_id)}"))


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
