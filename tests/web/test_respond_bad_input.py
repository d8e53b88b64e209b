"""Whatever is sent: a clear message in the page's language, the answers kept, nothing stored, never a 500."""

from __future__ import annotations

import io
from typing import Any

import pytest
from bs4 import BeautifulSoup
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import Engine

from tests.conftest import LOCALES, SURVEY
from tests.web.test_respond import soup, stored, ticket
from trustsurvey.store import queries
from trustsurvey.store.queries import WaveRow
from trustsurvey.web.security import LIFETIME, WINDOW, Tickets

PATH = f"/s/{SURVEY}/en"

REFUSED: dict[str, tuple[dict[str, Any], str]] = {
    "no neighborhood": ({"fp_respect": "1"}, "area"),
    "empty neighborhood": ({"area": "", "fp_respect": "1"}, "area"),
    "neighborhood of another city": ({"area": "capitol-hill", "fp_respect": "1"}, "area"),
    "two neighborhoods": ({"area": ["a1", "b1"], "fp_respect": "1"}, "area"),
    "declined neighborhood": ({"area": "~", "fp_respect": "1"}, "area"),
    "unknown option of a scale": ({"area": "a1", "fp_respect": "5"}, "fp_respect"),
    "option's text in place of its code": ({"area": "a1", "fp_respect": "Never"}, "fp_respect"),
    "number out of its range": ({"area": "a1", "trust10": "11"}, "trust10"),
    "number with a sign": ({"area": "a1", "trust10": "-1"}, "trust10"),
    "unknown choice": ({"area": "a1", "home_language": "tlh"}, "home_language"),
    "record character": ({"area": "a1", "age": "."}, "age"),
    "two answers to one": ({"area": "a1", "age": ["a18", "a30"]}, "age"),
    "unknown code among several": ({"area": "a1", "want": ["outreach", "money"]}, "want"),
    "unknown code where nothing was asked": ({"area": "a1", "victim": "no", "why_not": ["x"]}, "why_not"),
    "too many": ({"area": "a1", "want": ["outreach", "protocol", "forum"]}, "want"),
    "nothing and something": ({"area": "a1", "want": ["outreach", "nothing"]}, "want"),
    "don't know and something": ({"area": "a1", "want": ["outreach", "?"]}, "want"),
    "declined and don't know": ({"area": "a1", "want": ["?", "~"]}, "want"),
    "very long comment": ({"area": "a1", "comment": "x " * 501}, "comment"),
    "phone number": ({"area": "a1", "comment": "Call him on 555 0199."}, "comment"),
    "phone number in other digits": ({"area": "a1", "comment": "اتصل بي ٢٠٦ ٥٥٥ ٠١٤٢"}, "comment"),
    "foreign phone number": ({"area": "a1", "comment": "+52 55 1234 5678"}, "comment"),
    "e-mail address": ({"area": "a1", "comment": "me: someone.else@example.org, thanks"}, "comment"),
    "markup": ({"area": "<script>alert(1)</script>", "fp_respect": "1"}, "area"),
}


def nothing_stored(engine: Engine, wave: WaveRow) -> None:
    assert stored(engine, wave) == []
    with engine.begin() as connection:
        assert queries.comments(connection, wave.id) == ()


@pytest.mark.parametrize("locale", ["en", *(pytest.param(code, marks=pytest.mark.slow) for code in ("es", "ar"))])
@pytest.mark.parametrize(("sent", "at"), REFUSED.values(), ids=REFUSED.keys())
def test_refused_beside_the_item_and_in_the_summary(
    page_client: FlaskClient, wave: WaveRow, sqlite: Engine, locale: str, sent: dict[str, Any], at: str
) -> None:
    path = f"/s/{SURVEY}/{locale}"
    data = {"ticket": ticket(page_client, path), "safe10": "4", **sent}
    response = page_client.post(path, data=data)
    page = soup(response)
    assert response.status_code == 422
    assert page.html["lang"] == locale
    summary = page.select_one(".alert")
    assert summary["role"] == "group"
    assert summary.has_attr("autofocus")
    assert [a["href"] for a in summary.find_all("a")] == [f"#q-{at}"]
    assert page.find(id=f"e-{at}").text.strip()
    assert page.find(id=f"q-{at}")["tabindex"] == "-1"
    assert page.find("input", {"name": "safe10", "value": "4"}).has_attr("checked")
    assert "<script>alert" not in response.get_data(as_text=True)
    nothing_stored(sqlite, wave)


