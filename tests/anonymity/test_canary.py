"""The attacks find what is there to be found: each wall, once broken, is caught."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from benchmarks.anonymity import OPEN, TRIALS, measure, migrated
from benchmarks.anonymity.attacks import attack, in_memory, people_rows
from benchmarks.anonymity.chance import guessed_by_chance, order, pairs, within
from benchmarks.anonymity.place import Place, Wave, answered, run
from benchmarks.anonymity.seizure import Taken, memory, places, seize
from sqlalchemy import text

from trustsurvey.settings import Settings


def leaks(place: Place, wave: Wave, taken: Taken) -> set[str]:
    return {one.attack for one in attack(place, wave, taken) if one.is_leak}


def test_a_store_that_keeps_the_order_of_rows_is_caught(file_place: Place) -> None:
    """The canary. A table with SQLite's row numbers, as anyone would make it: even rewritten with every response it keeps who came when."""
    break_store(file_place)
    found = {one.finding.attack: one for one in measure(file_place, OPEN, 60) if one.is_leak}
    assert {"rows as they lie", "inside each page"} <= found.keys()
    for name in ("rows as they lie", "inside each page"):
        assert abs(found[name].finding.score.correlation or 0) == pytest.approx(1.0)
        assert found[name].trials == TRIALS, "it was given every chance"
    assert found["rows as they lie"].finding.score.right == 60


def break_store(place: Place) -> None:
    columns = "wave_id INTEGER NOT NULL, id BLOB NOT NULL, area_code TEXT NOT NULL, mode TEXT NOT NULL, answers TEXT NOT NULL"
    with place.engine.begin() as connection:
        connection.execute(text("DROP TABLE response"))
        connection.execute(text(f"CREATE TABLE response ({columns}, PRIMARY KEY (wave_id, id))"))


def test_a_server_that_forgets_nothing_is_caught(tmp_path: Path) -> None:
    """Python as it is leaves forms in memory, long after they were stored sealed."""
    with run(migrated(Settings(instance=tmp_path / "instance")), tmp_path / "server", careless=True) as place:
        wave = answered(place, 20, sealed=True)
        assert in_memory(wave, memory(place)).found


Sealed = tuple[Place, Wave, Taken]


@pytest.fixture(scope="module")
def sealed(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Sealed]:
    """A sealed wave by invitation that nothing is wrong with."""
    folder = tmp_path_factory.mktemp("sealed")
    with run(migrated(Settings(instance=folder / "instance")), folder / "server") as place:
        wave = answered(place, 20, sealed=True, by_invitation=True)
        yield place, wave, seize(place, wave)


def test_whatever_is_written_down_is_found(sealed: Sealed) -> None:
    """Lines of a log, a stray file, a row in the clear: each is caught by the attack that looks for it."""
    place, wave, taken = sealed
    one, record = wave.shown[3], wave.records[3]
    clean = leaks(place, wave, taken)
    for part, stray, caught in (
        ("logs", one.address.encode(), "address, browser, query, key"),
        ("other", one.agent.encode(), "address, browser, query, key"),
        ("wal", one.key.encode(), "address, browser, query, key"),
        ("other", one.code.encode(), "codes and passes"),
        ("logs", one.presented.encode(), "codes and passes"),
        ("tables", record, "answers in the clear"),
        ("wal", record, "answers in the clear"),
    ):
        assert caught in leaks(place, wave, dataclasses.replace(taken, **{part: getattr(taken, part) + stray})) - clean, (part, caught)


def test_a_log_that_names_responses_as_they_come_is_found(sealed: Sealed) -> None:
    place, wave, taken = sealed
    rows = {row.key: row for row in taken.rows["sealed_response"]}
    for told in (b"".join(b"answers=%s\n" % record for record in wave.records), b"".join(b"id=%s\n" % key.hex().encode() for key in rows)):
        found = {one.attack: one.score for one in attack(place, wave, dataclasses.replace(taken, logs=told))}
        assert found["logs of every level"].found == len(rows)
    in_order = b"".join(b"answers=%s\n" % record for record in wave.records)
    assert "logs of every level" in leaks(place, wave, dataclasses.replace(taken, logs=in_order))


def test_a_pass_that_was_not_blinded_is_found(sealed: Sealed) -> None:
    """A signer that saw the pass it signs: it would know it again."""
    place, wave, taken = sealed
    shown = [dataclasses.replace(one, blinded=bytes.fromhex(one.presented.partition(".")[0])) for one in wave.shown]
    assert "pass against exchange" in leaks(place, dataclasses.replace(wave, shown=shown), taken)


def test_tables_that_lie_alike_are_found(sealed: Sealed) -> None:
    """Comments, invitations and responses in one order: the k-th of one is the k-th of the other."""
    place, wave, taken = sealed
    found = leaks(place, wave, lying_alike(place, wave, taken))
    assert {"comment beside response", "invitation beside response", "spent pass beside response"} <= found
    assert {"sent key beside response", "sent key beside comment", "sent key beside spent pass"} <= found


def lying_alike(place: Place, wave: Wave, taken: Taken) -> Taken:
    """As if the file held every table's rows as they came."""
    columns = people_rows(place, wave, taken).values()
    return dataclasses.replace(taken, tables=b"".join(row.key for column in columns for row in column if row))


# ---------------------------------------------------------------- the measures themselves


def test_an_order_is_scored_either_way_round() -> None:
    for marks in (range(100), range(100, 0, -1)):
        score = order(list(marks))
        assert abs(score.correlation or 0) == pytest.approx(1.0)
        assert (score.right, score.is_chance) == (100, False)
    nothing = order([None] * 100)
    assert (nothing.found, nothing.advantage, nothing.is_chance) == (0, 0, True)
    assert order([7.0] * 100).is_chance
    assert not order([None, 3.0, None]).is_chance, "one response that is found is someone's"


def test_chance_stays_inside_its_band() -> None:
    rng = np.random.default_rng(20261124)
    for n in (20, 60, 1000):
        outside = sum(not order(rng.permutation(n).tolist()).is_chance for _ in range(1000))
        assert outside <= 30, "1 % by order and less than 1 % by people guessed right, of 1,000 trials"
    assert guessed_by_chance(1000) == 4


def test_an_order_inside_pages_is_seen_through_the_disorder_of_pages() -> None:
    rng = np.random.default_rng(20261124)
    pages = [sorted(rng.random(28)) for _ in range(36)]
    assert within(pages).correlation == pytest.approx(1.0)
    assert not within(pages).is_chance
    assert sum(not within([rng.random(28).tolist() for _ in range(36)]).is_chance for _ in range(200)) <= 8
    assert within([[1.0], [2.0]]).found == 0


def test_two_orders_are_paired() -> None:
    rng = np.random.default_rng(20261124)
    first = rng.permutation(60).tolist()
    assert pairs(first, [2 * mark for mark in first]).right == 60
    assert pairs([None, *first[1:]], first).found == 59
    assert not pairs(first, first).is_chance


def test_a_needle_is_found_wherever_it_lies() -> None:
    data = bytearray(np.random.default_rng(1).bytes(100_000))
    needles = [b"needle-%06d-of-many" % k for k in range(50)]
    expected = {}
    for k, needle in enumerate(needles[:-1]):
        at = 17 + 2001 * k
        data[at : at + len(needle)] = needle
        expected[k] = at
    data += needles[0]
    first, last = places(bytes(data), needles)
    assert first == [*(expected[k] for k in range(49)), None]
    assert last[0] == len(data) - len(needles[0])
    assert last[1:] == first[1:]
    assert places(b"short", needles) == ([None] * 50, [None] * 50)
