"""What the commands' tests share: a folder in which a city is ready for its first wave."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.conftest import Run, boundaries

NOTICE = """\
en: &words
  operator: Harbor College. Not the police.
  contact: 555-0142
  who_sees: Totals for ten people or more.
  consent: Sending means that we may use your answers in totals.
  results: January, on this site.
  help_lines: ["Victim help: 555-0177"]
es: *words
"""


@pytest.fixture
def city(run: Run, tmp_path: Path) -> Run:
    """A database with a survey, and the files to open a wave."""
    (tmp_path / "harbor.geojson").write_text(boundaries())
    (tmp_path / "notice.yaml").write_text(NOTICE)
    run("db", "upgrade")
    run(
        "areas",
        "import",
        "harbor.geojson",
        "--name",
        "name",
        "--code",
        "code",
        "--adults",
        "adults",
        "--district",
        "side",
        "--place",
        "Harbor",
    )
    run("survey", "create", "harbor", "--title", "Harbor trust survey", "--areas", "harbor")
    return run
