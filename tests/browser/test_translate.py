"""The workbench in a real browser: a word pressed on the real page, changed by keyboard, seen live; small screens, right to left, dark."""

from __future__ import annotations

import time

import pytest
from axe_playwright_python.sync_playwright import Axe
from flask import Flask
from playwright.sync_api import Browser, Page

from tests.browser.test_results import RULES
from tests.conftest import Live, small_city
from trustsurvey.accounts import add_user
from trustsurvey.i18n.pofiles import Entry

EMAIL, PASSWORD = "maria@example.org", "copper lantern sixteen"
RESPECT = Entry("item:fp_respect", "How often do police here treat people with respect?")
FAULTY = Entry("", "You chose %(n)s answer.")


@pytest.fixture
def translator(app: Flask, sqlite) -> None:  # type: ignore[no-untyped-def]
    small_city(sqlite, synthetic=True)
    add_user(app, EMAIL, PASSWORD, ["translator"], locales=["es", "ar"])


def sign_in(page: Page, address: str) -> None:
    page.goto(f"{address}/account/login")
    page.fill("[name=email]", EMAIL)
    page.fill("[name=password]", PASSWORD)
    page.click("button.btn")
    page.wait_for_url("**/translate/")


def test_press_a_word_on_the_page_change_it_and_see_it_live(browser: Browser, live: Live, translator: None) -> None:
    page = browser.new_page(viewport={"width": 1280, "height": 900})
    faults: list[str] = []
    page.on("console", lambda message: faults.append(message.text))
    sign_in(page, live.address)
    page.click("tr.head a:text('Español')")
    page.click("text=Preview")
    page.frame_locator("iframe.phone").locator(f"#w-{RESPECT.id}").click()
    page.wait_for_url(f"**/translate/es/questionnaire/{RESPECT.id}*")
    page.fill("#form-0", "¿Con qué frecuencia la policía de aquí trata a la gente con respeto?")
    page.press("#form-0", "Control+Enter")
    page.wait_for_selector("[role=status]:has-text('Saved.')")
    saved = time.monotonic()
    assert RESPECT.id not in page.url.split("?")[0], "on to the next"
    resident = browser.new_context(java_script_enabled=False).new_page()
    resident.goto(f"{live.address}/s/harbor-trust/es")
    assert "la policía de aquí trata a la gente" in resident.inner_text("form")
    assert time.monotonic() - saved < 2
    page.goto(f"{live.address}/translate/es/preview?page=survey&at={RESPECT.id}")
    frame = page.frame(url="**/page/**")
    assert frame is not None
    frame.wait_for_selector(f"a.word:target#w-{RESPECT.id}")
    assert not faults
    page.close()


@pytest.mark.slow
def test_without_a_script_nothing_that_was_written_is_lost(browser: Browser, live: Live, translator: None) -> None:
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    sign_in(page, live.address)
    page.goto(f"{live.address}/translate/es/messages/{FAULTY.id}")
    page.fill("#form-1", "Eligió <b>muchas</b>")
    page.click("text=Save and next")
    assert "markup" in page.inner_text("#faults")
    assert page.input_value("#form-1") == "Eligió <b>muchas</b>"
    context.close()


WIDE, NARROW = ("", "ar?show=waiting", "ar/files"), ("ar", f"ar/messages/{FAULTY.id}", "ar/preview/harbor-trust/privacy")


@pytest.mark.parametrize(
    ("width", "scheme", "locale", "paths"),
    [
        (320, "light", "ar", NARROW),
        pytest.param(1280, "dark", "en", WIDE, marks=pytest.mark.slow),
        pytest.param(1280, "light", "ar", (*WIDE, *NARROW), marks=pytest.mark.slow),
        pytest.param(320, "dark", "en", (*WIDE, *NARROW), marks=pytest.mark.slow),
    ],
)
def test_pages_fit_and_axe_finds_nothing(
    browser: Browser, live: Live, translator: None, width: int, scheme: str, locale: str, paths: tuple[str, ...]
) -> None:
    context = browser.new_context(viewport={"width": width, "height": 900}, color_scheme=scheme, bypass_csp=True)  # type: ignore[arg-type]
    page = context.new_page()
    sign_in(page, live.address)
    for path in paths:
        page.goto(f"{live.address}/translate/{path}{'&' if '?' in path else '?'}locale={locale}")
        assert page.evaluate("document.documentElement.scrollWidth") <= width, path
        found = Axe().run(page, options={"runOnly": RULES}).response["violations"]
        assert not found, [(path, fault["id"], fault["nodes"][0]["html"]) for fault in found]
    context.close()
