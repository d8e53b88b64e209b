"""`trustsurvey survey`: surveys and their waves."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from trustsurvey.cli import terminal
from trustsurvey.errors import StateError
from trustsurvey.i18n.catalogs import Catalogs
from trustsurvey.publish import invitations
from trustsurvey.publish import poster as posters
from trustsurvey.questionnaire.catalog import translated
from trustsurvey.services import create_survey as service
from trustsurvey.settings import read
from trustsurvey.store import queries


@click.group()
def survey() -> None:
    """Surveys: a name, and the neighborhoods it is asked in."""


@survey.command()
@click.argument("code")
@click.option("--title", required=True, help="What residents read as its name.")
@click.option("--areas", "area_set", required=True, help="The set of neighborhoods (`areas import --set`).")
@terminal.as_json
def create(code: str, title: str, area_set: str, machine: bool) -> None:
    """Create a survey. CODE stands in its web address: /s/CODE.

    \b
    Example: trustsurvey survey create seattle-trust --title "Seattle trust survey" --areas seattle_mcpp
    """
    with terminal.transaction() as connection:
        made = service.create_survey(connection, code=code, title=title, area_set=area_set)
    terminal.answer(
        machine, {"survey": made.code}, f"The survey {made.code} is made. Open its first wave with `trustsurvey wave open {made.code} …`."
    )


@survey.command("list")
@terminal.as_json
def list_(machine: bool) -> None:
    """List surveys and their waves.

    \b
    Example: trustsurvey survey list
    """
    with terminal.transaction() as connection:
        rows: list[dict[str, Any]] = [
            {
                "survey": found.code,
                "place": found.place,
                "wave": wave.number,
                "label": wave.label,
                "state": wave.state,
                "questionnaire": wave.questionnaire.code,
                "locales": list(wave.locales),
            }
            for found in queries.surveys(connection)
            for wave in queries.waves(connection, found.code)
        ]
        empty = [found.code for found in queries.surveys(connection) if not queries.waves(connection, found.code)]
    shown = [(r["survey"], r["place"], r["wave"], r["label"], r["state"], " ".join(r["locales"])) for r in rows]
    text = terminal.table("survey", "place", "wave", "label", "state", "languages", rows=shown, right=["wave"])
    terminal.answer(
        machine, {"waves": rows, "without_waves": empty}, text if rows or empty else "No survey yet: `trustsurvey survey create`."
    )
    if empty and not machine:
        terminal.console.print(f"[dim]Without a wave: {', '.join(empty)} (`trustsurvey wave open`)[/dim]")


@survey.command()
@click.argument("code")
@click.option("--base-url", required=True, help="Address of the site, like https://trust.example.org.")
@click.option("--output", type=click.Path(dir_okay=False, path_type=Path), required=True, help="HTML file to write.")
@terminal.as_json
def poster(code: str, base_url: str, output: Path, machine: bool) -> None:
    """Make a poster of the survey CODE: a square a language, which opens the survey in that language at once. Print it from a browser.

    Prints the address for an outreach table too: a phone or tablet that takes one person after another, without internet if need be.

    \b
    Example: trustsurvey survey poster seattle-trust --base-url https://trust.example.org --output poster.html
    """
    base, catalogs = invitations.site_address(base_url), Catalogs(read().translations)
    with terminal.transaction() as connection:
        waves = queries.waves(connection, code)
    if not waves:
        raise StateError(f"{code} has no wave yet, so there is nothing to open (trustsurvey wave open)")
    wave = waves[-1]
    titles = [(catalogs[locale], translated(wave.questionnaire, catalogs[locale].pgettext).title) for locale in wave.locales]
    made = posters.Poster(base=base, survey=code, place=wave.survey.place, titles=titles, synthetic=wave.survey.synthetic)
    terminal.write_bytes(output, posters.write_html(made))
    kiosk = f"{made.link(wave.locales[0])}?kiosk={wave.locales[0]}"
    links = {locale: made.link(locale) for locale in wave.locales}
    answer = {"survey": code, "output": str(output), "links": links, "kiosk": kiosk}
    terminal.answer(machine, answer, f"{output}: print it from a browser.\nFor an outreach table, open {kiosk}")
