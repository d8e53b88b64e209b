"""`trustsurvey survey`: surveys and their waves."""

from __future__ import annotations

from typing import Any

import click

from trustsurvey.cli import terminal
from trustsurvey.services import create_survey as service
from trustsurvey.store import queries


@click.group()
def survey() -> None:
    """Surveys: a name, and the neighborhoods it is asked in."""


@survey.command()
@click.argument("code")
@click.option("--title", required=True, help="What residents read as its name.")
@click.option("--areas", "area_set", required=True, help="The set of neighborhoods (`areas import --set`).")
@terminal.as_json
def create(code: str, title: str, area_set: str, machine: bool) -> None:
    """Create a survey. CODE stands in its web address: /s/CODE.

    \b
    Example: trustsurvey survey create seattle-trust --title "Seattle trust survey" --areas seattle_mcpp
    """
    with terminal.transaction() as connection:
        made = service.create_survey(connection, code=code, title=title, area_set=area_set)
    terminal.answer(
        machine, {"survey": made.code}, f"The survey {made.code} is made. Open its first wave with `trustsurvey wave open {made.code} …`."
    )


@survey.command("list")
@terminal.as_json
def list_(machine: bool) -> None:
    """List surveys and their waves.

    \b
    Example: trustsurvey survey list
    """
    with terminal.transaction() as connection:
        rows: list[dict[str, Any]] = [
            {
                "survey": found.code,
                "place": found.place,
                "wave": wave.number,
                "label": wave.label,
                "state": wave.state,
                "questionnaire": wave.questionnaire.code,
                "locales": list(wave.locales),
            }
            for found in queries.surveys(connection)
            for wave in queries.waves(connection, found.code)
        ]
        empty = [found.code for found in queries.surveys(connection) if not queries.waves(connection, found.code)]
    shown = [(r["survey"], r["place"], r["wave"], r["label"], r["state"], " ".join(r["locales"])) for r in rows]
    text = terminal.table("survey", "place", "wave", "label", "state", "languages", rows=shown, right=["wave"])
    terminal.answer(
        machine, {"waves": rows, "without_waves": empty}, text if rows or empty else "No survey yet: `trustsurvey survey create`."
    )
    if empty and not machine:
        terminal.console.print(f"[dim]Without a wave: {', '.join(empty)} (`trustsurvey wave open`)[/dim]")
