"""Limits: they hold one address back, know it by no name that lasts, and cost nobody an answer."""

from __future__ import annotations

import multiprocessing
from dataclasses import replace

import pytest
from flask.testing import FlaskClient
from sqlalchemy import Engine

from tests.conftest import SURVEY
from tests.web.test_respond import soup, stored, ticket
from trustsurvey.accounts import add_user
from trustsurvey.app import create_app
from trustsurvey.errors import SettingsError
from trustsurvey.settings import Settings
from trustsurvey.store.queries import WaveRow
from trustsurvey.web.limits import AGAIN, HOUR, Memory, network
from trustsurvey.web.respond import FORM

PATH = f"/s/{SURVEY}/en"


class Clock:
    def __init__(self) -> None:
        self.now = 1_790_000_000.0 // HOUR * HOUR

    def __call__(self) -> float:
        return self.now


# ---------------------------------------------------------------- the memory


def test_a_name_lasts_an_hour_and_says_nothing() -> None:
    clock = Clock()
    memory, other = Memory(clock), Memory(clock)
    given = memory.pseudonym("203.0.113.9")
    clock.now += HOUR - 1
    assert memory.pseudonym("203.0.113.9") == given
    assert memory.pseudonym("203.0.113.8") != given
    assert other.pseudonym("203.0.113.9") != given, "the salt is not this memory's own"
    clock.now += 1
    assert memory.pseudonym("203.0.113.9") != given


@pytest.mark.parametrize(
    ("address", "name"),
    [
        ("203.0.113.9", "203.0.113.9"),
        ("::ffff:203.0.113.9", "203.0.113.9"),
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::"),
        ("2001:db8:1:2:ffff::1", "2001:db8:1:2::"),
        ("fe80::1%eth0", "fe80::"),
        ("", ""),
        ("somewhere", ""),
    ],
)
def test_what_counts_as_one_address(address: str, name: str) -> None:
    assert network(address) == name


def test_the_same_again_within_ten_minutes_is_known() -> None:
    clock = Clock()
    memory = Memory(clock)
    assert memory.claim("203.0.113.9", "form")
    clock.now += AGAIN - 1
    assert not memory.claim("203.0.113.9", "form")
    assert memory.claim("203.0.113.9", "other form")
    assert memory.claim("203.0.113.8", "form")
    clock.now += 1
    assert memory.claim("203.0.113.9", "form")


def test_nobody_need_come_for_it_to_forget() -> None:
    """The map is all there is: a name of the hour before can't be made again from it, and what was sent is gone in ten minutes."""
    clock = Clock()
    memory = Memory(clock)
    assert memory.claim("203.0.113.9", "form")
    said = bytes(memory._map)
    clock.now += AGAIN - 1
    memory.forget()
    assert bytes(memory._map) == said
    clock.now += 1
    memory.forget()
    assert bytes(memory._map)[40:] == bytes(len(said) - 40)
    assert bytes(memory._map)[:40] == said[:40], "the hour's salt is still in use"
    clock.now += HOUR
    memory.forget()
    assert bytes(memory._map)[8:40] != said[8:40]


def test_what_could_not_be_stored_may_come_again() -> None:
    memory = Memory(Clock())
    assert memory.claim("203.0.113.9", "form")
    memory.release("203.0.113.9", "form")
    assert memory.claim("203.0.113.9", "form")


def test_ten_thousand_forms_are_all_new_and_all_known_again() -> None:
    memory = Memory(Clock())
    forms = [f"form {n}" for n in range(10_000)]
    assert all(memory.claim("203.0.113.9", form) for form in forms)
    assert sum(memory.claim("203.0.113.9", form) for form in forms) < 500  # a full bucket forgets its oldest


def _claim(memory: Memory, form: str) -> None:
    raise SystemExit(0 if memory.claim("203.0.113.9", form) else 3)


def test_processes_forked_from_one_share_it() -> None:
    memory = Memory(Clock())
    assert memory.claim("203.0.113.9", "form")
    fork = multiprocessing.get_context("fork")
    codes = []
    for form in ("form", "other", "other"):
        process = fork.Process(target=_claim, args=(memory, form))
        process.start()
        process.join()
        codes.append(process.exitcode)
    assert codes == [3, 0, 3]


# ---------------------------------------------------------------- residents


def limited(settings: Settings, **changed: object) -> FlaskClient:
    app = create_app(replace(settings, **changed))  # type: ignore[arg-type]
    app.testing = True
    return app.test_client()


def test_pressing_twice_counts_once(client: FlaskClient, wave: WaveRow, sqlite: Engine) -> None:
    data = {"ticket": ticket(client), "area": "b1", "safe10": "7", "want": ["outreach", "forum"], "comment": "Once."}
    answers = [client.post(PATH, data=data) for _ in range(3)]
    assert {(sent.status_code, sent.headers["Location"]) for sent in answers} == {(303, f"{PATH}/thanks")}
    assert len({tuple(sent.headers) for sent in answers}) == 1, "the answer tells that it was sent before"
    assert len(stored(sqlite, wave)) == 1


def test_a_neighbor_and_another_opinion_count_each(client: FlaskClient, wave: WaveRow, sqlite: Engine) -> None:
    data = {"ticket": ticket(client), "area": "b1", "safe10": "7"}
    client.post(PATH, data=data)
    client.post(PATH, data=data, environ_base={"REMOTE_ADDR": "203.0.113.8"})
    client.post(PATH, data={**data, "safe10": "8"})
    assert len(stored(sqlite, wave)) == 3


