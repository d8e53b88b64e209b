"""Every page in two made-up languages on the smallest phone: a third longer, and from right to left. Nothing scrolls sideways."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

import pytest
from playwright.sync_api import Browser, BrowserContext

from tests.conftest import SURVEY, migrated, notice, serving, small_city
from tests.publish import sample
from tests.web.shown import waves
from trustsurvey.accounts import add_user
from trustsurvey.app import create_app
from trustsurvey.i18n.pseudo import PSEUDO
from trustsurvey.questionnaire import loader
from trustsurvey.services.close_wave import close_wave
from trustsurvey.services.open_wave import open_wave
from trustsurvey.settings import Settings

EMAIL, PASSWORD = "analyst@larkhaven.example.com", "copper lantern sixteen"
SHOWN = next(cell.area for cell in sample.city(24).by_area("trust_index") if not cell.flag.suppressed)
RESIDENTS = ("/s/{survey}/{locale}", "/s/{survey}/{locale}/thanks", "/s/{survey}/{locale}/privacy", "/s/none/{locale}", "/?locale={locale}")
RESULTS = ("/results/larkhaven?locale={locale}", f"/results/larkhaven/{SHOWN}?locale={{locale}}", "/results/none?locale={locale}")
STAFF = ("/account/login?locale={locale}", "/department/?locale={locale}", "/translate/?locale={locale}")

BEYOND = """() => [...document.querySelectorAll('body *')].filter(e => {
  const box = e.getBoundingClientRect();
  return box.width > 0 && (box.right > innerWidth + 1 || box.left < -1) && getComputedStyle(e).position !== 'absolute';
}).slice(0, 5).map(e => e.tagName + '.' + e.className + ': ' + e.textContent.trim().slice(0, 60))"""


@pytest.fixture(scope="module")
def address(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    settings = Settings(instance=tmp_path_factory.mktemp("pseudo") / "instance", pseudo_locales=True)
    engine = migrated(settings)
    small_city(engine)
    waves(engine, survey="larkhaven")
    source, file = loader.source("community-trust")
    with engine.begin() as connection:
        close_wave(connection, SURVEY, closed=date(2026, 10, 30))
        words = {code: notice(code) for code in PSEUDO}
        open_wave(
            connection, SURVEY, questionnaire=source, file=file, label="x", notices=words, opened=date(2026, 11, 1), comment_key=b"k" * 32
        )
    app = create_app(settings)
    add_user(app, EMAIL, PASSWORD, ["admin"])
    with serving(app) as live:
        yield live.address
    app.extensions["trustsurvey"].engine.dispose()
    engine.dispose()


@pytest.fixture(scope="module")
def phone(browser: Browser) -> BrowserContext:
    return browser.new_context(viewport={"width": 320, "height": 640})


@pytest.mark.slow
@pytest.mark.parametrize("locale", PSEUDO)
def test_no_page_scrolls_sideways(address: str, phone: BrowserContext, locale: str) -> None:
    page = phone.new_page()
    page.goto(f"{address}/account/login")
    if page.locator("[name=password]").count():
        page.fill("[name=email]", EMAIL)
        page.fill("[name=password]", PASSWORD)
        page.click("button.btn")
        page.wait_for_load_state()
    wide = {}
    for path in (*RESIDENTS, *RESULTS, *STAFF):
        page.goto(address + path.format(survey=SURVEY, locale=locale))
        root = page.locator("html")
        if path.startswith("/s/{survey}"):
            assert (root.get_attribute("lang"), root.get_attribute("dir")) == (
                locale.replace("_", "-"),
                "rtl" if locale == PSEUDO[1] else "ltr",
            )
        if page.evaluate("document.scrollingElement.scrollWidth") > 320:
            wide[path] = page.evaluate(BEYOND)
    page.close()
    assert wide == {}
