"""`trustsurvey questionnaire`: the instrument."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import click
from rich.console import Group, RenderableType

from trustsurvey.cli import terminal
from trustsurvey.errors import NotFound, StateError
from trustsurvey.i18n.catalogs import Catalog, Catalogs
from trustsurvey.publish.invitations import PAPERS
from trustsurvey.publish.paper import PaperForm, write_pdf
from trustsurvey.questionnaire import loader, readability, record, recordings
from trustsurvey.questionnaire.catalog import translated
from trustsurvey.questionnaire.readability import Reading
from trustsurvey.questionnaire.recordings import Coverage
from trustsurvey.questionnaire.schema import Questionnaire
from trustsurvey.services.open_wave import areas_of, current_wave
from trustsurvey.settings import Settings, read

READ_BY = {"grade": "years of school, at most", "inflesz": "INFLESZ, at least"}


@click.group()
def questionnaire() -> None:
    """Questionnaires: what is asked and how it is scored."""


@questionnaire.command()
@click.argument("name")
@terminal.as_json
def check(name: str, machine: bool) -> None:
    """Check a questionnaire: NAME is a file, or the code of one that ships or is installed. All faults are reported at once.

    Prints how hard each question is to read in English (Flesch–Kincaid, years of school) and Spanish (INFLESZ, 0 to 100), and which
    questions lack a recording where there are any (instance/questionnaires/NAME/audio/LOCALE/ITEM.opus).

    \b
    Example: trustsurvey questionnaire check community-trust
    """
    settings = read()
    found = named(name, settings)
    items = list(found.items())
    readings = dict(_readings(found, settings))
    recorded = recordings.coverage(settings.questionnaires, found)
    data = {"questionnaire": found.code, "version": found.version, "hash": found.hash, "items": len(items), "columns": record.width(found)}
    data |= {"readability": {locale: _figures(read_) for locale, read_ in readings.items()}}
    data |= {
        "recordings": {one.locale: {"recorded": len(one.recorded), "missing": one.missing, "unknown": one.strangers} for one in recorded}
    }
    sections = sum(1 for section in found.sections if section.title)
    head = (
        f"{found.code}, version {found.version}: {len(items)} items in {sections} parts, {record.width(found)} columns a record.\n"
        f"[dim]{found.hash}[/dim]"
    )
    terminal.answer(machine, data, Group(head, *_reading_table(readings), *_recording_lines(recorded, len(items))))


@questionnaire.command("print")
@click.argument("name", required=False)
@click.option("--locale", default="en", show_default=True, help="Language of the form.")
@click.option("--survey", help="Print the form of its newest wave, with its neighborhoods and who asks. The only survey when left out.")
@click.option("--output", type=click.Path(dir_okay=False, path_type=Path), help="File to write; by default SURVEY-LOCALE.pdf.")
@click.option("--paper", type=click.Choice(sorted(PAPERS)), default="letter", show_default=True, help="Size of the sheets.")
@terminal.as_json
def print_(name: str | None, locale: str, survey: str | None, output: Path | None, paper: str, machine: bool) -> None:
    """Make a paper form (PDF) that is typed in at /department/entry/SURVEY. With NAME, of a questionnaire alone, to look at.

    The number beside each box is what is typed. The form asks for no words of one's own, for handwriting tells who wrote it.

    \b
    Example: trustsurvey questionnaire print --locale am --output form.pdf
    """
    settings = read()
    catalogs = Catalogs(settings.translations)
    if locale not in catalogs.locales():
        raise NotFound(f"there is no locale {locale!r}; there are: {', '.join(catalogs.locales())}")
    code, form = _form(name, survey, catalogs[locale], settings)
    output = output or Path(f"{code}-{locale}.pdf")
    terminal.write_bytes(output, write_pdf(form, paper=paper))
    size = output.stat().st_size
    data = {"output": str(output), "bytes": size, "questionnaire": form.questionnaire.code, "locale": locale, "areas": len(form.places)}
    terminal.answer(machine, data, f"{output}: {form.questionnaire.code} in {locale}, {size / 1000:,.0f} kB")


def _form(name: str | None, survey: str | None, catalog: Catalog, settings: Settings) -> tuple[str, PaperForm]:
    """The form and what it is called. Raises NotFound, and StateError for a language that the wave isn't offered in."""
    if name is not None:
        found = named(name, settings)
        return found.code, PaperForm(questionnaire=found, catalog=catalog)
    with terminal.transaction() as connection:
        code = survey or terminal.only_survey(connection)
        wave = current_wave(connection, code)
        if wave is None:
            raise StateError(f"{code} has no wave yet: open one, or name a questionnaire to print it alone")
        places = areas_of(connection, wave)
    if catalog.locale.code not in wave.locales:
        raise StateError(f"the wave is not offered in {catalog.locale.code!r}; it is in: {', '.join(wave.locales)}")
    return code, PaperForm(
        questionnaire=wave.questionnaire,
        catalog=catalog,
        place=wave.survey.place,
        places=places,
        notice=wave.notices[catalog.locale.code],
        by_invitation=wave.pass_public is not None,
        synthetic=wave.survey.synthetic,
    )