@pytest.mark.parametrize(
    "words",
    ["From 2019-2020 it was 12/10/2024 at 10:30.", "98104", "$1,250,000", "911", "2023-12-10", "me @ home. Thanks", "3 of 4, 10 of 12"],
)
def test_other_numbers_in_a_comment_are_fine(client: FlaskClient, wave: WaveRow, words: str) -> None:
    assert client.post(PATH, data={"ticket": ticket(client), "area": "a1", "comment": words}).status_code == 303


def test_what_was_found_is_named(client: FlaskClient, wave: WaveRow) -> None:
    page = soup(client.post(PATH, data={"ticket": ticket(client), "area": "a1", "comment": "Call him on 555 0199."}))
    assert "555\u00a00199" in page.find(id="e-comment").text
    assert page.find("textarea").text == "Call him on 555 0199."


def test_several_problems_are_all_listed(page_client: FlaskClient, wave: WaveRow) -> None:
    data = {"ticket": ticket(page_client), "want": ["outreach", "protocol", "forum"], "comment": "a@example.org"}
    page = soup(page_client.post(PATH, data=data))
    assert page.h1.text == "Please check 3 answers"
    assert [a["href"] for a in page.select(".alert a")] == ["#q-area", "#q-want", "#q-comment"]
    assert page.title.text.startswith("Please check 3 answers")


@pytest.mark.parametrize("sent", [{}, {"comment": "  "}, {"reported": "no"}, {"want": ""}], ids=["nothing", "spaces", "not asked", "empty"])
def test_no_answer_at_all(page_client: FlaskClient, wave: WaveRow, sqlite: Engine, sent: dict[str, str]) -> None:
    response = page_client.post(PATH, data={"ticket": ticket(page_client), "area": "a1", **sent})
    assert response.status_code == 422
    assert soup(response).h1.text == "Please answer a question"
    nothing_stored(sqlite, wave)


@pytest.mark.parametrize("name", ["name", "street", "fp_respect2", "csrf_token", "wave"])
def test_an_item_that_is_not_asked(page_client: FlaskClient, wave: WaveRow, sqlite: Engine, name: str) -> None:
    response = page_client.post(PATH, data={"ticket": ticket(page_client), "area": "a1", "fp_respect": "1", name: "x"})
    page = soup(response)
    assert response.status_code == 422
    assert page.h1.text == "Please press Send again"
    assert page.find("input", {"name": "fp_respect", "value": "1"}).has_attr("checked")
    nothing_stored(sqlite, wave)


# ---------------------------------------------------------------- tickets


def of_this_wave(
    app: Flask, wave: WaveRow, *, hours: float = 0, survey: str = SURVEY, locale: str = "en", version: str | None = None
) -> str:
    """A ticket issued ``hours`` ago with the site's own key."""
    own: Tickets = app.extensions["trustsurvey.tickets"]
    return Tickets(own.key, clock=lambda: own.clock() - hours * WINDOW).issue(survey, version or wave.questionnaire.hash, locale)


def test_a_ticket_is_good_for_two_days(app: Flask, client: FlaskClient, wave: WaveRow) -> None:
    for hours in (0, 1, LIFETIME - 1):
        data = {"ticket": of_this_wave(app, wave, hours=hours), "area": "a1", "fp_respect": "1"}
        assert client.post(PATH, data=data).status_code == 303, hours


