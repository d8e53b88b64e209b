"""A sealed wave: whoever takes everything that the server has learns how many answered, and nothing that they said."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path

import pytest
from sqlalchemy import Engine, text

from tests.conftest import SURVEY, Run, boundaries, notice, small_city
from tests.services.order import everything
from tests.services.people import answers_of, record_of
from trustsurvey.analysis.release import Release
from trustsurvey.anonymity import sealing
from trustsurvey.errors import StateError
from trustsurvey.questionnaire import loader
from trustsurvey.services.close_wave import close_wave
from trustsurvey.services.collect import collect
from trustsurvey.services.mix import mix_closed
from trustsurvey.services.open_wave import open_wave
from trustsurvey.services.publish_release import publish_release
from trustsurvey.settings import Settings
from trustsurvey.store import queries
from trustsurvey.store.engine import open_engine
from trustsurvey.store.queries import WaveRow

PEOPLE = range(30)
OTHERS, SEALED = 600_000, range(700_000, 700_030)  # people that no other test has
SEALING = sealing.make_keys()


def sealed_wave(engine: Engine, number: int = 2) -> WaveRow:
    """The wave after the small city's first, sealed."""
    source, file = loader.source("community-trust")
    with engine.begin() as connection:
        return open_wave(
            connection,
            SURVEY,
            questionnaire=source,
            file=file,
            label="November 2026",
            notices={"en": notice("en")},
            opened=date(2026, 11, 2),
            sealing_key=SEALING.public,
        )


def test_what_is_taken_says_nothing_and_the_release_says_all(engine: Engine, each_settings: Settings) -> None:
    open_to_all = small_city(engine)
    for person in PEOPLE:
        with engine.begin() as connection:
            collect(connection, open_to_all, area="b1", answers=answers_of(open_to_all, OTHERS + person))
    with engine.begin() as connection:
        close_wave(connection, SURVEY, closed=date(2026, 10, 25))
        plain = publish_release(connection, SURVEY, released=date(2026, 11, 1))
    wave = sealed_wave(engine)
    for person in PEOPLE:
        with engine.begin() as connection:
            collect(connection, wave, area="b1", answers=answers_of(wave, OTHERS + person))
    answer_without_comment(engine, wave, SEALED, area="a1")
    with engine.begin() as connection:
        assert queries.count_responses(connection, wave.id) == 60
        assert list(queries.records(connection, wave.id)) == []
        assert {len(one) for boxes in queries.sealed_records(connection, wave.id) for one in boxes} == {48 + 1 + len('["b1", ""]') + 50}
        close_wave(connection, SURVEY, closed=date(2026, 11, 20))
    assert mix_closed(engine, wave.id)
    with engine.begin() as connection:
        made = publish_release(connection, SURVEY, released=date(2026, 11, 30), private_key=SEALING.private)
    with engine.connect() as connection:
        assert connection.scalar(text("SELECT count(*) FROM sealed_response")) == 60
        assert connection.scalar(text("SELECT count(*) FROM response WHERE wave_id = :w"), {"w": wave.id}) == 0
    taken = everything(each_settings)
    # The border of a page of the write-ahead log may cut one record in two: most are whole.
    found = [record_of(open_to_all, OTHERS + person).encode() in taken for person in PEOPLE]
    assert sum(found) > len(found) * 0.8, "what isn't sealed is found"
    assert not [person for person in SEALED if record_of(wave, person).encode() in taken]
    assert made.n == 60
    assert of_area(made, "b1") == of_area(plain, "b1") != []


def of_area(made: Release, area: str) -> list[tuple[str, int | None]]:
    return [(estimate.measure, estimate.n) for estimate in made.estimates if estimate.area == area and estimate.n]


def answer_without_comment(engine: Engine, wave: WaveRow, people: range, *, area: str) -> None:
    for person in people:
        with engine.begin() as connection:
            collect(connection, wave, area=area, answers=answers_of(wave, person))


def test_a_key_is_asked_for_and_must_be_the_one(sqlite: Engine) -> None:
    wave = small_city(sqlite)
    with sqlite.begin() as connection:
        close_wave(connection, SURVEY, closed=date(2026, 10, 25))
    sealed = sealed_wave(sqlite)
    with sqlite.begin() as connection:
        close_wave(connection, SURVEY, closed=date(2026, 11, 20))
    day, other = date(2026, 12, 1), sealing.make_keys().private
    for number, key, says in ((2, None, "is sealed: bring"), (2, other, "not the key"), (1, SEALING.private, "is not sealed")):
        with pytest.raises(StateError, match=says), sqlite.begin() as connection:
            publish_release(connection, SURVEY, wave=number, released=day, private_key=key)
    assert (wave.is_sealed, sealed.is_sealed) == (False, True)


