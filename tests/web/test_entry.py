"""Typing in paper forms: twice, blind, and stored like any response once both agree."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from bs4 import BeautifulSoup
from flask import Flask
from flask.testing import FlaskClient
from playwright.sync_api import Browser, BrowserContext, Page, expect
from sqlalchemy import Engine

from tests.conftest import KEYS, SURVEY, Live, small_city
from tests.web.test_accounts import EMAIL, PASSWORD, sign_in
from tests.web.test_respond import stored
from trustsurvey.accounts import add_user
from trustsurvey.anonymity import codes, sealing
from trustsurvey.questionnaire import record
from trustsurvey.services.close_wave import close_wave
from trustsurvey.services.issue_passes import ask_for_passes, issue_passes
from trustsurvey.store import queries, tables
from trustsurvey.store.queries import WaveRow

AT = f"/department/entry/{SURVEY}"
PAPER = {"area": "2", "fp_respect": "4", "fp_listen": "88", "trust10": "10", "want": "14", "victim": "1", "reported": "2", "why_not": "1 9"}
ANSWERS = {
    "area": "b2",
    "fp_respect": "3",
    "fp_listen": "?",
    "trust10": "10",
    "want": ("outreach", "forum"),
    "victim": "yes",
    "reported": "no",
    "why_not": ("police", "other"),
}


@pytest.fixture
def clerk(app: Flask, page_client: FlaskClient) -> FlaskClient:
    """Signed in, and auditing every page."""
    add_user(app, EMAIL, PASSWORD, ["entry"])
    assert sign_in(page_client).location == "/department/entry/"
    return page_client


def send(client: FlaskClient, page: BeautifulSoup, typed: dict[str, str], **more: str):  # type: ignore[no-untyped-def]
    """What the form on ``page`` sends when ``typed`` stands in it."""
    hidden = {field["name"]: field["value"] for field in page.select("form.keys input[type=hidden]")}
    return client.post(AT, data={**hidden, **{f"k-{code}": words for code, words in typed.items()}, **more})


def soup(response) -> BeautifulSoup:  # type: ignore[no-untyped-def]
    return BeautifulSoup(response.get_data(as_text=True), "html5lib")


def step(page: BeautifulSoup) -> str:
    return str(page.select_one("form.keys [name=step]")["value"])  # type: ignore[index]


def first(client: FlaskClient, typed: dict[str, str]) -> BeautifulSoup:
    """The page that asks for the second keying."""
    page = soup(send(client, soup(client.get(AT)), typed))
    assert step(page) == "second"
    return page


# ---------------------------------------------------------------- both agree


def test_a_form_typed_twice_alike_is_stored_as_a_paper_response(clerk: FlaskClient, wave: WaveRow, sqlite: Engine) -> None:
    again = first(clerk, PAPER)
    assert stored(sqlite, wave) == [], "nothing is stored after the first time"
    assert all(field["value"] == "" for field in again.select("form.keys .crossed input")), "the second time is blind"
    done = send(clerk, again, PAPER | {"want": "4, 1", "trust10": "10 "})
    assert (done.status_code, done.location) == (303, f"{AT}?done=stored")
    assert stored(sqlite, wave) == [ANSWERS]
    with sqlite.connect() as connection:
        rows = connection.execute(tables.response.select()).mappings().all()
    assert [(row["mode"], set(row)) for row in rows] == [("paper", {"wave_id", "id", "area_code", "mode", "answers"})]
    assert "Stored. Here is the next form." in clerk.get(done.location).get_data(as_text=True)


def test_the_button_pressed_twice_stores_once_but_two_equal_forms_are_two(clerk: FlaskClient, wave: WaveRow, sqlite: Engine) -> None:
    again = first(clerk, PAPER)
    for _ in range(2):
        assert send(clerk, again, PAPER).status_code == 303
    assert len(stored(sqlite, wave)) == 1
    send(clerk, first(clerk, PAPER), PAPER)
    assert len(stored(sqlite, wave)) == 2


def test_someone_from_elsewhere_is_not_stored(clerk: FlaskClient, wave: WaveRow, sqlite: Engine) -> None:
    done = send(clerk, first(clerk, {"area": "0", "trust10": "5"}), {"area": "0", "trust10": "5"})
    assert done.location == f"{AT}?done=outside"
    assert stored(sqlite, wave) == []


def test_a_sealed_wave_takes_paper_too(clerk: FlaskClient, wave: WaveRow, sqlite: Engine) -> None:
    with sqlite.begin() as connection:
        connection.execute(tables.wave.update().values(sealing_key=KEYS.public))
    send(clerk, first(clerk, PAPER), PAPER)
    with sqlite.connect() as connection:
        (row,) = connection.execute(tables.sealed_response.select()).mappings().all()
        assert connection.execute(tables.response.select()).all() == []
    opened = sealing.open_record(row["sealed"], KEYS.private)
    assert (row["mode"], opened.area) == ("paper", "b2")
    assert record.decode(wave.questionnaire, opened.answers) == {k: v for k, v in ANSWERS.items() if k != "area"}


def test_what_was_typed_once_is_not_stored_whatever_the_page_says(clerk: FlaskClient, wave: WaveRow, sqlite: Engine) -> None:
    second = PAPER | {"trust10": "1"}
    page = soup(send(clerk, first(clerk, PAPER), second, step="settle"))
    assert step(page) == "settle"
    assert [field["name"] for field in page.select(".crossed input")] == ["k-trust10"]
    assert stored(sqlite, wave) == []


# ---------------------------------------------------------------- they differ


def test_what_differs_is_settled_from_the_paper_before_anything_is_stored(clerk: FlaskClient, wave: WaveRow, sqlite: Engine) -> None:
    second = PAPER | {"trust10": "1", "want": "1", "fp_explain": "5", "area": "3"}
    page = soup(send(clerk, first(clerk, PAPER), second))
    assert step(page) == "settle"
    assert stored(sqlite, wave) == []
    assert [field["name"] for field in page.select(".crossed input")] == ["k-area", "k-fp_explain", "k-want", "k-trust10"]
    shown = [[b.get_text() for b in row.select(".was b")] for row in page.select(".crossed")]
    assert shown == [["2", "3"], ["–", "5"], ["1 4", "1"], ["10", "1"]]
    refused = soup(send(clerk, page, {"area": "2", "trust10": "11", "want": "14"}))
    assert [found.get_text(strip=True) for found in refused.select(".crossed .fault")] == ["This number is not on the form."]
    assert stored(sqlite, wave) == []
    done = send(clerk, refused, {"area": "2", "trust10": "10", "want": "14", "fp_explain": ""})
    assert done.status_code == 303
    assert stored(sqlite, wave) == [ANSWERS]


# ---------------------------------------------------------------- what is refused


REFUSED = (
    (PAPER | {"fp_respect": "6"}, ["f-fp_respect"], "This number is not on the form."),
    (PAPER | {"area": "7"}, ["f-area"], "This number is not on the form."),
    (PAPER | {"area": "1" * 5000}, ["f-area"], "This number is not on the form."),
    (PAPER | {"want": "1" * 5000}, ["f-want"], "This number is not on the form."),
    (PAPER | {"area": ""}, ["f-area"], "Your neighborhood is missing."),
    (PAPER | {"want": "124"}, ["f-want"], "You chose 3 answers."),
    (PAPER | {"want": "1 88"}, ["f-want"], "and something else."),
    ({"area": "1"}, [], "Nothing on this form is answered but the neighborhood."),
)


def test_a_number_that_is_not_on_the_form_is_marked_and_the_rest_stays(clerk: FlaskClient, wave: WaveRow) -> None:
    for typed, marked, says in REFUSED:
        answer = send(clerk, soup(clerk.get(AT)), typed)
        page = soup(answer)
        assert (answer.status_code, step(page)) == (422, "first")
        assert [found["id"] for found in page.select(".crossed .fault")] == marked
        assert says in answer.get_data(as_text=True)
        shown = {field["name"][2:]: field["value"] for field in page.select(".crossed input") if field["value"]}
        assert shown == {code: words for code, words in typed.items() if words}


def test_follow_ups_that_were_not_asked_are_dropped(clerk: FlaskClient, wave: WaveRow, sqlite: Engine) -> None:
    typed = {"area": "1", "victim": "2", "reported": "1", "why_not": "1"}
    send(clerk, first(clerk, typed), typed)
    assert stored(sqlite, wave) == [{"area": "a2", "victim": "no"}]


def test_a_second_time_without_a_first_or_a_session_starts_over(clerk: FlaskClient, wave: WaveRow, sqlite: Engine) -> None:
    again = first(clerk, PAPER)
    for spoilt in ({"kept": ""}, {"kept": "forged.token.here"}, {"csrf_token": ""}):
        answer = send(clerk, again, PAPER, **spoilt)
        assert answer.status_code == 422
        assert step(soup(answer)) == "first"
        assert "open for too long" in answer.get_data(as_text=True)
    assert stored(sqlite, wave) == []


def test_a_closed_wave_takes_nothing(clerk: FlaskClient, wave: WaveRow, sqlite: Engine) -> None:
    again = first(clerk, PAPER)
    with sqlite.begin() as connection:
        close_wave(connection, SURVEY, closed=wave.opened)
    assert send(clerk, again, PAPER).status_code == 404
    assert clerk.get(AT).status_code == 404
    assert "No survey takes answers now." in clerk.get("/department/entry/").get_data(as_text=True)


def test_the_police_type_nothing(app: Flask, page_client: FlaskClient, wave: WaveRow) -> None:
    assert page_client.get(AT).location.startswith("/account/login?next=")
    add_user(app, EMAIL, PASSWORD, ["department", "translator"])
    sign_in(page_client)
    assert page_client.get(AT).status_code == 403
    assert page_client.post(AT).status_code == 403


def test_by_invitation_the_code_on_the_form_is_spent(clerk: FlaskClient, sqlite: Engine, app: Flask) -> None:
    wave = small_city(sqlite)
    with sqlite.begin() as connection:
        ask_for_passes(connection, wave)
        made = issue_passes(connection, SURVEY, count=1, key=app.extensions["trustsurvey"].settings.key())
        wave = queries.waves(connection, SURVEY)[-1]
    assert codes.read(made.codes[0]) is not None
    again = first(clerk, PAPER)
    lacking = send(clerk, again, PAPER)
    assert lacking.status_code == 422
    assert "Please type your code" in lacking.get_data(as_text=True)
    assert stored(sqlite, wave) == []
    assert send(clerk, again, PAPER, code=made.codes[0]).status_code == 303
    assert stored(sqlite, wave) == [ANSWERS]
    used = send(clerk, first(clerk, PAPER), PAPER, code=made.codes[0])
    assert used.status_code == 422
    assert len(stored(sqlite, wave)) == 1


def test_the_page_speaks_the_clerks_language(clerk: FlaskClient, wave: WaveRow) -> None:
    for locale, word in (("es", "policía"), ("ar", "الشرطة")):
        page = soup(clerk.get(f"{AT}?locale={locale}"))
        assert page.html["lang"] == locale  # type: ignore[index]
        assert word in page.get_text()


# ---------------------------------------------------------------- in a browser


@pytest.fixture
def desk(browser: Browser, live: Live, wave: WaveRow) -> Iterator[Page]:
    """The entry page in a browser, signed in."""
    add_user(live.app, EMAIL, PASSWORD, ["entry"])
    context: BrowserContext = browser.new_context(viewport={"width": 1280, "height": 800})
    page = context.new_page()
    page.goto(f"{live.address}/account/login")
    page.fill("[name=email]", EMAIL)
    page.fill("[name=password]", PASSWORD)
    page.click(".btn")
    page.goto(live.address + AT)
    yield page
    context.close()


def test_it_goes_as_fast_as_typing_the_codes(desk: Page, sqlite: Engine, wave: WaveRow) -> None:
    """Digits and Enter alone, no Tab and no mouse: a code that can't grow longer leads on by itself, and unasked follow-ups are passed."""

    def form() -> None:
        expect(desk.locator("#k-area")).to_be_focused()
        desk.keyboard.type("2")
        desk.keyboard.press("Backspace")
        desk.keyboard.type("2")  # a city of six: the number is whole
        expect(desk.locator("#k-fp_respect")).to_be_focused()
        desk.keyboard.type("4")
        desk.keyboard.type("88")
        expect(desk.locator("#k-fp_explain")).to_be_focused()
        desk.keyboard.press("Backspace")
        expect(desk.locator("#k-fp_listen")).to_be_focused()
        desk.keyboard.press("Enter")
        while desk.evaluate("document.activeElement.id") != "k-trust10":
            desk.keyboard.press("Enter")
        desk.keyboard.type("7")
        expect(desk.locator("#k-safe10")).to_be_focused()
        desk.keyboard.press("Enter")
        desk.keyboard.type("2")  # no victim: the two questions about it are passed over
        expect(desk.locator("#k-age")).to_be_focused()
        while desk.evaluate("document.activeElement.nodeName") == "INPUT":
            desk.keyboard.press("Enter")
        desk.keyboard.press("Enter")

    form()
    expect(desk.locator("h2#step")).to_have_text("Second time")
    form()
    desk.wait_for_url("**done=stored")
    assert stored(sqlite, wave) == [{"area": "b2", "fp_respect": "3", "fp_listen": "?", "trust10": "7", "victim": "no"}]
