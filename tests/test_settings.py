"""Settings: read once, refused clearly, documented as they are."""

from __future__ import annotations

import re
import stat
from dataclasses import fields
from pathlib import Path

import pytest

from trustsurvey.errors import SettingsError
from trustsurvey.settings import Settings, read

DOCS = Path(__file__).resolve().parents[1] / "docs" / "settings.md"


def test_the_table_in_the_docs_is_the_program() -> None:
    rows = re.findall(r"^\| `(\w+)` \| `(.*)` \| (.*) \|$", DOCS.read_text(), re.MULTILINE)
    names = {False: "0", True: "1", "": "empty"}
    assert rows == [(f.metadata["name"], names.get(f.default, str(f.default)), f.metadata["help"]) for f in fields(Settings)]


def test_they_are_read_from_the_environment(tmp_path: Path) -> None:
    found = read({"TRUSTSURVEY_INSTANCE": str(tmp_path), "TRUSTSURVEY_MAX_BODY": "1000", "TRUSTSURVEY_REQUIRE_HTTPS": "on", "OTHER": "x"})
    assert (found.instance, found.max_body, found.require_https) == (tmp_path, 1000, True)
    assert found.url == f"sqlite:///{tmp_path}/trustsurvey.sqlite"
    assert read({"TRUSTSURVEY_DATABASE_URL": "postgresql://x/y"}).url == "postgresql://x/y"


@pytest.mark.parametrize(("name", "value"), [("TRUSTSURVEY_MAX_BODY", "much"), ("TRUSTSURVEY_REQUIRE_HTTPS", "perhaps")])
def test_a_value_that_cannot_be_used_is_named(name: str, value: str) -> None:
    with pytest.raises(SettingsError, match=f"{name} is '{value}'"):
        read({name: value})


def test_the_key_is_made_once_and_is_its_owner_s(tmp_path: Path) -> None:
    settings = Settings(instance=tmp_path / "new")
    assert len(settings.key()) > 40
    assert settings.key() == settings.key()
    assert stat.S_IMODE((tmp_path / "new" / "secret-key").stat().st_mode) == 0o600
    assert Settings(instance=tmp_path, secret_key="mine").key() == "mine"
