"""`trustsurvey policies`: the dates that releases look at what changed around."""

from __future__ import annotations

from pathlib import Path

import click

from trustsurvey.cli import terminal
from trustsurvey.services.import_policies import import_policies


@click.group()
def policies() -> None:
    """Policies whose dates stand in trends, and what changed around them."""


@policies.command("import")
@click.argument("survey")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@terminal.as_json
def import_(survey: str, file: Path, machine: bool) -> None:
    """Set the policies of SURVEY from a YAML FILE; the next release says what changed around each.

    Without `areas` a policy held in the whole city. With them, those neighborhoods are compared with the others.

    \b
    Example: trustsurvey policies import seattle-trust policies.yaml
      policies:
        - {date: 2026-04-01, label: The cooperation agreement ends}
        - {date: 2026-06-15, label: Officers on foot, areas: [ballard, georgetown]}
    """
    with terminal.transaction() as connection:
        found = import_policies(connection, survey, terminal.read_text(file), file=str(file))
    rows = [(row.day.isoformat(), row.label, ", ".join(row.areas) or "the whole city") for row in found]
    data = {"survey": survey, "policies": [{"date": row.day.isoformat(), "label": row.label, "areas": list(row.areas)} for row in found]}
    terminal.answer(machine, data, terminal.table("date", "policy", "areas", rows=rows) if rows else f"{survey} has no policies now.")
