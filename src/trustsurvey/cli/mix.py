"""`trustsurvey mix`: bring records to rest in an order that tells nothing."""

from __future__ import annotations

import click

from trustsurvey.cli import terminal
from trustsurvey.services import mix as mixing
from trustsurvey.services.count_fieldwork import count_open
from trustsurvey.store import engine as engines


@click.command()
@terminal.as_json
def mix(machine: bool) -> None:
    """Count how far each open wave has come, once a day, for the department's page; then rewrite what residents sent in the order of its
    random keys, so that no file tells who answered after whom, nor what was counted the day before.

    The server does it for every twenty answers, and `wave close` for all; run it every night besides. On PostgreSQL an open wave with
    fewer than twenty new answers waits. Killed at any point, it loses and doubles nothing.

    \b
    Example: trustsurvey mix
    """
    engine = terminal.database()
    with terminal.progress("Mixing"):
        with engines.writing(engine).begin() as connection:
            counted = count_open(connection, today=terminal.day(None))
        done = mixing.mix(engine)
    data = {"waves": done.waves, "waiting": done.waiting, "busy": done.busy, "counted": counted}
    terminal.answer(machine, data, _said(done, is_file=engine.dialect.name == "sqlite"))


def _said(done: mixing.Mixed, *, is_file: bool) -> str:
    if done.busy:
        return "Someone read or wrote for too long: not everything is mixed. Run it again."
    if is_file:
        return "The database file is rewritten; its log is empty."
    mixed = f"{len(done.waves)} waves mixed" if len(done.waves) != 1 else "1 wave mixed"
    waits = f"; {len(done.waiting)} with fewer than 20 new answers wait" if done.waiting else ""
    return f"{mixed}{waits}."
