"""`trustsurvey passes`: from a wave by invitation to files that can be handed out."""

from __future__ import annotations

import csv
import json
from pathlib import Path

import pytest

from tests.conftest import Run
from trustsurvey.anonymity import codes
from trustsurvey.settings import Settings
from trustsurvey.store import once
from trustsurvey.store.engine import open_engine

OPEN = ("wave", "open", "harbor", "--label", "October 2026", "--notice", "notice.yaml", "--locales", "en,es")
ISSUE = ("passes", "issue", "harbor", "--base-url", "https://trust.example.org")


@pytest.fixture
def invited(city: Run) -> Run:
    """A wave by invitation is open."""
    city(*OPEN, "--passes", "--unsealed")
    return city


def test_a_table_and_a_sheet(invited: Run, tmp_path: Path) -> None:
    made = json.loads(invited(*ISSUE, "--count", "30", "--output", "out/codes.csv", "--json").output)
    assert (made["wave"], made["count"], len(made["key"])) == (1, 30, 32)
    table = tmp_path / "out" / "codes.csv"
    rows = list(csv.DictReader(table.read_text().splitlines()))
    assert len({codes.read(row["code"]) for row in rows} - {None}) == 30
    assert all(row["link"] == f"https://trust.example.org/s/harbor#{row['code']}.{made['key']}" for row in rows)
    assert table.stat().st_mode & 0o077 == 0
    said = invited(*ISSUE, "--count", "7", "--output", "sheet.pdf", "--locales", "es", "--paper", "a4").output
    assert "7 invitations to wave 1 of harbor" in said
    assert made["key"][:4] in said
    assert (tmp_path / "sheet.pdf").read_bytes().startswith(b"%PDF")
    shown = invited(*ISSUE, "--count", "2").output.splitlines()
    assert len(shown) == 3
    assert shown[0] == "code,link,key"
    settings = Settings(instance=tmp_path / "instance")
    engine = open_engine(settings.url)
    with engine.connect() as connection:
        assert once.count_invitations(connection, 1) == (39, 0)
        assert once.redeemed_for(connection, 1, codes.keyed_hash(rows[0]["code"], settings.key())) is None
    engine.dispose()
    for row in rows:
        for file in (tmp_path / "instance").iterdir():
            assert row["code"].encode() not in file.read_bytes(), "the database never holds a code"


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (("--count", "2", "--format", "pdf"), "--output FILE"),
        (("--count", "2", "--json"), "--output FILE"),
        (("--count", "2", "--output", "notice.yaml"), "notice.yaml exists"),
        (("--count", "2", "--locales", "en,ar"), "not offered in 'ar'"),
        (("--count", "2", "--base-url", "http://trust.example.org"), "not https"),
        (("--count", "0",), "x>=1"),
        (("--count", "1000001",), "can't be made at once"),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, tuple) else None,
)  # fmt: skip
def test_what_cannot_be_issued_stores_nothing(invited: Run, tmp_path: Path, arguments: tuple[str, ...], says: str) -> None:
    assert says in invited(*ISSUE, *arguments, code=2).output
    engine = open_engine(Settings(instance=tmp_path / "instance").url)
    with engine.connect() as connection:
        assert once.count_invitations(connection, 1) == (0, 0)
    engine.dispose()


def test_an_open_link_has_no_invitations(city: Run) -> None:
    assert "no wave of harbor is open" in city(*ISSUE, "--count", "2", code=2).output
    city(*OPEN)
    assert "opened without --passes" in city(*ISSUE, "--count", "2", code=2).output
