"""Every page that a resident may see, in every language: what axe finds, and that nothing is cut at 320 px and at twice the text size.

One server and one browser. `make test` looks at a share of the pages in English, Arabic and Amharic, each in another of the three looks;
`make test-all` at all of them in all languages and looks.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, BrowserContext, Page, expect

from tests.browser.test_respond import plain, spoil
from tests.browser.test_script import KEPT, NOTHING, PHONE, RULES, City, city, forward, ready, until  # noqa: F401 - city is a fixture
from tests.conftest import KEYS, SURVEY, notice
from trustsurvey.i18n.locales import PLURALS
from trustsurvey.publish import pdf
from trustsurvey.questionnaire import loader
from trustsurvey.services.close_wave import close_wave
from trustsurvey.services.create_survey import create_survey
from trustsurvey.services.issue_passes import ask_for_passes
from trustsurvey.services.open_wave import open_wave

LOOKS: Mapping[str, dict[str, Any]] = {
    "light": {"color_scheme": "light", "forced_colors": "none"},
    "dark": {"color_scheme": "dark", "forced_colors": "none"},
    "forced": {"color_scheme": "dark", "forced_colors": "active", "reduced_motion": "reduce"},
}
WIDER = """() => {
    const root = document.documentElement, out = box => box.width && (box.right > root.clientWidth + 1 || box.left < -1);
    if (root.scrollWidth <= root.clientWidth) return [];
    const all = [...document.body.querySelectorAll("*:not(summary *)")];
    return all.filter(one => out(one.getBoundingClientRect())).map(one => one.outerHTML.slice(0, 90));
}"""
"""What makes the page scroll sideways."""

SURVEYS = ("everywhere", "over", "by-invitation")


@pytest.fixture(scope="module")
def everywhere(city: City) -> City:  # noqa: F811
    """The city with three made-up surveys in every language: one open, one over, and one by invitation."""
    source, file = loader.source("community-trust")
    notices = {locale: notice(locale) for locale in city.offered}
    with city.engine.begin() as connection:
        for code in SURVEYS:
            create_survey(connection, code=code, title="Harbor", area_set=SURVEY, synthetic=True)
            wave = open_wave(
                connection,
                code,
                questionnaire=source,
                file=file,
                label="All",
                notices=notices,
                opened=date(2026, 10, 5),
                comment_key=KEYS.public,
            )
            if code == "everywhere":
                first = wave
            if code == "by-invitation":
                ask_for_passes(connection, wave)
        close_wave(connection, "over", closed=date(2026, 10, 30))
    return replace(city, survey="everywhere", wave=first)


def whole(page: Page, at: str) -> Iterator[str]:
    """The questionnaire as it is without its script, with all that opens, and with what is wrong beside it."""
    page.goto(at)
    page.check("[name=victim][value=yes]")
    page.check("[name=reported][value=no]")
    page.click("summary")
    yield "the whole page"
    spoil(page)
    yield "errors"


def steps(page: Page, at: str) -> Iterator[str]:
    """One part at a time."""
    page.goto(at)
    ready(page)
    yield "the first part"
    forward(page, "p7")
    page.check("[name=victim][value=yes]")
    yield "a part"
    forward(page, "review")
    yield "the look at all answers"
    page.locator("#send").click()
    expect(page.locator("#review .alert")).to_be_visible()
    yield "errors in a part"


def around(page: Page, at: str) -> Iterator[str]:
    """What stands before and after the questionnaire."""
    root, _, locale = at.partition("/s/everywhere/")
    for path in (f"{at}/thanks", f"{at}/privacy", f"{root}/s/over/{locale}", f"{root}/?locale={locale}", f"{root}/nothing?locale={locale}"):
        page.goto(path)
        yield path
    page.goto(at)
    page.select_option("[name=area]", index=page.locator("[name=area] option").count() - 1)
    page.click(".go")
    expect(page.locator("form")).to_have_count(0)
    yield "from elsewhere"


def invited(page: Page, at: str) -> Iterator[str]:
    """A survey by invitation, and what it says to who has none."""
    page.goto(at.replace("everywhere", "by-invitation"))
    yield "an invitation"
    page.select_option("[name=area]", "b1")
    page.click(".go")
    expect(page.locator("#said")).not_to_be_empty()
    yield "an invitation without its code"


KINDS: Mapping[str, Callable[[Page, str], Iterator[str]]] = {one.__name__: one for one in (whole, steps, around, invited)}
QUICK = {("en", "whole"): "light", ("ar", "steps"): "dark", ("am", "around"): "forced"}


def visit(everywhere: City, locale: str, kind: str, look: str) -> None:
    context: BrowserContext = everywhere.phone(**LOOKS[look])
    page = (context if kind == "steps" else plain(context)).new_page()
    for state in KINDS[kind](page, f"{everywhere.address}/s/everywhere/{locale}"):
        expect(page.locator("html")).to_have_attribute("lang", locale.replace("_", "-"))
        found = Axe().run(page, options={"runOnly": RULES})
        assert found.violations_count == 0, f"{state}, {look}{found.generate_report()}"
        for size in ("100%", "200%"):
            page.evaluate("size => void (document.documentElement.style.fontSize = size)", size)
            assert page.evaluate(WIDER) == [], f"{state}, {size}"
        page.evaluate("() => void (document.documentElement.style.fontSize = '')")
    context.close()


@pytest.mark.parametrize(("locale", "kind"), QUICK)
def test_axe_finds_nothing(everywhere: City, locale: str, kind: str) -> None:
    visit(everywhere, locale, kind, QUICK[locale, kind])


@pytest.mark.slow
@pytest.mark.parametrize("look", LOOKS)
@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("locale", sorted(PLURALS))
def test_axe_finds_nothing_in_any_language_and_look(everywhere: City, locale: str, kind: str, look: str) -> None:
    visit(everywhere, locale, kind, look)


# ---------------------------------------------------------------- an old phone without Amharic letters

DRAWN = """() => {
    const texts = [...document.querySelectorAll('h1,h2,.leave,.made,.go,legend,summary b')].filter(element => element.offsetParent);
    const width = element => {
        const range = document.createRange();
        range.selectNodeContents(element);
        return range.getBoundingClientRect().width;
    };
    const before = texts.map(width);
    document.body.style.fontFamily = 'F,system-ui,E';
    return texts.filter((element, n) => Math.abs(width(element) - before[n]) > 1).map(element => element.outerHTML.slice(0, 80));
}"""
"""What is as wide as other letters than those of the font: boxes that were not drawn again when it had come."""


@contextmanager
def old_phone(everywhere: City, tmp_path: Path, *, letters: bool = False) -> Iterator[Browser]:
    """A browser whose only fonts are a Latin one and, with ``letters``, an Ethiopic one."""
    source = Path(pdf.__file__).parent / "fonts"
    for name in ("NotoSans-Regular.ttf", *(["NotoSansEthiopic-Regular.ttf"] if letters else [])):
        shutil.copy(source / name, tmp_path)
    config = tmp_path / "fonts.conf"
    config.write_text(f"<fontconfig><dir>{tmp_path}</dir><cachedir>{tmp_path}/cache</cachedir></fontconfig>")
    path = shutil.which("chromium")
    assert path
    chromium = everywhere.browser.browser_type.launch(
        executable_path=path, args=["--no-sandbox", "--disable-gpu"], env={**os.environ, "FONTCONFIG_FILE": str(config)}
    )
    yield chromium
    chromium.close()


@pytest.mark.slow
@pytest.mark.parametrize("letters", [False, True], ids=["an old phone", "a phone with its own"])
def test_amharic_letters_come_only_to_who_has_none(everywhere: City, tmp_path: Path, letters: bool) -> None:
    asked: list[str] = []
    said: list[str] = []
    with old_phone(everywhere, tmp_path, letters=letters) as chromium:
        page = chromium.new_page(viewport=PHONE)  # type: ignore[arg-type]
        page.on("request", lambda request: asked.append(request.url))
        page.on("console", lambda message: said.append(message.text))
        page.goto(f"{everywhere.address}/s/{everywhere.survey}/am", wait_until="networkidle")
        assert [url for url in asked if "/s/font/" in url] == asked[1:2] * (not letters)
        assert said == []
        if not letters:
            assert page.evaluate(DRAWN) == []
        page.goto(f"{everywhere.address}/s/{everywhere.survey}/en", wait_until="networkidle")
        assert len([url for url in asked if "/s/font/" in url]) == (not letters)


LETTERS = "async () => (await (await caches.open('survey')).keys()).filter(one => one.url.includes('/s/font/am.')).length"


@pytest.mark.slow
def test_a_kept_page_in_amharic_is_read_without_a_network_and_leaves_no_letters(everywhere: City, tmp_path: Path) -> None:
    with old_phone(everywhere, tmp_path) as chromium:
        phone = chromium.new_context(viewport=PHONE)  # type: ignore[arg-type]
        phone.route("https://www.wikipedia.org/**", lambda route: route.fulfill(body="<title>Neutral</title>", content_type="text/html"))
        at = f"{everywhere.address}/s/{everywhere.survey}/am"
        page = phone.new_page()
        page.goto(at)
        ready(page)
        page.locator(".tools [type=checkbox]").check()
        until(page, LETTERS, 1)
        until(page, "async () => (await navigator.serviceWorker.ready).active.state", "activated")
        page.close()
        phone.set_offline(True)
        page = phone.new_page()
        page.goto(at)
        ready(page)
        until(page, "() => [...document.fonts].filter(face => face.family == 'F').map(face => face.status)", ["loaded"])
        assert page.evaluate(DRAWN) == []
        phone.set_offline(False)
        page.click(".leave")
        expect(page).to_have_title("Neutral")
        page.goto(at)
        ready(page)
        assert page.evaluate(KEPT) == NOTHING
