"""The page from memory: the same bytes for everyone within its window, and never one that is out of date."""

from __future__ import annotations

import gzip
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import date

import brotli
import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import Engine

from tests.conftest import LOCALES, SURVEY, notice, small_city
from trustsurvey.i18n import pofiles
from trustsurvey.questionnaire import loader
from trustsurvey.services import translate
from trustsurvey.services.close_wave import close_wave
from trustsurvey.services.open_wave import open_wave
from trustsurvey.store.queries import WaveRow
from trustsurvey.web import respond
from trustsurvey.web.security import WINDOW, Tickets

PATH = f"/s/{SURVEY}/en"


@pytest.fixture
def made(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The languages in which a page was rendered, one for each time."""
    found: list[str] = []
    really = respond._form_page

    def counted(*args, **named):  # type: ignore[no-untyped-def]
        found.append(respond.language.current().code)
        return really(*args, **named)

    monkeypatch.setattr(respond, "_form_page", counted)
    return found


def at(app: Flask, seconds: float) -> None:
    """Let the application's clock stand at ``seconds``."""
    app.extensions["trustsurvey.tickets"] = Tickets(app.extensions["trustsurvey.tickets"].key, clock=lambda: seconds)


def test_it_is_made_once_in_each_language(client: FlaskClient, wave: WaveRow, made: list[str]) -> None:
    pages = {locale: {client.get(f"/s/{SURVEY}/{locale}").data for _ in range(3)} for locale in LOCALES}
    assert made == list(LOCALES)
    assert [len(found) for found in pages.values()] == [1, 1, 1]


def test_everyone_gets_the_same_bytes_and_headers_in_each_coding(client: FlaskClient, wave: WaveRow) -> None:
    people = [
        {"User-Agent": "one", "Accept-Language": "es", "Cookie": "a=b"},
        {"User-Agent": "two", "Referer": "https://example.org/", "X-Forwarded-For": "203.0.113.9"},
        {},
    ]
    for coding in ("br", "gzip", "identity"):
        answers = [client.get(f"{PATH}?person={n}", headers={**who, "Accept-Encoding": coding}) for n, who in enumerate(people)]
        assert len({(answer.data, str(answer.headers)) for answer in answers}) == 1
        assert answers[0].headers.get("Content-Encoding", "identity") == coding
        assert answers[0].headers["Vary"] == "Accept-Encoding"


def test_the_codings_hold_one_page(client: FlaskClient, wave: WaveRow) -> None:
    plain, zipped, squeezed = (client.get(PATH, headers={"Accept-Encoding": coding}).data for coding in ("identity", "gzip", "br"))
    assert gzip.decompress(zipped) == plain == brotli.decompress(squeezed)
    assert zipped[4:8] == b"\0\0\0\0", "gzip's header says when it was made"
    assert len(squeezed) < len(zipped) < len(plain) / 4


@pytest.mark.parametrize(
    ("accepted", "given"),
    [
        ("gzip, deflate, br, zstd", "br"),
        ("gzip, deflate", "gzip"),
        ("gzip;q=1, br;q=0.2", "gzip"),
        ("br;q=0, gzip", "gzip"),
        ("*", "br"),
        ("zstd", None),
        ("", None),
    ],
)
def test_the_browser_chooses_the_coding(client: FlaskClient, wave: WaveRow, accepted: str, given: str | None) -> None:
    assert client.get(PATH, headers={"Accept-Encoding": accepted}).headers.get("Content-Encoding") == given


def test_the_policy_comes_with_it(client: FlaskClient, wave: WaveRow) -> None:
    first, second = (client.get(PATH).headers["Content-Security-Policy"] for _ in "ab")
    assert first == second
    assert first.count("sha256-") == 2


def test_the_next_window_has_a_page_of_its_own(app: Flask, client: FlaskClient, wave: WaveRow, made: list[str]) -> None:
    start = 1_790_000_000 // WINDOW * WINDOW
    pages = []
    for seconds in (start, start + WINDOW - 1, start + WINDOW):
        at(app, seconds)
        pages.append(client.get(PATH).data)
    assert pages[0] == pages[1] != pages[2]
    assert len(made) == 2


def test_a_wave_that_closes_is_closed_at_once_and_the_next_one_asks(
    client: FlaskClient, wave: WaveRow, sqlite: Engine, made: list[str]
) -> None:
    asked = client.get(PATH).get_data(as_text=True)
    with sqlite.begin() as connection:
        close_wave(connection, SURVEY, closed=date(2026, 10, 30))
    assert "This survey is closed" in client.get(PATH).get_data(as_text=True)
    source, file = loader.source("trust-pulse")
    with sqlite.begin() as connection:
        notices = {locale: notice(locale) for locale in LOCALES}
        open_wave(
            connection, SURVEY, questionnaire=source, file=file, label="2", notices=notices, opened=date(2026, 11, 5), comment_key=None
        )
    again = client.get(PATH).get_data(as_text=True)
    assert "<form" in again
    assert again != asked
    assert len(made) == 2


def test_a_changed_catalogue_is_seen_at_once(app: Flask, client: FlaskClient, wave: WaveRow, made: list[str]) -> None:
    path, own = f"/s/{SURVEY}/es", app.extensions["trustsurvey"].settings.translations[-1]
    client.get(path)
    file = translate.path_of(own, "es", "messages")
    words = pofiles.Entry("", "Send my answers", forms=("Mandar ya",))
    pofiles.write(file, replace(pofiles.new(file, "es"), entries=(words,)))
    assert "Mandar ya" not in client.get(path).text
    assert app.extensions["trustsurvey"].catalogs.refresh() == ("es",)
    assert "Mandar ya" in client.get(path).text
    assert made == ["es", "es"]


def test_another_survey_is_another_page(client: FlaskClient, wave: WaveRow, sqlite: Engine) -> None:
    small_city(sqlite, survey="second", questionnaire="trust-pulse")
    first, second = client.get(PATH).data, client.get("/s/second/en").data
    assert first != second
    assert client.get(PATH).data == first


def test_many_at_once_wait_for_one(app: Flask, wave: WaveRow, made: list[str]) -> None:
    with ThreadPoolExecutor(8) as crowd:
        pages = set(crowd.map(lambda _: app.test_client().get(PATH).data, range(16)))
    assert (len(pages), made) == (1, ["en"])


def test_a_form_that_comes_back_is_not_kept_for_others(client: FlaskClient, wave: WaveRow) -> None:
    """What one person wrote must never be on the page of the next."""
    before = client.get(PATH).data
    back = client.post(PATH, data={"comment": "My words.", "safe10": "4"})
    assert b"My words." in back.data
    assert client.get(PATH).data == before
    assert b"My words." not in client.get(PATH).data
