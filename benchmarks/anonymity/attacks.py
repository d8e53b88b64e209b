"""Each attack reads an order, or a pairing, off what was taken. Whoever came when is known to the attacker; whose is which response isn't.

An attack is scored with the truth: how well the order that it reads matches the order of arrival.
"""

from __future__ import annotations

import base64
import hashlib
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from urllib.parse import urlencode

from benchmarks.anonymity import chance
from benchmarks.anonymity.chance import Mark, Score
from benchmarks.anonymity.place import Place, Wave, compact, listed, words_of
from benchmarks.anonymity.seizure import Row, Taken, places
from tests.conftest import KEYS
from tests.services.people import answers_of

from trustsurvey.anonymity import codes, passes, sealing

SHARED = 6
"""Bytes that a pass and an exchange must have in common to be taken for one person's."""


@dataclass(frozen=True, slots=True)
class Finding:
    """What an attack reached. ``measured_only``: no bound is promised, and the threat model says what is given away."""

    attack: str
    score: Score
    measured_only: bool = False

    @property
    def is_leak(self) -> bool:
        return not (self.measured_only or self.score.is_chance)


def attack(place: Place, wave: Wave, taken: Taken) -> list[Finding]:
    """Every attack on a wave."""
    columns = people_rows(place, wave, taken)
    rows = columns["response"]
    found = [*(_of_file if place.is_file else _of_server)(wave, taken, rows), *_anywhere(wave, taken, rows)]
    beside = [("comment", "response"), ("sent key", "response"), ("sent key", "comment")]
    beside += [("invitation", "response"), ("spent pass", "response"), ("spent pass", "invitation"), ("sent key", "spent pass")]
    found += [Finding(f"{a} beside {b}", _beside(taken, columns[a], columns[b])) for a, b in beside if a in columns and b in columns]
    if wave.shown[0].code:
        found.append(Finding("pass against exchange", _tokens(wave)))
    return found


def people_rows(place: Place, wave: Wave, taken: Taken) -> Mapping[str, Sequence[Row | None]]:
    """The truth: each person's row of each table, in the order they came; None where they have none.

    It goes farther than an attacker: comments and sealed records are opened with their private keys, and every phone's key is known.
    """
    sent = [hashlib.sha256(one.key.encode()).digest() for one in wave.shown]
    found: dict[str, Sequence[Row | None]] = {"response": _responses(wave, taken), "comment": _comments(wave, taken)}
    found["sent key"] = _keyed(taken.rows["sent"], sent)
    if wave.shown[0].code:
        key = place.settings.key()
        hashes = [codes.keyed_hash(_code(one.code), key) for one in wave.shown]
        found["invitation"] = _keyed(taken.rows["invitation"], hashes)
        found["spent pass"] = _keyed(taken.rows["spent_pass"], [_pass(wave, one.presented).digest for one in wave.shown])
    return found


# ---------------------------------------------------------------- by place and by transaction


def _of_file(wave: Wave, taken: Taken, rows: Sequence[Row | None]) -> Iterator[Finding]:
    """SQLite."""
    values = _values(rows)
    yield Finding("rows as they lie", chance.order(_index(taken.rows[_table(wave)], rows)))
    first, last = places(taken.tables, values)
    yield Finding("byte offset, first", chance.order(first))
    yield Finding("byte offset, last", chance.order(last))
    yield Finding("inside each page", chance.within(_by_page(last, taken.page)))
    yield Finding("write-ahead log", chance.order(places(taken.wal, values)[0]))


def _of_server(wave: Wave, taken: Taken, rows: Sequence[Row | None]) -> Iterator[Finding]:
    """PostgreSQL. What its log of a sealed wave replays are boxes: it is scored by what can be read in it, and by the boxes beside that."""
    values, keys = _values(rows), [row.key if row else bytes(16) for row in rows]
    yield Finding("ctid", chance.order(_index(taken.rows[_table(wave)], rows)))
    yield Finding("xmin", chance.order([float(row.transaction) if row else None for row in rows]))
    for what, tokens in (("rows", values), ("keys", keys)):
        first, last = places(taken.tables, tokens)
        yield Finding(f"byte offset of {what}, first", chance.order(first))
        yield Finding(f"byte offset of {what}, last", chance.order(last))
        yield Finding(f"inside each page, {what}", chance.within(_by_page(last, taken.page)))
    readable = chance.order(places(taken.wal, wave.records)[0])
    yield Finding("pg_wal", readable, measured_only=wave.seals is None)
    if wave.seals is not None:
        yield Finding("pg_wal with the private key", chance.order(places(taken.wal, values)[0]), measured_only=True)


