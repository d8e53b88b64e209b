"""The questionnaire with its script in a real browser: one part at a time, nothing lost, sent exactly once, kept only when chosen, a kiosk.

One server and one browser for the module; each test opens a phone of its own, and counts what it added.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect
from sqlalchemy import Engine, text

from tests.conftest import SURVEY, migrated, serving, small_city
from tests.web.test_respond import stored
from trustsurvey.app import create_app
from trustsurvey.services.issue_passes import ask_for_passes, issue_passes
from trustsurvey.settings import Settings
from trustsurvey.store.queries import WaveRow

PHONE = {"width": 320, "height": 640}
RULES = ["wcag2a", "wcag2aa", "wcag2aaa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
KEPT = """async () => [sessionStorage.length, localStorage.length, document.cookie, (await caches.keys()).length,
    (await indexedDB.databases()).length, (await navigator.serviceWorker.getRegistrations()).length]"""
NOTHING = [0, 0, "", 0, 0, 0]


@dataclass
class City:
    """A live server with an open wave, and what browsers asked it."""

    address: str
    engine: Engine
    wave: WaveRow
    browser: Browser
    key: str
    offered: tuple[str, ...]
    survey: str = SURVEY
    asked: list[str] = field(default_factory=list)
    faults: list[str] = field(default_factory=list)

    def phone(self, **options: object) -> BrowserContext:
        context = self.browser.new_context(**{"viewport": PHONE, "locale": "en-US", **options})  # type: ignore[arg-type]
        context.set_default_timeout(5000)
        context.on("request", lambda request: self.asked.append(request.url))
        context.on("weberror", lambda error: self.faults.append(str(error.error)))
        return context

    def open(self, context: BrowserContext, rest: str = "/en") -> Page:
        page = context.new_page()
        page.goto(f"{self.address}/s/{self.survey}{rest}")
        ready(page)
        return page

    def new(self) -> list[dict[str, object]]:
        """Responses stored since it was last asked. They lie in random order, so only their number tells which are new."""
        found = stored(self.engine, self.wave)
        with self.engine.begin() as connection:
            connection.execute(text("DELETE FROM response"))
        return found


@pytest.fixture(scope="module")
def city(tmp_path_factory: pytest.TempPathFactory, browser: Browser) -> Iterator[City]:
    folder: Path = tmp_path_factory.mktemp("city")
    settings = Settings(instance=folder, require_reviewed_locales=False, rate_residents="10000 per minute")
    engine = migrated(settings)
    wave = small_city(engine)
    app = create_app(settings)
    offered = app.extensions["trustsurvey"].catalogs.locales()
    with serving(app) as live:
        yield City(live.address, engine, wave, browser, settings.key(), offered)
    app.extensions["trustsurvey"].engine.dispose()
    engine.dispose()


@pytest.fixture
def phone(city: City) -> Iterator[BrowserContext]:
    city.new()
    city.asked.clear()
    city.faults.clear()
    context = city.phone()
    yield context
    context.close()
    foreign = [url for url in city.asked if not url.startswith((city.address, "https://www.wikipedia.org/", "data:"))]
    assert foreign == [], "something was asked of another origin"
    assert city.faults == [], "the script stumbled"


def ready(page: Page) -> None:
    expect(page.locator(".turn:visible")).to_have_count(1)


def until(page: Page, script: str, value: object) -> None:
    """Wait until the asynchronous ``script`` gives ``value``; Playwright's own waiting takes a promise for a yes."""
    for _ in range(100):
        if (found := page.evaluate(script)) == value:
            return
        page.wait_for_timeout(50)
    raise AssertionError(found)


def forgotten(page: Page) -> None:
    until(page, KEPT, NOTHING)


def forward(page: Page, to: str) -> None:
    """To the part ``to``, as by its address; a kiosk leaves no step behind."""
    page.evaluate("id => /kiosk/.test(location.search) ? location.replace('#' + id) : void (location.hash = id)", to)
    expect(page.locator(f"#{to}")).to_be_visible()


def answer(page: Page, trust: str = "6") -> None:
    page.select_option("[name=area]", "b1")
    forward(page, "p7")
    page.check(f"[name=trust10][value='{trust}']")


