"""The migrations make exactly the tables that the program works with, on both databases."""

from __future__ import annotations

import pytest
from sqlalchemy import Engine, inspect, text
from sqlalchemy.exc import IntegrityError

from tests.conftest import small_city
from trustsurvey.questionnaire import loader
from trustsurvey.settings import Settings
from trustsurvey.store import engine as engines
from trustsurvey.store import migrate, partitions, queries
from trustsurvey.store.tables import metadata, response


def test_the_newest_migration_equals_the_tables(engine: Engine, settings: Settings) -> None:
    assert migrate.differences(engine) == []
    assert migrate.is_current(engine, settings.migrations)
    kind = engine.dialect.name
    expected = {name for name, table in metadata.tables.items() if table.info.get("only", "") in ("", kind)}
    assert set(inspect(engine).get_table_names()) == {*expected, "alembic_version"}


def test_the_parts_of_a_wave_are_no_difference(engine: Engine) -> None:
    wave = small_city(engine)
    with engine.connect() as connection:
        assert len(partitions.names(connection)) == (9 if engine.dialect.name == "postgresql" else 0)
    assert migrate.differences(engine) == []
    with engine.begin() as connection:
        partitions.drop(connection, wave.id)
        assert partitions.names(connection) == frozenset()
    assert migrate.differences(engine) == []


def test_upgrading_twice_changes_nothing(engine: Engine, settings: Settings) -> None:
    assert migrate.upgrade(engine, settings.migrations) == migrate.upgrade(engine, settings.migrations)


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ("ALTER TABLE survey DROP COLUMN title", "title"),
        ("ALTER TABLE response DROP COLUMN mode", "mode"),
        ("ALTER TABLE comment ADD COLUMN came TEXT", "came"),
        ("DROP TABLE sent", "sent"),
        ("CREATE TABLE visitor (address TEXT)", "visitor"),
        ("ALTER TABLE response_pool DROP COLUMN answers", "answers"),
    ],
)
def test_a_table_that_is_not_as_it_should_be_is_noticed(engine: Engine, change: str, says: str) -> None:
    on_sqlite = engine.dialect.name == "sqlite"
    if on_sqlite:
        change = change.replace("_pool", "")
    small_city(engine)
    with engine.begin() as connection:
        if on_sqlite and "response DROP COLUMN mode" in change:  # SQLite keeps a column that a constraint names
            connection.execute(text("ALTER TABLE response RENAME COLUMN mode TO way"))
        else:
            connection.execute(text(change))
    assert any(says in difference for difference in migrate.differences(engine))


def test_what_was_stored_before_a_step_is_there_after_it(each_settings: Settings) -> None:
    """Records of the first schema, with a wave that has none of the new columns, are found after the second step."""
    made = engines.open_engine(each_settings.url)
    with made.begin() as connection:
        if made.dialect.name == "postgresql":
            connection.execute(text("DROP SCHEMA public CASCADE"))
            connection.execute(text("CREATE SCHEMA public"))
        else:
            for table in inspect(connection).get_table_names():
                connection.execute(text(f"DROP TABLE {table}"))
    migrate.upgrade(made, each_settings.migrations, to="0001")
    source, _ = loader.source("trust-pulse")
    asked = loader.load(source)
    with made.begin() as connection:
        for statement, values in (
            ("INSERT INTO area_set VALUES (1, 'x', 'X')", {}),
            ("INSERT INTO questionnaire VALUES (:hash, 'trust-pulse', 1, :source)", {"hash": asked.hash, "source": source}),
            ("INSERT INTO survey VALUES (1, 'x', 'X', 1, :no)", {"no": False}),
            (
                "INSERT INTO wave (id, survey_id, number, label, questionnaire_hash, state, opened, locales, notice)"
                " VALUES (1, 1, 1, 'May', :hash, 'open', '2026-05-01', '[]', '{}')",
                {"hash": asked.hash},
            ),
            ("INSERT INTO response VALUES (1, :id, 'a', 'web', '01')", {"id": b"r" * 16}),
            ("INSERT INTO comment VALUES (1, :id, :sealed)", {"id": b"c" * 16, "sealed": b"sealed"}),
        ):
            connection.execute(text(statement), values)
    migrate.upgrade(made, each_settings.migrations)
    assert migrate.differences(made) == []
    with made.begin() as connection:
        assert list(queries.records(connection, 1)) == [(["a"], b"01")]
        assert queries.comments(connection, 1) == (b"sealed",)
        queries.add_response(connection, wave_id=1, key=b"s" * 16, area_code="b", mode="web", answers="02")
        assert queries.count_responses(connection, 1) == 2
    made.dispose()


def test_the_response_table_has_nothing_that_tells_who_or_when(engine: Engine) -> None:
    assert [column["name"] for column in inspect(engine).get_columns("response")] == ["wave_id", "id", "area_code", "mode", "answers"]
    if engine.dialect.name == "sqlite":
        with engine.connect() as connection:
            made = connection.scalar(text("SELECT sql FROM sqlite_master WHERE name = 'response'"))
        assert "STRICT" in made
        assert "WITHOUT ROWID" in made


@pytest.mark.parametrize(("key", "mode", "broken"), [(b"1", "web", "has_a_random_key"), (b"r" * 16, "phone", "mode_known")])
def test_the_database_refuses_what_is_no_response(engine: Engine, key: bytes, mode: str, broken: str) -> None:
    wave = small_city(engine)
    with pytest.raises(IntegrityError, match=broken) as caught, engine.begin() as connection:
        connection.execute(response.insert().values(wave_id=wave.id, id=key, area_code="a", mode=mode, answers="4321"))
    assert "4321" not in str(caught.value).replace(str(caught.value.orig), ""), "answers stand in no error report"


def test_the_write_ahead_log_is_emptied(sqlite: Engine, settings: Settings) -> None:
    log = settings.instance / "trustsurvey.sqlite-wal"
    with sqlite.begin() as connection:
        connection.execute(text("INSERT INTO area_set (code, place) VALUES ('x', 'ARRIVAL')"))
    assert b"ARRIVAL" in log.read_bytes()
    engines.forget_write_order(sqlite)
    assert not log.exists() or log.stat().st_size == 0
    engines.rewrite(sqlite)
    assert b"ARRIVAL" in (settings.instance / "trustsurvey.sqlite").read_bytes()


@pytest.mark.parametrize("url", ["mysql://x/y", "no address", "sqlite+nothing:///x"])
def test_an_address_that_cannot_be_used_is_named(url: str) -> None:
    from trustsurvey.errors import SettingsError

    with pytest.raises(SettingsError, match="TRUSTSURVEY_DATABASE_URL"):
        engines.open_engine(url)
