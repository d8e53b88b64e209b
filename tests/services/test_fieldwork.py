"""How far a wave has come is known once a night, in fives, and never of few people."""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path

import pytest
from sqlalchemy import Engine, text

from tests.conftest import SURVEY, small_city
from tests.services.order import everything
from tests.services.people import answers_of
from trustsurvey.anonymity import sealing
from trustsurvey.services.close_wave import close_wave
from trustsurvey.services.collect import collect
from trustsurvey.services.count_fieldwork import PageLanguages, Reached, count_open, last_count
from trustsurvey.services.issue_passes import ask_for_passes
from trustsurvey.services.mix import mix, mix_closed
from trustsurvey.settings import Settings
from trustsurvey.store import fieldwork, once, queries
from trustsurvey.store.queries import WaveRow

NIGHT = date(2026, 10, 6)


def answered(engine: Engine, wave: WaveRow, n: int, *, area: str = "a1", gender: str | None = None) -> None:
    with engine.begin() as connection:
        for person in range(n):
            answers = dict(answers_of(wave, 1000 + person))
            if gender is not None:
                answers["gender"] = gender
            collect(connection, wave, area=area, answers=answers)


def test_counts_are_rounded_down_and_hidden_where_few_live(engine: Engine) -> None:
    wave = small_city(engine)
    with engine.begin() as connection:
        queries.set_margins(connection, wave.id, {"gender": {"woman": 900.0, "man": 49.0}, "area": {"a1": 400.0, "b1": 40.0}})
        wave = queries.waves(connection, wave.survey.code)[0]
    answered(engine, wave, 13, gender="woman")
    answered(engine, wave, 6, area="b1", gender="man")
    with engine.begin() as connection:
        assert last_count(connection, wave) is None
        assert count_open(connection, today=NIGHT) == 1
        found = last_count(connection, wave)
        assert found is not None
        assert (found.counted, found.answers, found.languages) == (NIGHT, 15, {})
        assert found.margins["area"]["a1"] == Reached(10, 400)
        assert found.margins["area"]["c1"] == Reached(0, 1200)
        assert "b1" not in found.margins["area"], "forty people live there: a count of them would be nearly a name"
        assert found.margins["gender"] == {"woman": Reached(10, 900)}


def test_a_count_stands_until_the_next_night_and_goes_at_the_close(sqlite: Engine) -> None:
    wave = small_city(sqlite)
    answered(sqlite, wave, 5)
    with sqlite.begin() as connection:
        assert count_open(connection, today=NIGHT) == 1
    answered(sqlite, wave, 20)
    with sqlite.begin() as connection:
        assert count_open(connection, today=NIGHT) == 0, "a second look the same day would be a clock"
        assert last_count(connection, wave).answers == 5  # type: ignore[union-attr]
        assert count_open(connection, today=NIGHT + timedelta(1)) == 1
        assert last_count(connection, wave).answers == 25  # type: ignore[union-attr]
        fieldwork.add_languages(connection, wave.id, {"es": 20})
        close_wave(connection, wave.survey.code, closed=NIGHT + timedelta(2))
        assert last_count(connection, wave) is None
        assert fieldwork.languages(connection, wave.id) == {}


def test_no_file_says_what_was_counted_before(engine: Engine, each_settings: Settings) -> None:
    """Nor which languages were added when, nor, once the wave is closed, with which key its passes were signed."""
    wave = small_city(engine)
    with engine.begin() as connection:
        wave = ask_for_passes(connection, wave)
        key = str(once.pass_key(connection, wave.id)).encode()[60:120]
    counting = PageLanguages(engine)
    for night, language in enumerate(("fil", "hi", "am")):
        answered(engine, wave, 5)
        for _ in range(20):
            counting.answered(wave.id, language)
        with engine.begin() as connection:
            assert count_open(connection, today=NIGHT + timedelta(night)) == 1
    assert not mix(engine).busy
    counts = [f'{{"answers": {n}, "languages"'.encode() for n in (5, 10, 15)]
    tables = in_tables(engine, each_settings)
    assert [one in tables for one in (*counts, key)] == [False, False, True, True]
    with engine.begin() as connection:
        close_wave(connection, SURVEY, closed=NIGHT + timedelta(9))
    assert mix_closed(engine, wave.id)
    tables = in_tables(engine, each_settings)
    assert [one for one in (*counts, key) if one in tables] == []


def in_tables(engine: Engine, settings: Settings) -> bytes:
    """Every byte of the database but PostgreSQL's log, which ``retain`` turns over."""
    if engine.dialect.name == "sqlite":
        return everything(settings)
    with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.execute(text("CHECKPOINT"))  # from memory into the files
        folder = Path(str(connection.scalar(text("SHOW data_directory"))))
    return b"".join(path.read_bytes() for path in (folder / "base").rglob("*") if path.is_file())


def test_of_a_sealed_wave_only_the_number_is_known(sqlite: Engine) -> None:
    wave = small_city(sqlite)
    with sqlite.begin() as connection:
        close_wave(connection, wave.survey.code, closed=NIGHT)
        sealed = queries.add_wave(connection, WaveRow(**{**vars_of(wave), "number": 2, "sealing_key": sealing.make_keys().public}))
        row = next(one for one in queries.waves(connection, wave.survey.code) if one.id == sealed)
    answered(sqlite, row, 7)
    with sqlite.begin() as connection:
        count_open(connection, today=NIGHT)
        found = last_count(connection, row)
    assert found is not None
    assert (found.answers, found.margins) == (5, {})


def vars_of(row: WaveRow) -> dict[str, object]:
    return {name: getattr(row, name) for name in row.__slots__}


@pytest.mark.parametrize("came", [19, 20, 39])
def test_languages_of_the_page_are_written_down_for_twenty_at_a_time(sqlite: Engine, came: int) -> None:
    wave = small_city(sqlite)
    counting = PageLanguages(sqlite)
    for n in range(came):
        counting.answered(wave.id, "es" if n % 2 else "ar")
    with sqlite.connect() as connection:
        assert sum(fieldwork.languages(connection, wave.id).values()) == came // 20 * 20
