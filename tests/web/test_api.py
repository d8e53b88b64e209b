"""The public API: what it describes is what it does, found out by a program that asks it everything."""

from __future__ import annotations

import json
import threading
import time
import warnings
from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from pathlib import Path

import jsonschema
import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import Engine

from tests.conftest import SURVEY, migrated, small_city
from tests.web.test_made import gone, slow
from trustsurvey.app import create_app
from trustsurvey.publish import FORMATS
from trustsurvey.services.close_wave import close_wave
from trustsurvey.services.collect import collect
from trustsurvey.services.publish_release import publish_release
from trustsurvey.settings import Settings
from trustsurvey.store.queries import WaveRow
from trustsurvey.web import exports

with warnings.catch_warnings():
    warnings.simplefilter("ignore")  # the library warns about its own dependencies when it is imported
    import schemathesis

BASE = f"/api/v1/surveys/{SURVEY}/releases"


@pytest.fixture(scope="module")
def file(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    """A database with two releases of a wave in which thirty people answered."""
    settings = Settings(instance=tmp_path_factory.mktemp("released"))
    made = migrated(settings)
    wave = small_city(made)
    with made.begin() as connection:
        for n in range(30):
            collect(connection, wave, area=("a1", "b1")[n % 2], answers={"fp_respect": str(n % 5), "fp_listen": "3", "victim": "no"})
        close_wave(connection, SURVEY, closed=date(2026, 10, 25))
        publish_release(connection, SURVEY, released=date(2026, 11, 12))
        publish_release(connection, SURVEY, released=date(2026, 11, 13))
    made.dispose()
    return (settings.instance / "trustsurvey.sqlite").read_bytes()


@pytest.fixture
def released(file: bytes, settings: Settings, sqlite: Engine) -> None:
    """That database in the place of the empty one."""
    sqlite.dispose()
    (settings.instance / "trustsurvey.sqlite").write_bytes(file)


@pytest.mark.usefixtures("released")
def test_it_does_what_it_describes(app: Flask) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        schema = schemathesis.openapi.from_wsgi("/api/v1/openapi.json", app)
        tried = 0
        for operation in schema.get_all_operations():
            strategy = operation.ok().as_strategy()
            for case in _examples(strategy):
                case.call_and_validate(headers={"Accept-Encoding": "identity"})  # the test transport does not unpack
                tried += 1
    assert tried > 80


def _examples(strategy: object) -> Iterator[schemathesis.Case]:
    """Some cases of an operation: those that it makes up, and the same with a survey that exists."""
    import hypothesis

    found: list[schemathesis.Case] = []

    @hypothesis.settings(max_examples=8, database=None, deadline=None, suppress_health_check=list(hypothesis.HealthCheck))
    @hypothesis.given(strategy)  # type: ignore[arg-type]
    def draw(case: schemathesis.Case) -> None:
        found.append(case)

    draw()
    for case in found:
        yield case
        if "survey" in (case.path_parameters or {}):
            case.path_parameters["survey"] = SURVEY
            yield case


@pytest.mark.usefixtures("released")
def test_a_list_by_pages(client: FlaskClient) -> None:
    first = client.get(f"{BASE}?per_page=1")
    assert (first.json["total"], first.json["pages"], [r["number"] for r in first.json["releases"]]) == (2, 2, [2])
    assert first.headers["Link"] == f'<{BASE}?page=2&per_page=1>; rel="next"'
    last = client.get(first.headers["Link"].partition(">")[0][1:])
    assert [r["number"] for r in last.json["releases"]] == [1]
    assert 'rel="prev"' in last.headers["Link"]
    for address in last.json["releases"][0]["formats"].values():
        assert client.get(address).status_code == 200
    assert client.get(f"{BASE}?page=9").json["releases"] == []


@pytest.mark.usefixtures("released")
def test_a_release_fits_the_schema_that_describes_it(client: FlaskClient) -> None:
    described = client.get("/api/v1/openapi.json").json
    schema = {"$ref": "#/components/schemas/Release", "components": described["components"]}
    jsonschema.validate(client.get(f"{BASE}/latest").json, schema)
    assert client.get(f"{BASE}/1").json["number"] == 1


@pytest.mark.usefixtures("released")
@pytest.mark.parametrize("kind", sorted(FORMATS.keys() - {"json"}))
def test_every_format_can_be_asked_for_and_asked_again(client: FlaskClient, kind: str) -> None:
    response = client.get(f"{BASE}/latest.{kind}?locale=es")
    assert response.status_code == 200
    assert response.content_type == FORMATS[kind].media_type
    assert response.headers["Access-Control-Allow-Origin"] == "*"
    assert "Set-Cookie" not in response.headers
    again = client.get(f"{BASE}/latest.{kind}?locale=es", headers={"If-None-Match": response.headers["ETag"]})
    assert again.status_code == 304
    assert again.get_data() == b""


@pytest.mark.usefixtures("released")
@pytest.mark.parametrize(
    ("path", "status", "says"),
    [
        ("/api/v1/surveys/nowhere/releases", 404, "there is no survey 'nowhere'"),
        (f"{BASE}/9", 404, "there is no release 9"),
        (f"{BASE}/99999999999999999999", 404, "there is no release"),
        (f"{BASE}/latest?locale=xx", 404, "there is no locale 'xx'"),
        (f"{BASE}/latest.doc", 404, "not found"),
        ("/api/v1/nothing", 404, "not found"),
        (f"{BASE}?page=0", 400, "page is '0'"),
        (f"{BASE}?per_page=101", 400, "from 1 to 100"),
        (f"{BASE}?page=²", 400, "whole number"),
    ],
)
def test_a_fault_is_a_problem_in_json(client: FlaskClient, path: str, status: int, says: str) -> None:
    response = client.get(path)
    assert response.status_code == status
    assert response.content_type == "application/problem+json"
    assert response.headers["Access-Control-Allow-Origin"] == "*"
    assert says in json.loads(response.text)["detail"]
    assert json.loads(response.text)["status"] == status


@pytest.mark.usefixtures("released")
def test_a_language_that_is_not_offered_is_not_answered_in_another(app: Flask, client: FlaskClient, settings: Settings) -> None:
    assert client.get(f"{BASE}/latest.csv?locale=es").status_code == 200
    own = settings.instance / "translations" / "en" / "LC_MESSAGES" / "messages.po"
    own.parent.mkdir(parents=True)
    own.write_text('msgid ""\nmsgstr ""\n\n#: templates/respond/new.html\nmsgid "New"\nmsgstr "New"\n')
    app.extensions["trustsurvey"].catalogs.reload()
    response = client.get(f"{BASE}/latest.csv?locale=es", headers={"Accept-Language": "en"})
    assert response.status_code == 404
    assert "there is no locale 'es'; there are: en" in json.loads(response.text)["detail"]


def test_before_the_first_release(client: FlaskClient, wave: WaveRow) -> None:
    assert client.get(BASE).json["total"] == 0
    assert client.get(f"{BASE}/latest").status_code == 404


def test_a_browser_may_ask_with_an_etag(client: FlaskClient, wave: WaveRow) -> None:
    before = client.options(BASE, headers={"Origin": "https://example.org", "Access-Control-Request-Headers": "if-none-match"})
    assert before.headers["Access-Control-Allow-Origin"] == "*"
    assert before.headers["Access-Control-Allow-Headers"] == "If-None-Match"
    assert "GET" in before.headers["Access-Control-Allow-Methods"]
    assert "POST" not in before.headers["Access-Control-Allow-Methods"]
    assert "ETag" in client.get(BASE).headers["Access-Control-Expose-Headers"]


def test_one_address_is_held_back_and_told_how_long(settings: Settings, sqlite: Engine, wave: WaveRow) -> None:
    app = create_app(replace(settings, rate_api="3 per minute"))
    client = app.test_client()
    assert [client.get(BASE, environ_base={"REMOTE_ADDR": "203.0.113.5"}).status_code for _ in range(4)] == [200, 200, 200, 429]
    held = client.get(BASE, environ_base={"REMOTE_ADDR": "203.0.113.5"})
    assert held.content_type == "application/problem+json"
    assert held.json["status"] == 429
    assert 0 < int(held.headers["Retry-After"]) <= 60
    assert held.headers["Access-Control-Allow-Origin"] == "*"
    assert held.headers["Cache-Control"] == "no-store"
    assert client.get(BASE, environ_base={"REMOTE_ADDR": "203.0.113.6"}).status_code == 200
    app.extensions["trustsurvey"].engine.dispose()


@pytest.mark.usefixtures("released")
def test_a_report_that_takes_long_is_promised_and_one_that_fails_is_tried_again(
    app: Flask, client: FlaskClient, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    app.config["PUBLIC_PATIENCE"] = 0.05
    started = slow(monkeypatch, tmp_path / "w", "make_file.atomically(path.with_name(path.name + '.failed'), b'ReleaseError: no')")
    answer = client.get(f"{BASE}/1.pdf")
    assert (answer.status_code, answer.content_type) == (503, "application/problem+json")
    assert int(answer.headers["Retry-After"]) > 0
    process = started()
    (tmp_path / "w" / "go").touch()
    gone(process)
    answer = client.get(f"{BASE}/1.pdf")
    assert answer.status_code == 500
    assert answer.headers["Cache-Control"] == "no-store"
    assert "ReleaseError" not in answer.text  # what the program says is for staff
    app.config["PUBLIC_PATIENCE"] = 60
    slow(monkeypatch, tmp_path / "w", "make_file.atomically(path, b'report')")
    assert client.get(f"{BASE}/1.pdf").data == b"report"


@pytest.mark.slow
@pytest.mark.usefixtures("released")
def test_programs_that_wait_leave_threads_for_residents(app: Flask, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    started = slow(monkeypatch, tmp_path / "w", "make_file.atomically(path, b'report')")
    found: list[int] = []
    waiting = [threading.Thread(target=lambda: found.append(app.test_client().get(f"{BASE}/1.pdf").status_code)) for _ in range(4)]
    for thread in waiting:
        thread.start()
    started()
    until = time.monotonic() + 30
    while len(found) < 4 - exports.WAITING and time.monotonic() < until:
        time.sleep(0.01)
    assert found == [503] * (4 - exports.WAITING)
    (tmp_path / "w" / "go").touch()
    for thread in waiting:
        thread.join()
    assert sorted(found) == [200] * exports.WAITING + [503] * (4 - exports.WAITING)
