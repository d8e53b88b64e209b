"""The demo: quick, whole, made up, and never over anything real. Its estimates recover the truth it was made from."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from click.testing import CliRunner
from sqlalchemy import Engine

from tests.web.test_accounts import sign_in
from trustsurvey.analysis.release import Release
from trustsurvey.app import create_app
from trustsurvey.cli import main
from trustsurvey.questionnaire import loader
from trustsurvey.services import build_demo, read_releases
from trustsurvey.services.demo import people
from trustsurvey.services.open_wave import open_surveys
from trustsurvey.settings import Settings
from trustsurvey.store import queries
from trustsurvey.store.engine import open_engine


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """The demo, built once by its command."""
    folder = tmp_path_factory.mktemp("demo")
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(folder)
        patch.delenv("TRUSTSURVEY_INSTANCE", raising=False)
        patch.delenv("TRUSTSURVEY_DATABASE_URL", raising=False)
        started = time.monotonic()
        result = CliRunner().invoke(main, ["demo", "--no-serve", "--json"], catch_exceptions=False)
        assert time.monotonic() - started < 20
        assert result.exit_code == 0, result.output
        assert json.loads(result.output)["built"]
        yield folder


@pytest.fixture
def engine(demo: Path) -> Iterator[Engine]:
    made = open_engine(f"sqlite:///{demo / 'instance' / 'trustsurvey.sqlite'}")
    yield made
    made.dispose()


@pytest.fixture
def releases(engine: Engine) -> tuple[Release, ...]:
    with engine.connect() as connection:
        return tuple(read_releases.numbered(connection, build_demo.SURVEY, number) for number in (1, 2, 3))


def test_it_holds_what_it_should(engine: Engine, releases: tuple[Release, ...]) -> None:
    with engine.connect() as connection:
        waves = queries.waves(connection, build_demo.SURVEY)
        assert [(wave.is_open, wave.questionnaire.code) for wave in waves] == [(False, "community-trust")] * 3 + [(True, "community-trust")]
        assert [queries.count_responses(connection, wave.id) for wave in waves] == [2000, 2000, 2000, 0]
        assert open_surveys(connection)[0].survey.code == "community-trust"
        assert len(queries.areas(connection, waves[0].survey.area_set_id)) == 24
    for release in releases:
        assert release.synthetic
        assert release.weights.margins_met
        assert {check.margin for check in release.weights.margins} == {"area", "age", "gender", "home_language"}


def test_the_estimates_recover_the_truth(releases: tuple[Release, ...]) -> None:
    """Intervals at 95 % hold the population's own figures about as often as they say, and weighting beats not weighting."""
    questionnaire = loader.load(loader.source("community-trust")[0])
    inside = total = 0
    for number, release in enumerate(releases, start=1):
        truth = people.populate(questionnaire, number, seed=build_demo.SEED).truth
        city = release.estimate("trust_index")
        assert city is not None
        assert city.estimate == pytest.approx(truth["trust_index"][None], abs=1.0)
        for measure, by_area in truth.items():
            for area, value in by_area.items():
                found = release.estimate(measure, area)
                if found is not None and found.lci is not None and found.uci is not None:
                    total += 1
                    inside += found.lci <= value <= found.uci
    assert total > 500
    assert 0.90 <= inside / total <= 0.98, f"{inside} of {total}"


def test_what_changed_on_purpose_is_detected(releases: tuple[Release, ...]) -> None:
    changed = {c.contrast.area: c.contrast for c in releases[2].changes if c.contrast.measure == "trust_index" and not c.contrast.group}
    assert changed["tannery"].detectable
    assert changed["tannery"].difference > 4
    assert changed["juniper"].difference < 0


def test_small_neighborhoods_are_suppressed(releases: tuple[Release, ...]) -> None:
    for release in releases:
        for code in ("union-yards", "saltmarsh"):
            found = release.estimate("trust_index", code)
            assert found is not None
            assert found.flag.suppressed
            assert found.estimate is found.n is found.se is None


def test_again_it_serves_the_same_with_a_new_password(demo: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(demo)
    said = [json.loads(CliRunner().invoke(main, ["demo", "--no-serve", "--json"], catch_exceptions=False).output) for _ in range(2)]
    assert not said[0]["built"]
    assert said[0]["password"] != said[1]["password"]
    app = create_app(Settings(instance=demo / "instance"))
    for email, role in said[1]["accounts"].items():
        assert sign_in(app.test_client(), email, said[1]["password"]).location == (
            "/translate/" if role == "translator" else "/department/"
        )
    app.extensions["trustsurvey"].engine.dispose()


def test_it_does_not_touch_anything_real(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from tests.conftest import boundaries

    monkeypatch.chdir(tmp_path)
    (tmp_path / "x.geojson").write_text(boundaries())
    runner = CliRunner()
    runner.invoke(main, ["db", "upgrade"], catch_exceptions=False)
    runner.invoke(main, ["areas", "import", "x.geojson", "--name", "name", "--place", "Harbor"], catch_exceptions=False)
    runner.invoke(main, ["survey", "create", "real", "--title", "Real", "--areas", "x"], catch_exceptions=False)
    result = runner.invoke(main, ["demo", "--no-serve"], catch_exceptions=False)
    assert result.exit_code == 2
    assert "holds real, which is not a demo" in result.output
    assert json.loads(runner.invoke(main, ["survey", "list", "--json"]).output) == {"waves": [], "without_waves": ["real"]}
