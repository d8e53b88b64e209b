"""The migrations make exactly the tables that the program works with, on both databases."""

from __future__ import annotations

import pytest
from sqlalchemy import Engine, inspect, text
from sqlalchemy.exc import IntegrityError

from trustsurvey.settings import Settings
from trustsurvey.store import engine as engines
from trustsurvey.store import migrate
from trustsurvey.store.tables import metadata, response


def test_the_newest_migration_equals_the_tables(engine: Engine, settings: Settings) -> None:
    assert migrate.differences(engine) == []
    assert migrate.is_current(engine, settings.migrations)
    assert set(inspect(engine).get_table_names()) == {*metadata.tables, "alembic_version"}


def test_upgrading_twice_changes_nothing(engine: Engine, settings: Settings) -> None:
    assert migrate.upgrade(engine, settings.migrations) == migrate.upgrade(engine, settings.migrations)


def test_a_missing_column_is_noticed(engine: Engine) -> None:
    with engine.begin() as connection:
        connection.execute(text("ALTER TABLE survey DROP COLUMN title"))
    assert any("title" in difference for difference in migrate.differences(engine))


def test_the_response_table_has_nothing_that_tells_who_or_when(engine: Engine) -> None:
    assert [column["name"] for column in inspect(engine).get_columns("response")] == ["wave_id", "id", "area_code", "mode", "answers"]
    if engine.dialect.name == "sqlite":
        with engine.connect() as connection:
            made = connection.scalar(text("SELECT sql FROM sqlite_master WHERE name = 'response'"))
        assert "STRICT" in made
        assert "WITHOUT ROWID" in made


def test_the_database_refuses_a_key_that_is_not_random_bits(engine: Engine) -> None:
    with engine.connect() as connection:
        if engine.dialect.name == "sqlite":
            connection.execute(text("PRAGMA foreign_keys = OFF"))
        with pytest.raises(IntegrityError, match=r"ck_response_has_a_random_key|ck_response_mode_known|fk_response"):
            connection.execute(response.insert().values(wave_id=1, id=b"1", area_code="a", mode="phone", answers="-"))


def test_the_write_ahead_log_is_emptied(sqlite: Engine, settings: Settings) -> None:
    log = settings.instance / "trustsurvey.sqlite-wal"
    with sqlite.begin() as connection:
        connection.execute(text("INSERT INTO area_set (code, place) VALUES ('x', 'ARRIVAL')"))
    assert b"ARRIVAL" in log.read_bytes()
    engines.forget_write_order(sqlite)
    assert log.stat().st_size == 0
    engines.rewrite(sqlite)
    assert b"ARRIVAL" in (settings.instance / "trustsurvey.sqlite").read_bytes()


@pytest.mark.parametrize("url", ["mysql://x/y", "no address", "sqlite+nothing:///x"])
def test_an_address_that_cannot_be_used_is_named(url: str) -> None:
    from trustsurvey.errors import SettingsError

    with pytest.raises(SettingsError, match="TRUSTSURVEY_DATABASE_URL"):
        engines.open_engine(url)
