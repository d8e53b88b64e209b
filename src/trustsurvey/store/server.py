"""How the database is set up, where that can undo what the program does for residents."""

from __future__ import annotations

import stat
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import Connection, text

from trustsurvey.store.partitions import PARTITIONED
from trustsurvey.store.retention import GRANTS

TALKATIVE = ("auto_explain", "pgaudit")
"""Libraries of PostgreSQL that write statements with their values into its log."""


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that was looked at. ``clock``: it keeps the order or time of answers, but nothing that sealed answers would give away."""

    name: str
    good: bool
    says: str
    clock: bool = False


def examine(connection: Connection) -> tuple[Finding, ...]:
    """What was looked at in the database that ``connection`` is to."""
    return _postgresql(connection) if connection.dialect.name == "postgresql" else _sqlite(connection)


def _sqlite(connection: Connection) -> tuple[Finding, ...]:
    erased = connection.scalar(text("PRAGMA secure_delete")) == 1
    found = [Finding("deleted cells", erased, "overwritten" if erased else "this SQLite leaves deleted cells in the file")]
    path = Path(connection.engine.url.database or "")
    if path.is_file():
        mode = path.stat().st_mode
        closed = not mode & (stat.S_IRWXG | stat.S_IRWXO)
        says = (
            "for its owner only"
            if closed
            else f"others may open it (mode {stat.S_IMODE(mode):o}): chmod 600 {path}, chmod 700 {path.parent}"
        )
        found.append(Finding("database file", closed, says))
    return tuple(found)


def _postgresql(connection: Connection) -> tuple[Finding, ...]:
    return (
        _setting(connection, "archive_mode", ("off",), "the log is archived: it replays who answered after whom, for ever", clock=True),
        _setting(connection, "track_commit_timestamp", ("off",), "the time of every answer is kept", clock=True),
        _replicated(connection),
        _slots(connection),
        _setting(connection, "log_statement", ("none", "ddl"), "statements are logged with their time"),
        _setting(connection, "log_min_duration_statement", ("-1",), "slow statements are logged with their time"),
        _setting(connection, "log_duration", ("off",), "the time of every statement is logged", clock=True),
        _setting(connection, "log_min_duration_sample", ("-1",), "slow statements are logged with their time"),
        _setting(connection, "log_transaction_sample_rate", ("0",), "statements are logged with their time"),
        _loaded(connection),
        _setting(connection, "log_parameter_max_length_on_error", ("0",), "an error is logged with the answers"),
        _rights(connection),
    )


def _setting(connection: Connection, name: str, good: tuple[str, ...], otherwise: str, *, clock: bool = False) -> Finding:
    value = str(connection.scalar(text("SELECT current_setting(:name)"), {"name": name}))
    fine = value in good
    return Finding(name, fine, value if fine else f"{value}: {otherwise}. Set it to {good[0]}", clock)


def _loaded(connection: Connection) -> Finding:
    """What the server loads, for a role that may see it (``GRANTS``)."""
    loaded = str(connection.scalar(text("SELECT string_agg(setting, ' ') FROM pg_settings WHERE name LIKE '%preload_libraries'")))
    found = [name for name in TALKATIVE if name in loaded]
    return Finding(
        "libraries", not found, f"{', '.join(found)}: may log the answers. Take it out" if found else "none that logs statements"
    )


def _replicated(connection: Connection) -> Finding:
    tables = [table.name for table in PARTITIONED]
    found = connection.scalars(
        text("SELECT DISTINCT pubname FROM pg_publication_tables WHERE tablename ~ :names"), {"names": f"^({'|'.join(tables)})(_w[0-9]+)?$"}
    ).all()
    says = f"{', '.join(found)} carries what residents send to another server, as it comes. Leave those tables out" if found else "none"
    return Finding("publications", not found, says, clock=True)


def _slots(connection: Connection) -> Finding:
    found = connection.scalars(text("SELECT slot_name FROM pg_replication_slots")).all()
    says = f"{', '.join(found)}: a standby has the log too, and `retain` can't overwrite it there" if found else "none"
    return Finding("replication slots", not found, says, clock=True)


def _rights(connection: Connection) -> Finding:
    may = connection.scalar(
        text(
            "SELECT pg_has_role(current_user, 'pg_checkpoint', 'USAGE') AND has_function_privilege('pg_switch_wal()', 'EXECUTE')"
            " AND has_function_privilege('pg_ls_waldir()', 'EXECUTE')"
        )
    )
    says = (
        "may overwrite the log"
        if may
        else f"may not overwrite the log, which `retain` does: {GRANTS.format(role=connection.engine.url.username)}"
    )
    return Finding("the program's role", bool(may), says)
