"""The resident's pages, as anyone with a browser and without script meets them."""

from __future__ import annotations

import gzip
import re
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import date

import pytest
from bs4 import BeautifulSoup
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import Engine

from tests.conftest import KEYS, LOCALES, SURVEY, application, boundaries, notice, small_city
from trustsurvey.anonymity import sealing
from trustsurvey.questionnaire import loader, record
from trustsurvey.questionnaire.schema import Kind
from trustsurvey.services.close_wave import close_wave
from trustsurvey.services.create_survey import create_survey
from trustsurvey.services.import_areas import Properties, import_areas
from trustsurvey.services.open_wave import open_wave
from trustsurvey.settings import Settings
from trustsurvey.store import queries
from trustsurvey.store.queries import WaveRow

PAGES = ("", "/thanks", "/privacy")


def soup(response) -> BeautifulSoup:  # type: ignore[no-untyped-def]
    return BeautifulSoup(response.get_data(as_text=True), "html5lib")


def ticket(client: FlaskClient, path: str = f"/s/{SURVEY}/en") -> str:
    return str(soup(client.get(path)).find("input", {"name": "ticket"})["value"])


def stored(engine: Engine, wave: WaveRow) -> list[dict[str, object]]:
    """Every response of ``wave``, decoded, with its area."""
    found = []
    width = record.width(wave.questionnaire)
    with engine.begin() as connection:
        for codes, answers in queries.records(connection, wave.id):
            for n, code in enumerate(codes):
                text = answers[n * width : (n + 1) * width].decode()
                found.append({"area": code, **record.decode(wave.questionnaire, text)})
    return found


# ---------------------------------------------------------------- reading


@pytest.mark.parametrize("locale", LOCALES)
@pytest.mark.parametrize("page", PAGES)
def test_every_page_in_every_language_is_a_page(page_client: FlaskClient, wave: WaveRow, locale: str, page: str) -> None:
    response = page_client.get(f"/s/{SURVEY}/{locale}{page}")
    assert response.status_code == 200
    html = soup(response).html
    assert html is not None
    assert (html["lang"], html["dir"]) == (locale, "rtl" if locale == "ar" else "ltr")
    assert "police" not in soup(response).title.text.lower()


def test_the_first_page_lists_the_open_surveys(page_client: FlaskClient, wave: WaveRow) -> None:
    response = page_client.get("/", headers={"Accept-Language": "en"})
    assert "Accept-Language" in response.headers["Vary"]
    assert [a["href"] for a in soup(response).select("main a")] == [f"/s/{SURVEY}/en"]


def test_the_first_page_says_when_nothing_is_open(page_client: FlaskClient, wave: WaveRow, sqlite: Engine) -> None:
    with sqlite.begin() as connection:
        close_wave(connection, SURVEY, closed=date(2026, 10, 30))
    assert "No survey is open" in page_client.get("/").get_data(as_text=True)


@pytest.mark.parametrize(
    ("asked", "given"),
    [("ar", "ar"), ("es-MX,es;q=0.9,en;q=0.5", "es"), ("ko", "en"), ("", "en"), ("ar;q=0.2, es;q=0.8", "es"), ("*;q=bad,,;", "en")],
)
def test_a_survey_opens_in_the_language_the_browser_asks_for(client: FlaskClient, wave: WaveRow, asked: str, given: str) -> None:
    response = client.get(f"/s/{SURVEY}", headers={"Accept-Language": asked})
    assert (response.status_code, response.headers["Location"]) == (303, f"/s/{SURVEY}/{given}")
    assert "Accept-Language" in response.headers["Vary"]


def test_the_page_is_the_same_bytes_for_everyone(client: FlaskClient, wave: WaveRow) -> None:
    first = client.get(f"/s/{SURVEY}/ar", headers={"User-Agent": "one", "Accept-Language": "en"})
    second = client.get(f"/s/{SURVEY}/ar", headers={"User-Agent": "two", "Referer": "https://example.org/", "Cookie": "a=b"})
    assert first.data == second.data


@pytest.mark.parametrize("locale", LOCALES)
def test_the_whole_page_is_one_light_request(client: FlaskClient, wave: WaveRow, locale: str) -> None:
    response = client.get(f"/s/{SURVEY}/{locale}", headers={"Accept-Encoding": "gzip"})
    assert response.headers["Content-Encoding"] == "gzip"
    assert len(response.data) < 14 * 1024
    page = gzip.decompress(response.data).decode()
    assert page == client.get(f"/s/{SURVEY}/{locale}").get_data(as_text=True)
    style = re.search(r"<style>(.*?)</style>", page, re.DOTALL)
    assert style is not None
    assert len(style[1]) < 8 * 1024 + 256  # the sheet, and the rules that show this questionnaire's follow-ups
    assert not re.search(r"<(img|link (?!rel=\"icon\" href=\"data:,\")|script src|iframe)", page)
    assert "url(" not in style[1]


