"""The database: how it is opened, and the settings that keep arrival order out of its files."""

from __future__ import annotations

import sqlite3
from pathlib import Path
from typing import Any

from sqlalchemy import URL, Engine, create_engine, event, make_url
from sqlalchemy.exc import ArgumentError, OperationalError

from trustsurvey.errors import SettingsError

PATIENCE = 30
"""Seconds that a writer waits for another on SQLite."""


def open_engine(url: str) -> Engine:
    """An engine on ``url``; a SQLite file's folder is made. Raises SettingsError for an address that can't be used."""
    try:
        address = make_url(url)
        return _open(address)
    except ArgumentError as error:
        raise SettingsError(f"TRUSTSURVEY_DATABASE_URL is not an address that can be used: {url!r} ({error})") from error


def _open(address: URL) -> Engine:
    """``hide_parameters``: an error's message would else hold the answers that were being stored."""
    backend = address.get_backend_name()
    if backend == "sqlite":
        engine = create_engine(address, connect_args={"timeout": PATIENCE}, hide_parameters=True)
        if address.database and address.database != ":memory:":
            Path(address.database).parent.mkdir(parents=True, exist_ok=True)
            Path(address.database).touch(mode=0o600)  # for its owner only; its log and index get the same
        event.listen(engine, "connect", _sqlite_pragmas)
        event.listen(engine, "begin", _sqlite_begin)
        return engine
    if backend == "postgresql":
        return create_engine(address, pool_pre_ping=True, hide_parameters=True)
    raise SettingsError(f"TRUSTSURVEY_DATABASE_URL names {backend}; use sqlite or postgresql")


def _sqlite_pragmas(connection: Any, _record: Any) -> None:
    connection.isolation_level = None  # SQLAlchemy's begin event opens transactions, so that DDL is part of them
    cursor = connection.cursor()
    for pragma in ("journal_mode = WAL", "synchronous = NORMAL", "foreign_keys = ON", "secure_delete = ON"):
        cursor.execute(f"PRAGMA {pragma}")
    cursor.close()


def _sqlite_begin(connection: Any) -> None:
    connection.exec_driver_sql("BEGIN IMMEDIATE" if connection.get_execution_options().get("trustsurvey_writing") else "BEGIN")


def writing(engine: Engine) -> Engine:
    """The same engine for transactions that write: on SQLite they take the writer's place at once, and wait for it when it is taken.

    One that reads first and then writes would be refused at once when another has written in between.
    """
    return engine.execution_options(trustsurvey_writing=True)


def forget_write_order(engine: Engine, *, patience: float = 1.0) -> bool:
    """SQLite's write-ahead log replays the exact order of arrival: fold it into the file and empty it. Nothing to do on PostgreSQL.

    False when a reader held on to it for longer than ``patience`` seconds: it is to be done again.
    """
    return engine.dialect.name != "sqlite" or _alone(engine, patience, "PRAGMA wal_checkpoint(TRUNCATE)")


def rewrite(engine: Engine, *, patience: float = 30.0) -> bool:
    """Rewrite the SQLite file so that the cells of each page lie in key order, and empty its log. Nothing to do on PostgreSQL.

    False when a reader held on to the log for longer than ``patience`` seconds. Raises OperationalError when a writer did to the file.
    """
    return engine.dialect.name != "sqlite" or _alone(engine, patience, "VACUUM", "PRAGMA wal_checkpoint(TRUNCATE)")


def _alone(engine: Engine, patience: float, *statements: str) -> bool:
    """Run statements outside a transaction. The last is a checkpoint; whether it was done."""
    connection = engine.raw_connection()
    try:
        cursor = connection.cursor()
        cursor.execute(f"PRAGMA busy_timeout = {round(patience * 1000)}")
        try:
            for statement in statements:
                cursor.execute(statement)
            row = cursor.fetchone()
        finally:
            cursor.execute(f"PRAGMA busy_timeout = {PATIENCE * 1000}")
            cursor.close()
    except sqlite3.OperationalError as error:
        raise OperationalError(" ".join(statements), None, error) from error
    finally:
        connection.close()
    return row is not None and row[0] == 0
