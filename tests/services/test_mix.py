"""Records come to rest in an order that tells nothing, whatever happens on the way."""

from __future__ import annotations

import threading
import time
from concurrent.futures import ThreadPoolExecutor
from datetime import date
from pathlib import Path

import pytest
from sqlalchemy import Engine, text

from tests.conftest import KEYS, SURVEY, small_city
from tests.services.order import chance, order_in_bytes, order_in_table
from tests.services.people import answer_in_order, answers_of, record_of
from trustsurvey.anonymity import mixing, sealing
from trustsurvey.anonymity.mixing import Move
from trustsurvey.services import mix as mixes
from trustsurvey.services.close_wave import close_wave
from trustsurvey.services.collect import collect
from trustsurvey.services.mix import Settling, mix, mix_closed
from trustsurvey.settings import Settings
from trustsurvey.store import engine as engines
from trustsurvey.store import once, queries

N = 200


def is_empty(log: Path) -> bool:
    return not log.exists() or log.stat().st_size == 0


@pytest.mark.parametrize(
    ("waiting", "resting", "is_open", "thorough", "move"),
    [
        (0, 0, True, True, Move(take=False, rewrite=False)),
        (19, 0, True, False, Move(take=False, rewrite=False)),
        (19, 500, True, True, Move(take=False, rewrite=False)),
        (20, 500, True, False, Move(take=True, rewrite=True)),
        (20, 99_980, True, False, Move(take=True, rewrite=True)),
        (20, 99_981, True, False, Move(take=True, rewrite=False)),
        (20, 99_981, True, True, Move(take=True, rewrite=True)),
        (3, 200_000, True, True, Move(take=False, rewrite=True)),
        (3, 200_000, True, False, Move(take=False, rewrite=False)),
        (1, 0, False, False, Move(take=True, rewrite=True)),
        (1, 200_000, False, True, Move(take=True, rewrite=True)),
        (0, 200_000, False, True, Move(take=False, rewrite=False)),
    ],
)
def test_what_is_mixed_when(waiting: int, resting: int, is_open: bool, thorough: bool, move: Move) -> None:
    assert mixing.decide(waiting, resting, is_open=is_open, thorough=thorough) == move


def test_sqlite_pages_tell_the_order_until_they_are_mixed(sqlite: Engine, settings: Settings) -> None:
    people = range(20)
    wave = small_city(sqlite)
    answer_in_order(sqlite, wave, people)
    file = settings.instance / "trustsurvey.sqlite"
    log = file.with_name(file.name + "-wal")
    assert abs(order_in_bytes([file, log], wave, people)) > 0.95, "what mixing is for"
    assert not mix(sqlite).busy
    assert is_empty(log)
    assert abs(order_in_bytes([file], wave, people)) < chance(len(people))


@pytest.mark.parametrize("n", [20, N])
def test_postgresql_tells_no_order_after_mixing(engine: Engine, n: int) -> None:
    if engine.dialect.name == "sqlite":
        pytest.skip("see above")
    people = range(n)
    wave = small_city(engine)
    answer_in_order(engine, wave, people)
    assert order_in_table(engine, "response_pool", "ctid", wave, people) == pytest.approx(1.0)
    assert order_in_table(engine, "response_pool", "xmin", wave, people) == pytest.approx(1.0)
    with engine.begin() as connection:
        once.add_invitations(connection, wave.id, [bytes([k]) * 32 for k in range(30, 0, -1)])
        assert once.mark_redeemed(connection, wave.id, bytes([7]) * 32, bytes([8]) * 32)
    assert mix(engine).waves == (wave.id,)
    assert abs(order_in_table(engine, "response", "ctid", wave, people)) < chance(n)
    with engine.connect() as connection:
        for table in ("response", "comment", "invitation"):
            assert connection.scalar(text(f"SELECT count(DISTINCT xmin::text) FROM {table}")) == 1
        for table, key in (("response", "id"), ("comment", "id"), ("invitation", "code_hash")):
            keys = connection.scalars(text(f"SELECT {key} FROM {table} ORDER BY ctid")).all()
            assert list(keys) == sorted(keys)
        assert connection.scalar(text("SELECT count(*) FROM response_pool")) == 0
        assert once.redeemed_for(connection, wave.id, bytes([7]) * 32) == bytes([8]) * 32
        assert sorted(sealing.open_sealed(one, KEYS.private).text for one in queries.comments(connection, wave.id)) == sorted(
            f"I am {person}." for person in people
        ), "the pieces of long values (TOAST) were carried along"


def test_large_tables_take_batches_and_are_rewritten_at_night(engine: Engine, monkeypatch: pytest.MonkeyPatch) -> None:
    if engine.dialect.name == "sqlite":
        pytest.skip("SQLite rewrites its file")
    monkeypatch.setattr(mixing, "REWRITTEN", 30)
    wave = small_city(engine)
    for first in (0, 25, 50):
        answer_in_order(engine, wave, range(first, first + 25))
        assert mix(engine, thorough=False).waves == (wave.id,)
    assert order_in_table(engine, "response", "ctid", wave, range(75)) > 0.5, "batches in their order"
    assert mix(engine).waves == (wave.id,)
    assert abs(order_in_table(engine, "response", "ctid", wave, range(75))) < chance(75)
    with engine.connect() as connection:
        assert queries.count_responses(connection, wave.id) == 75


