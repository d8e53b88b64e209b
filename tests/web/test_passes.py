"""The doors of a wave by invitation: one page for all, plain refusals, and no trace that leads from a code to an answer."""

from __future__ import annotations

import logging
import random
import re
import secrets
from dataclasses import dataclass

import pytest
from bs4 import BeautifulSoup
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import Engine, text
from werkzeug.test import TestResponse

from tests.conftest import SURVEY
from trustsurvey.anonymity import codes, passes
from trustsurvey.services.issue_passes import Issued, ask_for_passes, issue_passes
from trustsurvey.settings import Settings
from trustsurvey.store import once, queries
from trustsurvey.store.queries import WaveRow

PAGE = f"/s/{SURVEY}/en"


@dataclass
class Seen:
    """What a server that keeps everything would know of one person: the code and the exchange, the pass and the answers."""

    code: str
    blinded: bytes
    signed: bytes
    presented: passes.Pass
    answer: str


@pytest.fixture
def issued(sqlite: Engine, wave: WaveRow, settings: Settings) -> Issued:
    with sqlite.begin() as connection:
        ask_for_passes(connection, wave)
        return issue_passes(connection, SURVEY, count=25, key=settings.key())


def ticket(client: FlaskClient) -> str:
    found = BeautifulSoup(client.get(PAGE).text, "html5lib").find("input", attrs={"name": "ticket"})
    assert found is not None
    return str(found["value"])


def exchange(client: FlaskClient, code: str, blinded: bytes, locale: str = "en") -> TestResponse:
    return client.post(f"/s/{SURVEY}/pass?locale={locale}", data={"code": code, "blinded": blinded.hex()})


def answer(client: FlaskClient, **more: str) -> TestResponse:
    return client.post(PAGE, data={"ticket": ticket(client), "area": "a1", "fp_respect": "4", **more})


def respond(client: FlaskClient, issued: Issued, code: str, value: str = "4") -> Seen:
    public = issued.wave.pass_public
    assert public
    prepared = passes.prepare(secrets.token_bytes(32))
    blinding = passes.blind(public, prepared)
    reply = exchange(client, code, blinding.blinded)
    assert reply.status_code == 200
    signed = bytes.fromhex(reply.get_json()["signature"])
    presented = passes.finalize(public, prepared, signed, blinding.inverse)
    assert answer(client, **{"pass": str(presented), "fp_respect": value}).status_code == 303
    return Seen(code, blinding.blinded, signed, presented, value)


def stored(engine: Engine, wave: WaveRow) -> tuple[int, int, int]:
    """Invitations used, passes spent, responses."""
    with engine.connect() as connection:
        spent = connection.scalar(text("SELECT count(*) FROM spent_pass")) or 0
        return once.count_invitations(connection, wave.id)[1], spent, queries.count_responses(connection, wave.id)


def test_everyone_gets_the_same_page_and_it_holds_the_key(page_client: FlaskClient, issued: Issued) -> None:
    first, second = page_client.get(PAGE), page_client.get(PAGE, headers={"User-Agent": "another phone"})
    assert first.data == second.data
    assert issued.wave.pass_public
    assert passes.modulus(issued.wave.pass_public) in first.text
    assert " ".join(re.findall("....", issued.fingerprint)) in first.text
    assert not any(code in first.text for code in issued.codes)
    assert "connect-src 'self'" in first.headers["Content-Security-Policy"]
    assert "unsafe" not in first.headers["Content-Security-Policy"]
    for locale in ("es", "ar"):
        page_client.get(f"/s/{SURVEY}/{locale}")  # audited


def test_an_open_link_carries_nothing_of_it(client: FlaskClient, wave: WaveRow) -> None:
    page = client.get(PAGE)
    assert "blindRSA" not in page.text
    assert 'name="pass"' not in page.text
    assert client.post(f"/s/{SURVEY}/pass", data={"code": codes.make(), "blinded": "00"}).status_code == 404
    assert answer(client).status_code == 303
    assert answer(client, code=codes.make()).status_code == 422, "a field that this page doesn't have"


def test_a_pass_is_good_for_one_response(client: FlaskClient, issued: Issued, sqlite: Engine) -> None:
    seen = respond(client, issued, issued.codes[0])
    assert stored(sqlite, issued.wave) == (1, 1, 1)
    again = answer(client, **{"pass": str(seen.presented), "fp_respect": "2"})
    assert again.status_code == 422
    assert "This invitation can’t be used" in again.text
    assert str(seen.presented) not in again.text
    assert 'value="2" checked' in again.text, "the answers are kept"
    answer(client, **{"pass": str(seen.presented)})  # word for word: pressed twice, or replayed
    assert stored(sqlite, issued.wave) == (1, 1, 1)


