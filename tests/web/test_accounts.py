"""Signing in and out, and who gets a cookie."""

from __future__ import annotations

import re
import time
from dataclasses import replace

import itsdangerous
import pytest
from flask import Flask, session
from flask.testing import FlaskClient
from sqlalchemy import Engine, select
from werkzeug.test import TestResponse

from tests.web.shown import WORDS, speak
from trustsurvey.accounts import add_user, set_password
from trustsurvey.app import create_app
from trustsurvey.errors import StateError
from trustsurvey.settings import Settings
from trustsurvey.store import tables

EMAIL, PASSWORD = "analyst@larkhaven.example.com", "copper lantern sixteen"


@pytest.fixture
def analyst(app: Flask) -> str:
    return add_user(app, EMAIL, PASSWORD, ["department"])


def sign_in(client: FlaskClient, email: str = EMAIL, password: str = PASSWORD, *, query: str = ""):  # type: ignore[no-untyped-def]
    page = client.get(f"/account/login{query}")
    form = dict(re.findall(r'name="(csrf_token|next)"[^>]*value="([^"]*)"', page.get_data(as_text=True)))
    return client.post(f"/account/login{query}", data={**form, "email": email, "password": password})


def token(page: TestResponse) -> str:
    found = re.search(r'name="csrf_token"[^>]*value="([^"]*)"', page.get_data(as_text=True))
    assert found is not None
    return found[1]


def sign_out(client: FlaskClient):  # type: ignore[no-untyped-def]
    return client.post("/account/logout", data={"csrf_token": token(client.get("/department/"))})


def test_sign_in_leads_to_the_department(page_client: FlaskClient, analyst: str) -> None:
    answer = sign_in(page_client)
    assert (answer.status_code, answer.location) == (303, "/department/")
    cookie = answer.headers["Set-Cookie"]
    assert "HttpOnly" in cookie
    assert "SameSite=Lax" in cookie
    page = page_client.get("/department/")
    assert page.status_code == 200
    assert EMAIL in page.get_data(as_text=True)
    assert page.headers["Cache-Control"] == "no-store"


def test_the_address_may_be_written_in_any_case(client: FlaskClient, analyst: str) -> None:
    assert sign_in(client, EMAIL.upper()).status_code == 303


def test_signed_out_is_led_to_sign_in_and_back(page_client: FlaskClient, analyst: str) -> None:
    away = page_client.get("/department/?locale=en")
    assert (away.status_code, away.location) == (303, "/account/login?next=/department/?locale%3Den&locale=en")
    back = sign_in(page_client, query="?next=/department/?locale%3Den")
    assert back.location == "/department/?locale=en"
    left = page_client.post("/account/logout?locale=ar", data={"csrf_token": token(page_client.get("/department/"))})
    assert left.location == "/account/login?locale=ar"
    assert sign_in(page_client, query="?locale=ar").location == "/department/?locale=ar"


@pytest.mark.parametrize("elsewhere", ["https://evil.example/", "//evil.example/", "/\\evil.example/"])
def test_next_never_leads_elsewhere(client: FlaskClient, analyst: str, elsewhere: str) -> None:
    answer = sign_in(client, query=f"?next={elsewhere}")
    assert re.match(r"/(?![/\\])", answer.location or "/"), "an address of this site begins with one slash"


@pytest.mark.parametrize(
    ("email", "password"), [(EMAIL, "wrong wrong wrong"), ("nobody@larkhaven.example.com", PASSWORD), ("no address", PASSWORD)]
)
def test_what_was_wrong_is_never_told(page_client: FlaskClient, analyst: str, email: str, password: str) -> None:
    page = sign_in(page_client, email, password)
    text = page.get_data(as_text=True)
    assert "There is no account with this address and password." in text
    assert password not in text
    assert page_client.get("/department/").status_code == 303


@pytest.mark.parametrize(
    ("email", "password", "fault"), [("", PASSWORD, "Enter your e-mail address."), (EMAIL, "", "Enter your password.")]
)
def test_a_blank_field_is_named(page_client: FlaskClient, analyst: str, email: str, password: str, fault: str) -> None:
    text = sign_in(page_client, email, password).get_data(as_text=True)
    assert fault in text
    assert "There is no account" not in text


def test_without_its_token_the_form_is_refused(page_client: FlaskClient, analyst: str) -> None:
    page = page_client.post("/account/login", data={"email": EMAIL, "password": PASSWORD})
    assert "open for too long" in page.get_data(as_text=True)
    assert page_client.get("/department/").status_code == 303


def test_sign_out(page_client: FlaskClient, analyst: str) -> None:
    sign_in(page_client)
    assert sign_out(page_client).location == "/account/login"
    assert page_client.get("/department/").status_code == 303


def test_sign_out_needs_its_token(page_client: FlaskClient, analyst: str) -> None:
    sign_in(page_client)
    assert page_client.post("/account/logout").status_code == 200
    assert page_client.get("/department/").status_code == 200
    assert page_client.get("/account/logout").status_code == 405


def test_the_wrong_role_sees_nothing(page_client: FlaskClient, app: Flask) -> None:
    add_user(app, "words@larkhaven.example.com", PASSWORD, ["translator"])
    sign_in(page_client, "words@larkhaven.example.com")
    page = page_client.get("/department/")
    assert page.status_code == 403
    assert "may not see this page" in page.get_data(as_text=True)


