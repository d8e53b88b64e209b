"""Answers as JSON: what the form takes, exactly once, and from nowhere but the survey's own page."""

from __future__ import annotations

import json
import secrets
from concurrent.futures import ThreadPoolExecutor
from datetime import date
from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy import Engine, text
from werkzeug.test import TestResponse

from tests.conftest import SURVEY, small_city
from tests.web.test_respond import stored, ticket
from trustsurvey.anonymity import passes
from trustsurvey.app import create_app
from trustsurvey.services.close_wave import close_wave
from trustsurvey.services.issue_passes import ask_for_passes, issue_passes
from trustsurvey.settings import Settings
from trustsurvey.store import queries
from trustsurvey.store.queries import WaveRow
from trustsurvey.web.security import Tickets

ADDRESS = f"/api/v1/surveys/{SURVEY}/responses"
KEY = "0123456789abcdef-_XY"
ANSWERS = {"area": ["b1"], "safe10": ["7"], "want": ["outreach", "forum"], "comment": ["Two\nlines."]}


def body(client: FlaskClient, *, locale: str = "en", **changed: Any) -> dict[str, Any]:
    return {"locale": locale, "ticket": ticket(client, f"/s/{SURVEY}/{locale}"), "answers": ANSWERS, **changed}


def send(client: FlaskClient, sent: Any, *, key: str = KEY, **headers: str) -> TestResponse:
    return client.post(ADDRESS, json=sent, headers={"Idempotency-Key": key, **headers})


def test_it_takes_what_the_form_takes_and_the_same_key_once(client: FlaskClient, wave: WaveRow, sqlite: Engine) -> None:
    sent = body(client)
    answers = [send(client, sent) for _ in range(3)]
    assert [one.status_code for one in answers] == [201, 200, 200]
    assert {one.text for one in answers} == {'{"status": "stored"}'}
    assert not any(one.headers.getlist("Set-Cookie") for one in answers)
    assert answers[0].headers["Cache-Control"] == "no-store"
    assert "Access-Control-Allow-Origin" not in answers[0].headers
    assert stored(sqlite, wave) == [{"area": "b1", "safe10": "7", "want": ("outreach", "forum")}]
    with sqlite.connect() as connection:
        assert connection.scalar(text("SELECT count(*) FROM comment")) == 1
        [[kept]] = connection.execute(text("SELECT key_hash FROM sent"))
    assert KEY.encode() not in kept
    assert send(client, sent, key=KEY + "2").status_code == 201, "another person may think the same"


def test_the_form_with_the_script_s_key_is_the_same_sending(client: FlaskClient, wave: WaveRow, sqlite: Engine) -> None:
    sent = body(client)
    form = {**ANSWERS, "ticket": sent["ticket"], "key": KEY}
    assert send(client, sent).status_code == 201
    assert client.post(f"/s/{SURVEY}/en", data=form).status_code == 303
    assert len(stored(sqlite, wave)) == 1
    assert client.post(f"/s/{SURVEY}/en", data={**form, "key": "short", "safe10": "8"}).status_code == 303
    assert len(stored(sqlite, wave)) == 2, "what is no key does not count as one"


def test_a_kiosk_s_answers_are_marked(client: FlaskClient, wave: WaveRow, sqlite: Engine) -> None:
    assert send(client, body(client, mode="kiosk")).status_code == 201
    with sqlite.connect() as connection:
        assert connection.scalar(text("SELECT mode FROM response")) == "kiosk"


def test_the_hashes_go_when_the_wave_closes(client: FlaskClient, wave: WaveRow, sqlite: Engine) -> None:
    sent = body(client)
    assert send(client, sent).status_code == 201
    with sqlite.begin() as connection:
        close_wave(connection, SURVEY, closed=date(2026, 10, 30))
        assert connection.scalar(text("SELECT count(*) FROM sent")) == 0
    late = send(client, sent, key=KEY + "2")
    assert (late.status_code, late.json["title"], late.json["detail"]) == (410, "This survey is closed", "Your answers were not sent.")