def _by_page(marks: Sequence[Mark], page: int) -> list[list[float]]:
    pages: dict[int, list[float]] = defaultdict(list)
    for mark in marks:
        if mark is not None:
            pages[int(mark) // page].append(mark)
    return list(pages.values())


# ---------------------------------------------------------------- by what is written down


def _anywhere(wave: Wave, taken: Taken, rows: Sequence[Row | None]) -> Iterator[Finding]:
    """Words that tie a person to a response, or tell of a person at all."""
    yield Finding("logs of every level", chance.order(_first_of(taken.logs, [_words(wave, k, row) for k, row in enumerate(rows)])))
    yield Finding("processes and other files", chance.order(_first_of(taken.other, [_words(wave, k, row) for k, row in enumerate(rows)])))
    everything = taken.everything
    yield Finding("address, browser, query, key", _none(everything, [one.traces for one in wave.shown]))
    yield Finding("comments in the clear", _none(everything, [(words_of(person).encode(),) for person in wave.people]))
    if wave.seals is not None:
        yield Finding("answers in the clear", in_clear(wave, everything))
    if wave.shown[0].code:
        written = [(one.code.encode(), _code(one.code).encode(), one.presented.encode(), *_spelled(one.blinded)) for one in wave.shown]
        yield Finding("codes and passes", _none(everything, written))


def in_clear(wave: Wave, data: bytes) -> Score:
    """How many people's answers stand in ``data``, as they were sent or as they are stored."""
    return _none(data, [(record, *_sent(wave, person)) for record, person in zip(wave.records, wave.people, strict=True)])


def _sent(wave: Wave, person: int) -> tuple[bytes, bytes]:
    """A person's answers as a form sends them, and as the script does."""
    answers = answers_of(wave.row, person)
    return urlencode(answers).encode(), compact(listed(answers))[1:-1].encode()


def in_memory(wave: Wave, data: bytes) -> Score:
    """How many people left anything in ``data``: answers, words, a code or a pass, what their browser said of itself."""
    left = []
    for record, person, one in zip(wave.records, wave.people, wave.shown, strict=True):
        said = (record, *_sent(wave, person), words_of(person).encode())
        carried = (one.code.encode(), _code(one.code).encode(), one.presented.encode()) if one.code else ()
        left.append((*said, *one.traces, *carried))
    return _none(data, left)


def _words(wave: Wave, k: int, row: Row | None) -> tuple[bytes, ...]:
    """A person's response, in the ways in which a line of a log would write it."""
    answers = answers_of(wave.row, wave.people[k])
    found = [wave.records[k], *_sent(wave, wave.people[k]), str(answers)[1:-1].encode()]
    if row is not None:
        found += (*_spelled(row.key), *_spelled(row.value))
    return tuple(found)


def _spelled(data: bytes) -> tuple[bytes, ...]:
    return (data[:16], data.hex().encode()[:32], base64.b64encode(data)[:20], repr(data)[2:18].encode())


def _first_of(data: bytes, words: Sequence[Sequence[bytes]]) -> list[Mark]:
    """For each person, the first place of any of their words."""
    flat = [word for one in words for word in one]
    found = iter(places(data, flat)[0])
    return [min((mark for mark in [next(found) for _ in one] if mark is not None), default=None) for one in words]


def _none(data: bytes, words: Sequence[Sequence[bytes]]) -> Score:
    """How many people have a word in ``data``; none may."""
    return chance.named(sum(mark is not None for mark in _first_of(data, words)))


# ---------------------------------------------------------------- one table beside another


def _beside(taken: Taken, first: Sequence[Row | None], second: Sequence[Row | None]) -> Score:
    """The k-th row of one table is said to belong to the k-th of another: by the bytes of the files, for whoever has both."""
    return chance.pairs(_lie(taken.tables, first), _lie(taken.tables, second))


def _lie(tables: bytes, rows: Sequence[Row | None]) -> list[Mark]:
    """The last place of each row's key."""
    found = iter(places(tables, [row.key for row in rows if row])[1])
    return [next(found) if row else None for row in rows]


def _comments(wave: Wave, taken: Taken) -> list[Row | None]:
    """Each person's comment, which its words tell to whoever holds the comments' key."""
    said = {sealing.open_sealed(row.value, KEYS.private).text: row for row in taken.rows["comment"]}
    return [said.get(words_of(person)) for person in wave.people]


def _keyed(rows: Sequence[Row], keys: Sequence[bytes]) -> list[Row | None]:
    by_key = {row.key: row for row in rows}
    return [by_key.get(key) for key in keys]


def _tokens(wave: Wave) -> Score:
    """The pass that came with a response is said to be that of the exchange with which it has bytes in common."""
    seen: dict[bytes, int] = {}
    for k, one in enumerate(wave.shown):
        seen |= {part: k for data in one.at_the_counter for part in _parts(data)}
    guessed = right = 0
    for k, one in enumerate(wave.shown):
        presented = _pass(wave, one.presented)
        guesses = {
            seen[part] for data in (presented.prepared, presented.signature, presented.digest) for part in _parts(data) if part in seen
        }
        guessed += bool(guesses)
        right += guesses == {k}
    return Score(guessed, right=right, by_chance=min(guessed, 1), right_bound=chance.guessed_by_chance(len(wave.shown)))


def _parts(data: bytes) -> Iterator[bytes]:
    return (data[at : at + SHARED] for at in range(len(data) - SHARED + 1))


# ---------------------------------------------------------------- the truth


def _responses(wave: Wave, taken: Taken) -> list[Row | None]:
    """Each person's row. A sealed wave's boxes are opened: the attacker of tables is given the private key as well."""
    rows: Mapping[bytes, Row]
    if wave.seals is None:
        rows = {row.value: row for row in taken.rows["response"]}
    else:
        rows = {sealing.open_record(row.value, wave.seals.private).answers.encode(): row for row in taken.rows["sealed_response"]}
    found = [rows.get(record) for record in wave.records]
    if None in found:
        raise RuntimeError(f"{found.count(None)} of {len(found)} responses are missing")
    return found


def _table(wave: Wave) -> str:
    return "response" if wave.seals is None else "sealed_response"


def _values(rows: Sequence[Row | None]) -> list[bytes]:
    return [row.value if row else b"\0" * 16 for row in rows]


def _index(lying: Sequence[Row], rows: Sequence[Row | None]) -> list[Mark]:
    places_of = {row.key: float(n) for n, row in enumerate(lying)}
    return [places_of[row.key] if row else None for row in rows]


def _code(typed: str) -> str:
    found = codes.read(typed)
    if found is None:
        raise ValueError("this is no code of ours")
    return found


def _pass(wave: Wave, presented: str) -> passes.Pass:
    found = passes.read(presented, wave.row.pass_public or "")
    if found is None:
        raise ValueError("this is no pass of the wave")
    return found
