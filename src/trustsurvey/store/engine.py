"""The database: how it is opened, and the settings that keep arrival order out of its files."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from sqlalchemy import URL, Engine, create_engine, event, make_url
from sqlalchemy.exc import ArgumentError

from trustsurvey.errors import SettingsError


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
        if address.database and address.database != ":memory:":
            Path(address.database).parent.mkdir(parents=True, exist_ok=True)
        engine = create_engine(address, connect_args={"timeout": 30}, hide_parameters=True)
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
    connection.exec_driver_sql("BEGIN")


def forget_write_order(engine: Engine) -> None:
    """SQLite's write-ahead log replays the exact order of arrival: fold it into the file and empty it. Nothing to do on PostgreSQL."""
    if engine.dialect.name == "sqlite":
        _outside_a_transaction(engine, "PRAGMA wal_checkpoint(TRUNCATE)")


def rewrite(engine: Engine) -> None:
    """Rewrite the SQLite file so that the cells of each page lie in key order. Nothing to do on PostgreSQL."""
    if engine.dialect.name == "sqlite":
        _outside_a_transaction(engine, "VACUUM")
        forget_write_order(engine)


def _outside_a_transaction(engine: Engine, statement: str) -> None:
    connection = engine.raw_connection()
    try:
        cursor = connection.cursor()
        cursor.execute(statement)
        cursor.close()
    finally:
        connection.close()