@pytest.mark.parametrize(
    ("locale", "answers", "field", "found"),
    [
        ("en", {"safe10": ["7"]}, "area", "Your neighborhood is missing."),
        ("es", {"area": ["b1"], "want": ["outreach", "forum", "protocol"]}, "want", "Eligió 3 respuestas."),
        ("en", {"area": ["b1"], "safe10": ["7", "8"]}, "safe10", "There are two answers to this question."),
        ("en", {"area": ["b1"], "safe10": ["77"]}, "safe10", "This answer is not one of those offered."),
        ("en", {"area": ["b1"], "comment": ["Call 206 555 0199"]}, "comment", "We found a phone number"),
        ("en", {"area": ["b1"]}, None, "Nothing is sent yet. One answer is enough."),
        ("en", {"area": ["b1"], "safe10": ["7"], "name": ["Rosa"]}, None, "Something came along"),
        ("en", {"area": ["b1"], "safe10": ["7"], "ticket": ["x"]}, None, "Something came along"),
    ],
    ids=["no area", "one too many, in Spanish", "two", "unknown", "phone", "nothing", "a stranger", "a second ticket"],
)
def test_what_is_wrong_comes_by_item(
    client: FlaskClient, wave: WaveRow, sqlite: Engine, locale: str, answers: dict[str, list[str]], field: str | None, found: str
) -> None:
    response = send(client, body(client, locale=locale, answers=answers))
    assert (response.status_code, response.mimetype) == (422, "application/problem+json")
    problem = json.loads(response.text)
    if field is None:
        assert found in problem["detail"]
        assert problem["errors"] == {}
    else:
        assert list(problem["errors"]) == [field]
        assert found in problem["errors"][field]["found"]
        assert problem["errors"][field]["number"]
    assert stored(sqlite, wave) == []
    assert send(client, body(client)).status_code == 201, "what was refused has not used the key up"


def test_an_old_ticket_is_said_to_be_old(client: FlaskClient, wave: WaveRow) -> None:
    sent = body(client)
    keeper = client.application.extensions["trustsurvey.tickets"]
    client.application.extensions["trustsurvey.tickets"] = Tickets(keeper.key, clock=lambda: keeper.clock() + 50 * 3600)
    old = send(client, sent)
    assert (old.status_code, json.loads(old.text)["stale"]) == (422, True)
    assert send(client, body(client)).status_code == 201


def test_living_outside_stores_nothing(client: FlaskClient, wave: WaveRow, sqlite: Engine) -> None:
    outside = wave.questionnaire.item("area").options[0].code
    response = send(client, body(client, answers={"area": [outside], "safe10": ["7"]}))
    assert response.status_code == 422
    assert "errors" not in json.loads(response.text)
    assert stored(sqlite, wave) == []


@pytest.mark.parametrize(
    ("headers", "kind", "status"),
    [
        ({"Sec-Fetch-Site": "cross-site"}, "application/json", 403),
        ({"Sec-Fetch-Site": "same-site"}, "application/json", 403),
        ({"Origin": "https://elsewhere.example"}, "application/json", 403),
        ({"Origin": "null"}, "application/json", 201),  # what our own page sends under no-referrer
        ({"Sec-Fetch-Site": "same-origin", "Origin": "http://localhost"}, "application/json", 201),
        ({}, "text/plain", 415),
        ({}, "application/x-www-form-urlencoded", 415),
        ({"Idempotency-Key": "short"}, "application/json", 400),
        ({"Idempotency-Key": "x" * 65}, "application/json", 400),
        ({"Idempotency-Key": "ä" * 20}, "application/json", 400),
    ],
)
def test_it_is_for_our_own_page(
    client: FlaskClient, wave: WaveRow, sqlite: Engine, headers: dict[str, str], kind: str, status: int
) -> None:
    data = json.dumps(body(client))
    response = client.post(ADDRESS, data=data, content_type=kind, headers={"Idempotency-Key": KEY, **headers})
    assert response.status_code == status
    assert len(stored(sqlite, wave)) == (status == 201)


