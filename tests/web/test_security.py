"""What protects the resident's pages: the ticket, the headers, and that nobody is told apart."""

from __future__ import annotations

import base64
import hashlib
import logging
import re

import pytest
from flask.testing import FlaskClient
from sqlalchemy import Engine, inspect

from tests.conftest import SURVEY
from tests.web.test_respond import PAGES, ticket
from trustsurvey.store.queries import WaveRow
from trustsurvey.web.security import LIFETIME, WINDOW, Tickets

PATH = f"/s/{SURVEY}/en"
ALL = ("/", f"/s/{SURVEY}", *(PATH + page for page in PAGES), f"{PATH}/language", "/s/none/en", "/nothing")


def test_everyone_gets_the_same_ticket_within_a_window() -> None:
    start = 1_790_000_000 // WINDOW * WINDOW
    given = {Tickets("key", clock=lambda at=start + s: at).issue("city", "hash", "en") for s in (0, 1, WINDOW - 1)}
    assert len(given) == 1
    assert Tickets("key", clock=lambda: start + WINDOW).issue("city", "hash", "en") not in given


def test_a_ticket_lasts_two_days_and_no_longer() -> None:
    start = 1_790_000_000 // WINDOW * WINDOW
    given = Tickets("key", clock=lambda: start + WINDOW - 1).issue("city", "hash", "en")

    def accepts(at: float, key: str = "key") -> bool:
        return Tickets(key, clock=lambda: at).accepts(given, "city", "hash", "en")

    assert accepts(start)
    assert accepts(start + 48 * 3600)
    assert not accepts(start + (LIFETIME + 1) * WINDOW)
    assert not accepts(start - 1)
    assert not accepts(start, key="another key")


@pytest.mark.parametrize("page", [("town", "hash", "en"), ("city", "hash2", "en"), ("city", "hash", "es"), ("city\nhash", "", "en")])
def test_a_ticket_is_for_one_page(page: tuple[str, str, str]) -> None:
    tickets = Tickets("key")
    assert not tickets.accepts(tickets.issue("city", "hash", "en"), *page)


@pytest.mark.parametrize("ticket_", ["", ".", "1", "-1.x", "1e3.x", "٣.x", "9" * 400 + ".x", "é", "0.", "\x00"])
def test_odd_tickets_are_refused(ticket_: str) -> None:
    assert not Tickets("key").accepts(ticket_, "city", "hash", "en")


def test_the_key_does_not_show() -> None:
    assert "hush" not in repr(Tickets("hush"))


# ---------------------------------------------------------------- headers


@pytest.mark.parametrize("path", ALL)
def test_no_page_sets_a_cookie_or_may_be_kept(client: FlaskClient, wave: WaveRow, path: str) -> None:
    for response in (client.get(path), client.post(path, data={"to": "es"}), client.post(path, data="{}", content_type="application/json")):
        assert "Set-Cookie" not in response.headers
        assert response.headers["Cache-Control"] == "no-store"
        assert response.headers["Referrer-Policy"] == "no-referrer"
        assert "Cookie" not in response.headers.get("Vary", "")


def test_sending_sets_no_cookie(client: FlaskClient, wave: WaveRow) -> None:
    response = client.post(PATH, data={"ticket": ticket(client), "area": "a1", "fp_respect": "1"})
    assert response.status_code == 303
    assert "Set-Cookie" not in response.headers


@pytest.mark.parametrize("path", [PATH, f"{PATH}/privacy", "/", "/nothing"])
def test_the_policy_allows_just_what_stands_in_the_page(client: FlaskClient, wave: WaveRow, path: str) -> None:
    response = client.get(path)
    policy = dict(part.split(" ", 1) for part in response.headers["Content-Security-Policy"].split("; "))
    assert policy.pop("default-src") == "'none'"
    page = response.get_data(as_text=True)
    for kind in ("style", "script"):
        (text,) = re.findall(rf"<{kind}>(.*?)</{kind}>", page, re.DOTALL)
        digest = base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()
        allowed = policy.pop(f"{kind}-src").split()
        assert f"'sha256-{digest}'" in allowed
        more = re.search(r'data-more="([^"]*)"', page) if kind == "script" else None
        assert len(allowed) == 1 if more is None else f"localhost{more[1]}" in allowed and len(allowed) == 2
    if path == PATH:
        assert policy.pop("connect-src") == "'self'"
        assert policy.pop("worker-src") == "localhost/s/worker.js"
        assert policy.pop("manifest-src") == "localhost/s/manifest.webmanifest"
    assert policy == {"base-uri": "'none'", "form-action": "'self'", "frame-ancestors": "'none'", "img-src": "data:"}


def test_the_other_headers(client: FlaskClient, wave: WaveRow) -> None:
    headers = client.get(PATH).headers
    assert headers["Cross-Origin-Opener-Policy"] == "same-origin"
    assert headers["Cross-Origin-Resource-Policy"] == "same-origin"
    assert headers["X-Content-Type-Options"] == "nosniff"
    denied = set(headers["Permissions-Policy"].split(", "))
    assert {part for part in denied if not part.endswith("=()")} == {"geolocation=(self)"}  # for who presses "find my neighborhood"
    assert {"camera=()", "microphone=()"} <= denied
    assert "geolocation=()" in client.get(f"{PATH}/thanks").headers["Permissions-Policy"]
    assert "Strict-Transport-Security" not in headers
    assert "Server" not in headers


# ---------------------------------------------------------------- nothing about anyone


def test_answering_logs_nothing(client: FlaskClient, wave: WaveRow, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    client.post(PATH, data={"ticket": ticket(client), "area": "a1", "comment": "my words"}, headers={"User-Agent": "my phone"})
    client.post(PATH, data={"ticket": "stale", "area": "a1", "comment": "my words"})
    assert caplog.text == ""


def test_a_response_has_no_column_for_who_or_when(sqlite: Engine) -> None:
    assert {column["name"] for column in inspect(sqlite).get_columns("response")} == {"wave_id", "id", "area_code", "mode", "answers"}


def test_after_sending_the_write_ahead_log_is_empty(client: FlaskClient, wave: WaveRow, sqlite: Engine) -> None:
    """It would replay the order of arrival."""
    data = {"ticket": ticket(client), "area": "a1", "fp_respect": "1"}
    sqlite.dispose()  # no other reader holds it open
    assert client.post(PATH, data=data).status_code == 303
    path = sqlite.url.database
    assert path is not None
    with open(path + "-wal", "rb") as file:
        assert file.read() == b""
