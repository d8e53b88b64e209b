"""`trustsurvey margins`: control totals for weighting."""

from __future__ import annotations

from pathlib import Path

import click
from sqlalchemy import Connection

from trustsurvey.cli import terminal
from trustsurvey.errors import NotFound
from trustsurvey.services.import_margins import Margins, read_margins
from trustsurvey.store import queries
from trustsurvey.store.queries import WaveRow


@click.group()
def margins() -> None:
    """Control totals that weights are raked to."""


@margins.command("import")
@click.argument("survey")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--wave", "number", type=int, help="The wave; the newest when left out.")
@terminal.as_json
def import_(survey: str, file: Path, number: int | None, machine: bool) -> None:
    """Set the margins of a wave of SURVEY from a YAML FILE: item → option → number of adult residents; `area` → area code → number.

    \b
    Example: trustsurvey margins import seattle-trust margins.yaml
      age: {a18: 110000, a30: 170000, a45: 160000, a65: 90000}
      gender: {woman: 265000, man: 265000}
    """
    with terminal.transaction() as connection:
        found = queries.waves(connection, survey)
        wave = next((w for w in reversed(found) if number in (None, w.number)), None)
        if wave is None:
            raise NotFound(f"{survey} has no wave {number or ''}".strip() + "; open one with `trustsurvey wave open`")
        read = read_file(file, connection, wave)
        queries.set_margins(connection, wave.id, read)
    totals = {name: sum(categories.values()) for name, categories in read.items()}
    text = terminal.table(
        "margin", "categories", "total", rows=[(m, len(read[m]), f"{t:,.0f}") for m, t in totals.items()], right=["categories", "total"]
    )
    terminal.answer(machine, {"survey": survey, "wave": wave.number, "margins": totals}, text)


def read_file(file: Path, connection: Connection, wave: WaveRow) -> Margins:
    """The margins in ``file``, checked against the wave's questionnaire and areas."""
    codes = [row.code for row in queries.areas(connection, wave.survey.area_set_id)]
    return read_margins(terminal.read_text(file), file=str(file), questionnaire=wave.questionnaire, areas=codes)
