"""From an invitation on paper to one response, in a real browser; and the script's arithmetic against the RFC's vectors."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from importlib import resources
from pathlib import Path
from urllib.parse import parse_qs

import pytest
from playwright.sync_api import Browser, Page, Request, expect
from sqlalchemy import Engine, text

from tests.conftest import SURVEY, Live
from trustsurvey.publish.invitations import Invitations
from trustsurvey.services.issue_passes import Issued, ask_for_passes, issue_passes
from trustsurvey.settings import Settings
from trustsurvey.store import once, queries
from trustsurvey.store.queries import WaveRow

STATIC = resources.files("trustsurvey.web") / "static"
VECTORS = json.loads((Path(__file__).parents[1] / "reference" / "rfc9474_vectors.json").read_text())  # RFC 9474, appendix A
PHONE = {"width": 320, "height": 640}


@dataclass
class Street:
    """A wave by invitation on a live server, and what its doors were given."""

    live: Live
    engine: Engine
    issued: Issued
    sent: list[Request] = field(default_factory=list)

    def link(self, n: int, *, key: str = "") -> str:
        paper = Invitations(SURVEY, "Harbor", self.live.address, key or self.issued.fingerprint, [])
        return paper.link(self.issued.codes[n])

    def open(self, browser: Browser, address: str, *, javascript: bool = True, locale: str = "en-US") -> Page:
        """The page with the script that travels inside it, and without the one that comes after (``test_steps.py`` has both)."""
        context = browser.new_context(viewport=PHONE, java_script_enabled=javascript, locale=locale)
        context.route("**/s/script/**", lambda route: route.abort())
        context.route("**/s/script/**", lambda route: route.abort())  # what comes after the page; `test_script.py` has it
        context.on("request", lambda request: self.sent.append(request))
        page = context.new_page()
        page.goto(address)
        return page

    def posts(self, end: str) -> list[dict[str, list[str]]]:
        """The bodies of the forms that were sent to addresses with this ending, the query left out."""
        found = [r for r in self.sent if r.method == "POST" and r.url.partition("?")[0].endswith(end)]
        return [parse_qs(request.post_data or "", keep_blank_values=True) for request in found]

    def held(self) -> tuple[int, int, int]:
        """Invitations used, passes spent, responses."""
        with self.engine.connect() as connection:
            used = once.count_invitations(connection, self.issued.wave.id)[1]
            spent = connection.scalar(text("SELECT count(*) FROM spent_pass")) or 0
            return used, spent, queries.count_responses(connection, self.issued.wave.id)


@pytest.fixture
def street(live: Live, sqlite: Engine, wave: WaveRow, settings: Settings) -> Iterator[Street]:
    with sqlite.begin() as connection:
        ask_for_passes(connection, wave)
        issued = issue_passes(connection, SURVEY, count=3, key=settings.key())
    return Street(live, sqlite, issued)


def fill(page: Page) -> None:
    page.locator("select[name=area]").select_option("a1")
    page.locator("input[name=fp_respect][value='3']").check()


def test_the_script_is_small_and_the_source_s_own() -> None:
    shipped = (STATIC / "pass.min.js").read_text()
    comment, script = shipped.split("\n", 1)
    assert hashlib.sha256((STATIC / "pass.js").read_bytes()).hexdigest() in comment, "run scripts/minify.sh"
    assert len(script.encode()) < 2048


@pytest.mark.parametrize("vector", VECTORS, ids=lambda vector: vector["name"])
def test_the_phone_computes_the_numbers_of_the_rfc(browser: Browser, street: Street, vector: dict[str, str]) -> None:
    page = street.open(browser, f"{street.live.address}/s/{SURVEY}/en")
    factor = pow(int(vector["inv"], 16), -1, int(vector["n"], 16))
    blinded, signature = page.evaluate(
        """async ([v, factor]) => {
            const modulus = BigInt("0x" + v.n), { blind, finalize, hex, bytes } = blindRSA;
            const state = await blind(modulus, bytes(v.prepared_msg), v.salt ? bytes(v.salt) : new Uint8Array(0), BigInt(factor));
            return [hex(state[0]), hex(finalize(modulus, state, bytes(v.blind_sig)))];
        }""",
        [vector, str(factor)],
    )
    assert blinded == vector["blinded_msg"]
    assert signature == vector["sig"]
    refused = page.evaluate(
        """async v => {
            const modulus = BigInt("0x" + v.n), state = await blindRSA.blind(modulus);
            try { blindRSA.finalize(modulus, state, blindRSA.bytes(v.blind_sig)); return false } catch { return true }
        }""",
        vector,
    )
    assert refused, "a signature on another message is not taken"
    page.context.close()


def test_an_invitation_is_one_response(browser: Browser, street: Street) -> None:
    page = street.open(browser, street.link(0), locale="es-US")
    expect(page.locator("html")).to_have_attribute("lang", "es")
    assert "#" not in page.url, "the code has left the address bar"
    assert street.posts("/pass") == [], "whoever only looks has not used the invitation"
    fill(page)
    expect(page.locator("[name=pass]")).to_have_value(re.compile(r"^[0-9a-f]{128}\.[0-9a-f]{512}$"))
    expect(page.locator("#code")).to_be_hidden()
    assert street.held() == (1, 0, 0), "the pass is there long before the answers are sent"
    page.locator("button.go").click()
    expect(page).to_have_url(re.compile(r"/thanks$"))
    assert street.held() == (1, 1, 1)
    [asked], [answered] = street.posts("/pass"), street.posts("/es")
    assert set(asked) == {"code", "blinded"}
    assert "code" not in answered, "the code never travels with the answers"
    assert street.issued.codes[0] not in str(answered)
    assert not {asked["blinded"][0]} & {*answered["pass"][0].split(".")}
    assert page.evaluate("sessionStorage.length") == 0, "nothing is left in the tab"
    assert page.context.cookies() == []
    page.context.close()

    again = street.open(browser, street.link(0))
    fill(again)
    expect(again.locator("#said")).to_contain_text("This invitation can’t be used")
    again.locator("button.go").click()
    expect(again.locator("#said")).to_contain_text("was used before")
    expect(again.locator("#code")).to_be_focused()
    assert street.held() == (1, 1, 1)
    again.context.close()


def test_loading_the_page_again_and_another_language_burn_nothing(browser: Browser, street: Street) -> None:
    page = street.open(browser, street.link(0))
    page.reload()
    expect(page.locator("#code")).to_have_value(re.compile(r"\w"))
    page.locator("select[name=area]").select_option("a1")
    first = page.locator("[name=pass]")
    expect(first).to_have_value(re.compile(r"\."))
    value = first.input_value()
    page.reload()
    page.locator("select[name=area]").select_option("b1")
    expect(page.locator("[name=pass]")).to_have_value(value)
    page.locator("summary").click()
    page.locator("button[lang=ar]").click()
    expect(page.locator("html")).to_have_attribute("dir", "rtl")
    expect(page.locator("[name=pass]")).to_have_value(value)
    expect(page.locator("#code")).to_be_hidden()
    page.locator("button.go").click()
    expect(page.locator("[role=group].alert")).to_be_visible()  # nothing is answered yet
    page.locator("input[name=fp_respect][value='3']").check()
    page.locator("button.go").click()
    expect(page).to_have_url(re.compile(r"/ar/thanks$"))
    assert street.held() == (1, 1, 1)
    page.context.close()


def test_a_typed_code_and_its_typing_errors(browser: Browser, street: Street) -> None:
    page = street.open(browser, f"{street.live.address}/s/{SURVEY}/en")
    fill(page)
    page.locator("button.go").click()
    expect(page.locator("#said")).to_contain_text("Please type your code")
    code = street.issued.codes[1]
    page.locator("#code").fill(code[:-1])
    page.locator("#code").blur()
    expect(page.locator("#said")).to_contain_text("missing or wrong")
    assert street.held() == (0, 0, 0)
    page.locator("#code").fill(code.upper().replace("-", " "))
    page.locator("button.go").click()
    expect(page).to_have_url(re.compile(r"/thanks$"))
    assert street.held() == (1, 1, 1)
    page.context.close()


def test_a_key_that_is_not_on_the_paper_stops_the_page(browser: Browser, street: Street) -> None:
    page = street.open(browser, street.link(0, key="0" * 32))
    expect(page.locator("#said")).to_contain_text("is not the key on your paper")
    assert street.posts("/pass") == []
    fill(page)
    page.locator("button.go").click()
    expect(page.locator(".alert")).to_contain_text("Please type your code")
    assert street.held() == (0, 0, 0)
    page.context.close()


def test_without_a_network_for_a_moment(browser: Browser, street: Street) -> None:
    page = street.open(browser, f"{street.live.address}/healthz")
    page.route("**/pass*", lambda route: route.abort())
    page.goto(street.link(2))
    fill(page)
    expect(page.locator("#said")).to_contain_text("could not check your invitation")
    # The reply is lost: the server signed, the phone heard nothing.
    page.unroute("**/pass*")
    page.route("**/pass*", lambda route: (route.fetch(), route.abort()))
    with page.expect_event("requestfailed"):
        page.locator("button.go").click()
    expect(page.locator("button.go")).to_be_enabled(timeout=8000)
    expect(page.locator("#said")).to_contain_text("could not check your invitation")
    assert street.held() == (1, 0, 0)
    page.unroute("**/pass*")
    page.locator("button.go").dblclick()
    expect(page).to_have_url(re.compile(r"/thanks$"))
    assert street.held() == (1, 1, 1)
    page.context.close()


def test_leaving_forgets_the_invitation(browser: Browser, street: Street) -> None:
    page = street.open(browser, street.link(0))
    fill(page)
    expect(page.locator("[name=pass]")).to_have_value(re.compile(r"\."))
    assert page.evaluate("sessionStorage.length") == 1
    page.route("https://www.wikipedia.org/**", lambda route: route.fulfill(body="elsewhere"))
    page.locator("a.leave").click()
    expect(page).to_have_url(re.compile(r"wikipedia"))
    page.goto(f"{street.live.address}/s/{SURVEY}/en")
    assert page.evaluate("sessionStorage.length") == 0
    page.context.close()


def test_without_javascript_the_page_says_that_it_is_weaker(browser: Browser, street: Street) -> None:
    page = street.open(browser, street.link(0), javascript=False, locale="en-US")
    expect(page.locator("#said")).to_contain_text("come to us together")
    fill(page)
    page.locator("#code").fill(street.issued.codes[0])
    page.locator("button.go").click()
    expect(page).to_have_url(re.compile(r"/thanks$"))
    assert street.held() == (1, 1, 1)
    page.context.close()