@pytest.mark.parametrize(
    "raw",
    [
        b"",
        b"{",
        b"[]",
        b"\xff",
        b"[" * 60_000,
        b'{"locale":"en","ticket":"x"}',
        b'{"locale":"en","ticket":"x","answers":{},"more":1}',
        b'{"locale":"en","ticket":1,"answers":{}}',
        b'{"locale":"en","ticket":"x","answers":{"area":"b1"}}',
        b'{"locale":"en","ticket":"x","answers":{"area":[1]}}',
        b'{"locale":"en","ticket":"x","answers":{"comment":["\\ud800"]}}',
        b'{"locale":"en","ticket":"x","answers":{},"mode":"paper"}',
    ],
)
def test_what_no_page_of_ours_sends_is_not_read(client: FlaskClient, wave: WaveRow, raw: bytes) -> None:
    response = client.post(ADDRESS, data=raw, content_type="application/json", headers={"Idempotency-Key": KEY})
    assert (response.status_code, response.mimetype) == (400, "application/problem+json")


@pytest.mark.parametrize(
    ("address", "locale", "size", "status"),
    [("/api/v1/surveys/nowhere/responses", "en", 1, 404), (ADDRESS, "ko", 1, 404), (ADDRESS, "en", 70_000, 413)],
)
def test_other_refusals_are_problems_too(client: FlaskClient, wave: WaveRow, address: str, locale: str, size: int, status: int) -> None:
    sent = {"locale": locale, "ticket": "x", "answers": {"comment": ["x" * size]}}
    response = client.post(address, json=sent, headers={"Idempotency-Key": KEY})
    assert (response.status_code, response.mimetype) == (status, "application/problem+json")
    assert "default-src 'none'" in response.headers["Content-Security-Policy"]


def test_above_the_limit_it_says_to_wait(settings: Settings, wave: WaveRow) -> None:
    app = create_app(Settings(instance=settings.instance, rate_residents="2 per minute"))
    client = app.test_client()
    sent = body(client)
    found = [send(client, sent, key=KEY + str(n)) for n in range(3)]
    assert [one.status_code for one in found] == [201, 201, 429]
    assert (found[2].mimetype, found[2].headers["Retry-After"]) == ("application/problem+json", "60")
    app.extensions["trustsurvey"].engine.dispose()


def test_an_invitation_is_good_once_and_its_key_again(client: FlaskClient, wave: WaveRow, sqlite: Engine, settings: Settings) -> None:
    with sqlite.begin() as connection:
        ask_for_passes(connection, wave)
        issued = issue_passes(connection, SURVEY, count=20, key=settings.key())
    public = issued.wave.pass_public
    assert public
    prepared = passes.prepare(secrets.token_bytes(32))
    blinding = passes.blind(public, prepared)
    reply = client.post(f"/s/{SURVEY}/pass", data={"code": issued.codes[0], "blinded": blinding.blinded.hex()})
    presented = str(passes.finalize(public, prepared, bytes.fromhex(reply.json["signature"]), blinding.inverse))
    assert json.loads(send(client, body(client)).text)["title"] == "Please type your code"
    assert [send(client, body(client, **{"pass": presented})).status_code for _ in "ab"] == [201, 200]
    again = send(client, body(client, **{"pass": presented}), key=KEY + "2")
    assert (again.status_code, json.loads(again.text)["title"]) == (422, "This invitation can’t be used")
    assert len(stored(sqlite, issued.wave)) == 1


def test_the_same_key_at_the_same_moment_counts_once(engine: Engine, each_settings: Settings) -> None:
    """On SQLite and PostgreSQL: eight threads, each of four keys sent by two of them, at once and again."""
    wave = small_city(engine)
    app = create_app(each_settings)
    sent = body(app.test_client())
    keys = [f"{KEY}-{n // 2}" for n in range(8)]
    with ThreadPoolExecutor(8) as crowd:
        first = list(crowd.map(lambda key: send(app.test_client(), sent, key=key).status_code, keys))
    again = [send(app.test_client(), sent, key=key).status_code for key in keys]
    app.extensions["trustsurvey"].engine.dispose()
    assert sorted(first) == [200] * 4 + [201] * 4
    assert again == [200] * 8
    with engine.connect() as connection:
        assert queries.count_responses(connection, wave.id) == 4