def named(name: str, settings: Settings) -> Questionnaire:
    """The questionnaire in the file ``name``, or of that code. Raises QuestionnaireError with every fault, NotFound."""
    if name.endswith((".yaml", ".yml")) or Path(name).is_file():
        return loader.load(terminal.read_text(Path(name)), file=name)
    text, file = loader.source(name, settings.questionnaires)
    return loader.load(text, file=file)


def _readings(found: Questionnaire, settings: Settings) -> Iterator[tuple[str, Mapping[str, Reading]]]:
    """By locale and item, for the languages that have a formula and this questionnaire's words."""
    catalogs = Catalogs(settings.translations)
    for locale in readability.SCALES:
        shown = found if locale == found.language else translated(found, catalogs[locale].pgettext)
        if locale == found.language or shown != found:
            yield locale, {item.code: reading for item, reading in readability.readings(shown, locale)}


def _figures(readings: Mapping[str, Reading]) -> dict[str, Any]:
    first = next(iter(readings.values()))
    over = [code for code, reading in readings.items() if not reading.is_plain]
    return {
        "scale": first.scale,
        "target": first.target,
        "mean": _mean(readings),
        "over": over,
        "items": {code: reading.figure for code, reading in readings.items()},
    }


def _mean(readings: Mapping[str, Reading]) -> float:
    return round(sum(reading.figure for reading in readings.values()) / len(readings), 1)


def _reading_table(readings: Mapping[str, Mapping[str, Reading]]) -> Iterator[RenderableType]:
    """A line an item, with a mark where a question is harder than its target."""
    if not readings:
        return
    yield ""
    heads = [f"{locale}, {READ_BY[_first(by).scale]} {_first(by).target:.0f}" for locale, by in readings.items()]
    codes = list(next(iter(readings.values())))
    rows = [[code, *(_told(by[code]) for by in readings.values())] for code in codes]
    rows.append(["mean", *(f"{_mean(by):.1f}  " for by in readings.values())])
    yield terminal.table("readability", *heads, rows=rows, right=heads)
    hard = sum(not reading.is_plain for by in readings.values() for reading in by.values())
    yield f"\n{hard} harder than the target (marked ●): shorter sentences and words help." if hard else "\nEvery question meets its target."


def _first(readings: Mapping[str, Reading]) -> Reading:
    return next(iter(readings.values()))


def _told(reading: Reading) -> str:
    return f"{reading.figure:.1f} {' ' if reading.is_plain else '●'}"


def _recording_lines(recorded: Sequence[Coverage], items: int) -> Iterator[str]:
    for one in recorded:
        lacks = f"; without: {', '.join(one.missing)}" if one.missing else ""
        unknown = f"; belong to no question: {', '.join(one.strangers)}" if one.strangers else ""
        yield f"Recordings in {one.locale}: {len(one.recorded)} of {items}{lacks}{unknown}."