def test_every_item_is_there_and_can_be_declined(client: FlaskClient, wave: WaveRow) -> None:
    page = soup(client.get(f"/s/{SURVEY}/en"))
    for item in wave.questionnaire.items():
        controls = page.find_all(attrs={"name": item.code})
        assert controls, item.code
        if item.kind in (Kind.AREA, Kind.COMMENT):
            continue
        assert [c["value"] for c in controls] == [*(option.code for option in item.options), "?", "~"]
        assert not any(c.has_attr("checked") or c.has_attr("required") for c in controls)


def test_numbers_are_the_same_in_every_language(client: FlaskClient, wave: WaveRow) -> None:
    numbers = {locale: [n.text for n in soup(client.get(f"/s/{SURVEY}/{locale}")).select(".n")] for locale in LOCALES}
    assert numbers["en"] == numbers["es"] == numbers["ar"]
    assert numbers["en"][:2] == ["1", "2"]
    assert [n for n in numbers["en"] if not n.isdigit()] == ["32a", "32b"]


def test_a_stem_is_tied_to_the_questions_that_it_begins(client: FlaskClient, wave: WaveRow) -> None:
    page = soup(client.get(f"/s/{SURVEY}/ar"))
    for code, stem in (("rp_victim", "s-reporting"), ("co_tell", "s-helping")):
        fieldset = page.find(attrs={"name": code}).find_parent("fieldset")
        assert stem in fieldset["aria-describedby"]
        assert page.find(id=stem).text


def test_a_section_without_a_title_continues_the_part_before(client: FlaskClient, wave: WaveRow) -> None:
    page = soup(client.get(f"/s/{SURVEY}/en"))
    titled = [section for section in wave.questionnaire.sections if section.title]
    assert len(page.select("form > section")) == len(titled)
    assert page.find(attrs={"name": "co_tell"}).find_parent("section") is page.find(attrs={"name": "rp_home"}).find_parent("section")
    assert "Part 1 of 9" in page.text


def test_the_page_says_who_asks_and_whom_to_call(client: FlaskClient, wave: WaveRow) -> None:
    page = soup(client.get(f"/s/{SURVEY}/es"))
    said = notice("es")
    text = " ".join(page.text.split())
    for words in (said.operator, said.contact, said.who_sees, said.consent, "18"):
        assert words in text
    asked = [item.code for item in wave.questionnaire.items() if item.help_line]
    for code in asked:
        assert said.help_lines[0] in page.find(id=f"q-{code}").text
    leave = page.find("a", class_="leave")
    assert (leave["href"], leave["rel"]) == ("https://www.wikipedia.org/", ["noreferrer"])


def test_made_up_data_is_called_so_on_every_page(page_client: FlaskClient, sqlite: Engine) -> None:
    small_city(sqlite, synthetic=True)
    for path in ("/", *(f"/s/{SURVEY}/en{page}" for page in PAGES)):
        assert "Synthetic data" in page_client.get(path).get_data(as_text=True), path


def test_without_a_key_no_comment_is_asked(page_client: FlaskClient, sqlite: Engine) -> None:
    source, file = loader.source("trust-pulse")
    long_list(sqlite, source, file)
    page = soup(page_client.get("/s/long/en"))
    assert page.find("textarea") is None


# ---------------------------------------------------------------- sending


def test_one_answer_is_enough(page_client: FlaskClient, wave: WaveRow, sqlite: Engine) -> None:
    sent = page_client.post(f"/s/{SURVEY}/en", data={"ticket": ticket(page_client), "area": "b1", "safe10": "7"})
    assert (sent.status_code, sent.headers["Location"]) == (303, f"/s/{SURVEY}/en/thanks")
    assert stored(sqlite, wave) == [{"area": "b1", "safe10": "7"}]


def test_every_kind_of_answer_arrives_as_given(page_client: FlaskClient, wave: WaveRow, sqlite: Engine) -> None:
    answers = {
        "fp_respect": "3",
        "fp_listen": "?",
        "fp_explain": "~",
        "trust10": "10",
        "want": ["outreach", "language"],
        "victim": "yes",
        "reported": "no",
        "why_not": ["police", "other"],
        "age": "a30",
        "home_language": "ar",
    }
    words = "شكرًا 🙏\r\nNo more."
    path = f"/s/{SURVEY}/ar"
    sent = page_client.post(path, data={"ticket": ticket(page_client, path), "area": "a2", "comment": words, **answers})
    assert sent.status_code == 303
    expected = {code: tuple(value) if isinstance(value, list) else value for code, value in answers.items()}
    assert stored(sqlite, wave) == [{"area": "a2", **expected}]
    with sqlite.begin() as connection:
        (sealed,) = queries.comments(connection, wave.id)
    assert sealing.open_sealed(sealed, KEYS.private) == sealing.Comment("a2", words.replace("\r\n", "\n"), "ar")