def test_no_length_tells_the_neighborhood() -> None:
    areas = ["a", "quarter-with-a-long-name", "é" * 12]
    size = sealing.record_size(areas, 50)
    boxes = [sealing.seal_record(sealing.Record(area, "1" * 50), SEALING.public, size) for area in areas]
    assert len({len(box) for box in boxes}) == 1
    assert [sealing.open_record(box, SEALING.private).area for box in boxes] == areas
    with pytest.raises(StateError, match="does not open the answers"):
        sealing.open_record(boxes[0], sealing.make_keys().private)
    with pytest.raises(ValueError, match="don't fit"):
        sealing.seal_record(sealing.Record("x" * 90, "1" * 50), SEALING.public, size)


# ---------------------------------------------------------------- the command line


@pytest.fixture
def harbor(run: Run, tmp_path: Path) -> Run:
    """`trustsurvey …` in a folder with a survey that has no wave yet."""
    (tmp_path / "harbor.geojson").write_text(boundaries())
    words = "\n".join(f"  {name}: words" for name in ("operator", "contact", "who_sees", "consent", "results"))
    (tmp_path / "notice.yaml").write_text(f'en:\n{words}\n  help_lines: ["555-0177"]\n')
    run("db", "upgrade")
    run("areas", "import", "harbor.geojson", "--name", "name", "--code", "code", "--place", "Harbor")
    run("survey", "create", "harbor", "--title", "Harbor trust survey", "--areas", "harbor")
    return run


OPEN = ("wave", "open", "harbor", "--label", "October 2026", "--notice", "notice.yaml")


def test_a_sealed_wave_from_its_keys_to_its_release(harbor: Run, tmp_path: Path) -> None:
    harbor("wave", "keygen", "--output", "keys/october.key")
    harbor("wave", "keygen", "--output", "other.key")
    assert "exists" in harbor("wave", "keygen", "--output", "other.key", code=2).output
    opened = json.loads(harbor(*OPEN, "--sealed", "keys/october.key.pub", "--json").output)
    assert (opened["sealed"], opened["passes"]) == (True, False)
    engine = open_engine(f"sqlite:///{tmp_path}/instance/trustsurvey.sqlite")
    with engine.begin() as connection:
        wave = queries.waves(connection, "harbor")[0]
        for person in range(12):
            collect(connection, wave, area="a1", answers=answers_of(wave, person))
    engine.dispose()
    assert "not the key" in harbor("wave", "close", "harbor", "--key", "other.key", code=2).output
    with open_engine(str(engine.url)).connect() as connection:
        assert queries.is_open(connection, wave.id), "a wrong key closes nothing"
    closed = json.loads(harbor("wave", "close", "harbor", "--key", "keys/october.key", "--json").output)
    assert (closed["n"], closed["release"], closed["mixed"]) == (12, 1, True)
    assert "is sealed: bring" in harbor("release", "create", "harbor", code=2).output
    again = json.loads(harbor("release", "create", "harbor", "--key", "keys/october.key", "--json").output)
    assert (again["release"], again["n"]) == (2, 12)


def test_a_sealed_wave_closes_without_its_key(harbor: Run) -> None:
    harbor("wave", "keygen", "--output", "k")
    harbor(*OPEN, "--sealed", "k.pub")
    assert "make its release with `release create --key FILE`" in harbor("wave", "close", "harbor").output


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (("--passes",), "a wave with passes is sealed"),
        (("--sealed", "k.pub", "--unsealed"), "exclude each other"),
        (("--sealed", "notice.yaml"), "notice.yaml is not a public key"),
        (("--sealed",), "requires an argument"),
    ],
)
def test_what_cannot_be_sealed_opens_nothing(harbor: Run, arguments: tuple[str, ...], says: str) -> None:
    harbor("wave", "keygen", "--output", "k")
    assert says in harbor(*OPEN, *arguments, code=2).output
    assert "October" not in harbor("survey", "list").output


def test_a_wave_with_passes_is_sealed_unless_said_otherwise(harbor: Run) -> None:
    opened = json.loads(harbor(*OPEN, "--passes", "--unsealed", "--json").output)
    assert (opened["sealed"], opened["passes"]) == (False, True)
