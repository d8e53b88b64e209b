"""`trustsurvey questionnaire print`: the paper form of a wave, or of a questionnaire alone."""

from __future__ import annotations

import io
import json
from pathlib import Path

import pypdf
import pytest

from tests.conftest import Run

OPEN = ("wave", "open", "harbor", "--label", "October 2026", "--notice", "notice.yaml", "--locales", "en,es")


def test_the_only_surveys_form(city: Run, tmp_path: Path) -> None:
    assert "harbor has no wave yet" in city("questionnaire", "print", code=2).output
    city(*OPEN)
    made = json.loads(city("questionnaire", "print", "--locale", "es", "--json").output)
    assert (made["output"], made["questionnaire"], made["areas"] > 0) == ("harbor-es.pdf", "community-trust", True)
    said = " ".join(page.extract_text() for page in pypdf.PdfReader(io.BytesIO((tmp_path / "harbor-es.pdf").read_bytes())).pages)
    assert "¿En qué vecindario vive?" in said
    assert "not offered in 'ar'" in city("questionnaire", "print", "--locale", "ar", code=2).output
    assert (
        "trust-pulse in ar"
        in city("questionnaire", "print", "trust-pulse", "--locale", "ar", "--output", "pulse.pdf", "--paper", "a4").output
    )


@pytest.mark.parametrize(("arguments", "says"), [(("--locale", "xx"), "no locale 'xx'"), (("--survey", "none"), "no survey 'none'")])
def test_what_cannot_be_printed_is_said(city: Run, arguments: tuple[str, ...], says: str) -> None:
    assert says in city("questionnaire", "print", *arguments, code=2).output
