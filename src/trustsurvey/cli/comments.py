"""`trustsurvey comments`: sealed comments, opened by hand by whoever holds the private key."""

from __future__ import annotations

import json
import secrets
from collections import Counter
from pathlib import Path

import click

from trustsurvey.anonymity import sealing
from trustsurvey.cli import keys, terminal
from trustsurvey.errors import NotFound
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
    """Show the comments of a closed wave in a shuffled order, each with its neighborhood only where that has 50 answers or more.

    \b
    Example: trustsurvey comments open seattle-trust --key comments.key
    """
    with terminal.transaction() as connection:
        closed = [w for w in queries.waves(connection, survey) if not w.is_open and number in (None, w.number)]
        if not closed:
            raise NotFound(f"{survey} has no closed wave{'' if number is None else f' {number}'}; comments are opened after `wave close`")
        wave = closed[-1]
        sealed = list(queries.comments(connection, wave.id))
        counts = Counter(code for codes, _ in queries.records(connection, wave.id) for code in codes)
    private = keys.read(key, "private key")
    opened = [sealing.open_sealed(one, private) for one in sealed]
    secrets.SystemRandom().shuffle(opened)
    rows = [{"area": comment.area if counts[comment.area] >= 50 else None, "comment": comment.text} for comment in opened]
    if machine:
        click.echo(json.dumps(rows, ensure_ascii=False, indent=2))
        return
    if not rows:
        terminal.console.print("There are no comments in this wave.")
    for row in rows:
        terminal.console.print(f"[dim]{row['area'] or 'a neighborhood with fewer than 50 answers'}[/dim]")
        terminal.console.print(str(row["comment"]), markup=False)
        terminal.console.print()
