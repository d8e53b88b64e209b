"""Releases in a database, for the pages that show them."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path

from sqlalchemy import Engine

from tests.conftest import KEYS, LOCALES, notice, small_city
from tests.publish import sample
from trustsurvey.analysis.release import Estimate, Policy, Release, Wave
from trustsurvey.questionnaire import loader
from trustsurvey.services.close_wave import close_wave
from trustsurvey.services.open_wave import open_wave
from trustsurvey.store import queries

WORDS = {
    "es": {
        "Sign in": "Entrar",
        "Results": "Resultados",
        "Answers": "Respuestas",
        "Releases": "Publicaciones",
        "There is no such page": "No existe esa página",
        "interpret with caution": "interpretar con cautela",
        "There are no results yet": "Todavía no hay resultados",
        "not shown: fewer than %(minimum)s answers": "no se muestra: menos de %(minimum)s respuestas",
        "Trust in the local police stands at %(value)s out of 100.": "La confianza en la policía local está en %(value)s de 100.",
    },
    "ar": {
        "Sign in": "تسجيل الدخول",
        "Results": "النتائج",
        "Answers": "الإجابات",
        "Releases": "الإصدارات",
        "There is no such page": "لا توجد هذه الصفحة",
        "There are no results yet": "لا توجد نتائج بعد",
        "Trust in the local police stands at %(value)s out of 100.": "تبلغ الثقة بالشرطة المحلية %(value)s من 100.",
    },
}
"""An installation's own words, which win over the shipped catalogues: so the tests know what they read."""


def speak(instance: Path) -> None:
    """Give an installation ``WORDS``."""
    for locale, words in WORDS.items():
        folder = instance / "translations" / locale / "LC_MESSAGES"
        folder.mkdir(parents=True)
        entries = "".join(f'\nmsgid "{source}"\nmsgstr "{words[source]}"\n' for source in words)
        (folder / "messages.po").write_text('msgid ""\nmsgstr ""\n"Content-Type: text/plain; charset=utf-8\\n"\n' + entries)


def waves(engine: Engine, *, survey: str, areas: int = 24) -> tuple[Release, ...]:
    """Three released waves of ``survey``: trust was 6 points higher in the first, and the newest knows two policies."""
    newest = sample.city(areas)
    days = ((date(2026, 2, 2), "February 2026", 6.0), (date(2026, 5, 4), "May 2026", 0.5), (date(2026, 10, 5), "October 2026", 0.0))
    policies = (
        Policy(day=date(2026, 4, 1), label="Police agree to help immigration enforcement"),
        Policy(day=date(2026, 6, 15), label="Officers on foot", areas=("N01",)),
    )
    made = []
    for number, (day, label, more) in enumerate(days, start=1):
        wave = Wave(number=number, label=label, opened=day, closed=day + timedelta(20), languages=("en",), waves=number)
        cells = tuple(_raised(cell, more) for cell in newest.estimates)
        made.append(replace(newest, survey=survey, number=number, wave=wave, estimates=cells, changes=(), policies=policies))
    opened = small_city(engine, survey=survey, synthetic=True)
    source, file = loader.source("community-trust")
    for number, release in enumerate(made):
        with engine.begin() as connection:
            if number:
                assert release.wave is not None
                notices = {locale: notice(locale) for locale in LOCALES}
                opened = open_wave(
                    connection,
                    survey,
                    questionnaire=source,
                    file=file,
                    label=release.wave.label,
                    notices=notices,
                    opened=release.wave.opened + timedelta(365),
                    comment_key=KEYS.public,
                )
            close_wave(connection, survey, closed=opened.opened + timedelta(20))
            queries.add_release(connection, opened.id, release)
    return tuple(made)


def _raised(cell: Estimate, more: float) -> Estimate:
    if cell.measure != "trust_index" or cell.estimate is None or cell.lci is None or cell.uci is None:
        return cell
    return replace(cell, estimate=round(cell.estimate + more, 1), lci=round(cell.lci + more, 1), uci=round(cell.uci + more, 1))


def store(engine: Engine, release: Release, *, survey: str) -> Release:
    """Close the first wave of a new ``survey`` and store ``release`` as its release; returns it as stored."""
    wave = small_city(engine, survey=survey, synthetic=release.synthetic)
    made = replace(release, survey=survey)
    with engine.begin() as connection:
        close_wave(connection, survey, closed=date(2026, 10, 25))
        queries.add_release(connection, wave.id, made)
    return made
