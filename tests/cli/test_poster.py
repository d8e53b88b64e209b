"""`trustsurvey survey poster`: squares that open the survey in the right language."""

from __future__ import annotations

import json
from pathlib import Path

from bs4 import BeautifulSoup

from tests.conftest import Run


def test_a_square_a_language(city: Run, tmp_path: Path) -> None:
    city("wave", "open", "harbor", "--label", "October 2026", "--notice", "notice.yaml", "--locales", "en,es", "--unsealed")
    made = json.loads(
        city("survey", "poster", "harbor", "--base-url", "https://trust.example.org", "--output", "poster.html", "--json").output
    )
    assert made["links"] == {locale: f"https://trust.example.org/s/harbor/{locale}" for locale in ("en", "es")}
    assert made["kiosk"] == "https://trust.example.org/s/harbor/en?kiosk=en"
    page = BeautifulSoup((tmp_path / "poster.html").read_text(), "html5lib")
    squares = page.select("li")
    assert [(one["lang"], one.select_one("svg title").text) for one in squares] == [(at, made["links"][at]) for at in ("en", "es")]
    assert "Encuesta" in squares[1].text
    assert not page.find_all(["script", "img", "link"])


def test_before_the_first_wave_there_is_nothing_to_open(city: Run) -> None:
    failed = city("survey", "poster", "harbor", "--base-url", "https://trust.example.org", "--output", "poster.html", code=2)
    assert "no wave yet" in failed.output
