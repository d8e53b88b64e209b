"""`trustsurvey questionnaire`: the instrument."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import click
from rich.console import Group, RenderableType

from trustsurvey.cli import terminal
from trustsurvey.i18n.catalogs import Catalogs
from trustsurvey.questionnaire import loader, readability, record, recordings
from trustsurvey.questionnaire.catalog import translated
from trustsurvey.questionnaire.readability import Reading
from trustsurvey.questionnaire.recordings import Coverage
from trustsurvey.questionnaire.schema import Questionnaire
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
