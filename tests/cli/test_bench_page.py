"""`trustsurvey bench page`: the real server, a real browser, a slowed network."""

from __future__ import annotations

import json

import pytest
from click.testing import CliRunner

from trustsurvey.cli import main


@pytest.mark.slow
def test_the_page_is_one_light_request_and_is_timed() -> None:
    found = json.loads(
        CliRunner().invoke(main, ["bench", "page", "--locales", "en,ar", "--rounds", "1", "--json"], catch_exceptions=False).output
    )
    assert found["networks"]["mobile"] == {"kbit": 1600, "rtt_ms": 150, "target_s": 0.6}
    for locale, most in (("en", 14_000), ("ar", 20_000)):
        one = found["locales"][locale]
        assert one["requests"] == 1
        assert one["bytes"] <= most
        assert 0 < one["later"] <= 25_000
        assert one["mobile"] > 0.15
        assert one["slow_3g"] > 0.4 + one["bytes"] / 50_000


@pytest.mark.slow
def test_a_language_without_a_page_is_named() -> None:
    result = CliRunner().invoke(main, ["bench", "page", "--locales", "xx"], catch_exceptions=False)
    assert result.exit_code == 2
    assert "there is no page in xx" in result.output
