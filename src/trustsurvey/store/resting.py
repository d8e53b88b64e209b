"""Bring records to rest in the order of their random keys. The reasons stand in ``anonymity.mixing``.

On SQLite the tables are ``WITHOUT ROWID`` on the key, and ``VACUUM`` writes the cells of each page in that order. On PostgreSQL a wave's
part of a table is emptied and filled again in one transaction: ``TRUNCATE`` gives it a new file, so neither the place (``ctid``), the
transaction (``xmin``) nor the TOAST table remembers how records came. Either happens as a whole or not at all.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import Connection, Engine, Table, func, literal, select, text, union_all
from sqlalchemy.exc import DBAPIError, OperationalError

from trustsurvey.store import engine as engines
from trustsurvey.store.partitions import has_partitions, partition
from trustsurvey.store.tables import MIXED, POOLS, page_language, progress, response, sealed_response, wave

ONE_AT_A_TIME = 0x7472757374
"""Key of the advisory lock that whoever mixes holds."""


COUNTS: Sequence[Table] = (page_language, progress)
OVERWRITTEN: Sequence[Table] = (*COUNTS, wave)
"""Small tables of which something is replaced or goes: yesterday's count, the key that signs passes."""


@dataclass(frozen=True, slots=True)
class Waiting:
    """A wave's records: how many wait, how many are at rest."""

    wave_id: int
    is_open: bool
    waiting: int
    resting: int


def waiting(connection: Connection) -> tuple[Waiting, ...]:
    """Every wave whose records are still there, as PostgreSQL holds them; SQLite has no pool and none is listed."""
    if not has_partitions(connection):
        return ()
    tables = ((response, 0), (sealed_response, 0), (POOLS[response], 1), (POOLS[sealed_response], 1))
    counted = union_all(
        *(select(t.c.wave_id, literal(pool).label("pool"), func.count().label("n")).group_by(t.c.wave_id) for t, pool in tables)
    ).subquery()
    rows = connection.execute(
        select(
            wave.c.id,
            wave.c.state,
            func.coalesce(func.sum(counted.c.n).filter(counted.c.pool == 1), 0),
            func.coalesce(func.sum(counted.c.n).filter(counted.c.pool == 0), 0),
        )
        .outerjoin(counted, counted.c.wave_id == wave.c.id)
        .where(wave.c.destroyed.is_(None))
        .group_by(wave.c.id, wave.c.state)
    )
    return tuple(Waiting(key, state == "open", int(new), int(old)) for key, state, new, old in rows)


def fullest(connection: Connection) -> int:
    """How many responses wait in the wave that has most of them waiting, on PostgreSQL. Cheap: it looks at nothing that is at rest."""
    pools = (POOLS[response], POOLS[sealed_response])
    counted = union_all(*(select(func.count().label("n")).select_from(pool).group_by(pool.c.wave_id) for pool in pools)).subquery()
    return connection.scalar(select(func.max(counted.c.n))) or 0


def settle_wave(engine: Engine, wave_id: int, *, rewrite: bool, patience: float = 5.0) -> bool:
    """Mix a wave's records on PostgreSQL, each table in a transaction of its own: none holds a lock that another needs.

    Responses come last: while they wait, whoever was interrupted begins again. False when another process is mixing, or a reader of the
    wave held on for longer than ``patience`` seconds; then nothing was changed in the table that was next.
    """
    for table in reversed(MIXED):
        if table in POOLS or rewrite:
            with engine.connect() as connection:
                try:
                    if not _take(connection, table, wave_id, rewrite=rewrite, patience=patience):
                        return False
                    connection.commit()
                except OperationalError as error:
                    if not is_busy(error):
                        raise
                    return False
    return True


def _take(connection: Connection, table: Table, wave_id: int, *, rewrite: bool, patience: float) -> bool:
    """In the open transaction: False when another process is mixing."""
    if not connection.scalar(select(func.pg_try_advisory_xact_lock(ONE_AT_A_TIME))):
        return False
    resting = partition(table, wave_id)
    key = next(column.name for column in table.primary_key if column.name != "wave_id")
    pool = partition(POOLS[table], wave_id) if table in POOLS else None
    parts = [resting, pool] if pool and rewrite else [pool or resting]
    connection.execute(text(f"SET LOCAL lock_timeout = {round(patience * 1000)}"))
    connection.execute(text(f"LOCK TABLE {', '.join(parts)} IN ACCESS EXCLUSIVE MODE"))
    rows = " UNION ALL ".join(f"SELECT * FROM {part}" for part in parts)  # noqa: S608 - our own names
    connection.execute(text(f"CREATE TEMPORARY TABLE mixed ON COMMIT DROP AS {rows}"))
    connection.execute(text(f"TRUNCATE {', '.join(parts)}"))
    connection.execute(text(f"INSERT INTO {resting} SELECT * FROM mixed ORDER BY {key}"))  # noqa: S608 - our own names
    return True


def settle_file(engine: Engine, *, patience: float = 5.0) -> bool:
    """Mix all of an SQLite file, and empty its write-ahead log. False when someone wrote or read for longer than ``patience`` seconds."""
    try:
        return engines.rewrite(engine, patience=patience)
    except OperationalError as error:
        if not is_busy(error):
            raise
        return False


def forget_what_was(engine: Engine, *tables: Table, patience: float = 2.0) -> bool:
    """Rewrite small tables (all of ``OVERWRITTEN`` when none is named) without what their rows said before.

    PostgreSQL leaves what was changed or deleted in a table's file, and cleans up so few rows perhaps never. Nothing to do on SQLite, which
    overwrites it. False when someone reads or writes for longer than ``patience`` seconds, in which every page waits too.
    """
    if engine.dialect.name == "sqlite":
        return True
    names = ", ".join(table.name for table in tables or OVERWRITTEN)
    with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.execute(text(f"SET lock_timeout = {round(patience * 1000)}"))
        try:
            connection.execute(text(f"VACUUM (FULL) {names}"))
        except OperationalError as error:
            if not is_busy(error):
                raise
            return False
        finally:
            connection.execute(text("RESET lock_timeout"))
    return True


def file_size(engine: Engine) -> int:
    """Bytes of an SQLite file; 0 for one in memory."""
    path = engine.url.database
    return Path(path).stat().st_size if path and path != ":memory:" else 0


def is_busy(error: DBAPIError) -> bool:
    """Whether the database only asks to come again: another connection held what was needed for too long."""
    busy = getattr(error.orig, "sqlite_errorname", "").startswith("SQLITE_BUSY")
    return busy or getattr(error.orig, "sqlstate", "") in ("55P03", "40P01")  # lock_not_available, deadlock_detected