@pytest.mark.parametrize("locale", LOCALES)
@pytest.mark.parametrize(
    "case",
    ["missing", "empty", "forged", "stale", "of the future", "of another survey", "of another language", "of another version", "odd"],
)
def test_a_ticket_that_is_not_good(app: Flask, page_client: FlaskClient, wave: WaveRow, sqlite: Engine, locale: str, case: str) -> None:
    path = f"/s/{SURVEY}/{locale}"
    good = of_this_wave(app, wave, locale=locale)
    ticket_ = {
        "missing": None,
        "empty": "",
        "forged": good[:-4] + ("AAAA" if good[-4:] != "AAAA" else "BBBB"),
        "stale": of_this_wave(app, wave, locale=locale, hours=LIFETIME + 1),
        "of the future": of_this_wave(app, wave, locale=locale, hours=-2),
        "of another survey": of_this_wave(app, wave, locale=locale, survey="other"),
        "of another language": of_this_wave(app, wave, locale="en" if locale != "en" else "es"),
        "of another version": of_this_wave(app, wave, locale=locale, version="0" * 64),
        "odd": "٣.\u0000é" + "9" * 50,
    }[case]
    data = {"area": "a1", "fp_respect": "2"} | ({"ticket": ticket_} if ticket_ is not None else {})
    response = page_client.post(path, data=data)
    page = soup(response)
    assert (response.status_code, page.html["lang"]) == (422, locale)
    assert page.select_one(".alert")
    assert page.find("input", {"name": "fp_respect", "value": "2"}).has_attr("checked")
    nothing_stored(sqlite, wave)
    fresh = page.find("input", {"name": "ticket"})["value"]
    assert page_client.post(path, data={**data, "ticket": fresh}).status_code == 303


# ---------------------------------------------------------------- requests that aren't our form's


@pytest.mark.parametrize("path", [PATH, f"{PATH}/language"])
@pytest.mark.parametrize(
    "headers",
    [
        {"Sec-Fetch-Site": "cross-site"},
        {"Sec-Fetch-Site": "same-site", "Origin": "http://localhost"},
        {"Origin": "https://evil.example"},
        {"Origin": "http://localhost.evil.example"},
        {"Origin": "http://localhost:81"},
    ],
    ids=["cross-site", "same-site", "other origin", "look-alike", "other port"],
)
def test_another_site_can_not_send_the_form(
    page_client: FlaskClient, wave: WaveRow, sqlite: Engine, path: str, headers: dict[str, str]
) -> None:
    data = {"ticket": ticket(page_client), "area": "a1", "fp_respect": "1", "to": "es"}
    response = page_client.post(path, data=data, headers=headers)
    assert response.status_code == 403
    assert "Nothing was stored" in response.get_data(as_text=True)
    nothing_stored(sqlite, wave)


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"Sec-Fetch-Site": "same-origin", "Origin": "null"},
        {"Origin": "null"},
        {"Origin": "http://localhost"},
        {"Sec-Fetch-Site": "none"},
    ],
    ids=["neither", "new browser", "old browser without referrer", "old browser", "typed"],
)
def test_our_own_form_is_let_through(client: FlaskClient, wave: WaveRow, headers: dict[str, str]) -> None:
    data = {"ticket": ticket(client), "area": "a1", "fp_respect": "1"}
    assert client.post(PATH, data=data, headers=headers).status_code == 303


def test_too_large_a_body(page_client: FlaskClient, wave: WaveRow, sqlite: Engine) -> None:
    data = {"ticket": ticket(page_client), "area": "a1", "fp_respect": "1", "comment": "x" * 66_000}
    response = page_client.post(PATH, data=data)
    assert response.status_code == 413
    assert "Nothing was stored" in response.get_data(as_text=True)
    nothing_stored(sqlite, wave)


