"""The command line as a person types it: real processes' arguments, real files, real messages."""

from __future__ import annotations

import json
from pathlib import Path

import click
import pytest

from tests.conftest import Run
from trustsurvey.cli import main


def commands(group: click.Group, path: tuple[str, ...] = ()) -> list[tuple[str, ...]]:
    found = []
    for name, command in sorted(group.commands.items()):
        found.append((*path, name))
        if isinstance(command, click.Group):
            found += commands(command, (*path, name))
    return found


@pytest.mark.parametrize("path", commands(main), ids=" ".join)
def test_every_command_explains_itself_with_an_example(run: Run, path: tuple[str, ...]) -> None:
    shown = run(*path, "--help").output
    command: click.Command = main
    for name in path:
        assert isinstance(command, click.Group)
        command = command.commands[name]
    if not isinstance(command, click.Group):
        assert f"Example: trustsurvey {' '.join(path)}" in shown


def test_a_wave_from_opening_to_closing(city: Run, tmp_path: Path) -> None:
    city("comments", "keygen", "--output", "keys/comments.key")
    opened = city(
        *("wave", "open", "harbor", "--label", "October 2026", "--notice", "notice.yaml", "--locales", "en,es", "--json"),
        *("--comment-key", "keys/comments.key.pub", "--opened", "2026-10-05"),
    )
    assert json.loads(opened.output)["wave"] == 1
    assert "October 2026" in city("survey", "list").output
    (tmp_path / "margins.yaml").write_text(
        "gender: {woman: 3800, man: 3700}\narea: {a1: 1000, b1: 1100, c1: 1200, a2: 1300, b2: 1400, c2: 1500}\n"
    )
    assert json.loads(city("margins", "import", "harbor", "margins.yaml", "--json").output)["margins"] == {"gender": 7500, "area": 7500}
    assert "is open" in city("release", "create", "harbor", code=2).output
    assert json.loads(city("wave", "close", "harbor", "--json").output)["n"] == 0
    made = json.loads(city("release", "create", "--json").output)
    assert (made["release"], made["n"], made["shown"]) == (1, 0, 0)
    assert json.loads(city("release", "list", "--json").output)[0]["release"] == 1
    city("release", "export", "--format", "csv", "--output", "out/r.csv")
    assert (tmp_path / "out" / "r.csv").stat().st_size > 100
    assert json.loads(city("comments", "open", "harbor", "--key", "keys/comments.key", "--json").output) == []


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (("survey", "create", "harbor", "--title", "x", "--areas", "harbor"), "there is a survey 'harbor' already"),
        (("survey", "create", "Har bor", "--title", "x", "--areas", "harbor"), "can't be a survey's code"),
        (("survey", "create", "other", "--title", "x", "--areas", "none"), "there is no area set 'none'; there are: harbor"),
        (("wave", "open", "none", "--label", "x", "--notice", "notice.yaml"), "there is no survey 'none'; there are: harbor"),
        (("wave", "open", "harbor", "--label", "x", "--notice", "notice.yaml", "--locales", "xx"), "there is no catalogue for 'xx'"),
        (
            ("wave", "open", "harbor", "--label", "x", "--notice", "notice.yaml", "--locales", "en,ar"),
            "notice.yaml: ar: the notice is missing",
        ),
        (("wave", "open", "harbor", "--label", "x", "--notice", "notice.yaml", "--questionnaire", "none"), "community-trust, trust-pulse"),
        (("wave", "open", "harbor", "--label", "x", "--notice", "notice.yaml", "--comment-key", "notice.yaml"), "is not a public key"),
        (("wave", "open", "harbor", "--label", "x", "--notice", "harbor.geojson"), "harbor.geojson"),
        (("wave", "close", "harbor"), "no wave of harbor is open"),
        (("release", "create"), "has no wave yet"),
        (("release", "export", "--format", "csv", "--output", "r.csv"), "has no release yet"),
        (("release", "export", "--format", "csv", "--output", "r.csv", "--locale", "xx"), "there is no locale 'xx'"),
        (("margins", "import", "harbor", "notice.yaml"), "has no wave"),
        (("areas", "import", "harbor.geojson", "--name", "name", "--place", "Harbor"), "the area set 'harbor' exists"),
        (("areas", "import", "notice.yaml", "--name", "name", "--place", "Harbor"), "notice.yaml:1:1: this is not JSON"),
        (("questionnaire", "check", "notice.yaml"), "notice.yaml:1:1"),
        (("questionnaire", "check", "none"), "there is no questionnaire named 'none'"),
        (("users", "add", "a@example.com", "--password", "short"), "easy to guess"),
    ],
)
def test_what_cannot_be_done_says_why_and_changes_nothing(city: Run, tmp_path: Path, arguments: tuple[str, ...], says: str) -> None:
    before = city("survey", "list", "--json").output
    assert says in city(*arguments, code=2).output
    assert city("survey", "list", "--json").output == before
    assert not (tmp_path / "r.csv").exists()


def test_margins_with_every_fault_at_once(city: Run, tmp_path: Path) -> None:
    city("wave", "open", "harbor", "--label", "x", "--notice", "notice.yaml")
    (tmp_path / "m.yaml").write_text("gender: {woman: 1, man: -3, nobody: 4}\nincome: {low: 3}\narea: {zz: 5}\nage: 7\n")
    shown = city("margins", "import", "harbor", "m.yaml", code=2).output
    for part in (
        "m.yaml:1: gender.man: -3 is not",
        "gender.nobody: there is no such",
        "m.yaml:2: 'income'",
        "m.yaml:3: area.zz",
        "m.yaml:4: age",
    ):
        assert part in shown


def test_an_old_schema_says_what_to_run(run: Run) -> None:
    assert "trustsurvey db upgrade" in run("survey", "list", code=2).output


def test_a_key_is_never_overwritten(run: Run) -> None:
    run("comments", "keygen", "--output", "k")
    assert "exists" in run("comments", "keygen", "--output", "k", code=2).output


def test_the_migrations_make_the_tables(run: Run) -> None:
    assert json.loads(run("db", "check", "--json").output)["differences"] == []