SENT = {"area": "b1", "trust10": "6"}


# ---------------------------------------------------------------- one part at a time


def test_part_by_part_with_a_look_before_sending(phone: BrowserContext, city: City) -> None:
    page = city.open(phone)
    expect(page.locator("h1")).to_be_visible()
    expect(page.locator("#p1")).to_be_visible()
    expect(page.locator("#p2")).to_be_hidden()
    expect(page.locator("#send")).to_be_hidden()
    page.select_option("[name=area]", "b1")
    page.locator(".turn:visible .go").click()
    expect(page.locator("#p2 h2")).to_be_focused()
    expect(page.locator("#p2 .step")).to_contain_text("Part 2 of 9")
    expect(page.locator("#p1")).to_be_hidden()
    expect(page.locator("h1")).to_be_hidden()
    assert page.title().startswith("How police treat people here · ")
    page.check("[name=fp_respect] >> nth=3")
    page.go_back()
    expect(page.locator("#p1")).to_be_visible()
    page.go_forward()
    expect(page.locator("#p2")).to_be_visible()
    page.locator(".turn-back:visible").click()
    expect(page.locator("#p1")).to_be_visible()
    forward(page, "review")
    rows = page.locator(".look a")
    assert rows.first.inner_text().split("\n")[-1] == "Quarter B1"
    assert rows.filter(has_text="treat people with respect").locator("b").inner_text() == "Often"
    assert "No answer" in rows.nth(3).inner_text()
    rows.nth(1).click()
    expect(page.locator("#p2")).to_be_visible()
    expect(page.locator("#q-fp_respect")).to_be_focused()
    assert page.url == f"{city.address}/s/{SURVEY}/en#q-fp_respect", "the address holds no answer"
    page.go_back()
    page.locator("#send").click()
    page.wait_for_url("**/en/thanks")
    assert city.new() == [{"area": "b1", "fp_respect": "3"}]
    assert page.evaluate(KEPT) == NOTHING
    page.go_back()
    assert page.url == "about:blank", "no step of the sent form is left in the tab"


def test_what_does_not_apply_is_passed_over_and_not_sent(phone: BrowserContext, city: City) -> None:
    page = city.open(phone)
    page.select_option("[name=area]", "b1")
    forward(page, "p7")
    page.check("[name=victim][value=yes]")
    page.check("[name=reported][value=no]")
    expect(page.locator("#q-why_not")).to_be_visible()
    page.locator("[name=why_not]").first.check()
    page.check("[name=victim][value=no]")
    expect(page.locator("#q-reported")).to_be_hidden()
    forward(page, "review")
    assert "why" not in " ".join(page.locator(".look a").evaluate_all("all => all.map(one => one.hash)"))
    page.locator("#send").click()
    page.wait_for_url("**/thanks")
    assert city.new() == [{"area": "b1", "victim": "no"}]


@pytest.mark.slow
def test_the_one_answer_that_excludes_the_others(phone: BrowserContext, city: City) -> None:
    page = city.open(phone)
    forward(page, "p6")
    page.check("[name=want][value=outreach]")
    page.check("[name=want][value='?']")
    expect(page.locator("[name=want][value=outreach]")).not_to_be_checked()
    page.check("[name=want][value=forum]")
    expect(page.locator("[name=want][value='?']")).not_to_be_checked()


def test_loading_again_and_another_language_lose_nothing(phone: BrowserContext, city: City) -> None:
    page = city.open(phone)
    answer(page)
    page.reload()
    ready(page)
    expect(page.locator("#p7")).to_be_visible()
    expect(page.locator("[name=trust10][value='6']")).to_be_checked()
    page.locator("summary").first.click()
    page.locator(".lang button[value=ar]").click()
    page.wait_for_url(f"**/s/{SURVEY}/ar#p7")
    ready(page)
    expect(page.locator("html")).to_have_attribute("dir", "rtl")
    expect(page.locator("[name=trust10][value='6']")).to_be_checked()
    expect(page.locator("[name=area]")).to_have_value("b1")
    forward(page, "review")
    page.locator("summary").first.click()
    page.locator(".lang button[value=es]").click()
    page.wait_for_url(f"**/s/{SURVEY}/es#review")
    ready(page)
    expect(page.locator(".look a").first).to_contain_text("Quarter B1")
    assert city.new() == []
    page.locator("#send").click()
    page.wait_for_url("**/es/thanks")
    assert city.new() == [SENT]


