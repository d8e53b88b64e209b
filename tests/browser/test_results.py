"""The public results and the staff's pages in a real browser: small screens, right to left, dark, no script, and what axe finds."""

from __future__ import annotations

from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from flask import Flask
from playwright.sync_api import Browser, Page
from sqlalchemy import Engine

from tests.conftest import Live
from tests.publish import sample
from tests.web.shown import waves
from tests.web.test_made import slow
from trustsurvey.accounts import add_user

SURVEY = "larkhaven"
EMAIL, PASSWORD = "analyst@larkhaven.example.com", "copper lantern sixteen"
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
SHOWN = next(cell.area for cell in sample.city(24).by_area("trust_index") if not cell.flag.suppressed)
HIDDEN = next(cell.area for cell in sample.city(24).by_area("trust_index") if cell.flag.suppressed)
OTHER = [cell.area for cell in sample.city(24).by_area("trust_index") if not cell.flag.suppressed][-1]
PAGES = (f"/results/{SURVEY}", f"/results/{SURVEY}/{SHOWN}", f"/results/{SURVEY}/{HIDDEN}", "/department/")

ALIGNED = """() => {
  const axis = document.querySelector('.ranking thead .p svg text.m.b').getBoundingClientRect();
  const line = document.querySelector('.ranking tbody .p svg line.city').getBoundingClientRect();
  return Math.abs((axis.left + axis.right) / 2 - line.left);
}"""


@pytest.fixture
def released(app: Flask, sqlite: Engine) -> None:
    waves(sqlite, survey=SURVEY)
    add_user(app, EMAIL, PASSWORD, ["department"])


def sign_in(page: Page, address: str) -> None:
    page.goto(f"{address}/account/login")
    page.fill("[name=email]", EMAIL)
    page.fill("[name=password]", PASSWORD)
    page.click("button.btn")
    page.wait_for_url("**/department/")


@pytest.mark.parametrize(
    ("width", "scheme", "locale", "more"),
    [
        (1280, "light", "en", f"/results/{SURVEY}/compare?area={SHOWN}&with={HIDDEN}"),
        pytest.param(1280, "dark", "ar", f"/results/{SURVEY}/waves?from=1&to=3", marks=pytest.mark.slow),
        (320, "light", "ar", f"/results/{SURVEY}/compare?area={SHOWN}&with={OTHER}"),
        pytest.param(390, "dark", "es", f"/department/{SURVEY}/releases/2/waves?area={SHOWN}", marks=pytest.mark.slow),
    ],
)
def test_pages_fit_and_axe_finds_nothing(
    browser: Browser, live: Live, released: None, width: int, scheme: str, locale: str, more: str
) -> None:
    context = browser.new_context(viewport={"width": width, "height": 800}, color_scheme=scheme, bypass_csp=True)  # type: ignore[arg-type]
    page = context.new_page()
    sign_in(page, live.address)
    for path in (*PAGES, more):
        page.goto(f"{live.address}{path}{'&' if '?' in path else '?'}locale={locale}")
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


def test_the_script_lights_up_filters_and_sorts(browser: Browser, live: Live, released: None) -> None:
    context = browser.new_context(viewport={"width": 1280, "height": 900})
    page = context.new_page()
    faults: list[str] = []
    page.on("console", lambda message: faults.append(message.text))
    page.on("pageerror", lambda error: faults.append(str(error)))
    page.goto(f"{live.address}/results/{SURVEY}?locale=en")

    first = page.locator("table.ranking tbody tr").first
    name = first.locator("th").inner_text()
    first.locator("a").focus()
    assert "hot" in (first.get_attribute("class") or "")
    assert page.locator(".map a.hot title").text_content().startswith(f"{name}:")
    assert page.locator("table.heat tr.hot th").inner_text() == name  # a row without a link is known by its name
    page.locator(".map a path").nth(3).hover()
    assert page.locator(".map a.hot title").text_content().startswith(page.locator("table.ranking tr.hot th").inner_text())

    head = page.locator("table.sorts thead th").nth(3)  # n
    head.locator("button").click()
    assert head.get_attribute("aria-sort") == "descending"
    figures = [int(text.replace(",", "")) for text in page.locator("table.sorts .order td:nth-child(4)").all_inner_texts()]
    assert figures == sorted(figures, reverse=True)
    head.locator("button").press("Enter")
    assert head.get_attribute("aria-sort") == "ascending"
    page.locator("table.sorts thead th").first.locator("button").click()
    names = page.locator("table.sorts .order th").all_inner_texts()
    assert names == sorted(names)
    assert page.locator("table.sorts thead [aria-sort]").count() == 1
    assert "not shown" in page.locator("table.sorts tbody").last.inner_text()

    page.fill(".find input", name.upper()[:4])
    shown = page.locator("table.ranking tbody tr:visible th").all_inner_texts()
    assert name in shown
    assert all(name[:4].lower() in text.lower() for text in shown)
    assert page.locator(".find [role=status]").inner_text() == f"{len(shown)} of 24 neighborhoods shown"
    assert page.locator(".map a.found").count() == len(shown)
    page.fill(".find input", "")
    assert page.locator("table.ranking tbody tr:visible").count() == 24
    assert not faults
    context.close()


def test_a_report_in_the_making_goes_on_by_itself(
    browser: Browser, live: Live, released: None, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    slow(monkeypatch, tmp_path / "w", "make_file.atomically(path, b'%PDF-1.7')")
    live.app.config["PATIENCE"] = 0.05
    page = browser.new_context().new_page()
    sign_in(page, live.address)
    page.locator("a[aria-label='Report, PDF, English']").first.click()
    page.wait_for_selector("progress[value='3']")
    assert page.locator("h1").inner_text() == "The report is being made"
    assert not Axe().run(page, options={"runOnly": RULES}).response["violations"]
    with page.expect_download() as download:
        (tmp_path / "w" / "go").touch()
    assert download.value.suggested_filename.endswith("en.pdf")
    assert page.locator("[role=status]").inner_text() == "The report is ready."
    page.context.close()
