"""`trustsurvey retain`: destroy the records of closed waves when their time is over."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any

import click
from rich.markup import escape

from trustsurvey.cli import terminal
from trustsurvey.errors import StateError
from trustsurvey.services import retain as services
from trustsurvey.services.retain import Kept
from trustsurvey.settings import read
from trustsurvey.store import engine as engines
from trustsurvey.store import retention


@click.command()
@click.option("--yes", is_flag=True, help="Destroy them. Without it, only show what would be destroyed.")
@click.option("--days", type=int, help="Days to keep them after the close, instead of TRUSTSURVEY_RETENTION_DAYS.")
@click.option("--hold", metavar="SURVEY", help="Keep the records of a wave of SURVEY whatever their time (a legal hold).")
@click.option("--release-hold", "released", metavar="SURVEY", help="End such a hold.")
@click.option("--wave", "number", type=int, help="The wave, with --hold and --release-hold.")
@click.option("--reason", help="Why it is held: whose demand, which case.")
@terminal.as_json
def retain(
    yes: bool, days: int | None, hold: str | None, released: str | None, number: int | None, reason: str | None, machine: bool
) -> None:
    """Show which closed waves' answers, comments and invitations are to be destroyed, and with --yes destroy them, for good.

    Afterwards no file of the database holds a byte of them: SQLite's file is overwritten and rewritten, PostgreSQL's parts of the wave are
    dropped and its log is turned over. Backups are yours to destroy. Releases stay.

    \b
    Example: trustsurvey retain --yes
    Example: trustsurvey retain --hold seattle-trust --wave 2 --reason "Superior Court, case 26-2-01234"
    """
    if hold or released:
        _hold(hold, released, number, reason, machine=machine)
        return
    if number is not None or reason is not None:
        raise StateError("--wave and --reason belong to --hold SURVEY or --release-hold SURVEY")
    engine = terminal.database()
    today = date.today()  # noqa: DTZ011 - the operator's own calendar
    with engines.writing(engine).begin() as connection:
        found = services.kept(connection, days=read().retention_days if days is None else days)
        done = services.destroy(connection, found, today=today) if yes else ()
    if yes:
        with terminal.progress("Overwriting"):
            overwritten = retention.overwrite(engine)
        if not overwritten:
            raise StateError("the records are deleted, but someone is reading the database: run it again to overwrite them")
    data = [_row(one, today, destroyed=one in done) for one in found]
    terminal.answer(machine, data, _said(data, yes=yes))


def _hold(hold: str | None, released: str | None, number: int | None, reason: str | None, *, machine: bool) -> None:
    if (hold and released) or number is None:
        raise StateError("name one wave: --hold SURVEY --wave N --reason TEXT, or --release-hold SURVEY --wave N")
    with terminal.transaction() as connection:
        if hold:
            services.hold(connection, hold, number, reason=reason or "")
            text = f"Wave {number} of {hold} is held: `retain` leaves it alone."
        else:
            services.release_hold(connection, str(released), number)
            text = f"Wave {number} of {released} is no longer held."
    terminal.answer(machine, {"survey": hold or released, "wave": number, "held": bool(hold), "reason": reason}, text)


def _row(one: Kept, today: date, *, destroyed: bool) -> dict[str, Any]:
    return {
        "survey": one.wave.survey.code,
        "wave": one.wave.number,
        "closed": one.wave.closed,
        "due": one.due,
        "answers": one.responses,
        "comments": one.comments,
        "released": one.released,
        "held": one.wave.hold,
        "is_due": one.is_due(today),
        "destroyed": destroyed,
    }


def _said(rows: Sequence[dict[str, Any]], *, yes: bool) -> str:
    if not rows:
        return "No closed wave has records."
    return "\n".join(
        f"{row['survey']}, wave {row['wave']}, closed {row['closed']}: {row['answers']:,} answers, {row['comments']:,} comments: "
        f"{escape(_fate(row, yes=yes))}"
        for row in rows
    )


def _fate(row: dict[str, Any], *, yes: bool) -> str:
    if row["held"] is not None:
        return f"held: {row['held']}"
    if not row["is_due"]:
        return f"kept until {row['due']}"
    if yes:
        return "destroyed"
    return "would be destroyed (--yes)" + ("" if row["released"] else "; it has no release yet!")
