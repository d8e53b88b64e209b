"""How hard questions are to read, and which of them were recorded."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.conftest import Run
from trustsurvey.questionnaire import loader, readability, recordings

ENGLISH = {
    "police": 2, "neighborhood": 3, "little": 2, "people": 2, "treated": 2, "asked": 1, "decided": 3, "being": 2, "don’t": 1,
    "investigating": 5, "immigration": 4, "community": 4, "changes": 2, "crimes": 1, "authorities": 4, "area": 3, "situation": 4,
    "serious": 3, "contacting": 3, "quickly": 2, "the": 1, "12": 1,
}  # fmt: skip
SPANISH = {
    "policía": 4, "frecuencia": 3, "gente": 2, "ciudad": 2, "vecindario": 4, "inmigración": 4, "hoy": 1, "y": 1, "muy": 1, "leer": 2,
    "país": 2, "que": 1, "antigüedad": 4, "oír": 2, "leyes": 2, "reunión": 2, "averiguación": 5, "guerra": 2, "idioma": 3, "yo": 1,
}  # fmt: skip


@pytest.mark.parametrize(("word", "syllables"), ENGLISH.items())
def test_english_syllables(word: str, syllables: int) -> None:
    assert readability.english_syllables(word) == syllables


@pytest.mark.parametrize(("word", "syllables"), SPANISH.items())
def test_spanish_syllables(word: str, syllables: int) -> None:
    assert readability.spanish_syllables(word) == syllables


def test_the_formulas_on_sentences_counted_by_hand() -> None:
    """“How often do police here tell the truth?”: 8 words, 10 syllables. “¿Qué edad tiene?”: 3 words, 5 syllables."""
    assert readability.grade("How often do police here tell the truth?") == pytest.approx(0.39 * 8 + 11.8 * 10 / 8 - 15.59)
    assert readability.inflesz("¿Qué edad tiene?") == pytest.approx(206.835 - 62.3 * 5 / 3 - 3)
    assert readability.grade("Why not? Choose one.") == pytest.approx(0.39 * 2 + 11.8 * 1 - 15.59), "two sentences"


def test_an_introduction_counts_with_the_question_it_begins() -> None:
    found = loader.load(loader.source("community-trust")[0])
    figures = {item.code: reading for item, reading in readability.readings(found, "en")}
    whole = "How likely would you be to contact the police if you saw a crime happen to someone else?"
    assert figures["rp_witness"].figure == round(readability.grade(whole), 1)
    assert figures["lg_honest"].is_plain
    assert not figures["sc_harm"].is_plain


def test_check_prints_every_figure_and_what_was_not_recorded(run: Run, tmp_path: Path) -> None:
    voice = tmp_path / "instance" / "questionnaires" / "trust-pulse" / "audio" / "am"
    voice.mkdir(parents=True)
    for name in ("area.opus", "fp_respect.opus", "old_item.opus"):
        (voice / name).write_bytes(b"OggS")
    data = json.loads(run("questionnaire", "check", "trust-pulse", "--json").output)
    assert set(data["readability"]) == {"en", "es"}
    assert len(data["readability"]["en"]["items"]) == data["items"] == 14
    assert data["readability"]["en"]["over"] == ["sc_harm", "rf_protocol"]
    assert data["recordings"]["am"]["recorded"] == 2
    assert data["recordings"]["am"]["missing"][0] == "et_groups"
    assert data["recordings"]["am"]["unknown"] == ["old_item.opus"]
    said = run("questionnaire", "check", "trust-pulse").output
    assert "years of school, at most 8" in said
    assert "Recordings in am: 2 of 14; without: et_groups" in said


def test_the_first_folder_with_a_recording_wins(tmp_path: Path) -> None:
    found = loader.load(loader.source("trust-pulse")[0])
    for folder in ("own", "shipped"):
        place = tmp_path / folder / "trust-pulse" / "audio" / "es"
        place.mkdir(parents=True)
        (place / "age.opus").write_bytes(folder.encode())
    assert recordings.find([tmp_path / "own", tmp_path / "shipped"], found, "es")["age"].read_bytes() == b"own"