@pytest.mark.parametrize("rest", ["&comment=" + "x" * 66_000, "&" * 66_000], ids=["in an answer", "after the answers"])
def test_too_large_a_body_that_hides_its_length(page_client: FlaskClient, wave: WaveRow, sqlite: Engine, rest: str) -> None:
    """Werkzeug cuts such a body at the limit: what is left must not be taken for the whole."""
    body = f"ticket={ticket(page_client)}&area=a1&fp_respect=1" + rest
    response = page_client.post(
        PATH,
        input_stream=io.BytesIO(body.encode()),
        content_type="application/x-www-form-urlencoded",
        headers={"Transfer-Encoding": "chunked"},
        environ_overrides={"wsgi.input_terminated": True},
    )
    assert response.status_code == 413
    nothing_stored(sqlite, wave)


def test_a_body_as_large_as_may_be(client: FlaskClient, wave: WaveRow) -> None:
    body = f"ticket={ticket(client)}&area=a1&fp_respect=1"
    body += "&" + "&" * (65_536 - len(body) - 1)
    assert len(body) == 65_536
    assert client.post(PATH, data=body, content_type="application/x-www-form-urlencoded").status_code == 303


@pytest.mark.parametrize("kind", ["application/json", "text/plain", "multipart/form-data", "application/octet-stream", ""])
def test_another_content_type(page_client: FlaskClient, wave: WaveRow, sqlite: Engine, kind: str) -> None:
    response = page_client.post(PATH, data='{"area": "a1"}', content_type=kind or None)
    assert response.status_code == 415
    assert "Nothing was stored" in response.get_data(as_text=True)
    nothing_stored(sqlite, wave)


@pytest.mark.parametrize("body", [b"area=%ff%fe&fp_respect=1", b"%00=%00", b"\xff\xfe\x00", b"&&&=", b"area=a1&fp_respect=%F0%9F"])
def test_bytes_that_are_no_text(page_client: FlaskClient, wave: WaveRow, sqlite: Engine, body: bytes) -> None:
    response = page_client.post(PATH, data=body, content_type="application/x-www-form-urlencoded")
    assert response.status_code == 422
    nothing_stored(sqlite, wave)


# ---------------------------------------------------------------- addresses


@pytest.mark.parametrize(
    "path",
    ["/s/none", "/s/none/en", "/s/none/en/thanks", f"/s/{SURVEY}/tlh", f"/s/{SURVEY}/fr/privacy", "/nothing", "/s/%00/en", "/s/../etc"],
)
def test_an_address_that_leads_nowhere(page_client: FlaskClient, wave: WaveRow, path: str) -> None:
    response = page_client.get(path, headers={"Accept-Language": "en"})
    assert response.status_code == 404


def test_answers_to_a_survey_that_does_not_exist(page_client: FlaskClient, wave: WaveRow, sqlite: Engine) -> None:
    for path in ("/s/none/en", f"/s/{SURVEY}/tlh", "/s/none/en/language"):
        assert page_client.post(path, data={"area": "a1", "fp_respect": "1"}).status_code == 404
    nothing_stored(sqlite, wave)


@pytest.mark.parametrize("method", ["PUT", "DELETE", "PATCH"])
def test_another_method(page_client: FlaskClient, wave: WaveRow, method: str) -> None:
    response = page_client.open(PATH, method=method)
    assert response.status_code == 405
    assert "GET" in response.headers["Allow"]


def test_a_fault_of_ours_has_a_plain_page(app: Flask, page_client: FlaskClient, wave: WaveRow, monkeypatch: pytest.MonkeyPatch) -> None:
    from trustsurvey.web import respond

    def broken(*_: object, **__: object) -> None:
        raise RuntimeError("secret detail")

    app.testing = False
    app.config["PROPAGATE_EXCEPTIONS"] = False
    monkeypatch.setattr(respond, "areas_of", broken)
    response = page_client.get(PATH)
    assert response.status_code == 500
    assert "secret detail" not in response.get_data(as_text=True)
    assert BeautifulSoup(response.get_data(as_text=True), "html5lib").h1.text == "Something went wrong on our side"
