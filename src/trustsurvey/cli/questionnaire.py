"""`trustsurvey questionnaire`: the instrument."""

from __future__ import annotations

from pathlib import Path

import click

from trustsurvey.cli import terminal
from trustsurvey.questionnaire import loader, record
from trustsurvey.settings import read


@click.group()
def questionnaire() -> None:
    """Questionnaires: what is asked and how it is scored."""


@questionnaire.command()
@click.argument("name")
@terminal.as_json
def check(name: str, machine: bool) -> None:
    """Check a questionnaire: NAME is a file, or the code of one that ships or is installed. All faults are reported at once.

    \b
    Example: trustsurvey questionnaire check community-trust
    """
    if name.endswith((".yaml", ".yml")) or Path(name).is_file():
        text, file = terminal.read_text(Path(name)), name
    else:
        text, file = loader.source(name, read().questionnaires)
    found = loader.load(text, file=file)
    items = list(found.items())
    data = {"questionnaire": found.code, "version": found.version, "hash": found.hash, "items": len(items), "columns": record.width(found)}
    sections = sum(1 for section in found.sections if section.title)
    terminal.answer(
        machine,
        data,
        f"{found.code}, version {found.version}: {len(items)} items in {sections} parts, {record.width(found)} columns a record.\n"
        f"[dim]{found.hash}[/dim]",
    )
