"""From an invitation to one response, on both databases; and everything that must store nothing."""

from __future__ import annotations

import secrets
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import date

import pytest
from sqlalchemy import Connection, Engine, text

from tests.conftest import SURVEY, small_city
from trustsurvey.anonymity import codes, passes
from trustsurvey.anonymity.passes import Pass
from trustsurvey.errors import AnswersError, NotFound, StateError
from trustsurvey.services import redeem_pass
from trustsurvey.services.close_wave import close_wave
from trustsurvey.services.collect import collect
from trustsurvey.services.issue_passes import Issued, ask_for_passes, issue_passes
from trustsurvey.store import once, queries
from trustsurvey.store.engine import writing
from trustsurvey.store.queries import WaveRow

KEY = "the instance's key"
ANSWERS = {"fp_respect": "4"}


@dataclass
class Phone:
    """What a phone knows and does."""

    public: str

    def __post_init__(self) -> None:
        self.prepared = passes.prepare(secrets.token_bytes(passes.MESSAGE))
        self.blinding = passes.blind(self.public, self.prepared)

    def redeem(self, connection: Connection, wave: WaveRow, code: str) -> bytes:
        return redeem_pass.redeem(connection, wave, code=code, blinded=self.blinding.blinded, key=KEY)

    def finish(self, signed: bytes) -> Pass:
        return passes.finalize(self.public, self.prepared, signed, self.blinding.inverse)


def issued(engine: Engine, count: int = 3) -> Issued:
    wave = small_city(engine)
    with engine.begin() as connection:
        ask_for_passes(connection, wave)
        return issue_passes(connection, SURVEY, count=count, key=KEY)


def got(engine: Engine, made: Issued, code: str) -> Pass:
    assert made.wave.pass_public
    phone = Phone(made.wave.pass_public)
    with engine.begin() as connection:
        return phone.finish(phone.redeem(connection, made.wave, code))


def send(engine: Engine, wave: WaveRow, presented: str, *, area: str = "a1") -> None:
    with engine.begin() as connection:
        redeem_pass.verify(connection, wave, presented)
        collect(connection, wave, area=area, answers=ANSWERS)


def held(engine: Engine, wave: WaveRow) -> dict[str, int]:
    """How many invitations, used ones, spent passes and responses there are."""
    with engine.connect() as connection:
        invited, used = once.count_invitations(connection, wave.id)
        spent = connection.scalar(text("SELECT count(*) FROM spent_pass")) or 0
        return {"invited": invited, "used": used, "spent": spent, "responses": queries.count_responses(connection, wave.id)}


def test_one_invitation_is_one_response(engine: Engine) -> None:
    made = issued(engine)
    assert made.wave.pass_public
    assert made.fingerprint == passes.fingerprint(made.wave.pass_public)
    assert held(engine, made.wave) == {"invited": 3, "used": 0, "spent": 0, "responses": 0}
    one = got(engine, made, made.codes[0])
    assert held(engine, made.wave) == {"invited": 3, "used": 1, "spent": 0, "responses": 0}
    send(engine, made.wave, str(one))
    after = {"invited": 3, "used": 1, "spent": 1, "responses": 1}
    assert held(engine, made.wave) == after
    with pytest.raises(StateError, match="can't be used"):
        send(engine, made.wave, str(one))
    assert held(engine, made.wave) == after


def test_codes_are_kept_only_as_keyed_hashes(engine: Engine) -> None:
    made = issued(engine, 20)
    with engine.connect() as connection:
        rows = connection.execute(text("SELECT code_hash, blinded_hash FROM invitation")).all()
    assert {bytes(row.code_hash) for row in rows} == {codes.keyed_hash(code, KEY) for code in made.codes}
    assert all(row.blinded_hash is None for row in rows)
    assert made.codes[0] not in repr(made)


def test_a_lost_reply_is_signed_again_and_another_message_is_not(engine: Engine) -> None:
    made = issued(engine)
    assert made.wave.pass_public
    phone, other = Phone(made.wave.pass_public), Phone(made.wave.pass_public)
    with engine.begin() as connection:
        first = phone.redeem(connection, made.wave, made.codes[0])
    with engine.begin() as connection:
        assert phone.redeem(connection, made.wave, made.codes[0]) == first
    with pytest.raises(StateError, match="can't be used"), engine.begin() as connection:
        other.redeem(connection, made.wave, made.codes[0])
    assert held(engine, made.wave)["used"] == 1
    with engine.begin() as connection:
        assert other.finish(other.redeem(connection, made.wave, made.codes[1]))


def test_a_message_that_cannot_be_signed_burns_no_code(engine: Engine) -> None:
    made = issued(engine)
    with pytest.raises(StateError, match="not a blinded message"), engine.begin() as connection:
        redeem_pass.redeem(connection, made.wave, code=made.codes[0], blinded=bytes(256), key=KEY)
    assert held(engine, made.wave)["used"] == 0


@pytest.mark.parametrize(
    "forge",
    [
        lambda one, _other: "",
        lambda one, _other: "not a pass",
        lambda one, _other: str(Pass(bytes(64), one.signature)),
        lambda one, _other: str(Pass(one.prepared, bytes(256))),
        lambda _one, other: str(other),
    ],
    ids=["none", "nonsense", "another message", "no signature", "another wave's"],
)
def test_what_is_no_pass_of_the_wave_stores_nothing(sqlite: Engine, forge: Callable[[Pass, Pass], str]) -> None:
    made = issued(sqlite)
    private = passes.make_key()
    phone = Phone(passes.public_of(private))
    other = phone.finish(passes.sign(private, phone.blinding.blinded))
    one = got(sqlite, made, made.codes[0])
    with pytest.raises(StateError, match="can't be used"):
        send(sqlite, made.wave, forge(one, other))
    assert held(sqlite, made.wave) == {"invited": 3, "used": 1, "spent": 0, "responses": 0}
    send(sqlite, made.wave, str(one))


