"""`trustsurvey passes`: invitations, each good for one response."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import click

from trustsurvey.cli import terminal
from trustsurvey.errors import StateError
from trustsurvey.i18n.catalogs import Catalog, Catalogs
from trustsurvey.publish import invitations
from trustsurvey.questionnaire.catalog import translated
from trustsurvey.services.issue_passes import issue_passes
from trustsurvey.settings import read
from trustsurvey.store import engine as engines
from trustsurvey.store.queries import WaveRow


@click.group()
def passes() -> None:
    """Passes: one person, one response, and no link between them."""


@passes.command()
@click.argument("survey")
@click.option("--count", type=click.IntRange(min=1), required=True, help="How many invitations.")
@click.option("--base-url", required=True, help="Address of the site, like https://trust.example.org.")
@click.option(
    "--output",
    type=click.Path(dir_okay=False, path_type=Path),
    help="File to write; without it CSV goes to the terminal. The codes are nowhere else.",
)
@click.option("--format", "kind", type=click.Choice(["csv", "pdf"]), help="By default as the name of the file ends, else csv.")
@click.option("--locales", help="Languages on each slip, separated by commas; those of the wave when left out.")
@click.option("--paper", type=click.Choice(sorted(invitations.PAPERS)), default="letter", show_default=True, help="Size of the sheets.")
@terminal.as_json
def issue(
    survey: str, count: int, base_url: str, output: Path | None, kind: str | None, locales: str | None, paper: str, machine: bool
) -> None:
    """Make invitations to the open wave of SURVEY, which was opened with --passes: slips to tear off, or a table.

    The database keeps only keyed hashes of the codes. Whoever holds the file can answer in the place of those invited: print it, hand it
    out, delete it, and keep no list of who got which.

    \b
    Example: trustsurvey passes issue seattle-trust --count 400 --base-url https://trust.example.org \\
               --locales en,es,ar --output invitations.pdf
    """
    settings = read()
    kind = kind or ("pdf" if output is not None and output.suffix.lower() == ".pdf" else "csv")
    if output is None and (kind == "pdf" or machine):
        raise StateError("say where to write the invitations: --output FILE")
    if output is not None and output.exists():
        raise StateError(f"{output} exists; its codes would be lost. Choose another name")
    base = invitations.site_address(base_url)
    catalogs = Catalogs(settings.translations)
    with engines.writing(terminal.database(settings)).begin() as connection:
        made = issue_passes(connection, survey, count=count, key=settings.key())
        words = [_words(made.wave, catalogs[code]) for code in _chosen(locales, made.wave)]
        wave = made.wave
        sheet = invitations.Invitations(
            survey=survey, place=wave.survey.place, base=base, fingerprint=made.fingerprint, words=words, synthetic=wave.survey.synthetic
        )
        with terminal.progress("Drawing invitations", total=count) as step:
            data = (
                invitations.write_pdf(sheet, made.codes, paper=paper, step=step)
                if kind == "pdf"
                else invitations.write_csv(sheet, made.codes)
            )
        if output is not None:  # inside the transaction: no code is known to the database that isn't in the file
            terminal.write_bytes(output, data)
            output.chmod(0o600)
    if output is None:
        click.echo(data.decode(), nl=False)
        return
    text = f"{count:,} invitations to wave {wave.number} of {survey}: {output}\nKey of the wave: {sheet.key}"
    answer = {"survey": survey, "wave": wave.number, "count": count, "key": made.fingerprint, "output": str(output)}
    terminal.answer(machine, answer, text)


def _chosen(locales: str | None, wave: WaveRow) -> Sequence[str]:
    """The languages of the slips. Raises StateError for one that the wave isn't offered in."""
    if locales is None:
        return wave.locales
    chosen = [code.strip() for code in locales.split(",") if code.strip()]
    for code in chosen:
        if code not in wave.locales:
            raise StateError(f"the wave is not offered in {code!r}; it is in: {', '.join(wave.locales)}")
    return chosen or wave.locales


def _words(wave: WaveRow, catalog: Catalog) -> invitations.Words:
    notice = wave.notices[catalog.locale.code]
    title = translated(wave.questionnaire, catalog.pgettext).title
    return invitations.Words(catalog=catalog, title=title, operator=notice.operator, contact=notice.contact)
