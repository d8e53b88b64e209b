"""Killed at any point, mixing loses nothing and stores nothing twice. The processes are real, and so is the killing."""

from __future__ import annotations

import random
import signal
import subprocess
import sys
import time
from collections import Counter
from pathlib import Path

import pytest
from sqlalchemy import Engine, text
from sqlalchemy.exc import DBAPIError

from tests.conftest import SURVEY, small_city
from tests.services.people import record_of
from trustsurvey.services.mix import mix, mix_closed
from trustsurvey.settings import Settings
from trustsurvey.store import queries
from trustsurvey.store.queries import WaveRow

ROOT = Path(__file__).resolve().parents[2]
ROUNDS = 5
A_ROUND = 1000


def test_killed_while_it_answers_and_mixes(engine: Engine, each_settings: Settings) -> None:
    wave = small_city(engine)
    engine.dispose()
    said: set[int] = set()
    chance = random.Random(20261124)
    for turn in range(ROUNDS):
        said |= killed(each_settings.url, turn * A_ROUND, after=chance.uniform(0.05, 0.6))
        wait_for_backends(engine)
        check(engine, wave, said, rounds=turn + 1)
    assert len(said) > ROUNDS, "it did something before it was killed"
    assert mix_closed(engine, wave.id)
    assert check(engine, wave, said, rounds=ROUNDS) == Counter(in_table(engine))


def test_postgresql_recovers_when_the_process_that_mixes_for_us_is_killed(engine: Engine, each_settings: Settings) -> None:
    if engine.dialect.name == "sqlite":
        pytest.skip("its server is the process itself, killed above")
    wave = small_city(engine)
    engine.dispose()
    said = killed(each_settings.url, 0, after=0.3, backend=engine)
    for _ in range(100):
        try:
            mix(engine)
            break
        except DBAPIError:  # it is recovering
            engine.dispose()
            time.sleep(0.1)
    assert check(engine, wave, said, rounds=1)


def killed(url: str, first: int, *, after: float, backend: Engine | None = None) -> set[int]:
    """The people that a process said it had stored before it was killed, ``after`` seconds from the first."""
    command = [sys.executable, "-m", "tests.services.answering", url, SURVEY, str(first)]
    child = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
    assert child.stdout is not None
    said = [child.stdout.readline()]
    time.sleep(after)
    if backend is not None:
        with backend.connect() as connection:
            newest = "SELECT pid FROM pg_stat_activity WHERE backend_type = 'client backend' AND pid <> pg_backend_pid()"
            pid = connection.scalars(text(f"{newest} ORDER BY backend_start DESC")).first()
        backend.dispose()  # the server ends every connection when one of its processes is killed
        subprocess.run(["kill", "-9", str(pid)], check=True)
        child.wait()
    child.send_signal(signal.SIGKILL)
    said += child.stdout.readlines()
    child.stdout.close()
    child.wait()
    return {int(line) for line in said if line.strip()}


def wait_for_backends(engine: Engine) -> None:
    """What a killed client had asked for may still be running on the server."""
    if engine.dialect.name == "postgresql":
        others = "SELECT count(*) FROM pg_stat_activity WHERE state = 'active' AND pid <> pg_backend_pid() AND datname IS NOT NULL"
        for _ in range(600):
            with engine.connect() as connection:
                if not connection.scalar(text(others)):
                    return
            time.sleep(0.05)
        pytest.fail("the server still works for a process that was killed half a minute ago")


def check(engine: Engine, wave: WaveRow, said: set[int], *, rounds: int) -> Counter[str]:
    """Everyone who was said to be stored is there once; of each round at most one more, whose word the kill cut off."""
    with engine.connect() as connection:
        if engine.dialect.name == "sqlite":
            assert connection.scalar(text("PRAGMA integrity_check")) == "ok"
        found = Counter(
            records[k : k + 50].decode() for _, records in queries.records(connection, wave.id) for k in range(0, len(records), 50)
        )
    expected = {record_of(wave, person) for person in said}
    assert set(found.values()) == {1}
    assert expected <= found.keys()
    assert len(found) - len(expected) <= rounds
    return found


def in_table(engine: Engine) -> list[str]:
    with engine.connect() as connection:
        return list(connection.scalars(text("SELECT answers FROM response")))
