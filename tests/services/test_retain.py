"""Records are destroyed when their time is over: no file of the database holds a byte of them afterwards. A hold stops it."""

from __future__ import annotations

import json
from concurrent.futures import ThreadPoolExecutor
from datetime import date, timedelta
from pathlib import Path

import pytest
from sqlalchemy import Engine, inspect, text

from tests.conftest import SURVEY, Run, command, small_city
from tests.services.order import everything
from tests.services.people import answer_in_order, answers_of, record_of
from tests.services.test_sealed import sealed_wave
from trustsurvey.errors import NotFound, StateError
from trustsurvey.services import retain
from trustsurvey.services.close_wave import close_wave
from trustsurvey.services.collect import collect
from trustsurvey.services.count_fieldwork import count_open
from trustsurvey.services.mix import Settling, mix, mix_closed
from trustsurvey.services.publish_release import publish_release
from trustsurvey.settings import Settings
from trustsurvey.store import fieldwork, migrate, once, queries, retention
from trustsurvey.store.engine import open_engine, writing

PEOPLE = range(900_000, 900_150)  # that no other test has
CLOSED = date(2026, 10, 25)
SENT = b"key-of-a-phone".ljust(32, b".")
COUNTED = b'{"answers": 100, "languages": {"fil": 85}'
HASHES = {name: name.encode().ljust(32, b".") for name in ("code-of-a-household", "pass-of-a-person", "message-of-a-phone")}


def closed_wave(engine: Engine) -> int:
    """A wave that 150 people answered, mixed on the way, closed and released; the planner was given every chance to look at it."""
    wave = small_city(engine)
    with engine.begin() as connection:
        once.add_invitations(connection, wave.id, [HASHES["code-of-a-household"]])
        assert once.mark_redeemed(connection, wave.id, HASHES["code-of-a-household"], HASHES["message-of-a-phone"])
        assert once.spend_pass(connection, wave.id, HASHES["pass-of-a-person"])
        assert once.remember_sent(connection, wave.id, SENT)
        fieldwork.add_languages(connection, wave.id, {"fil": 85})
    answer_in_order(engine, wave, PEOPLE[:100])
    with engine.begin() as connection:
        assert count_open(connection, today=date(2026, 10, 6)) == 1
    mix(engine)
    with engine.begin() as connection:
        connection.execute(text("ANALYZE"))
    answer_in_order(engine, wave, PEOPLE[100:])
    with engine.begin() as connection:
        connection.execute(text("ANALYZE"))
        close_wave(connection, SURVEY, closed=CLOSED)
    assert mix_closed(engine, wave.id)
    with engine.begin() as connection:
        publish_release(connection, SURVEY, released=date(2026, 11, 1))
    return wave.id


def test_no_byte_is_left_of_what_was_removed(engine: Engine, each_settings: Settings) -> None:
    key = closed_wave(engine)
    with engine.begin() as connection:
        (wave,) = queries.waves(connection, SURVEY)
        found = retain.kept(connection, days=90)
        sealed = queries.comments(connection, key)
        assert [(one.responses, one.comments, one.released, one.due) for one in found] == [(150, 150, True, CLOSED + timedelta(days=90))]
        assert retain.destroy(connection, found, today=found[0].due - timedelta(days=1)) == ()
    records = [record_of(wave, person).encode() for person in PEOPLE]
    secrets = [*records, *HASHES.values(), *(comment[:64] for comment in sealed[:20])]
    if engine.dialect.name == "postgresql":
        with engine.begin() as connection:
            connection.execute(text("CHECKPOINT"))  # from memory into the files
    before = everything(each_settings)
    assert all(secret in before for secret in secrets), "what is to be removed is there, and found"
    went_at_the_close = [SENT, COUNTED]
    if engine.dialect.name == "postgresql":
        assert all(secret in before for secret in went_at_the_close), "its log still has them"
    secrets += went_at_the_close
    with engine.begin() as connection:
        assert len(retain.destroy(connection, found, today=found[0].due)) == 1
    assert retention.overwrite(engine)
    after = everything(each_settings)
    assert [secret for secret in secrets if secret in after] == []
    with engine.begin() as connection:
        assert queries.count_responses(connection, key) == 0
        assert queries.comments(connection, key) == ()
        assert once.count_invitations(connection, key) == (0, 0)
        assert list(queries.records(connection, key)) == []
        assert queries.waves(connection, SURVEY)[0].destroyed == found[0].due
        assert len(queries.release_list(connection, SURVEY)) == 1, "releases stay"
        assert retain.kept(connection, days=90) == ()
        with pytest.raises(StateError, match="were destroyed on 2027-01-23; the releases made before stay"):
            publish_release(connection, SURVEY, released=date(2027, 2, 1))
    assert migrate.differences(engine) == []
    if engine.dialect.name == "postgresql":
        assert not [name for name in inspect(engine).get_table_names() if name.endswith(f"_w{key}")]