def test_a_small_pool_waits_and_a_closed_wave_does_not(engine: Engine) -> None:
    wave = small_city(engine)
    answer_in_order(engine, wave, range(19))
    on_postgresql = engine.dialect.name == "postgresql"
    assert mix(engine).waiting == ((wave.id,) if on_postgresql else ())
    with engine.begin() as connection:
        assert queries.count_responses(connection, wave.id) == 19
        close_wave(connection, SURVEY, closed=date(2026, 10, 25))
    assert mix_closed(engine, wave.id)
    assert mix(engine).waiting == ()
    with engine.connect() as connection:
        assert connection.scalar(text("SELECT count(*) FROM response")) == 19
        records = b"".join(found for _, found in queries.records(connection, wave.id))
        assert sorted(records[k : k + 50].decode() for k in range(0, len(records), 50)) == sorted(record_of(wave, k) for k in range(19))


def test_the_server_mixes_every_twenty_answers(engine: Engine, settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(mixing, "SMALL_FILE", 0)
    wave = small_city(engine)
    settling = Settling(engine)
    people = range(40)
    for person in people:
        answer_in_order(engine, wave, range(person, person + 1))
        settling.after_response()
    if engine.dialect.name == "postgresql":
        assert abs(order_in_table(engine, "response", "ctid", wave, people)) < chance(40)
    else:
        file = settings.instance / "trustsurvey.sqlite"
        assert is_empty(file.with_name(file.name + "-wal"))
        assert abs(order_in_bytes([file], wave, people)) < chance(40)


@pytest.mark.parametrize("small", [True, False])
def test_a_small_file_keeps_no_order_at_any_time(sqlite: Engine, settings: Settings, small: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(mixing, "SMALL_FILE", 4_000_000 if small else 0)
    wave = small_city(sqlite)
    settling = Settling(sqlite)
    for person in range(19):
        answer_in_order(sqlite, wave, range(person, person + 1))
        settling.after_response()
    file = settings.instance / "trustsurvey.sqlite"
    assert is_empty(file.with_name(file.name + "-wal"))
    assert (abs(order_in_bytes([file], wave, range(19))) < chance(19)) == small


def test_a_few_answers_are_set_right_within_a_minute(sqlite: Engine, settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(mixing, "SMALL_FILE", 0)
    monkeypatch.setattr(mixes, "SOON", 0.2)
    wave = small_city(sqlite)
    settling = Settling(sqlite)
    answer_in_order(sqlite, wave, range(15))
    settling.after_response()
    file = settings.instance / "trustsurvey.sqlite"
    assert abs(order_in_bytes([file], wave, range(15))) > 0.95
    for _ in range(100):
        time.sleep(0.1)
        if abs(order_in_bytes([file], wave, range(15))) < 0.95:
            break
    assert abs(order_in_bytes([file], wave, range(15))) < chance(15)


def test_many_answer_at_once(engine: Engine, settings: Settings) -> None:
    """Threads of a server: everyone's answers are stored, none is refused because another was first."""
    wave = small_city(engine)
    settling = Settling(engine)

    def answer(person: int) -> None:
        with engines.writing(engine).begin() as connection:
            collect(connection, wave, area="a1", answers=answers_of(wave, person))
        settling.after_response()

    with ThreadPoolExecutor(8) as threads:
        list(threads.map(answer, range(64)))
    with engine.connect() as connection:
        assert queries.count_responses(connection, wave.id) == 64
    if engine.dialect.name == "sqlite":
        settling.now()
        assert abs(order_in_bytes([settings.instance / "trustsurvey.sqlite"], wave, range(64))) < chance(64)


def test_who_reads_sees_every_record_once_while_they_are_mixed(engine: Engine) -> None:
    wave = small_city(engine)
    answer_in_order(engine, wave, range(60))
    seen, stop = [], threading.Event()

    def look() -> None:
        while not stop.is_set():
            with engine.connect() as connection:
                seen.append(sum(len(codes) for codes, _ in queries.records(connection, wave.id)))

    reader = threading.Thread(target=look)
    reader.start()
    for first in (60, 80, 100):
        mix(engine, patience=5)
        answer_in_order(engine, wave, range(first, first + 20))
    mix(engine, patience=5)
    stop.set()
    reader.join()
    assert len(seen) > 3
    assert seen == sorted(seen), "a count that falls is a record out of sight"
    assert set(seen) <= set(range(60, 121))


def test_a_long_reading_puts_it_off_and_loses_nothing(engine: Engine) -> None:
    wave = small_city(engine)
    answer_in_order(engine, wave, range(20))
    with engine.connect() as connection:
        connection.execute(text("SELECT * FROM response")).all()
        answer_in_order(engine, wave, range(20, 25))  # something that the reader doesn't see holds the log of SQLite
        assert mix(engine, patience=0.2).busy
        assert not mix_closed(engine, wave.id, patience=0.2)
    done = mix(engine)
    assert not done.busy
    with engine.connect() as connection:
        assert queries.count_responses(connection, wave.id) == 25