def test_a_translator_is_led_to_the_workbench(client: FlaskClient, app: Flask) -> None:
    add_user(app, "words@larkhaven.example.com", PASSWORD, ["translator"], locales=["am", "so"])
    assert sign_in(client, "words@larkhaven.example.com").location == "/translate/"


def test_admin_may_see_the_department(client: FlaskClient, app: Flask) -> None:
    add_user(app, "head@larkhaven.example.com", PASSWORD, ["admin"])
    sign_in(client, "head@larkhaven.example.com")
    assert client.get("/department/").status_code == 200


@pytest.mark.parametrize("locale", ["es", "ar"])
def test_the_sign_in_page_speaks(settings: Settings, page_client: FlaskClient, locale: str) -> None:
    speak(settings.instance)
    text = page_client.get(f"/account/login?locale={locale}").get_data(as_text=True)
    assert f"<h1>{WORDS[locale]['Sign in']}</h1>" in text
    assert f'dir="{"rtl" if locale == "ar" else "ltr"}"' in text
    assert page_client.get("/account/login?locale=xx").status_code == 404


# ---------------------------------------------------------------- cookies


def test_only_staff_addresses_have_a_session(app: Flask, client: FlaskClient, analyst: str, wave: object) -> None:
    sign_in(client)
    for path in ("/", "/s/harbor-trust/en", "/s/harbor-trust/en/privacy", "/results/harbor-trust", "/static/site.css", "/nowhere"):
        answer = client.get(path)
        assert "Set-Cookie" not in answer.headers, path
        assert "Cookie" not in answer.headers.get("Vary", ""), path
    with app.test_request_context("/results/harbor-trust"):
        assert dict(session) == {}
        with pytest.raises(RuntimeError, match="no session"):
            session["seen"] = 1
    assert client.get("/department/").status_code == 200


def test_only_signing_in_and_out_can_be_reached(app: Flask) -> None:
    assert {rule.rule for rule in app.url_map.iter_rules() if rule.rule.startswith("/account")} == {"/account/login", "/account/logout"}


def test_a_session_ends_after_eight_hours(app: Flask, client: FlaskClient, analyst: str, monkeypatch: pytest.MonkeyPatch) -> None:
    sign_in(client)
    begun = time.time()
    monkeypatch.setattr(itsdangerous.TimestampSigner, "get_timestamp", lambda _signer: int(begun) + 8 * 3600 - 60)
    assert client.get("/department/").status_code == 200
    monkeypatch.setattr(itsdangerous.TimestampSigner, "get_timestamp", lambda _signer: int(begun) + 8 * 3600 + 60)
    assert client.get("/department/").status_code == 303


def test_behind_tls_the_cookie_is_secure(settings: Settings, sqlite: Engine) -> None:
    made = create_app(replace(settings, require_https=True))
    answer = made.test_client().get("/account/login", base_url="https://survey.example.com")
    assert "Secure" in answer.headers["Set-Cookie"]
    assert answer.headers["Strict-Transport-Security"].startswith("max-age=")
    made.extensions["trustsurvey"].engine.dispose()


# ---------------------------------------------------------------- accounts


def test_an_account_is_kept_as_argon2_and_nothing_more(app: Flask, sqlite: Engine, analyst: str) -> None:
    with sqlite.connect() as connection:
        row = connection.execute(select(tables.account)).mappings().one()
    assert set(row) == {"id", "email", "password", "active", "fs_uniquifier"}
    assert row["email"] == EMAIL
    assert row["password"].startswith("$argon2id$")


@pytest.mark.parametrize(
    ("email", "password", "roles", "message"),
    [
        (EMAIL.upper(), PASSWORD, ["department"], "has an account already"),
        ("not an address", PASSWORD, ["department"], "is not an e-mail address"),
        ("a@larkhaven.example.com", PASSWORD, ["chief"], "'chief' can't be given; the roles are"),
        ("a@larkhaven.example.com", PASSWORD, [], "no role can't be given"),
        ("a@larkhaven.example.com", "short", ["department"], "it has 5 characters; use at least 12"),
        ("a@larkhaven.example.com", "aaaaaaaaaaaaaaaab", ["department"], "it has 2 different characters"),
        ("tannery@larkhaven.example.com", "the TANNERY on the hill", ["department"], "holds the name"),
    ],
)
def test_an_account_that_cannot_be_made_says_why(
    app: Flask, analyst: str, email: str, password: str, roles: list[str], message: str
) -> None:
    with pytest.raises(StateError, match=message):
        add_user(app, email, password, roles)


def test_a_new_password_ends_every_session(app: Flask, client: FlaskClient, analyst: str) -> None:
    sign_in(client)
    set_password(app, EMAIL, "velvet harbor nineteen")
    assert client.get("/department/").status_code == 303
    assert sign_in(client).status_code == 200
    assert sign_in(client, password="velvet harbor nineteen").status_code == 303
    with pytest.raises(StateError, match="has no account"):
        set_password(app, "nobody@larkhaven.example.com", PASSWORD)


@pytest.mark.parametrize(
    ("roles", "locales", "message"),
    [
        (["translator"], ["xx"], "'xx' is not a language that can be translated into; those are: am, ar,"),
        (["department"], ["am"], "only a translator is given for a language"),
    ],
)
def test_a_language_that_cannot_be_given_says_why(app: Flask, roles: list[str], locales: list[str], message: str) -> None:
    with pytest.raises(StateError, match=message):
        add_user(app, "words@larkhaven.example.com", PASSWORD, roles, locales=locales)
