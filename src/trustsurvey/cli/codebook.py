"""`trustsurvey questionnaire codebook`: what a wave's records mean, and the words they are answers to."""

from __future__ import annotations

import click
from rich.console import Group

from trustsurvey.cli import terminal
from trustsurvey.services.read_codebook import read_codebook


@click.command()
@click.argument("survey", required=False)
@click.option("--wave", type=int, help="Number of the wave; the newest when left out.")
@terminal.as_json
def codebook(survey: str | None, wave: int | None, machine: bool) -> None:
    """Print the codebook of a wave of SURVEY (the only one when left out): its columns, and each wording by its fingerprint.

    With --json it holds the exact words in every language too, and what each character of a column means.

    \b
    Example: trustsurvey questionnaire codebook seattle-trust --json
    """
    with terminal.transaction() as connection:
        data = read_codebook(connection, survey or terminal.only_survey(connection), wave=wave)
    columns = [(c["position"], c["name"], " ".join(c["values"])) for c in data["columns"]]
    words = [(w["locale"], w["since"], w["hash"]) for w in data["wordings"]]
    asked = data["questionnaire"]
    head = f"{data['survey']}, wave {data['wave']} ({data['label']}): {asked['code']}, version {asked['version']}"
    text = Group(
        f"{head}\n[dim]{asked['hash']}[/dim]\n",
        terminal.table("column", "name", "characters", rows=columns, right=["column"]),
        "",
        terminal.table("language", "since", "words (SHA-256)", rows=words),
    )
    terminal.answer(machine, data, text)