def test_a_comment_alone_is_an_answer(client: FlaskClient, wave: WaveRow, sqlite: Engine) -> None:
    assert client.post(f"/s/{SURVEY}/en", data={"ticket": ticket(client), "area": "a2", "comment": "Thank you."}).status_code == 303
    assert stored(sqlite, wave) == [{"area": "a2"}]


def test_what_was_not_asked_is_dropped(client: FlaskClient, wave: WaveRow, sqlite: Engine) -> None:
    """An old phone shows every follow-up; three reasons too many don't matter either where no reason was asked for."""
    data = {"ticket": ticket(client), "area": "a1", "victim": "no", "reported": "no", "why_not": ["?", "police"]}
    assert client.post(f"/s/{SURVEY}/en", data=data).status_code == 303
    assert stored(sqlite, wave) == [{"area": "a1", "victim": "no"}]


def test_a_crowd_that_sends_at_once_is_heard_in_full(app: Flask, wave: WaveRow, sqlite: Engine) -> None:
    """A transaction that reads before it writes would fail on SQLite as soon as another one commits in between."""
    data = {"ticket": ticket(app.test_client()), "area": "a1", "fp_respect": "1"}

    def send(person: int) -> int:
        address = {"REMOTE_ADDR": f"203.0.113.{person}"}  # the same form from one address would count once
        return app.test_client().post(f"/s/{SURVEY}/en", data=data, environ_base=address).status_code

    with ThreadPoolExecutor(8) as crowd:
        assert set(crowd.map(send, range(48))) == {303}
    assert len(stored(sqlite, wave)) == 48


def test_living_outside_ends_kindly_and_stores_nothing(page_client: FlaskClient, wave: WaveRow, sqlite: Engine) -> None:
    sent = page_client.post(f"/s/{SURVEY}/en", data={"ticket": ticket(page_client), "area": "outside", "fp_respect": "3"})
    assert sent.status_code == 200
    assert "Nothing was stored" in sent.get_data(as_text=True)
    assert stored(sqlite, wave) == []


# ---------------------------------------------------------------- language


@pytest.mark.parametrize("to", LOCALES)
def test_changing_the_language_keeps_the_answers_and_stores_nothing(
    page_client: FlaskClient, wave: WaveRow, sqlite: Engine, to: str
) -> None:
    data = {
        "ticket": ticket(page_client),
        "area": "b2",
        "fp_respect": "0",
        "want": ["outreach", "forum"],
        "trust10": "~",
        "comment": "<b>“Hello”</b>",
        "to": to,
    }
    response = page_client.post(f"/s/{SURVEY}/en/language", data=data)
    page = soup(response)
    assert response.status_code == 200
    assert page.html["lang"] == to
    assert page.find("form")["action"] == f"/s/{SURVEY}/{to}"
    assert page.find("option", selected=True)["value"] == "b2"
    checked = [(c["name"], c["value"]) for c in page.find_all("input", checked=True)]
    assert checked == [("fp_respect", "0"), ("want", "outreach"), ("want", "forum"), ("trust10", "~")]
    assert page.find("textarea").text == "<b>“Hello”</b>"
    assert stored(sqlite, wave) == []
    again = page_client.post(f"/s/{SURVEY}/{to}", data={**data, "ticket": page.find("input", {"name": "ticket"})["value"]})
    assert again.status_code == 303


def test_the_languages_are_buttons_that_carry_the_answers(client: FlaskClient, wave: WaveRow) -> None:
    buttons = soup(client.get(f"/s/{SURVEY}/ar")).select(".lang button")
    assert [(b["value"], b["name"], b["form"], b["formaction"]) for b in buttons] == [
        (locale, "to", "survey", f"/s/{SURVEY}/{locale}/language") for locale in LOCALES
    ]
    assert [b.text for b in buttons] == ["English", "Español", "العربية"]


def test_an_unknown_language_keeps_the_page_and_the_answers(page_client: FlaskClient, wave: WaveRow) -> None:
    response = page_client.post(f"/s/{SURVEY}/es/language", data={"to": "tlh", "victim": "no"})
    page = soup(response)
    assert (response.status_code, page.html["lang"]) == (422, "es")
    assert page.find("input", {"name": "victim", "value": "no"}).has_attr("checked")


def test_the_address_of_a_language_change_leads_back(client: FlaskClient, wave: WaveRow) -> None:
    response = client.get(f"/s/{SURVEY}/es/language")
    assert (response.status_code, response.headers["Location"]) == (303, f"/s/{SURVEY}/es")


# ---------------------------------------------------------------- many neighborhoods


