"""What would undo what residents are promised is found, and said with what to do."""

from __future__ import annotations

import json
import stat
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from pathlib import Path

import pytest
from click.testing import CliRunner
from sqlalchemy import Engine, text

from tests.conftest import SURVEY, small_city
from tests.services.people import answer_in_order
from tests.services.test_sealed import sealed_wave
from trustsurvey.cli import main
from trustsurvey.services.close_wave import close_wave
from trustsurvey.services.diagnose import diagnose
from trustsurvey.services.mix import mix
from trustsurvey.settings import Settings

TODAY = date(2026, 11, 1)


def wrong(engine: Engine, today: date = TODAY) -> dict[str, str]:
    with engine.connect() as connection:
        return {found.name: found.says for found in diagnose(connection, today=today, days=90) if not found.good}


@contextmanager
def configured(engine: Engine, statement: str, undo: str) -> Iterator[None]:
    """With a setting of the database changed for connections that are made from now on."""
    with engine.begin() as connection:
        connection.execute(text(statement))
    engine.dispose()
    try:
        yield
    finally:
        with engine.begin() as connection:
            connection.execute(text(undo))
        engine.dispose()


def test_a_database_as_it_comes_is_in_order(engine: Engine, each_settings: Settings) -> None:
    small_city(engine)
    assert wrong(engine) == {}
    if engine.dialect.name == "sqlite":
        file = each_settings.instance / "trustsurvey.sqlite"
        assert stat.S_IMODE(file.stat().st_mode) == 0o600


def test_records_that_nobody_mixed_or_destroyed_are_found(engine: Engine) -> None:
    wave = small_city(engine)
    answer_in_order(engine, wave, range(5))
    with engine.begin() as connection:
        close_wave(connection, SURVEY, closed=date(2026, 10, 25))
    if engine.dialect.name == "postgresql":
        assert wrong(engine)["mixing"] == "1 closed waves are not mixed: run `trustsurvey mix`"
    mix(engine)
    assert wrong(engine) == {}
    assert wrong(engine, date(2027, 2, 1)) == {"retention": f"overdue: {SURVEY} 1; run `trustsurvey retain`"}


@pytest.mark.parametrize(
    ("statement", "undo", "name", "clock"),
    [
        ("CREATE PUBLICATION p FOR TABLE response", "DROP PUBLICATION p", "publications", True),
        ("CREATE PUBLICATION p FOR TABLE release", "DROP PUBLICATION p", None, False),
        (
            "SELECT pg_create_physical_replication_slot('standby')",
            "SELECT pg_drop_replication_slot('standby')",
            "replication slots",
            True,
        ),
        ("ALTER DATABASE postgres SET log_duration = on", "ALTER DATABASE postgres RESET log_duration", "log_duration", True),
        (
            "ALTER DATABASE postgres SET session_preload_libraries = auto_explain",
            "ALTER DATABASE postgres RESET session_preload_libraries",
            "libraries",
            False,
        ),
        ("ALTER DATABASE postgres SET log_statement = 'all'", "ALTER DATABASE postgres RESET log_statement", "log_statement", False),
        (
            "ALTER DATABASE postgres SET log_parameter_max_length_on_error = -1",
            "ALTER DATABASE postgres RESET log_parameter_max_length_on_error",
            "log_parameter_max_length_on_error",
            False,
        ),
    ],
)
def test_what_is_wrong_with_postgresql(engine: Engine, statement: str, undo: str, name: str | None, clock: bool) -> None:
    if engine.dialect.name == "sqlite":
        pytest.skip("SQLite has no server")
    small_city(engine)
    with configured(engine, statement, undo):
        found = wrong(engine)
        assert set(found) == ({name} if name else set())
        assert all(("seal the waves" in says) == clock for says in found.values())
        with engine.begin() as connection:
            close_wave(connection, SURVEY, closed=date(2026, 10, 25))
        sealed_wave(engine)
        assert set(wrong(engine)) == ({name} if name and not clock else set())


def test_doctor_fails_when_something_is_wrong(sqlite: Engine, settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TRUSTSURVEY_INSTANCE", str(settings.instance))
    small_city(sqlite)
    assert CliRunner().invoke(main, ["doctor"]).exit_code == 0
    file: Path = settings.instance / "trustsurvey.sqlite"
    file.chmod(0o644)
    result = CliRunner().invoke(main, ["doctor"])
    assert result.exit_code == 1
    assert f"WRONG  database file: others may open it (mode 644): chmod 600 {file}" in result.output.replace("\n", "")
    data = json.loads(CliRunner().invoke(main, ["doctor", "--json"]).output)
    assert [found["good"] for found in data] == [True, False, True, True]
