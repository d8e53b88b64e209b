"""`trustsurvey comments`: sealed comments, opened by hand by whoever holds the private key."""

from __future__ import annotations

import json
import os
import secrets
from collections import Counter
from pathlib import Path

import click

from trustsurvey.anonymity import sealing
from trustsurvey.cli import terminal
from trustsurvey.errors import NotFound, StateError
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
    public = output.with_name(output.name + ".pub")
    for path in (output, public):
        if path.exists():
            raise StateError(f"{path} exists; a key that is overwritten opens nothing any more. Choose another name")
    keys = sealing.make_keys()
    output.parent.mkdir(parents=True, exist_ok=True)
    with os.fdopen(os.open(output, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
        file.write(keys.private.hex() + "\n")
    public.write_text(keys.public.hex() + "\n")
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
    try:
        private = bytes.fromhex(terminal.read_text(key).strip())
    except ValueError as error:
        raise StateError(f"{key} is not a private key: it should hold 64 hexadecimal digits, as `comments keygen` writes them") from error
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