def test_a_reply_that_got_lost_does_not_double_the_answers(phone: BrowserContext, city: City) -> None:
    page = city.open(phone)
    answer(page)
    page.route("**/responses", lambda route: (route.fetch(), route.abort()))  # the server stores it, the phone hears nothing
    forward(page, "review")
    page.locator("#send").click()
    expect(page.locator(".live")).to_contain_text("nothing was sent")
    page.unroute("**/responses")
    page.reload()
    ready(page)
    page.locator("#send").dblclick()
    page.wait_for_url("**/thanks")
    assert city.new() == [SENT]


def test_errors_are_announced_and_lead_to_their_question(phone: BrowserContext, city: City) -> None:
    page = city.open(phone)
    forward(page, "p6")
    for option in ("outreach", "protocol", "forum"):
        page.check(f"[name=want][value={option}]")
    forward(page, "review")
    page.locator("#send").click()
    expect(page.locator("#review .alert")).to_be_focused()
    assert [link.get_attribute("href") for link in page.locator("#review .alert a").all()] == ["#q-area", "#q-want"]
    page.locator("#review .alert a").first.click()
    expect(page.locator("#q-area")).to_be_focused()
    expect(page.locator("#area")).to_have_attribute("aria-invalid", "true")
    page.select_option("[name=area]", "b1")
    expect(page.locator("#q-area .err")).to_have_count(0)
    forward(page, "p9")
    page.fill("[name=comment]", "Call him on 206 555 0199.")
    page.locator("#q-want").evaluate("q => q.querySelector('[value=forum]').click()")
    forward(page, "review")
    page.locator("#send").click()
    expect(page.locator("#review .alert")).to_contain_text("We found a phone number")  # the server's own words
    page.locator("#review .alert a").click()
    page.fill("[name=comment]", "Call him.")
    forward(page, "review")
    page.locator("#send").click()
    page.wait_for_url("**/thanks")
    assert [row["want"] for row in city.new()] == [("outreach", "protocol")]


@pytest.mark.slow
def test_a_survey_page_of_the_server_s_own_takes_over_where_the_script_has_none(phone: BrowserContext, city: City) -> None:
    page = city.open(phone)
    outside = city.wave.questionnaire.item("area").options[0].code
    page.select_option("[name=area]", outside)
    forward(page, "p7")
    page.check("[name=trust10][value='6']")
    forward(page, "review")
    page.locator("#send").click()
    expect(page.locator("h1")).to_have_text("Thank you for your interest")
    assert city.new() == []


@pytest.mark.slow
def test_by_keyboard_alone(phone: BrowserContext, city: City) -> None:
    page = city.open(phone)
    page.locator("#area").focus()
    page.keyboard.type("Quarter B1")
    for _ in range(9):
        button = page.locator(".turn:visible .go")
        for _tab in range(80):
            page.keyboard.press("Tab")
            if button.evaluate("one => one == document.activeElement"):
                break
        if page.locator("#p7").is_visible():
            page.locator("[name=trust10]").nth(6).focus()
            page.keyboard.press("Space")
        button.press("Enter")
    page.locator("#send").press("Enter")
    page.wait_for_url("**/thanks")
    assert city.new() == [SENT]


# ---------------------------------------------------------------- leaving


def test_escape_three_times_leaves_and_forgets_everything(phone: BrowserContext, city: City) -> None:
    phone.route("https://www.wikipedia.org/**", lambda route: route.fulfill(body="<title>Neutral</title>", content_type="text/html"))
    page = city.open(phone)
    answer(page)
    keep(page)
    page.keyboard.press("Escape")
    page.keyboard.press("Escape")
    expect(page.locator("#p7")).to_be_visible()
    page.keyboard.press("Escape")
    expect(page).to_have_title("Neutral")
    page.go_back()
    assert page.url == "about:blank", "the survey isn't behind the page that took its place"
    page.goto(f"{city.address}/s/{SURVEY}/en")
    ready(page)
    assert page.evaluate(KEPT) == NOTHING
    expect(page.locator("[name=area]")).to_have_value("")


