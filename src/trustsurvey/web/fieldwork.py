"""How far an open wave has come, as the department's page shows it: last night's count, with every name in the reader's language."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from typing import Any

from flask_babel import gettext as _

from trustsurvey.questionnaire.catalog import translated
from trustsurvey.services.count_fieldwork import AREA, Fieldwork, Reached, last_count
from trustsurvey.services.open_wave import AreaRow, WaveRow, areas_of, open_surveys
from trustsurvey.web import language


@dataclass(frozen=True, slots=True)
class Margin:
    """One margin: what it is called, and each category's name and count."""

    title: str
    rows: tuple[tuple[str, Reached], ...]


@dataclass(frozen=True, slots=True)
class Shown:
    """What the page shows of one open wave; ``counted`` is None before the first night."""

    counted: date | None
    answers: int
    margins: tuple[Margin, ...]
    languages: str


def open_waves(connection: Any) -> dict[str, Shown]:
    """By survey, for every survey with an open wave."""
    return {wave.survey.code: _shown(wave, areas_of(connection, wave), last_count(connection, wave)) for wave in open_surveys(connection)}


def _shown(wave: WaveRow, areas: tuple[AreaRow, ...], found: Fieldwork | None) -> Shown:
    if found is None:
        return Shown(None, 0, (), "")
    locale = language.current()
    by_use = sorted(found.languages.items(), key=lambda pair: -pair[1])
    used = locale.join([f"{locale.language_name(code)} {locale.number(n)}" for code, n in by_use])
    return Shown(found.counted, found.answers, tuple(_margins(wave, areas, found)), used)


def _margins(wave: WaveRow, areas: tuple[AreaRow, ...], found: Fieldwork) -> Iterator[Margin]:
    catalog = language.catalog()
    asked = translated(wave.questionnaire, language.source_lookup)
    for margin, categories in found.margins.items():
        if margin == AREA:
            title, names = _("Neighborhood"), {row.code: catalog.pgettext(f"area:{row.code}", row.name) for row in areas}
        else:
            item = asked.item(margin)
            title, names = item.text, {option.code: option.text for option in item.options}
        rows = tuple((name, categories[code]) for code, name in names.items() if code in categories)
        if rows:
            yield Margin(title, rows)
