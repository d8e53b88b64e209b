"""Attacked as a thief would: people whom we know answer, everything is taken, and nothing says whose answers are whose.

The attacks stand in `benchmarks/anonymity/`; `trustsurvey bench anonymity` prints what they reach.
"""

from __future__ import annotations

import pytest
from benchmarks.anonymity import INVITED, IS_FORGETFUL, OPEN, SEALED, Kind, Result, measure, once, unmixed
from benchmarks.anonymity.place import Place

HELD = {
    "sqlite": {"rows as they lie", "byte offset, first", "byte offset, last", "inside each page"},
    "postgresql": {
        "ctid",
        "byte offset of rows, first",
        "byte offset of rows, last",
        "byte offset of keys, first",
        "byte offset of keys, last",
        "inside each page, rows",
        "inside each page, keys",
    },
}
"""Attacks that must find every response: one that finds none would be at chance for the wrong reason."""

MEMORY = "memory of the running server"
BESIDE = {
    "comment beside response",
    "invitation beside response",
    "spent pass beside response",
    "spent pass beside invitation",
}
KEYS = {"sent key beside response", "sent key beside comment"}


def check(place: Place, found: list[Result]) -> dict[str, Result]:
    """No attack does better than chance; those that read the tables read all of them."""
    assert [(one.finding.attack, one.finding.score) for one in found if one.is_leak] == []
    by_name = {one.finding.attack: one for one in found}
    if MEMORY in by_name:  # nobody's answers, words, codes, passes or browser outlast the request that they came with
        assert IS_FORGETFUL, "this machine's C library can't clear memory: run the tests where the server would run"
        assert not by_name[MEMORY].finding.measured_only
        assert (by_name[MEMORY].finding.score.found, by_name[MEMORY].trials) == (0, 1), (
            "what is found once is there: chance has no part in it"
        )
    for name in HELD[place.engine.dialect.name]:
        assert by_name[name].finding.score.found >= 0.9 * by_name[name].n, name
    for name in BESIDE & by_name.keys():
        assert by_name[name].finding.score.found >= min(0.9 * by_name[name].n, 90), name
    for name in KEYS:
        assert by_name[name].finding.score.found >= min(0.6 * by_name[name].n, 60), "two of three are sent by the script"
    return by_name


@pytest.mark.parametrize("kind", [OPEN, INVITED], ids=lambda kind: kind.name)
@pytest.mark.parametrize("n", [20, pytest.param(60, marks=pytest.mark.slow)])
def test_nobody_is_told_apart(place: Place, n: int, kind: Kind) -> None:
    found = check(place, measure(place, kind, n))
    assert (kind is INVITED) == (found.keys() >= BESIDE)
    assert (kind is INVITED and n == 20) == (MEMORY in found)


def test_a_sealed_wave_by_an_open_link(place: Place) -> None:
    assert MEMORY in check(place, measure(place, SEALED, 20))


@pytest.mark.slow
@pytest.mark.parametrize("kind", [OPEN, SEALED, INVITED], ids=lambda kind: kind.name)
def test_nobody_among_a_thousand(place: Place, kind: Kind) -> None:
    found = check(place, measure(place, kind, 1000))
    name = "byte offset, last" if place.is_file else "byte offset of rows, last"
    assert abs(found[name].finding.score.correlation or 0) <= 0.1


def test_what_is_given_away_is_measured_and_not_hidden(place: Place) -> None:
    """The log of PostgreSQL replays an open wave, and a pool its last answers; the threat model says so. SQLite gives away neither."""
    if place.is_file:
        assert all(one.finding.score.is_chance for one in unmixed(place))
        assert not [one for one in once(place, OPEN, 20) if one.finding.measured_only]
        return
    waiting = {one.finding.attack: one.finding.score for one in unmixed(place)}
    assert waiting["ctid"].correlation == pytest.approx(1.0)
    assert waiting["comment beside response, by xmin"].right == 19
    assert waiting["sent key beside response, by xmin"].right == 13
    for kind, attack in ((OPEN, "pg_wal"), (SEALED, "pg_wal with the private key")):
        measured = {one.finding.attack: one.finding for one in once(place, kind, 20) if one.finding.measured_only}
        assert measured[attack].score.correlation == pytest.approx(1.0, abs=0.1)
    assert measured.keys() == {attack}