@pytest.mark.parametrize(
    ("sent", "says"),
    [
        ({}, "Please type your code"),
        ({"code": "  "}, "Please type your code"),
        ({"code": "lusab"}, "Please look at your code again"),
        ({"code": codes.write(bytes(8))}, "This invitation can’t be used"),
        ({"pass": "nonsense"}, "This invitation can’t be used"),
        ({"pass": "00" * 64 + "." + "00" * 256}, "This invitation can’t be used"),
    ],
    ids=["nothing", "blank", "mistyped", "unknown code", "no pass", "forged pass"],
)
def test_a_response_without_a_good_invitation_is_not_stored(
    page_client: FlaskClient, issued: Issued, sqlite: Engine, sent: dict[str, str], says: str
) -> None:
    refused = answer(page_client, **sent)
    assert refused.status_code == 422
    assert says in refused.text
    assert "Your answers are still here" in refused.text
    assert stored(sqlite, issued.wave) == (0, 0, 0)
    assert answer(page_client, code=issued.codes[0]).status_code == 303
    assert stored(sqlite, issued.wave) == (1, 1, 1)


def test_a_wrong_answer_burns_no_code(client: FlaskClient, issued: Issued, sqlite: Engine) -> None:
    refused = answer(client, code=issued.codes[0], area="")
    assert refused.status_code == 422
    assert issued.codes[0] in refused.text, "the code is kept for the next try"
    assert stored(sqlite, issued.wave) == (0, 0, 0)


@pytest.mark.parametrize(
    ("code", "blinded", "status", "says"),
    [
        ("", "00", 422, "Please type your code\n"),
        ("lusab", "00", 422, "Please look at your code again\n"),
        (codes.write(bytes(8)), "01" * 256, 409, "This invitation can’t be used\n"),
        ("good", "", 409, "This invitation can’t be used\n"),
        ("good", "zz", 409, "This invitation can’t be used\n"),
        ("good", "00" * 256, 409, "This invitation can’t be used\n"),
        ("good", "ff" * 256, 409, "This invitation can’t be used\n"),
    ],
)
def test_the_exchange_refuses_in_words(
    client: FlaskClient, issued: Issued, sqlite: Engine, code: str, blinded: str, status: int, says: str
) -> None:
    code = issued.codes[0] if code == "good" else code
    refused = client.post(f"/s/{SURVEY}/pass", data={"code": code, "blinded": blinded})
    assert (refused.status_code, refused.get_json()["error"].startswith(says)) == (status, True)
    assert refused.headers["Cache-Control"] == "no-store"
    assert stored(sqlite, issued.wave) == (0, 0, 0)


def test_the_exchange_answers_the_page_alone(client: FlaskClient, issued: Issued) -> None:
    path = f"/s/{SURVEY}/pass"
    assert client.get(path).status_code == 404
    assert client.post(path, data={"code": "x"}, headers={"Sec-Fetch-Site": "cross-site"}).status_code == 403
    assert client.post(path, json={"code": "x"}).status_code == 415
    assert client.post("/s/elsewhere/pass", data={"code": "x"}).status_code == 404


def test_no_table_and_no_log_ties_a_code_to_an_answer(
    app: Flask, client: FlaskClient, issued: Issued, sqlite: Engine, settings: Settings, caplog: pytest.LogCaptureFixture
) -> None:
    """Twenty known people answer in a known order, each an answer of their own kind; then everything that was kept is searched."""
    caplog.set_level(logging.DEBUG)
    values = [str(n % 5) for n in range(20)]
    random.Random(4).shuffle(values)
    seen = [respond(client, issued, code, value) for code, value in zip(issued.codes, values, strict=False)]
    assert stored(sqlite, issued.wave) == (20, 20, 20)

    log = caplog.text
    with sqlite.connect() as connection:
        rows = {
            name: [
                [bytes(v) if isinstance(v, bytes) else str(v).encode() for v in row]
                for row in connection.execute(text(f"SELECT * FROM {name}"))
            ]
            for name in ("invitation", "spent_pass", "response", "sent")
        }
    kept = {name: {value for row in found for value in row if len(value) >= 16} for name, found in rows.items()}
    assert len(kept["invitation"]) == 25 + 20
    assert len(kept["spent_pass"]) == len(rows["response"]) == 20
    for name, found in kept.items():
        for other, more in kept.items():
            assert name == other or not found & more, f"{name} and {other} share a value"
    whole = b"".join(path.read_bytes() for path in settings.instance.iterdir() if path.name.startswith("trustsurvey.sqlite"))
    for person in seen:
        for secret in (person.code.encode(), person.blinded, person.signed, person.presented.prepared, person.presented.signature):
            assert secret not in whole, "the database keeps hashes alone"
            assert secret.hex() not in log
        assert person.code not in log
    assert "fp_respect" not in log

    # Whoever kept every exchange and every response still can't match them: each pair of them is as possible as any other.
    public = issued.wave.pass_public
    assert public
    with sqlite.connect() as connection:
        private = once.pass_key(connection, issued.wave.id)
    assert private
    n = int(passes.modulus(public), 16)
    for exchanged in seen[:4]:
        for responded in seen[:4]:
            encoded = pow(int.from_bytes(responded.presented.signature), passes.EXPONENT, n)
            ratio = int.from_bytes(exchanged.blinded) * pow(encoded, -1, n) % n
            factor = int.from_bytes(passes.sign(private, ratio.to_bytes(256)))  # the factor that this pair would have had
            assert int.from_bytes(exchanged.signed) * pow(factor, -1, n) % n == int.from_bytes(responded.presented.signature)
