"""`trustsurvey comments`: sealed comments, opened by hand by whoever holds the private key."""

from __future__ import annotations

import json
from pathlib import Path

import click

from trustsurvey.cli import keys, terminal
from trustsurvey.errors import NotFound
from trustsurvey.services.open_comments import open_comments
from trustsurvey.store import queries


@click.group()
def comments() -> None:
    """Comments, sealed before they are stored."""


@comments.command()
@click.option(
    "--output",
    required=True,
    type=click.Path(dir_okay=False, path_type=Path),
    help="File for the private key; the public key goes beside it as FILE.pub.",
)
@terminal.as_json
def keygen(output: Path, machine: bool) -> None:
    """Make a pair of keys, on a computer that is not the server. Only the .pub file goes to the server (`wave open --comment-key`).

    \b
    Example: trustsurvey comments keygen --output comments.key
    """
    public = keys.make_pair(output)
    text = f"Private key: {output} (keep it off the server, with two people).\nPublic key: {public} (for `wave open --comment-key`)."
    terminal.answer(machine, {"private": str(output), "public": str(public)}, text)


@comments.command("open")
@click.argument("survey")
@click.option("--key", required=True, type=click.Path(exists=True, dir_okay=False, path_type=Path), help="The private key's file.")
@click.option("--wave", "number", type=int, help="The wave; the newest closed one when left out.")
@terminal.as_json
def open_(survey: str, key: Path, number: int | None, machine: bool) -> None:
    """Show the comments of a closed wave in a shuffled order, each with its neighborhood only where 50 or more people
    of that neighborhood and language at home answered.

    \b
    Example: trustsurvey comments open seattle-trust --key comments.key
    """
    private = keys.read(key, "private key")
    with terminal.transaction() as connection:
        closed = [w for w in queries.waves(connection, survey) if not w.is_open and number in (None, w.number)]
        if not closed:
            raise NotFound(f"{survey} has no closed wave{'' if number is None else f' {number}'}; comments are opened after `wave close`")
        wave = closed[-1]
        opened = open_comments(connection, wave, private)
    rows = [{"area": comment.area, "comment": comment.text} for comment in opened]
    if machine:
        click.echo(json.dumps(rows, ensure_ascii=False, indent=2))
        return
    if not rows:
        terminal.console.print("There are no comments in this wave.")
    for row in rows:
        terminal.console.print(f"[dim]{row['area'] or 'a neighborhood that is not shown'}[/dim]")
        terminal.console.print(str(row["comment"]), markup=False)
        terminal.console.print()
