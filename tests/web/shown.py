"""Releases in a database, for the pages that show them."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from pathlib import Path

from sqlalchemy import Engine

from tests.conftest import small_city
from trustsurvey.analysis.release import Release
from trustsurvey.services.close_wave import close_wave
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


def store(engine: Engine, release: Release, *, survey: str) -> Release:
    """Close the first wave of a new ``survey`` and store ``release`` as its release; returns it as stored."""
    wave = small_city(engine, survey=survey, synthetic=release.synthetic)
    made = replace(release, survey=survey)
    with engine.begin() as connection:
        close_wave(connection, survey, closed=date(2026, 10, 25))
        queries.add_release(connection, wave.id, made)
    return made
