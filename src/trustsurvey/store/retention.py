"""Destroy what residents sent, so that no file of the database holds a byte of it.

On SQLite deleted cells are overwritten (``secure_delete``), the file is rewritten and its log emptied. On PostgreSQL a wave's parts are
dropped, files and all; what is left is the write-ahead log, whose old segments the server keeps to use again, contents and all. Each is
gone through with empty records until every one of them has been overwritten.
"""

from __future__ import annotations

from datetime import date

from sqlalchemy import Connection, Engine, delete, func, select, text, update
from sqlalchemy.exc import ProgrammingError

from trustsurvey.errors import StateError
from trustsurvey.store import partitions, resting
from trustsurvey.store.tables import MIXED, wave

SEGMENTS = "SELECT count(*) FROM pg_ls_waldir() WHERE name ~ '^[0-9A-F]{24}$'"

GRANTS = "GRANT pg_checkpoint, pg_monitor TO {role}; GRANT EXECUTE ON FUNCTION pg_switch_wal() TO {role};"


def destroy(connection: Connection, wave_id: int, day: date) -> bool:
    """Delete all that residents sent to a closed wave, and note the day. False when there is a hold on it, or it was done before.

    On PostgreSQL whoever sends answers meanwhile, to another wave, waits for the end of the transaction.
    """
    if partitions.has_partitions(connection):
        connection.execute(select(func.pg_advisory_xact_lock(resting.ONE_AT_A_TIME)))
    noted = connection.execute(
        update(wave)
        .where(wave.c.id == wave_id, wave.c.state == "closed", wave.c.hold.is_(None), wave.c.destroyed.is_(None))
        .values(destroyed=day)
    )
    if noted.rowcount != 1:
        return False
    if partitions.has_partitions(connection):
        partitions.drop(connection, wave_id)
    else:
        for table in MIXED:
            connection.execute(delete(table).where(table.c.wave_id == wave_id))
    return True


def set_hold(connection: Connection, wave_id: int, reason: str | None) -> None:
    """Hold a wave's records beyond their time, for ``reason``; None lets them go."""
    connection.execute(update(wave).where(wave.c.id == wave_id).values(hold=reason))


def overwrite(engine: Engine, *, patience: float = 30.0) -> bool:
    """Overwrite what deleted records have left in the files. False when a reader of SQLite kept it from being done.

    Raises StateError when the role that the program has on PostgreSQL may not do it, with the grants that it needs, and when the server
    holds back old segments of its log.
    """
    if engine.dialect.name == "sqlite":
        return resting.settle_file(engine, patience=patience)
    try:
        with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
            held_back = _turn_log_over(connection)
    except ProgrammingError as error:
        if getattr(error.orig, "sqlstate", "") != "42501":  # insufficient_privilege
            raise
        grants = GRANTS.format(role=engine.url.username or "the program's role")
        raise StateError(
            f"the records are deleted, but not yet overwritten in PostgreSQL's log. Grant this and run it again: {grants}"
        ) from error
    if held_back:
        raise StateError(
            f"the records are deleted, but PostgreSQL holds back {held_back} segments of its log that may have them "
            "(a replication slot, or wal_keep_size). End that and run it again"
        )
    return True


def _turn_log_over(connection: Connection) -> int:
    """Overwrite every segment of the log; returns how many of the old ones the server holds back."""
    newest = connection.scalar(text("SELECT pg_walfile_name(pg_current_wal_insert_lsn())"))
    _next_segment(connection)
    connection.execute(text("CHECKPOINT"))  # files of dropped tables go, and every earlier segment may be used again
    for _ in range(connection.scalar(text(SEGMENTS)) or 0):
        _next_segment(connection)
    connection.execute(text("CHECKPOINT"))
    return connection.scalar(text(f'{SEGMENTS} AND name COLLATE "C" <= :newest'), {"newest": newest}) or 0


def _next_segment(connection: Connection) -> None:
    """Write an empty record and fill the rest of its segment, 16 MB as a rule, with nothing."""
    connection.execute(text("SELECT pg_logical_emit_message(false, 'trustsurvey', '')"))
    connection.execute(text("SELECT pg_switch_wal()"))