def test_clear_everything(phone: BrowserContext, city: City) -> None:
    page = city.open(phone)
    answer(page)
    keep(page)
    page.get_by_role("button", name="Clear everything").click()
    expect(page.locator(".live")).to_contain_text("cleared")
    expect(page.locator("[name=area]")).to_have_value("")
    forgotten(page)
    page.reload()
    ready(page)
    expect(page.locator("[name=trust10]:checked")).to_have_count(0)


# ---------------------------------------------------------------- kept, and without a network


def keep(page: Page) -> None:
    page.get_by_label("Keep my answers on this phone").check()
    expect(page.locator(".tools .hint")).to_contain_text("You can close this page.")


def test_nothing_is_kept_unless_chosen(phone: BrowserContext, city: City) -> None:
    page = city.open(phone)
    assert page.evaluate(KEPT) == NOTHING
    answer(page)
    assert page.evaluate(KEPT) == [1, 0, "", 0, 0, 0], "the tab alone remembers"
    page.close()
    page = city.open(phone)
    expect(page.locator("[name=area]")).to_have_value("")
    assert page.evaluate(KEPT) == NOTHING
    assert not [url for url in city.asked if re.search("worker|manifest|icon", url)]


def test_answers_wait_over_a_closed_page_and_are_sent_exactly_once(phone: BrowserContext, city: City) -> None:
    page = city.open(phone)
    page.select_option("[name=area]", "b1")
    keep(page)
    phone.set_offline(True)
    page.close()
    page = city.open(phone)  # from the phone itself
    expect(page.locator("[name=area]")).to_have_value("b1")
    expect(page.get_by_label("Keep my answers on this phone")).to_be_checked()
    forward(page, "p7")
    page.check("[name=trust10][value='6']")
    forward(page, "review")
    page.locator("#send").click()
    expect(page.locator("h1:visible")).to_have_text("Your answers wait on this phone")
    expect(page.locator("[name=trust10]:visible")).to_have_count(0)
    assert city.new() == []
    page.close()
    phone.set_offline(False)
    page = city.open(phone)
    forgotten(page)
    assert city.new() == [SENT]


def test_when_the_network_comes_back_it_is_sent_from_the_open_page(phone: BrowserContext, city: City) -> None:
    page = city.open(phone)
    answer(page)
    keep(page)
    forward(page, "review")
    phone.set_offline(True)
    page.locator("#send").click()
    expect(page.locator("h1:visible")).to_have_text("Your answers wait on this phone")
    phone.set_offline(False)
    page.wait_for_url("**/thanks")
    assert city.new() == [SENT]
    assert page.evaluate(KEPT) == NOTHING


def test_an_old_ticket_is_renewed_before_a_waiting_response_is_sent(phone: BrowserContext, city: City) -> None:
    page = city.open(phone)
    answer(page)
    keep(page)
    page.locator("[name=ticket]").evaluate("one => one.value = '1.old'")
    forward(page, "review")
    page.locator("#send").click()
    page.wait_for_url("**/thanks")
    assert city.new() == [SENT]


@pytest.mark.parametrize(
    ("broken", "says"),
    [
        pytest.param("indexedDB.open = () => { throw new Error('private') }", "does not let us keep anything", marks=pytest.mark.slow),
        ("IDBObjectStore.prototype.put = () => { throw new DOMException('full', 'QuotaExceededError') }", "does not let us keep anything"),
        (
            "if (navigator.serviceWorker) navigator.serviceWorker.register = () => Promise.reject(new Error('refused'))",
            "This page itself needs internet",
        ),
        pytest.param(
            "delete Navigator.prototype.serviceWorker; delete self.caches", "This page itself needs internet", marks=pytest.mark.slow
        ),
    ],
    ids=["no database", "storage full", "worker refused", "an old browser"],
)
def test_a_phone_that_keeps_nothing_says_so_and_still_sends(phone: BrowserContext, city: City, broken: str, says: str) -> None:
    phone.add_init_script(broken)
    page = city.open(phone)
    page.get_by_label("Keep my answers on this phone").click()
    expect(page.locator(".tools .hint")).to_contain_text(says)
    answer(page)
    forward(page, "review")
    page.locator("#send").click()
    page.wait_for_url("**/thanks")
    assert city.new() == [SENT]


