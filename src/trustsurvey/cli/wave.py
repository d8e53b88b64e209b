"""`trustsurvey wave`: opening and closing a wave."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

import click

from trustsurvey.cli import terminal
from trustsurvey.cli.margins import read_file
from trustsurvey.errors import StateError
from trustsurvey.i18n.catalogs import Catalogs
from trustsurvey.questionnaire import loader, notice
from trustsurvey.services import close_wave, open_wave
from trustsurvey.services.mix import mix_closed
from trustsurvey.settings import read
from trustsurvey.store import engine as engines
from trustsurvey.store import queries

DAY = click.DateTime(formats=["%Y-%m-%d"])


@click.group()
def wave() -> None:
    """Waves: one round of asking."""


@wave.command("open")
@click.argument("survey")
@click.option("--label", required=True, help='What reports call it, like "October 2026".')
@click.option(
    "--notice",
    "notices",
    required=True,
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="YAML, by locale: operator, contact, who_sees, consent, results, help_lines.",
)
@click.option(
    "--questionnaire", default="community-trust", show_default=True, help="A file, or the code of one that ships or is installed."
)
@click.option("--locales", default="en", show_default=True, help="Languages to offer, separated by commas.")
@click.option(
    "--margins",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="Control totals for weighting (YAML); see `margins import`.",
)
@click.option(
    "--comment-key",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="Public key from `comments keygen`; without it no comment is asked for.",
)
@click.option("--opened", type=DAY, help="Day of opening (YYYY-MM-DD); today when left out.")
@terminal.as_json
def open_(
    survey: str,
    label: str,
    notices: Path,
    questionnaire: str,
    locales: str,
    margins: Path | None,
    comment_key: Path | None,
    opened: datetime | None,
    machine: bool,
) -> None:
    """Open the next wave of SURVEY: its page takes answers from now on.

    \b
    Example: trustsurvey wave open seattle-trust --label "October 2026" --notice notice.yaml --locales en,es,ar
    """
    settings = read()
    codes = [code.strip() for code in locales.split(",") if code.strip()]
    offered = Catalogs(settings.translations).locales()
    for code in codes:
        if code not in offered:
            raise StateError(f"there is no catalogue for {code!r}; there are: {', '.join(offered)}")
    if questionnaire.endswith((".yaml", ".yml")):
        text, file = terminal.read_text(Path(questionnaire)), questionnaire
    else:
        text, file = loader.source(questionnaire, settings.questionnaires)
    words = notice.load(terminal.read_text(notices), locales=codes, file=str(notices))
    with terminal.transaction() as connection:
        made = open_wave.open_wave(
            connection,
            survey,
            questionnaire=text,
            file=file,
            label=label,
            notices=words,
            opened=terminal.day(opened),
            comment_key=_key(comment_key),
        )
        if margins is not None:
            queries.set_margins(connection, made.id, read_file(margins, connection, made))
    data = {"survey": survey, "wave": made.number, "questionnaire": made.questionnaire.hash, "locales": codes}
    terminal.answer(machine, data, f"Wave {made.number} of {survey} is open in {', '.join(codes)}: /s/{survey}")


def _key(path: Path | None) -> bytes | None:
    if path is None:
        return None
    try:
        key = bytes.fromhex(terminal.read_text(path).strip())
    except ValueError as error:
        raise StateError(f"{path} is not a public key: it should hold 64 hexadecimal digits, as `comments keygen` writes them") from error
    if len(key) != 32:
        raise StateError(f"{path} holds {len(key)} bytes; a public key has 32")
    return key


@wave.command()
@click.argument("survey")
@click.option("--closed", type=DAY, help="Day of closing (YYYY-MM-DD); today when left out.")
@terminal.as_json
def close(survey: str, closed: datetime | None, machine: bool) -> None:
    """Close the open wave of SURVEY: no answer is taken any more, and `release create` may follow.

    \b
    Example: trustsurvey wave close seattle-trust
    """
    engine = terminal.database()
    with engines.writing(engine).begin() as connection:
        found = close_wave.close_wave(connection, survey, closed=terminal.day(closed))
        n = queries.count_responses(connection, found.id)
    mixed = mix_closed(engine, found.id)
    text = f"Wave {found.number} of {survey} is closed with {n:,} answers."
    if not mixed:
        text += " Someone is reading the database, so they are not mixed yet: run `trustsurvey mix` soon."
    terminal.answer(machine, {"survey": survey, "wave": found.number, "n": n, "mixed": mixed}, text)
