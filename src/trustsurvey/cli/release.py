"""`trustsurvey release`: freeze figures that may be shown, and export them."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

import click

from trustsurvey.analysis.release import Release
from trustsurvey.cli import keys, terminal
from trustsurvey.errors import NotFound
from trustsurvey.i18n.catalogs import Catalogs
from trustsurvey.i18n.locales import match
from trustsurvey.publish import FORMATS
from trustsurvey.publish import export as publish
from trustsurvey.services import read_releases
from trustsurvey.services.publish_release import publish_release
from trustsurvey.settings import read
from trustsurvey.store import queries


@click.group()
def release() -> None:
    """Releases: what may be shown of a closed wave, frozen."""


@release.command()
@click.argument("survey", required=False)
@click.option("--wave", type=int, help="The wave; the newest closed one when left out.")
@click.option("--released", type=click.DateTime(formats=["%Y-%m-%d"]), help="Day of the release; today when left out.")
@click.option(
    "--key", type=click.Path(exists=True, dir_okay=False, path_type=Path), help="Private key of a sealed wave, whose answers stay sealed."
)
@terminal.as_json
def create(survey: str | None, wave: int | None, released: datetime | None, key: Path | None, machine: bool) -> None:
    """Estimate a closed wave of SURVEY and freeze the release: weighted, with intervals, small cells suppressed.

    \b
    Example: trustsurvey release create seattle-trust
    """
    private = keys.read(key, "private key") if key else None
    with terminal.transaction() as connection, terminal.progress("Estimating"):
        day = terminal.day(released)
        made = publish_release(connection, survey or terminal.only_survey(connection), wave=wave, released=day, private_key=private)
    shown, hidden = _counts(made)
    data = {"survey": made.survey, "release": made.number, "n": made.n, "n_eff": made.n_eff, "shown": shown, "suppressed": hidden}
    text = (
        f"Release {made.number} of {made.survey}: {made.n:,} answers (effective {made.n_eff:,.0f}), "
        f"{shown:,} figures, {hidden:,} suppressed."
    )
    terminal.answer(machine, data, text)


def _counts(made: Release) -> tuple[int, int]:
    hidden = sum(estimate.flag.suppressed for estimate in made.estimates)
    return len(made.estimates) - hidden, hidden


@release.command("list")
@click.argument("survey", required=False)
@terminal.as_json
def list_(survey: str | None, machine: bool) -> None:
    """List the releases of SURVEY (or of all), newest first.

    \b
    Example: trustsurvey release list
    """
    with terminal.transaction() as connection:
        codes = [survey] if survey else [found.code for found in queries.surveys(connection)]
        rows = [row for code in codes for row in queries.release_list(connection, code)]
    data = [{"survey": r.survey, "release": r.number, "wave": r.wave, "label": r.label, "released": r.released} for r in rows]
    shown = [(r.survey, r.number, r.wave, r.label, r.released) for r in rows]
    text = terminal.table("survey", "release", "wave", "label", "released", rows=shown, right=["release", "wave"])
    terminal.answer(machine, data, text if rows else "No release yet: close a wave, then `trustsurvey release create`.")


@release.command()
@click.option("--format", "form", required=True, type=click.Choice(sorted(FORMATS)))
@click.option("--locale", default="en", show_default=True)
@click.option("--output", required=True, type=click.Path(dir_okay=False, path_type=Path))
@click.option("--survey", help="The only one when left out.")
@click.option("--release", "number", type=int, help="Its number; the newest when left out.")
@terminal.as_json
def export(form: str, locale: str, output: Path, survey: str | None, number: int | None, machine: bool) -> None:
    """Write a release as a report or as data.

    \b
    Example: trustsurvey release export --format pdf --locale es --output informe.pdf
    """
    catalogs = Catalogs(read().translations)
    served = match(locale, catalogs.locales())
    if served is None:
        raise NotFound(f"there is no locale {locale!r}; there are: {', '.join(catalogs.locales())}")
    with terminal.transaction() as connection:
        code = survey or terminal.only_survey(connection)
        found = read_releases.latest(connection, code) if number is None else read_releases.numbered(connection, code, number)
    if found is None:
        raise NotFound(f"{code} has no release yet: close a wave, then `trustsurvey release create`")
    with terminal.progress("Writing"):
        terminal.write_bytes(output, publish(found, form, catalogs[served].locale, catalogs[served]))
    size = output.stat().st_size
    terminal.answer(machine, {"output": str(output), "bytes": size}, f"{output}: release {found.number} of {code}, {size / 1000:,.0f} kB")
