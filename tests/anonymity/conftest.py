"""A server as it ships, on each kind of database, for known people to answer at."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from benchmarks.anonymity import migrated
from benchmarks.anonymity.place import Place, run
from sqlalchemy import text

from trustsurvey.settings import Settings
from trustsurvey.store.engine import open_engine


@pytest.fixture(scope="module", params=["sqlite", "postgresql"])
def place(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Place]:
    """One server for all waves of a module: each has people of its own."""
    folder = tmp_path_factory.mktemp("anonymity")
    url = "" if request.param == "sqlite" else emptied(request.getfixturevalue("postgres"))
    with run(migrated(Settings(instance=folder / "instance", database_url=url)), folder / "server") as found:
        yield found


def emptied(url: str) -> str:
    """The PostgreSQL database that tests share, without what another left in it."""
    engine = open_engine(url)
    with engine.begin() as connection:
        connection.execute(text("DROP SCHEMA public CASCADE"))
        connection.execute(text("CREATE SCHEMA public"))
    engine.dispose()
    return url


@pytest.fixture
def file_place(tmp_path: Path) -> Iterator[Place]:
    """A server on an SQLite file of its own, to be broken."""
    with run(migrated(Settings(instance=tmp_path / "instance")), tmp_path / "server") as found:
        yield found
