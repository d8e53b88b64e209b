"""Amharic on an old phone that has no letters for it: they come after the page, and only to such a phone."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

import pytest

from tests.browser.test_script import City, city, everywhere  # noqa: F401 - fixtures
from trustsurvey.publish import pdf

PHONE = {"width": 320, "height": 640}
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


@pytest.mark.slow
@pytest.mark.parametrize("letters", [False, True], ids=["an old phone", "a phone with its own"])
def test_amharic_letters_come_only_to_who_has_none(everywhere: City, tmp_path: Path, letters: bool) -> None:  # noqa: F811
    source = Path(pdf.__file__).parent / "fonts"
    for name in ("NotoSans-Regular.ttf", *(["NotoSansEthiopic-Regular.ttf"] if letters else [])):
        shutil.copy(source / name, tmp_path)
    config = tmp_path / "fonts.conf"
    config.write_text(f"<fontconfig><dir>{tmp_path}</dir><cachedir>{tmp_path}/cache</cachedir></fontconfig>")
    path = shutil.which("chromium")
    assert path
    asked: list[str] = []
    said: list[str] = []
    chromium = everywhere.browser.browser_type.launch(
        executable_path=path, args=["--no-sandbox", "--disable-gpu"], env={**os.environ, "FONTCONFIG_FILE": str(config)}
    )
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
    chromium.close()
