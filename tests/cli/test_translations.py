"""`trustsurvey translations` as a translator, a developer and an operator type it."""

from __future__ import annotations

import json
import shutil
import subprocess
from pathlib import Path

import pytest

from tests.conftest import Run
from trustsurvey.cli import translations
from trustsurvey.i18n import pofiles, pseudo
from trustsurvey.i18n.catalogs import DOMAINS
from trustsurvey.i18n.locales import PLURALS
from trustsurvey.questionnaire import loader
from trustsurvey.services import translate
from trustsurvey.settings import Settings

SHIPPED = Settings().translations[0]


@pytest.fixture
def shipped(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The shipped catalogs of three languages, in a folder that may be spoiled; Spanish complete."""
    folder = tmp_path / "shipped"
    for locale in ("en", "es", "ar"):
        shutil.copytree(SHIPPED / locale, folder / locale)
    shutil.copy(SHIPPED / "GLOSSARY.md", folder)
    monkeypatch.setattr("trustsurvey.settings._shipped", lambda name: folder if name == "translations" else SHIPPED.parent / name)
    return folder


@pytest.fixture
def complete(shipped: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """What there is to translate is what is translated, whatever the program says by now."""
    monkeypatch.setattr(translations, "wanted", lambda: {d: _asked(shipped, d) for d in DOMAINS})
    return shipped


def _asked(folder: Path, domain: str) -> translate.Catalog:
    catalog = translate.Catalog()
    for entry in pofiles.read(translate.path_of(folder, "es", domain)).entries:
        catalog.add(
            (entry.msgid, entry.plural) if entry.plural else entry.msgid, context=entry.context or None, auto_comments=[entry.comment]
        )
    return catalog


def test_a_fault_in_every_format(complete: Path, run: Run) -> None:
    assert "no fault" in run("translations", "check", "es").output
    path = translate.path_of(complete, "es", "messages")
    text = path.read_text(encoding="utf-8")
    line = text[: text.index('msgid "Password"')].count("\n") + 1
    path.write_text(text.replace('msgid "Password"\nmsgstr "Contraseña"', 'msgid "Password"\nmsgstr " 100%  "'), encoding="utf-8")
    said = run("translations", "check", "es", code=2).output
    assert f"{path}:{line}: Password: space at the beginning or the end" in said
    assert f"{path}:{line}: Password: the placeholder %" in said
    annotated = run("translations", "check", "es", "--format", "github", code=2).output
    assert f"::error file={path},line={line}::Password: the placeholder %25" in annotated
    found = json.loads(run("translations", "check", "es", "--json", code=2).output)
    assert {fault["line"] for fault in found["faults"]} == {line}


def test_how_far_each_language_is(complete: Path, run: Run) -> None:
    rows = json.loads(run("translations", "status", "es", "en", "--json").output)
    assert [(row["locale"], row["domain"]) for row in rows] == [(code, domain) for code in ("es", "en") for domain in DOMAINS]
    assert all(row["translated"] == row["total"] > 0 and row["faults"] == 0 for row in rows[:3])
    assert [row["offered"] for row in rows] == [False] * 3 + [True] * 3
    assert rows[0]["reason"] == "nobody has reviewed it yet"
    assert "Not offered: es, because nobody has reviewed it yet." in run("translations", "status", "es").output
    assert (
        "reviewed (native speaker, 2026-10-01)"
        in run(*("translations", "review", "es", "--by", "native speaker", "--on", "2026-10-01")).output
    )
    assert json.loads(run("translations", "status", "es", "--json").output)[0]["offered"]


def test_what_is_not_complete_is_not_reviewed(complete: Path, run: Run) -> None:
    path = translate.path_of(complete, "es", "messages")
    path.write_text(path.read_text(encoding="utf-8").replace('msgstr "Contraseña"', 'msgstr ""'), encoding="utf-8")
    assert "es has 1 faults" in run("translations", "review", "es", "--by", "native speaker", code=2).output


def test_compiled_for_other_programs(complete: Path, run: Run, tmp_path: Path) -> None:
    made = json.loads(run("translations", "compile", "es", "ar", "--output", "mo", "--json").output)
    assert len(made) == 6
    shown = subprocess.run(["msgunfmt", made[0]], check=True, capture_output=True, text=True).stdout
    assert "Contraseña" in shown


def test_made_up_languages_for_layouts(complete: Path, run: Run, tmp_path: Path) -> None:
    made = json.loads(run("translations", "pseudo", "--output", "pseudo", "--json").output)
    assert [Path(path).parts[-3] for path in made] == [*[pseudo.PSEUDO[0]] * 3, *[pseudo.PSEUDO[1]] * 3]
    for path in made:
        subprocess.run(["msgfmt", "--check", "-o", "/dev/null", path], check=True, capture_output=True)
    entries = pofiles.read(Path(made[0])).entries
    ratio = sum(len(e.forms[0]) for e in entries) / sum(len(e.msgid) for e in entries)
    assert 1.25 < ratio < 1.4


@pytest.mark.parametrize("domain", DOMAINS)
def test_what_ships_is_what_gettext_reads(domain: str) -> None:
    for locale in PLURALS:
        path = translate.path_of(SHIPPED, locale, domain)
        subprocess.run(["msgfmt", "--check", "-o", "/dev/null", path], check=True, capture_output=True)


def test_residents_words_and_buttons_are_marked() -> None:
    entries = {entry.msgid: entry for entry in translate.entries_of(translations.wanted()["messages"])}
    assert "Residents see it while they answer." in entries["Send my answers"].comment
    assert "On a button: 32 letters at most." in entries["Send my answers"].comment
    assert "Residents see it" not in entries["Password"].comment


def test_a_wave_is_not_opened_half_translated(complete: Path, city: Run, tmp_path: Path) -> None:
    path = translate.path_of(complete, "es", "questionnaire")
    file = pofiles.read(path)
    pofiles.write(path, pofiles.PoFile(file.path, file.headers, file.entries[2:], file.top))
    opening = ("wave", "open", "harbor", "--label", "x", "--notice", "notice.yaml")
    said = city(*opening, "--locales", "en,es", code=2).output
    assert "es: translations are missing: 2 in the questionnaire" in said
    assert "translations status" in said


def test_a_draft_waits_for_its_review(complete: Path, city: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    opening = ("wave", "open", "harbor", "--label", "x", "--notice", "notice.yaml")
    assert "residents would be offered no language" in city(*opening, "--locales", "es", code=2).output
    opened = json.loads(city(*opening, "--locales", "en,es", "--json").output)
    assert opened["waiting"] == ["es"]
    book = json.loads(city("questionnaire", "codebook", "--json").output)
    assert {one["locale"] for one in book["wordings"]} == {"en", "es"}
    assert len({one["hash"] for one in book["wordings"]}) == 2
    assert "fp_respect" in city("questionnaire", "codebook", "harbor").output
    assert "no wave 7" in city("questionnaire", "codebook", "harbor", "--wave", "7", code=2).output


def test_an_installation_translates_its_own(complete: Path, city: Run, tmp_path: Path) -> None:
    own = tmp_path / "instance" / "questionnaires"
    own.mkdir(parents=True)
    source, _ = loader.source("trust-pulse")
    source = source.replace("questionnaire: trust-pulse", "questionnaire: short")
    source = source.replace("How often do police here tell the truth?", "How often do police here keep a promise?")
    (own / "short.yaml").write_text(source)
    rows = json.loads(city("translations", "update", "es", "--own", "--json").output)
    assert {row["domain"] for row in rows} == {"questionnaire", "areas"}
    names = pofiles.read(tmp_path / "instance" / "translations" / "es" / "LC_MESSAGES" / "areas.po")
    assert ("place", "Harbor") in names.by_key
    assert ("district", "South") in names.by_key
    assert ("area:a1", "Quarter A1") in names.by_key
    asked = pofiles.read(tmp_path / "instance" / "translations" / "es" / "LC_MESSAGES" / "questionnaire.po")
    assert [key for key in asked.by_key if key[0].startswith("item:")] == [("item:lg_honest", "How often do police here keep a promise?")]
    assert "not translated" in city("translations", "check", "es", "--own", code=2).output
