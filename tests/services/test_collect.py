"""One person's answers, from the form to the record, on both databases."""

from __future__ import annotations

from datetime import date

import pytest
from sqlalchemy import Engine, text

from tests.conftest import KEYS, SURVEY, small_city
from trustsurvey.anonymity import sealing
from trustsurvey.errors import AnswersError, NotFound, StateError
from trustsurvey.questionnaire import loader, record
from trustsurvey.services.close_wave import close_wave
from trustsurvey.services.collect import collect
from trustsurvey.services.open_comments import Opened, open_comments
from trustsurvey.services.open_wave import current_wave, open_surveys
from trustsurvey.store import queries

TRUST = loader.load(loader.source("community-trust")[0])


def test_answers_become_a_record(engine: Engine) -> None:
    wave = small_city(engine)
    with engine.begin() as connection:
        collect(connection, wave, area="a1", answers={"fp_respect": "4", "victim": "no", "reported": "no"}, comment=" Good people. ")
    pool = "_pool" if engine.dialect.name == "postgresql" else ""
    with engine.connect() as connection:
        row = connection.execute(text(f"SELECT * FROM response{pool}")).mappings().one()
        sealed = queries.comments(connection, wave.id)
        key = connection.scalar(text(f"SELECT id FROM comment{pool}"))
        chunks = list(queries.records(connection, wave.id))
        assert queries.count_responses(connection, wave.id) == 1
    assert set(row) == {"wave_id", "id", "area_code", "mode", "answers"}
    assert (row["area_code"], row["mode"], row["answers"][0], len(row["answers"])) == ("a1", "web", "4", 50)
    assert chunks == [(["a1"], row["answers"].encode())]
    assert len(bytes(row["id"])) == 16
    assert bytes(key) != bytes(row["id"]), "nothing ties a comment to its answers"
    assert sealing.open_sealed(bytes(sealed[0]), KEYS.private) == sealing.Comment("a1", "Good people.")


@pytest.mark.parametrize(
    ("area", "answers", "comment", "place"),
    [
        ("elsewhere", {"fp_respect": "4"}, "", "area"),
        ("a1", {"fp_respect": "9"}, "", "fp_respect"),
        ("a1", {"nonsense": "1"}, "", "nonsense"),
        ("a1", {}, "   ", ""),
        ("a1", {"reported": "yes"}, "", ""),
    ],
)
def test_what_is_no_answer_stores_nothing(engine: Engine, area: str, answers: dict[str, str], comment: str, place: str) -> None:
    wave = small_city(engine)
    with pytest.raises(AnswersError) as caught, engine.begin() as connection:
        collect(connection, wave, area=area, answers=answers, comment=comment)
    assert [fault.place for fault in caught.value.faults] == [place]
    with engine.connect() as connection:
        assert queries.count_responses(connection, wave.id) == 0
        assert queries.comments(connection, wave.id) == ()


def test_a_closed_wave_takes_nothing(engine: Engine) -> None:
    wave = small_city(engine)
    with engine.begin() as connection:
        assert close_wave(connection, SURVEY, closed=date(2026, 10, 25)).closed == date(2026, 10, 25)
    with pytest.raises(StateError, match="closed"), engine.begin() as connection:
        collect(connection, wave, area="a1", answers={"fp_respect": "4"})
    with pytest.raises(StateError, match="no wave"), engine.begin() as connection:
        close_wave(connection, SURVEY, closed=date(2026, 10, 25))
    with engine.connect() as connection:
        assert queries.count_responses(connection, wave.id) == 0
        assert open_surveys(connection) == ()
        found = current_wave(connection, SURVEY)
        assert found is not None
        assert not found.is_open
        with pytest.raises(NotFound, match=SURVEY):
            current_wave(connection, "nowhere")


def test_comments_are_one_length_and_open_only_with_their_key() -> None:
    sealed = [sealing.seal(sealing.Comment("a1", words), KEYS.public) for words in ("", "short", "ሰላም" * 333, "😀" * 1000, "x" * 9000)]
    assert len({len(one) for one in sealed}) == 1
    assert sealing.open_sealed(sealed[2], KEYS.private).text == "ሰላም" * 333
    assert sealing.open_sealed(sealed[3], KEYS.private).text == "😀" * 1000
    assert "x" * 4000 in sealing.open_sealed(sealed[4], KEYS.private).text
    with pytest.raises(StateError, match="does not open"):
        sealing.open_sealed(sealed[0], sealing.make_keys().private)


def test_records_come_in_chunks_and_none_is_missed_or_doubled(engine: Engine) -> None:
    wave = small_city(engine)
    with engine.begin() as connection:
        for n in range(60):
            collect(connection, wave, area=("a1", "b1", "c2")[n % 3], answers={"fp_respect": str(n % 5), "trust10": str(n % 3)})
    with engine.connect() as connection:
        whole = list(queries.records(connection, wave.id))
        chunks = list(queries.records(connection, wave.id, chunk=7))
    assert len(whole) <= 2
    assert len(chunks) > 5
    for read in (whole, chunks):
        people = [(code, records[50 * k : 50 * k + 50]) for codes, records in read for k, code in enumerate(codes)]
        assert sorted(people) == sorted((("a1", "b1", "c2")[n % 3], people_record(n)) for n in range(60))


def people_record(n: int) -> bytes:
    return record.encode(TRUST, {"fp_respect": str(n % 5), "trust10": str(n % 3)}).encode()


def test_a_comment_shows_its_neighborhood_only_among_fifty_of_its_language(engine: Engine) -> None:
    wave = small_city(engine)
    with engine.begin() as connection:
        for n in range(55):
            said = "From the crowd." if n == 7 else ""
            collect(connection, wave, area="a1", answers={"fp_respect": "1", "home_language": "es"}, comment=said)
        collect(connection, wave, area="a1", answers={"home_language": "am"}, comment="The only one.")
        collect(connection, wave, area="a1", answers={"home_language": "~"}, comment="Not said.")
        collect(connection, wave, area="b1", answers={"home_language": "es"}, comment="Elsewhere.")
        opened = open_comments(connection, wave, KEYS.private)
    assert set(opened) == {
        Opened("a1", "From the crowd."),
        Opened(None, "The only one."),
        Opened(None, "Not said."),
        Opened(None, "Elsewhere."),
    }