def test_what_failed_is_stored_when_it_is_sent_again(
    client: FlaskClient, wave: WaveRow, sqlite: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    from trustsurvey.web import respond

    data = {"ticket": ticket(client), "area": "b1", "safe10": "7"}

    def broken(*_: object, **__: object) -> None:
        raise RuntimeError

    with monkeypatch.context() as patch:
        patch.setattr(respond, "collect", broken)
        with pytest.raises(RuntimeError):
            client.post(PATH, data=data)
    assert client.post(PATH, data=data).status_code == 303
    assert len(stored(sqlite, wave)) == 1


@pytest.mark.parametrize(("locale", "words"), [("en", "Please press Send again"), ("es", "Enviar")])
def test_above_the_limit_the_answers_stay_on_the_page(settings: Settings, wave: WaveRow, sqlite: Engine, locale: str, words: str) -> None:
    client = limited(settings, rate_residents="2 per minute")
    path = f"/s/{SURVEY}/{locale}"
    form = {"ticket": ticket(client, path), "area": "a2"}
    for n in "34":
        assert client.post(path, data={**form, "safe10": n}).status_code == 303
    held = client.post(path, data={**form, "safe10": "5", "comment": "My words."})
    page = soup(held)
    assert (held.status_code, held.headers["Retry-After"], page.html["lang"]) == (429, "60", locale)
    assert words in page.select_one(".alert").text
    assert page.find("input", {"name": "safe10", "value": "5"}).has_attr("checked")
    assert page.find("textarea").text == "My words."
    assert len(stored(sqlite, wave)) == 2
    assert client.post(path, data={**form, "safe10": "5"}, environ_base={"REMOTE_ADDR": "203.0.113.8"}).status_code == 303


def test_above_the_limit_a_page_says_to_wait(settings: Settings, wave: WaveRow) -> None:
    client = limited(settings, rate_residents="2 per minute")
    pages = [client.get(f"/s/{SURVEY}/ar") for _ in range(3)]
    assert [page.status_code for page in pages] == [200, 200, 429]
    assert soup(pages[2]).html["lang"] == "ar"
    assert pages[2].headers["Cache-Control"] == "no-store"
    assert not [name for name in pages[2].headers if "RateLimit" in name]


@pytest.mark.parametrize(
    ("size", "kind", "headers", "status"),
    [(9, "text/plain", {}, 415), (9, FORM, {"Sec-Fetch-Site": "cross-site"}, 403), (66_000, FORM, {}, 413)],
)
def test_above_the_limit_what_is_not_our_form_is_refused_as_ever(
    settings: Settings, wave: WaveRow, size: int, kind: str, headers: dict[str, str], status: int
) -> None:
    client = limited(settings, rate_residents="1 per hour")
    found = [client.post(PATH, data="comment=" + "x" * size, content_type=kind, headers=headers) for _ in "ab"]
    assert [one.status_code for one in found] == [status, status]


def test_behind_a_web_server_each_address_is_its_own(settings: Settings, wave: WaveRow) -> None:
    client = limited(settings, rate_residents="1 per minute", proxies=1)
    asked = ["203.0.113.7", "203.0.113.8", "203.0.113.7", "198.51.100.1, 203.0.113.8"]
    found = [client.get(PATH, headers={"X-Forwarded-For": address}).status_code for address in asked]
    assert found == [200, 200, 429, 429]


def test_without_one_in_front_nobody_chooses_an_address(settings: Settings, wave: WaveRow) -> None:
    client = limited(settings, rate_residents="1 per minute")
    found = [client.get(PATH, headers={"X-Forwarded-For": f"203.0.113.{n}"}).status_code for n in (7, 8)]
    assert found == [200, 429]


# ---------------------------------------------------------------- staff


def test_passwords_can_not_be_tried_for_long(settings: Settings, wave: WaveRow) -> None:
    client = limited(settings, rate_sign_in="3 per minute")
    add_user(client.application, "analyst@larkhaven.example.com", "correct horse battery", ["department"])
    form = soup(client.get("/account/login"))
    data = {"csrf_token": form.find("input", {"name": "csrf_token"})["value"], "email": "analyst@larkhaven.example.com"}
    found = [client.post("/account/login", data={**data, "password": f"guess number {n}"}) for n in range(5)]
    assert [one.status_code for one in found] == [200, 200, 200, 429, 429]
    assert soup(found[4]).h1.text == "Too many attempts"
    assert client.get("/account/login").status_code == 200


# ---------------------------------------------------------------- settings


@pytest.mark.parametrize(("name", "value"), [("rate_residents", "often"), ("rate_sign_in", "3"), ("rate_storage", "nowhere://x")])
def test_what_can_not_be_used_is_named(settings: Settings, name: str, value: str) -> None:
    with pytest.raises(SettingsError, match=f"TRUSTSURVEY_{name.upper()}"):
        limited(settings, **{name: value})


def test_a_place_to_count_that_is_gone_holds_nobody_up(settings: Settings, wave: WaveRow) -> None:
    pytest.importorskip("redis")
    client = limited(settings, rate_residents="2 per minute", rate_storage="redis://127.0.0.1:1/0")
    assert [client.get(PATH).status_code for _ in range(3)] == [200, 200, 429]