def test_without_a_network_and_nothing_kept_the_page_says_so(phone: BrowserContext, city: City) -> None:
    page = city.open(phone)
    answer(page)
    forward(page, "review")
    phone.set_offline(True)
    page.locator("#send").click()
    expect(page.locator(".live")).to_contain_text("There is no internet, so nothing was sent.")
    page.locator("summary").first.click()
    page.locator(".lang button[value=ar]").click()
    expect(page.locator("html")).to_have_attribute("lang", "en")
    phone.set_offline(False)
    page.locator("#send").click()
    page.wait_for_url("**/thanks")
    assert city.new() == [SENT]


def test_an_invitation_goes_through_the_parts_and_waits_with_its_answers(phone: BrowserContext, city: City) -> None:
    wave = small_city(city.engine, survey="invited")
    with city.engine.begin() as connection:
        ask_for_passes(connection, wave)
        issued = issue_passes(connection, "invited", count=2, key=city.key)
    sent: list[dict[str, object]] = []
    phone.on("request", lambda request: sent.append(request.post_data_json) if request.url.endswith("/responses") else None)
    page = phone.new_page()
    page.goto(f"{city.address}/s/invited/en#{issued.codes[0]}.{issued.fingerprint}")
    ready(page)
    answer(page)
    expect(page.locator("[name=pass]")).to_have_value(re.compile(r"\."))
    keep(page)
    forward(page, "review")
    phone.set_offline(True)
    page.locator("#send").click()
    expect(page.locator("h1:visible")).to_have_text("Your answers wait on this phone")
    phone.set_offline(False)
    page.wait_for_url("**/invited/en/thanks")
    assert stored(city.engine, issued.wave) == [SENT]
    assert issued.codes[0] not in str(sent)
    assert page.evaluate(KEPT) == NOTHING

    page = phone.new_page()  # no code: who presses Send reads what is missing, where it is to be typed
    page.goto(f"{city.address}/s/invited/en")
    ready(page)
    answer(page)
    forward(page, "review")
    page.locator("#send").click()
    expect(page.locator("#code")).to_be_focused()
    expect(page.locator("#said")).to_contain_text("Please type your code")
    city.new()


# ---------------------------------------------------------------- a kiosk


def test_a_kiosk_takes_one_person_after_another_without_a_network(phone: BrowserContext, city: City) -> None:
    page = city.open(phone, "/en?kiosk=en")
    until(page, "async () => (await (await caches.open('survey')).keys()).length", 6)
    phone.set_offline(True)
    for n, locale in enumerate(("en", "ar", "en")):
        if locale != "en":
            page.locator("summary").first.click()
            page.locator(f".lang button[value={locale}]").click()
            expect(page.locator("html")).to_have_attribute("lang", locale)
            ready(page)
        answer(page, str(n))
        forward(page, "review")
        page.locator("#send").click()
        page.get_by_role("button", name=re.compile("Next person|الشخص التالي")).click()
        ready(page)
        expect(page.locator("html")).to_have_attribute("lang", "en")
        expect(page.locator("[name=area]")).to_have_value("")
        expect(page.locator("[name=trust10]:checked")).to_have_count(0)
    page.locator(".tools summary").click()
    expect(page.locator(".tools")).to_contain_text("Answers that wait to be sent: 3")
    page.locator(".leave").click()  # a person leaves: the others' answers stay
    expect(page.locator("#p1")).to_be_visible()
    assert city.new() == []
    page.go_back()
    assert page.url == "about:blank"
    page.goto(f"{city.address}/s/{SURVEY}/en?kiosk=en")
    ready(page)
    phone.set_offline(False)
    expect(page.locator(".tools")).to_contain_text("Answers that wait to be sent: 0")
    assert sorted(str(row["trust10"]) for row in city.new()) == ["0", "1", "2"]
    page.locator(".tools summary").click()
    page.get_by_role("button", name="End").click()
    page.wait_for_url(f"**/s/{SURVEY}/en")
    ready(page)
    assert page.evaluate(KEPT) == NOTHING


