"""The public results and the staff's pages in a real browser: small screens, right to left, dark, no script, and what axe finds."""

from __future__ import annotations

import shutil
from collections.abc import Iterator

import pytest
from axe_playwright_python.sync_playwright import Axe
from flask import Flask
from playwright.sync_api import Browser, Page, sync_playwright
from sqlalchemy import Engine

from tests.conftest import Live
from tests.publish import sample
from tests.web.shown import store
from trustsurvey.accounts import add_user

SURVEY = "larkhaven"
EMAIL, PASSWORD = "analyst@larkhaven.example.com", "copper lantern sixteen"
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
SHOWN = next(cell.area for cell in sample.city(24).by_area("trust_index") if not cell.flag.suppressed)
HIDDEN = next(cell.area for cell in sample.city(24).by_area("trust_index") if cell.flag.suppressed)
PAGES = (f"/results/{SURVEY}", f"/results/{SURVEY}/{SHOWN}", f"/results/{SURVEY}/{HIDDEN}", "/department/")

ALIGNED = """() => {
  const axis = document.querySelector('.ranking thead .p svg text.m.b').getBoundingClientRect();
  const line = document.querySelector('.ranking tbody .p svg line.city').getBoundingClientRect();
  return Math.abs((axis.left + axis.right) / 2 - line.left);
}"""


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        path = shutil.which("chromium")
        assert path, "Debian's chromium is needed"
        chromium = playwright.chromium.launch(executable_path=path, args=["--no-sandbox", "--disable-gpu"])
        yield chromium
        chromium.close()


@pytest.fixture
def released(app: Flask, sqlite: Engine) -> None:
    store(sqlite, sample.city(24), survey=SURVEY)
    add_user(app, EMAIL, PASSWORD, ["department"])


def sign_in(page: Page, address: str) -> None:
    page.goto(f"{address}/account/login")
    page.fill("[name=email]", EMAIL)
    page.fill("[name=password]", PASSWORD)
    page.click("button.btn")
    page.wait_for_url("**/department/")


@pytest.mark.parametrize(
    ("width", "scheme", "locale"), [(1280, "light", "en"), (1280, "dark", "ar"), (320, "light", "ar"), (390, "dark", "es")]
)
def test_pages_fit_and_axe_finds_nothing(browser: Browser, live: Live, released: None, width: int, scheme: str, locale: str) -> None:
    context = browser.new_context(viewport={"width": width, "height": 800}, color_scheme=scheme, bypass_csp=True)  # type: ignore[arg-type]
    page = context.new_page()
    sign_in(page, live.address)
    for path in PAGES:
        page.goto(f"{live.address}{path}?locale={locale}")
        assert page.evaluate("document.documentElement.scrollWidth") <= width, path
        found = Axe().run(page, options={"runOnly": RULES}).response["violations"]
        assert not found, [(path, fault["id"], fault["nodes"][0]["html"]) for fault in found]
    context.close()


@pytest.mark.parametrize("locale", ["en", "ar"])
def test_axis_and_rows_agree_in_both_directions(browser: Browser, live: Live, released: None, locale: str) -> None:
    page = browser.new_page(viewport={"width": 1280, "height": 800})
    page.goto(f"{live.address}/results/{SURVEY}?locale={locale}")
    assert page.evaluate(ALIGNED) < 1.5
    page.close()


def test_without_script_one_reads_goes_on_and_takes_the_report(browser: Browser, live: Live, released: None) -> None:
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    faults: list[str] = []
    page.on("console", lambda message: faults.append(message.text))
    page.goto(f"{live.address}/results/{SURVEY}?locale=en")
    page.click("table.ranking tbody th a >> nth=0")
    assert "trust stands at" in page.locator("h1").inner_text()
    page.click("header .brand")
    with page.expect_download() as download:
        page.click("text=Report, PDF")
    assert download.value.suggested_filename.endswith("en.pdf")
    assert not context.cookies()
    assert not faults
    context.close()
