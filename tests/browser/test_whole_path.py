"""From a phone to a report a department can hold, in a real browser.

Answer in Arabic without JavaScript and in English with it, close, release, sign in, download the PDF, and find the figures in its text.
"""

from __future__ import annotations

import re
import subprocess
from datetime import date
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect
from sqlalchemy import Engine

from tests.conftest import SURVEY, Live
from trustsurvey.accounts import add_user
from trustsurvey.questionnaire import loader
from trustsurvey.services.close_wave import close_wave
from trustsurvey.services.publish_release import publish_release
from trustsurvey.store import queries
from trustsurvey.store.queries import WaveRow

EMAIL, PASSWORD = "chief@harbor.example.com", "four plain words together"
TRUST = loader.load(loader.source("community-trust")[0])
SCORED = [item for domain in TRUST.scoring.domains for item in domain.items]
PHONE = {"width": 320, "height": 640}


def fill(page: Page, area: str) -> None:
    """Answer as a person would: choose, tick, tap."""
    page.locator("select[name=area]").select_option(area)
    for item in SCORED:
        page.locator(f"input[name={item}][value='3']").check()
    page.locator("label:has([name=trust10][value='7'])").click()  # the key drawn over the circle takes the click
    page.locator("input[name=want][value=outreach]").check()
    page.locator("input[name=victim][value=yes]").check()
    page.locator("input[name=reported][value=no]").check()
    page.locator("input[name=why_not][value=minor]").check()


@pytest.mark.parametrize(("locale", "javascript", "thanks"), [("ar", False, "شكر"), ("en", True, "Thank you")])
def test_a_phone_answers(browser: Browser, live: Live, wave: WaveRow, sqlite: Engine, locale: str, javascript: bool, thanks: str) -> None:
    context = browser.new_context(viewport=PHONE, java_script_enabled=javascript)
    context.route("**/s/script/**", lambda route: route.abort())  # a network too weak for what comes after the page
    page = context.new_page()
    page.goto(f"{live.address}/s/{SURVEY}/{locale}")
    expect(page.locator("html")).to_have_attribute("dir", "rtl" if locale == "ar" else "ltr")
    fill(page, "a1")
    page.locator("button.go").click()
    expect(page.locator("h1")).to_contain_text(thanks)
    assert page.url.endswith("/thanks")
    assert context.cookies() == []
    context.close()
    with sqlite.connect() as connection:
        [(codes, records)] = queries.records(connection, wave.id)
    assert codes == ["a1"]
    assert records.count(b"3") >= 5


@pytest.mark.slow
def test_a_department_holds_the_report(browser: Browser, live: Live, wave: WaveRow, sqlite: Engine, tmp_path: Path) -> None:
    context = browser.new_context(viewport=PHONE)
    context.route("**/s/script/**", lambda route: route.abort())
    page = context.new_page()
    for n in range(12):
        page.goto(f"{live.address}/s/{SURVEY}/{('en', 'ar', 'es')[n % 3]}")
        fill(page, "a1")
        page.locator(f"input[name=fp_respect][value='{n % 5}']").check()
        page.locator("button.go").click()
        expect(page.locator("h1")).not_to_have_text("")
    context.close()
    with sqlite.begin() as connection:
        close_wave(connection, SURVEY, closed=date(2026, 10, 25))
        made = publish_release(connection, SURVEY, released=date(2026, 11, 12))
    assert made.n == 12
    add_user(live.app, EMAIL, PASSWORD, ["department"])

    desk = browser.new_context(viewport={"width": 1280, "height": 900}, accept_downloads=True)
    page = desk.new_page()
    page.goto(f"{live.address}/department/")
    assert "/account/login" in page.url, "signed out, it can't be reached"
    page.get_by_label("E-mail address").fill(EMAIL)
    page.get_by_label("Password").fill(PASSWORD)
    page.locator("main button").click()
    expect(page).to_have_url(re.compile(r"/department/$"))
    with page.expect_download() as download:
        page.locator("a[href*='/pdf']").first.click()
    report = tmp_path / "report.pdf"
    download.value.save_as(report)
    desk.close()
    words = subprocess.run(["pdftotext", "-layout", report, "-"], capture_output=True, text=True, check=True).stdout
    assert "Harbor" in words
    city = made.estimate("trust_index")
    assert city is not None
    assert city.estimate is not None
    assert any(f"{city.estimate:.{digits}f}" in words for digits in (0, 1)), words[:3000]
    rows = [line.split() for line in words.splitlines() if line.strip().startswith("Quarter A1")]
    assert any("12" in row for row in rows), rows
