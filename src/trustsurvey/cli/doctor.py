"""`trustsurvey doctor`: look for what would undo what residents are promised."""

from __future__ import annotations

from dataclasses import asdict
from datetime import date

import click
from rich.markup import escape

from trustsurvey.cli import terminal
from trustsurvey.services.diagnose import diagnose
from trustsurvey.settings import read


@click.command()
@terminal.as_json
def doctor(machine: bool) -> None:
    """Check how the database is set up, and whether mixing and retention were done. Exits with 1 when something is wrong.

    \b
    Example: trustsurvey doctor
    """
    engine = terminal.database()
    today = date.today()  # noqa: DTZ011 - the operator's own calendar
    with engine.connect() as connection:
        found = diagnose(connection, today=today, days=read().retention_days)
    lines = [
        f"[{'green' if one.good else 'bold red'}]{'ok   ' if one.good else 'WRONG'}[/]  {one.name}: {escape(one.says)}" for one in found
    ]
    terminal.answer(machine, [asdict(one) for one in found], "\n".join(lines))
    if not all(one.good for one in found):
        click.get_current_context().exit(1)
