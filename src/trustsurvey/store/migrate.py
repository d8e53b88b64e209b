"""Bring a database to the newest schema, and tell whether it is there. The steps stand in ``migrations/versions/``."""

from __future__ import annotations

from pathlib import Path

from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Engine
from sqlalchemy.schema import SchemaItem

from trustsurvey.store import partitions
from trustsurvey.store.tables import metadata


def config(migrations: Path) -> Config:
    """Alembic's configuration, without an ini file: the program is the only one that runs it."""
    found = Config()
    found.set_main_option("script_location", str(migrations))
    return found


def upgrade(engine: Engine, migrations: Path, *, to: str = "head") -> str:
    """Run every step up to ``to`` that the database lacks, in one transaction; returns the revision reached."""
    with engine.begin() as connection:
        settings = config(migrations)
        settings.attributes["connection"] = connection
        command.upgrade(settings, to)
        return MigrationContext.configure(connection).get_current_revision() or ""


def is_current(engine: Engine, migrations: Path) -> bool:
    """Whether the database is at the newest step."""
    with engine.connect() as connection:
        return (
            MigrationContext.configure(connection).get_current_revision()
            == ScriptDirectory.from_config(config(migrations)).get_current_head()
        )


def differences(engine: Engine) -> list[str]:
    """What the tables in the database lack or have more than ``store.tables`` says. Empty when they agree.

    A wave's parts (PostgreSQL) are not looked at: the database itself keeps them like the table they are a part of.
    """
    with engine.connect() as connection:
        parts = partitions.names(connection)
        dialect = connection.dialect.name

        def looked_at(found: SchemaItem, name: str | None, kind: str, reflected: bool, _like: SchemaItem | None) -> bool:
            if reflected:
                return not (kind == "table" and name in parts)
            return found.info.get("only", "") in ("", dialect)

        context = MigrationContext.configure(connection, opts={"compare_type": True, "include_object": looked_at})
        return [str(difference) for difference in compare_metadata(context, metadata)]
