"""`trustsurvey db`: the database's schema."""

from __future__ import annotations

import click

from trustsurvey.cli import terminal
from trustsurvey.errors import StateError
from trustsurvey.settings import read
from trustsurvey.store import engine as engines
from trustsurvey.store import migrate


@click.group()
def db() -> None:
    """The database and its schema."""


@db.command()
@terminal.as_json
def upgrade(machine: bool) -> None:
    """Bring the database to the newest schema; makes it when there is none.

    \b
    Example: trustsurvey db upgrade
    """
    settings = read()
    engine = engines.open_engine(settings.url)
    revision = migrate.upgrade(engine, settings.migrations)
    terminal.answer(machine, {"revision": revision}, f"The database is at revision {revision}.")


@db.command()
@terminal.as_json
def check(machine: bool) -> None:
    """Fail unless the newest migration makes exactly the tables that the program works with (on a new database in memory).

    \b
    Example: trustsurvey db check
    """
    engine = engines.open_engine("sqlite://")
    with engine.connect():  # keeps the database in memory alive
        revision = migrate.upgrade(engine, read().migrations)
        found = migrate.differences(engine)
    if found:
        raise StateError("the migrations do not make the tables of store/tables.py; write a new one:\n" + "\n".join(found))
    terminal.answer(machine, {"revision": revision, "differences": found}, f"Migration {revision} makes the tables of the program.")
