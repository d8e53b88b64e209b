"""The resident's page in a real browser: small screens, no script, right to left, by keyboard.

All of it without the script that comes after the page is shown (`test_script.py`): a weak network may never bring that.
What axe finds in every language is in `test_languages.py`.
"""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect
from sqlalchemy import Engine

from tests.conftest import LOCALES, SURVEY, Live
from tests.web.test_respond import long_list, stored
from trustsurvey.questionnaire import loader
from trustsurvey.store.queries import WaveRow

PHONE = {"width": 320, "height": 640}
RULES = ["wcag2a", "wcag2aa", "wcag2aaa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]


def plain(context: BrowserContext) -> BrowserContext:
    """``context``, in which what comes after the page never arrives."""
    context.route("**/s/script/**", lambda route: route.fulfill(body="", content_type="text/javascript"))
    return context


@pytest.fixture
def phone(browser: Browser) -> Iterator[BrowserContext]:
    context = plain(browser.new_context(viewport=PHONE))
    yield context
    context.close()


def spoil(page: Page) -> None:
    """Send what will be refused: one option too many, and a phone number."""
    page.select_option("[name=area]", "b1")
    for option in ("outreach", "protocol", "forum"):
        page.check(f"[name=want][value={option}]")
    page.fill("[name=comment]", "Call him on 555 0199.")
    page.click(".go")
    expect(page.locator(".alert")).to_be_visible()


def answer(page: Page) -> None:
    page.select_option("[name=area]", "b1")
    page.get_by_role("group").filter(has=page.locator("[name=fp_respect]")).get_by_role("radio").nth(3).check()
    page.check("[name=trust10][value='6']")


# ---------------------------------------------------------------- answering


@pytest.mark.parametrize(("locale", "script"), [("ar", False), ("en", True)])
def test_a_phone_answers(browser: Browser, live: Live, wave: WaveRow, sqlite: Engine, locale: str, script: bool) -> None:
    context = plain(browser.new_context(viewport=PHONE, java_script_enabled=script))
    page = context.new_page()
    page.goto(f"{live.address}/s/{SURVEY}/{locale}")
    answer(page)
    page.click(".go")
    page.wait_for_url(f"**/s/{SURVEY}/{locale}/thanks")
    assert stored(sqlite, wave) == [{"area": "b1", "fp_respect": "3", "trust10": "6"}]
    assert context.cookies() == []
    context.close()


def test_the_language_changes_without_script_and_keeps_the_answers(browser: Browser, live: Live, wave: WaveRow, sqlite: Engine) -> None:
    context = browser.new_context(viewport=PHONE, java_script_enabled=False)
    page = context.new_page()
    page.goto(f"{live.address}/s/{SURVEY}/en")
    answer(page)
    page.click("summary")
    page.click(".lang button[value=ar]")
    expect(page.locator("html")).to_have_attribute("dir", "rtl")
    expect(page.locator("[name=area]")).to_have_value("b1")
    expect(page.locator("[name=trust10][value='6']")).to_be_checked()
    assert stored(sqlite, wave) == []
    page.click(".go")
    page.wait_for_url(f"**/s/{SURVEY}/ar/thanks")
    assert stored(sqlite, wave) == [{"area": "b1", "fp_respect": "3", "trust10": "6"}]
    context.close()


def test_a_follow_up_appears_with_the_answer_that_leads_to_it(phone: BrowserContext, live: Live, wave: WaveRow) -> None:
    page = phone.new_page()
    page.goto(f"{live.address}/s/{SURVEY}/en")
    reported, why = page.locator("#q-reported"), page.locator("#q-why_not")
    expect(reported).to_be_hidden()
    page.check("[name=victim][value=yes]")
    expect(reported).to_be_visible()
    expect(why).to_be_hidden()
    page.check("[name=reported][value=no]")
    expect(why).to_be_visible()
    page.check("[name=victim][value=no]")
    expect(reported).to_be_hidden()
    expect(why).to_be_hidden()


def test_enter_does_not_send(phone: BrowserContext, live: Live, sqlite: Engine) -> None:
    """Nor does it press the first language button."""
    long_list(sqlite, *loader.source("trust-pulse"))
    page = phone.new_page()
    page.goto(f"{live.address}/s/long/en")
    page.check("[name=safe10][value='6']")
    page.fill("#area", "Quarter C4")
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.press("#area", "Enter")
    page.press("[name=safe10][value='6']", "Enter")
    page.wait_for_timeout(300)
    assert asked == []
    page.click(".go")
    page.wait_for_url("**/s/long/en/thanks")


def test_enter_does_not_send_without_script(browser: Browser, live: Live, sqlite: Engine) -> None:
    wave = long_list(sqlite, *loader.source("trust-pulse"))
    context = browser.new_context(viewport=PHONE, java_script_enabled=False)
    page = context.new_page()
    page.goto(f"{live.address}/s/long/ar")
    page.check("[name=safe10][value='6']")
    page.fill("#area", "Quarter C4")
    page.press("#area", "Enter")
    page.wait_for_timeout(300)
    assert page.url.endswith("/s/long/ar")
    page.press("[name=safe10][value='6']", "Enter")
    page.wait_for_load_state()
    expect(page.locator("html")).to_have_attribute("lang", "ar")
    expect(page.locator("#area")).to_have_value("Quarter C4")
    expect(page.locator("[name=safe10][value='6']")).to_be_checked()
    assert stored(sqlite, wave) == []
    context.close()


def test_errors_take_the_focus_and_lead_to_their_item(phone: BrowserContext, live: Live, wave: WaveRow) -> None:
    page = phone.new_page()
    page.goto(f"{live.address}/s/{SURVEY}/en")
    spoil(page)
    expect(page.locator(".alert")).to_be_focused()
    page.click(".alert a >> nth=0")
    expect(page.locator("#q-want")).to_be_focused()
    expect(page.locator("#e-want")).to_be_in_viewport()


def test_a_jump_to_a_part_lands_on_it(phone: BrowserContext, live: Live, wave: WaveRow) -> None:
    """Though the parts above it aren't laid out yet, and take another height when they are."""
    for part in (3, 6):
        page = phone.new_page()
        page.goto(f"{live.address}/s/{SURVEY}/en#p{part}")
        page.wait_for_timeout(300)
        number, heading = (page.locator(one).evaluate("one => one.getBoundingClientRect().top") for one in (f"#p{part} .step", f"#h{part}"))
        assert (round(number), 56 <= heading < 120) == (0, True)


def test_leaving_takes_the_place_of_the_page_in_the_history(phone: BrowserContext, live: Live, wave: WaveRow) -> None:
    phone.route("https://www.wikipedia.org/**", lambda route: route.fulfill(body="<title>Neutral</title>", content_type="text/html"))
    page = phone.new_page()
    page.goto(f"{live.address}/s/{SURVEY}/en/privacy")
    page.goto(f"{live.address}/s/{SURVEY}/en")
    page.click(".leave")
    expect(page).to_have_title("Neutral")
    page.go_back()
    assert page.url.endswith("/privacy")  # the survey that was left isn't there any more


COVERED = """() => {
  const {left, top, right, bottom} = document.querySelector(".leave").getBoundingClientRect();
  const points = [[left + 9, top + 9], [right - 9, top + 9], [left + 9, bottom - 9], [right - 9, bottom - 9]];
  return points.filter(([x, y]) => !document.elementFromPoint(x, y)?.closest(".leave"));
}"""


@pytest.mark.parametrize("locale", ["en", "ar"])
def test_nothing_covers_the_way_out(phone: BrowserContext, live: Live, wave: WaveRow, locale: str) -> None:
    page = phone.new_page()
    for width in (180, 320, 600, 1280):
        page.set_viewport_size({"width": width, "height": 640})
        page.goto(f"{live.address}/s/{SURVEY}/{locale}")
        for part in ("", "#p1", "#p5", "#q-trust10"):
            page.evaluate("hash => location.hash = hash", part)
            page.evaluate("() => new Promise(done => requestAnimationFrame(() => requestAnimationFrame(done)))")
            assert page.evaluate(COVERED) == [], (width, part)


def test_leaving_is_a_plain_link_without_script(browser: Browser, live: Live, wave: WaveRow) -> None:
    context = browser.new_context(viewport=PHONE, java_script_enabled=False)
    seen: list[str | None] = []

    def neutral(route) -> None:  # type: ignore[no-untyped-def]
        seen.append(route.request.headers.get("referer"))
        route.fulfill(body="<title>Neutral</title>", content_type="text/html")

    context.route("https://www.wikipedia.org/**", neutral)
    page = context.new_page()
    page.goto(f"{live.address}/s/{SURVEY}/en")
    page.click(".leave")
    expect(page).to_have_title("Neutral")
    assert seen == [None]
    context.close()


# ---------------------------------------------------------------- what the browser does with the page


@pytest.mark.parametrize("locale", LOCALES)
def test_one_request_and_nothing_to_complain_about(phone: BrowserContext, live: Live, wave: WaveRow, locale: str) -> None:
    page = phone.new_page()
    asked: list[str] = []
    said: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.on("console", lambda message: said.append(message.text))
    page.on("pageerror", lambda error: said.append(str(error)))
    address = f"{live.address}/s/{SURVEY}/{locale}"
    page.goto(address, wait_until="networkidle")
    more = page.locator("#survey").get_attribute("data-more")
    assert asked == [address, f"{live.address}{more}"]
    assert said == []
    assert page.evaluate("[localStorage.length, sessionStorage.length, document.cookie]") == [0, 0, ""]


@pytest.mark.parametrize("width", [320, 180])
@pytest.mark.parametrize("locale", LOCALES)
def test_no_sideways_scroll(browser: Browser, live: Live, wave: WaveRow, locale: str, width: int) -> None:
    context = plain(browser.new_context(viewport={"width": width, "height": 640}))
    page = context.new_page()

    def overflow() -> int:
        return int(page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth"))

    for rest in ("", "/thanks", "/privacy"):
        page.goto(f"{live.address}/s/{SURVEY}/{locale}{rest}")
        assert overflow() <= 0, rest
    page.goto(f"{live.address}/s/{SURVEY}/{locale}")
    page.check("[name=victim][value=yes]")
    page.check("[name=reported][value=no]")
    page.click("summary")
    assert overflow() <= 0
    spoil(page)
    assert overflow() <= 0
    context.close()


@pytest.mark.parametrize("locale", LOCALES)
def test_targets_are_large_enough_for_a_thumb(phone: BrowserContext, live: Live, wave: WaveRow, locale: str) -> None:
    page = phone.new_page()
    page.goto(f"{live.address}/s/{SURVEY}/{locale}")
    page.click("summary")
    small = page.evaluate(
        """[...document.querySelectorAll("label:not(.ask), select, .go, .leave, .lang button, summary, .quiet")]
           .filter(e => e.offsetParent && Math.min(e.offsetHeight, e.offsetWidth) < 48)
           .map(e => e.outerHTML.slice(0, 90) + " " + e.offsetWidth + "x" + e.offsetHeight)"""
    )
    assert small == []
    overlap = page.evaluate(
        "document.querySelector('.leave').getBoundingClientRect().width / parseFloat(getComputedStyle(document.documentElement).fontSize)"
    )
    assert overlap + 1.125 <= 9  # the progress line leaves so much room beside it