@pytest.mark.slow
def test_a_kiosk_forgets_each_person_s_invitation(phone: BrowserContext, city: City) -> None:
    """Else the next one would answer with it, be refused as used, and not know that nothing arrived."""
    wave = small_city(city.engine, survey="tabled")
    with city.engine.begin() as connection:
        ask_for_passes(connection, wave)
        issued = issue_passes(connection, "tabled", count=2, key=city.key)
    page = phone.new_page()
    page.goto(f"{city.address}/s/tabled/en?kiosk=en")
    ready(page)
    for n, code in enumerate(issued.codes):
        expect(page.locator("#code")).to_have_value("")
        page.fill("#code", code)
        answer(page, str(n))
        forward(page, "review")
        page.locator("#send").click()
        page.get_by_role("button", name="Next person").click()
        ready(page)
        expect(page.locator("[name=pass]")).to_have_value("")
        assert page.evaluate("() => sessionStorage.length") == 0
    page.locator(".tools summary").click()
    expect(page.locator(".tools")).to_contain_text("Answers that wait to be sent: 0")
    assert sorted(str(row["trust10"]) for row in stored(city.engine, issued.wave)) == ["0", "1"]
    city.new()


@pytest.mark.slow
def test_a_kiosk_left_alone_warns_and_begins_again(phone: BrowserContext, city: City) -> None:
    phone.clock.install()
    page = city.open(phone, "/en?kiosk=en")
    page.select_option("[name=area]", "b1")
    page.locator(".turn:visible .go").click()
    phone.clock.fast_forward(121_000)
    expect(page.locator("[role=alert]:visible")).to_contain_text("Are you still there?")
    page.get_by_role("button", name="Yes, go on").click()
    expect(page.locator("#p2")).to_be_visible()
    phone.clock.fast_forward(121_000)
    phone.clock.fast_forward(31_000)
    expect(page.locator("#p1")).to_be_visible()
    expect(page.locator("[name=area]")).to_have_value("")


@pytest.mark.slow
def test_a_kiosk_can_be_installed_and_nothing_else_offers_it(phone: BrowserContext, city: City) -> None:
    page = city.open(phone)
    assert page.locator("link[rel=manifest]").count() == 0
    page = city.open(phone, "/ar?kiosk=ar")
    address = page.locator("link[rel=manifest]").get_attribute("href")
    made = page.evaluate("async at => (await fetch(at)).json()", address)
    assert (made["start_url"], made["dir"], made["scope"]) == (f"/s/{SURVEY}/ar?kiosk=ar", "rtl", "/s/")
    assert phone.request.get(city.address + made["icons"][0]["src"]).headers["content-type"].startswith("image/svg+xml")


# ---------------------------------------------------------------- for everyone


def states(page: Page) -> Iterator[str]:
    """A part, a look at the answers, and what is wrong with them."""
    forward(page, "p7")
    page.check("[name=victim][value=yes]")
    yield "part"
    forward(page, "review")
    yield "review"
    page.locator("#send").click()
    yield "errors"


@pytest.mark.parametrize("locale", [pytest.param("en", marks=pytest.mark.slow), "ar"])
def test_at_twice_the_text_size_nothing_is_cut(city: City, locale: str) -> None:
    context = city.phone(viewport={"width": 180, "height": 360})  # what a zoom of 200 % leaves of 360
    page = city.open(context, f"/{locale}")
    for state in states(page):
        assert page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth") <= 0, state
        small = page.evaluate(
            """[...document.querySelectorAll(".turn button, .look a, .plain")].filter(e => e.offsetParent && e.offsetHeight < 48).length"""
        )
        assert small == 0, state
    context.close()


@pytest.mark.parametrize("width", [320, pytest.param(360, marks=pytest.mark.slow)])
def test_the_bar_shows_the_whole_name_of_the_survey(city: City, width: int) -> None:
    context = city.phone(viewport={"width": width, "height": 640})
    page = city.open(context, "/es")
    assert page.evaluate("(p => p.scrollHeight - p.clientHeight)(document.querySelector('.top p'))") <= 1
    context.close()