def test_a_hold_stops_it(engine: Engine) -> None:
    small_city(engine)
    with engine.begin() as connection:
        close_wave(connection, SURVEY, closed=CLOSED)
        before = retain.kept(connection, days=0)
        retain.hold(connection, SURVEY, 1, reason=" Superior Court, case 26-2-01234 ")
        (held,) = retain.kept(connection, days=0)
        assert held.wave.hold == "Superior Court, case 26-2-01234"
        assert not held.is_due(date(2030, 1, 1))
        assert retain.destroy(connection, [held], today=date(2030, 1, 1)) == ()
        assert before[0].is_due(CLOSED)
        assert retain.destroy(connection, before, today=CLOSED) == (), "put on hold since it was listed"
        retain.release_hold(connection, SURVEY, 1)
        assert len(retain.destroy(connection, retain.kept(connection, days=0), today=CLOSED)) == 1
        with pytest.raises(StateError, match="nothing to hold"):
            retain.hold(connection, SURVEY, 1, reason="late")


def test_what_cannot_be_held(sqlite: Engine) -> None:
    small_city(sqlite)
    with sqlite.begin() as connection:
        with pytest.raises(NotFound, match="has no wave 2"):
            retain.hold(connection, SURVEY, 2, reason="case")
        with pytest.raises(StateError, match="needs a reason"):
            retain.hold(connection, SURVEY, 1, reason="  ")
        with pytest.raises(StateError, match="is not held"):
            retain.release_hold(connection, SURVEY, 1)


def test_an_open_wave_is_never_due(sqlite: Engine) -> None:
    wave = small_city(sqlite)
    with sqlite.begin() as connection:
        assert retain.kept(connection, days=0) == ()
        assert not retention.destroy(connection, wave.id, CLOSED)
        with pytest.raises(StateError, match="the least is 0"):
            retain.kept(connection, days=-1)


def test_without_the_right_to_turn_the_log_over_it_says_what_to_grant(engine: Engine, each_settings: Settings) -> None:
    if engine.dialect.name == "sqlite":
        pytest.skip("SQLite knows no roles")
    with engine.begin() as connection:
        if not connection.scalar(text("SELECT 1 FROM pg_roles WHERE rolname = 'clerk'")):
            connection.execute(text("CREATE ROLE clerk LOGIN"))
    clerk = open_engine(engine.url.set(username="clerk").render_as_string(hide_password=False))
    with pytest.raises(StateError, match="GRANT pg_checkpoint, pg_monitor TO clerk"):
        retention.overwrite(clerk)
    with engine.begin() as connection:
        for grant in retention.GRANTS.format(role="clerk").split(";")[:-1]:
            connection.execute(text(grant))
    assert retention.overwrite(clerk)
    clerk.dispose()