def test_a_pass_is_not_spent_on_a_response_that_was_refused(engine: Engine) -> None:
    made = issued(engine)
    one = got(engine, made, made.codes[0])
    with pytest.raises(AnswersError, match="not part of the survey"):
        send(engine, made.wave, str(one), area="elsewhere")
    assert held(engine, made.wave)["spent"] == 0
    send(engine, made.wave, str(one))


def test_without_script_the_tables_look_the_same(engine: Engine) -> None:
    made = issued(engine)
    with engine.begin() as connection:
        redeem_pass.redeem_and_spend(connection, made.wave, code=made.codes[0], key=KEY)
        collect(connection, made.wave, area="a1", answers=ANSWERS)
    after = {"invited": 3, "used": 1, "spent": 1, "responses": 1}
    assert held(engine, made.wave) == after
    with pytest.raises(StateError, match="can't be used"), engine.begin() as connection:
        redeem_pass.redeem_and_spend(connection, made.wave, code=made.codes[0], key=KEY)
    with pytest.raises(StateError, match="can't be used"), engine.begin() as connection:
        redeem_pass.redeem_and_spend(connection, made.wave, code=codes.make(), key=KEY)
    assert held(engine, made.wave) == after


def test_another_wave_knows_neither_code_nor_pass(engine: Engine) -> None:
    made = issued(engine)
    one = got(engine, made, made.codes[0])
    other = small_city(engine, survey="hill-trust")
    with engine.begin() as connection:
        theirs = ask_for_passes(connection, other)
        issue_passes(connection, "hill-trust", count=1, key=KEY)
    assert other.id == theirs.id
    assert theirs.pass_public
    with pytest.raises(StateError, match="can't be used"):
        send(engine, theirs, str(one))
    with pytest.raises(StateError, match="can't be used"), engine.begin() as connection:
        Phone(theirs.pass_public).redeem(connection, theirs, made.codes[1])


def test_more_invitations_of_a_wave_share_its_key(engine: Engine) -> None:
    made = issued(engine)
    with engine.begin() as connection:
        more = issue_passes(connection, SURVEY, count=2, key=KEY)
    assert more.fingerprint == made.fingerprint
    assert not set(more.codes) & set(made.codes)
    assert held(engine, made.wave)["invited"] == 5
    send(engine, made.wave, str(got(engine, more, more.codes[1])))


def test_a_closed_wave_signs_nothing_and_its_key_is_gone(engine: Engine) -> None:
    made = issued(engine)
    with engine.begin() as connection:
        close_wave(connection, SURVEY, closed=date(2026, 10, 25))
        assert once.pass_key(connection, made.wave.id) is None
    with pytest.raises(StateError, match="closed"):
        got(engine, made, made.codes[0])
    for ask in (lambda c: issue_passes(c, SURVEY, count=1, key=KEY), lambda c: ask_for_passes(c, made.wave)):
        with pytest.raises(StateError, match=r"no wave of harbor-trust is open|is closed"), engine.begin() as connection:
            ask(connection)


def test_passes_are_asked_for_before_the_first_response_only(engine: Engine) -> None:
    wave = small_city(engine)
    with engine.begin() as connection:
        collect(connection, wave, area="a1", answers=ANSWERS)
    with pytest.raises(StateError, match="has responses by its open link"), engine.begin() as connection:
        ask_for_passes(connection, wave)
    with pytest.raises(StateError, match="opened without --passes"), engine.begin() as connection:
        issue_passes(connection, SURVEY, count=1, key=KEY)
    with pytest.raises(StateError, match="opened without --passes"), engine.begin() as connection:
        redeem_pass.verify(connection, wave, "")


@pytest.mark.parametrize("count", [0, -1, 1_000_001])
def test_a_count_that_cannot_be_made(sqlite: Engine, wave: WaveRow, count: int) -> None:
    with pytest.raises(StateError, match="can't be made at once"), sqlite.begin() as connection:
        issue_passes(connection, SURVEY, count=count, key=KEY)
    with pytest.raises(NotFound), sqlite.begin() as connection:
        issue_passes(connection, "elsewhere", count=1, key=KEY)


def test_two_at_once_are_one(engine: Engine) -> None:
    """The same code with two messages, then the same pass with two responses, each from two threads that start together."""
    made = issued(engine)
    assert made.wave.pass_public
    phones = [Phone(made.wave.pass_public), Phone(made.wave.pass_public)]
    start = threading.Barrier(2)

    def together(act: Callable[[int, Connection], object], n: int) -> str:
        start.wait()
        try:
            with writing(engine).begin() as connection:
                act(n, connection)
        except StateError as error:
            return str(error)
        return "done"

    def run(act: Callable[[int, Connection], object]) -> list[str]:
        with ThreadPoolExecutor(2) as pool:
            return sorted(pool.map(lambda n: together(act, n), range(2)))

    for code in made.codes:
        found = run(lambda n, connection, code=code: phones[n].redeem(connection, made.wave, code))
        assert found == ["done", redeem_pass.REFUSED]
    assert held(engine, made.wave)["used"] == 3

    with engine.begin() as connection:
        one = issue_passes(connection, SURVEY, count=1, key=KEY).codes[0]
    presented = str(got(engine, made, one))

    def answer(_n: int, connection: Connection) -> None:
        redeem_pass.verify(connection, made.wave, presented)
        collect(connection, made.wave, area="a1", answers=ANSWERS)

    assert run(answer) == ["done", redeem_pass.REFUSED]
    assert (held(engine, made.wave)["spent"], held(engine, made.wave)["responses"]) == (1, 1)