def long_list(engine: Engine, source: str, file: str, *, columns: int = 10, rows: int = 7) -> WaveRow:
    """A survey `long` in seventy neighborhoods, without comments."""
    with engine.begin() as connection:
        properties = Properties(name="name", code="code")
        import_areas(connection, boundaries(columns, rows), file="long.geojson", properties=properties, area_set="long", place="Long")
        create_survey(connection, code="long", title="Long", area_set="long")
        notices = {locale: notice(locale) for locale in LOCALES}
        return open_wave(
            connection, "long", questionnaire=source, file=file, label="1", notices=notices, opened=date(2026, 10, 5), comment_key=None
        )


@pytest.fixture
def long(sqlite: Engine) -> WaveRow:
    return long_list(sqlite, *loader.source("trust-pulse"))


def test_a_long_list_is_a_box_to_type_in(page_client: FlaskClient, long: WaveRow) -> None:
    page = soup(page_client.get("/s/long/en"))
    box = page.find("input", {"name": "area", "list": "areas"})
    assert len(page.find(id=box["list"]).find_all("option")) == 70
    assert page.find("input", {"name": "area", "type": "checkbox"})["value"] == "outside"


@pytest.mark.parametrize("typed", ["Quarter C4", " quarter  c4 ", "QUARTER C4", "c4", "Quárter-C4"])
def test_a_typed_name_or_code_is_found(client: FlaskClient, long: WaveRow, sqlite: Engine, typed: str) -> None:
    data = {"ticket": ticket(client, "/s/long/en"), "area": typed, "safe10": "1"}
    assert client.post("/s/long/en", data=data).status_code == 303
    assert stored(sqlite, long) == [{"area": "c4", "safe10": "1"}]


def test_what_is_not_in_the_list_is_refused_and_the_whole_list_shown(page_client: FlaskClient, long: WaveRow, sqlite: Engine) -> None:
    data = {"ticket": ticket(page_client, "/s/long/en"), "area": "12 Main Street", "safe10": "1"}
    response = page_client.post("/s/long/en", data=data)
    page = soup(response)
    assert response.status_code == 422
    assert len(page.select("select[name=area] option")) == 72
    assert "You wrote: 12 Main Street" in page.text
    assert stored(sqlite, long) == []


def test_outside_beside_a_long_list_ends_kindly(client: FlaskClient, long: WaveRow, sqlite: Engine) -> None:
    data = {"ticket": ticket(client, "/s/long/en"), "area": ["", "outside"], "safe10": "1"}
    assert client.post("/s/long/en", data=data).status_code == 200
    data["area"] = ["c4", "outside"]
    assert client.post("/s/long/en", data=data).status_code == 422
    assert stored(sqlite, long) == []


# ---------------------------------------------------------------- over


@pytest.mark.parametrize("locale", LOCALES)
def test_a_closed_survey_says_so_politely(page_client: FlaskClient, wave: WaveRow, sqlite: Engine, locale: str) -> None:
    path = f"/s/{SURVEY}/{locale}"
    before = ticket(page_client, path)
    with sqlite.begin() as connection:
        close_wave(connection, SURVEY, closed=date(2026, 10, 30))
    page = page_client.get(path)
    assert page.status_code == 200
    assert soup(page).find("form") is None
    for address in (path, f"{path}/language"):
        response = page_client.post(address, data={"ticket": before, "area": "a1", "fp_respect": "1", "to": locale})
        assert response.status_code == 410
        assert soup(response).html["lang"] == locale
    assert stored(sqlite, wave) == []


def test_a_survey_that_closes_while_it_is_sent_stores_nothing(
    app: Flask, client: FlaskClient, wave: WaveRow, sqlite: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    from trustsurvey.web import respond

    data = {"ticket": ticket(client), "area": "a1", "fp_respect": "1"}
    really = respond.collect

    def late(connection, given, **answers):  # type: ignore[no-untyped-def]
        close_wave(connection, SURVEY, closed=date(2026, 10, 30))
        really(connection, given, **answers)

    monkeypatch.setattr(respond, "collect", late)
    response = client.post(f"/s/{SURVEY}/en", data=data)
    assert response.status_code == 410
    assert "Your answers were not sent." in response.get_data(as_text=True)
    assert stored(sqlite, wave) == []


def test_a_language_that_waits_for_its_translators_leads_to_one_that_does_not(wave: WaveRow, settings: Settings) -> None:
    with application(replace(settings, require_reviewed_locales=True)) as app:
        client = app.test_client()
        answer = client.get(f"/s/{SURVEY}/es", headers={"Accept-Language": "es"})
        assert (answer.status_code, answer.location) == (303, f"/s/{SURVEY}")
        assert client.get(answer.location, headers={"Accept-Language": "es"}).location == f"/s/{SURVEY}/en"
        assert client.get(f"/s/{SURVEY}/es/privacy").status_code == 200, "who has begun may finish"