def test_people_answer_the_next_wave_meanwhile(engine: Engine) -> None:
    small_city(engine)
    with engine.begin() as connection:
        close_wave(connection, SURVEY, closed=CLOSED)
    wave = sealed_wave(engine)
    settling = Settling(engine)

    def answer(person: int) -> None:
        with writing(engine).begin() as connection:
            assert once.remember_sent(connection, wave.id, person.to_bytes(32, "big"))
            collect(connection, wave, area="a1", answers=answers_of(wave, person))
        settling.after_response()

    def destroy() -> int:
        with writing(engine).begin() as connection:
            return len(retain.destroy(connection, retain.kept(connection, days=0), today=CLOSED))

    with ThreadPoolExecutor(8) as threads:
        answered = [threads.submit(answer, person) for person in range(40)]
        destroyed = threads.submit(destroy)
        answered += [threads.submit(answer, person) for person in range(40, 80)]
        assert destroyed.result() == 1
        for one in answered:
            one.result()
    with engine.connect() as connection:
        assert queries.count_responses(connection, wave.id) == 80


def test_a_log_that_is_held_back_is_not_called_overwritten(engine: Engine) -> None:
    if engine.dialect.name == "sqlite":
        pytest.skip("its log is one file")
    with engine.begin() as connection:
        connection.execute(text("SELECT pg_create_physical_replication_slot('standby', true)"))
    try:
        with pytest.raises(StateError, match=r"holds back [1-9]"):
            retention.overwrite(engine)
    finally:
        with engine.begin() as connection:
            connection.execute(text("SELECT pg_drop_replication_slot('standby')"))
    assert retention.overwrite(engine)


# ---------------------------------------------------------------- the command line


@pytest.fixture
def retained(sqlite: Engine, settings: Settings, monkeypatch: pytest.MonkeyPatch) -> Run:
    """`trustsurvey …` on a database with a closed wave."""
    monkeypatch.setenv("TRUSTSURVEY_INSTANCE", str(settings.instance))
    closed_wave(sqlite)
    sqlite.dispose()
    return command


def test_retain_shows_first_and_destroys_when_told(retained: Run, settings: Settings) -> None:
    def rows(*arguments: str) -> list[dict[str, object]]:
        found: list[dict[str, object]] = json.loads(retained("retain", "--json", *arguments).stdout)
        return found

    assert "kept until 2027-01-23" in retained("retain", "--yes").output
    assert "150 answers, 150 comments: would be destroyed (--yes)" in retained("retain", "--days", "0").output
    assert [(row["answers"], row["is_due"], row["destroyed"]) for row in rows("--days", "0")] == [(150, True, False)]
    retained("retain", "--hold", SURVEY, "--wave", "1", "--reason", "Superior Court")
    assert "held: Superior Court" in retained("retain", "--days", "0", "--yes").output
    retained("retain", "--release-hold", SURVEY, "--wave", "1")
    assert [row["destroyed"] for row in rows("--days", "0", "--yes")] == [True]
    assert "No closed wave has records" in retained("retain").output
    assert b"pass-of-a-person" not in (settings.instance / "trustsurvey.sqlite").read_bytes()


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (("--wave", "1"), "belong to --hold"),
        (("--hold", SURVEY, "--reason", "x"), "name one wave"),
        (("--hold", SURVEY, "--wave", "1"), "needs a reason"),
        (("--hold", SURVEY, "--release-hold", SURVEY, "--wave", "1"), "name one wave"),
        (("--hold", "nowhere", "--wave", "1", "--reason", "x"), "no survey 'nowhere'"),
        (("--days", "-1"), "the least is 0"),
    ],
)
def test_what_retain_refuses(retained: Run, arguments: tuple[str, ...], says: str) -> None:
    assert says in retained("retain", *arguments, code=2).output


def test_days_come_from_the_settings(retained: Run, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("TRUSTSURVEY_RETENTION_DAYS", "3650")
    assert "kept until 2036" in retained("retain").output
