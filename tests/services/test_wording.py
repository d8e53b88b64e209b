"""Translations changed in the workbench: checked, never over somebody else's, kept, undone, reviewed by another; out and in as files."""

from __future__ import annotations

import contextlib
import io
import re
import subprocess
from dataclasses import replace
from datetime import date
from pathlib import Path
from xml.etree import ElementTree

import polib
import pytest
from pypdf import PdfReader
from sqlalchemy import Connection, Engine

from tests.conftest import SURVEY
from trustsurvey.errors import CatalogError, Conflict, NotFound, StateError
from trustsurvey.i18n import pofiles, reviews
from trustsurvey.i18n.catalogs import Catalogs
from trustsurvey.publish import export
from trustsurvey.services import edit_wording, exchange_wording, keep_wording, translate
from trustsurvey.services.change_whole import changing, mend
from trustsurvey.services.close_wave import close_wave
from trustsurvey.services.edit_wording import Shown
from trustsurvey.services.offer_locales import Offers
from trustsurvey.services.publish_release import publish_release
from trustsurvey.services.read_codebook import read_codebook
from trustsurvey.settings import Settings
from trustsurvey.store import wordings
from trustsurvey.store.queries import WaveRow

DAY = date(2026, 10, 12)
SOURCE = "Send my answers"
TWO = ("en", "es")
HEADER = """msgid ""
msgstr ""
"Language: {0}\\n"
"Content-Type: text/plain; charset=utf-8\\n"
"Plural-Forms: nplurals=2; plural=(n != 1);\\n"
"""
ASKED = "How often do police here treat people with respect?"


@pytest.fixture
def folders(tmp_path: Path) -> tuple[Path, Path]:
    """A small shipped folder, and the installation's own, empty."""
    for locale, words in (("en", (SOURCE, "Leave", "%(n)s area")), ("es", ("Enviar mis respuestas", "Salir", "%(n)s vecindario"))):
        path = translate.path_of(tmp_path / "shipped", locale, "messages")
        path.parent.mkdir(parents=True)
        body = (
            f'\n#. Residents see it\n#: templates/respond/send.html\nmsgid "{SOURCE}"\nmsgstr "{words[0]}"\n'
            f'\n#: templates/respond/base.html\nmsgid "Leave"\nmsgstr "{words[1]}"\n'
            f'\n#, python-format\nmsgid "%(n)s area"\nmsgid_plural "%(n)s areas"\nmsgstr[0] "{words[2]}"\nmsgstr[1] "{words[2]}s"\n'
        )
        review = f'"X-Review: {"reviewed" if locale == "en" else "draft"} (for a test)\\n"\n'
        path.write_text(HEADER.format(locale) + review + body, encoding="utf-8")
    return tmp_path / "shipped", tmp_path / "instance" / "translations"


@pytest.fixture
def connection(sqlite: Engine):  # type: ignore[no-untyped-def]
    with sqlite.begin() as found:
        yield found


Folders = tuple[Path, Path]


def named(connection: Connection, folders: Folders, msgid: str = SOURCE) -> Shown:
    return next(one for one in edit_wording.entries(connection, folders, "es", "messages") if one.entry.msgid == msgid)


def save(connection: Connection, folders: Folders, text: str, *, account: int = 1, msgid: str = SOURCE, expected: str = "") -> Shown:
    shown = named(connection, folders, msgid)
    return edit_wording.save(
        connection,
        folders,
        locale="es",
        domain="messages",
        entry_id=shown.entry.id,
        forms=(text,),
        expected=(expected,) if expected else shown.entry.forms,
        account=account,
        day=DAY,
        reason=" shorter ",
    )


def test_a_saved_word_is_shown_and_kept(connection: Connection, folders: Folders) -> None:
    catalogs = Catalogs(folders)
    assert catalogs["es"].gettext(SOURCE) == "Enviar mis respuestas"
    saved = save(connection, folders, "Mandar mis respuestas")
    assert (saved.entry.forms, saved.waiting, saved.for_residents) == (("Mandar mis respuestas",), True, True)
    assert catalogs.refresh() == ("es",)
    assert catalogs["es"].gettext(SOURCE) == "Mandar mis respuestas"
    [kept] = edit_wording.history(connection, locale="es", entry=saved.entry)
    assert (kept.old, kept.new, kept.reason, kept.source, kept.account) == (
        ("Enviar mis respuestas",),
        ("Mandar mis respuestas",),
        "shorter",
        "workbench",
        1,
    )
    own = pofiles.read(translate.path_of(folders[1], "es", "messages"))
    assert [entry.msgid for entry in own.entries] == [SOURCE], "only what differs, so that an upgrade's corrections come through"


def test_two_people_at_once_lose_nothing(connection: Connection, folders: Folders) -> None:
    save(connection, folders, "Mandar mis respuestas", account=1)
    with pytest.raises(Conflict) as caught:
        save(connection, folders, "Entregar mis respuestas", account=2, expected="Enviar mis respuestas")
    assert caught.value.current == ("Mandar mis respuestas",)
    assert named(connection, folders).entry.forms == ("Mandar mis respuestas",)


@pytest.mark.parametrize(
    "text", ["Mandar %(x)s", "Mandar <b>", " Mandar", "Mandar mis respuestas.", "Mandar mis\u2028respuestas", "Send my answers"]
)
def test_a_fault_saves_nothing(connection: Connection, folders: Folders, text: str) -> None:
    with pytest.raises(CatalogError):
        save(connection, folders, text)
    assert named(connection, folders).entry.forms == ("Enviar mis respuestas",)
    assert edit_wording.history(connection, locale="es") == ()
    assert not translate.path_of(folders[1], "es", "messages").exists()


def test_who_means_it_may(connection: Connection, folders: Folders) -> None:
    shown = named(connection, folders, "Leave")
    named_ = {"locale": "es", "domain": "messages", "entry_id": shown.entry.id, "expected": shown.entry.forms, "account": 1, "day": DAY}
    saved = edit_wording.save(connection, folders, forms=("¡Salir!",), accepted={"punctuation"}, **named_)  # type: ignore[arg-type]
    assert (saved.state, saved.entry.note) == ("translated", "ok: punctuation")
    with pytest.raises(CatalogError):
        edit_wording.save(connection, folders, forms=("<i>",), accepted={"markup"}, **{**named_, "expected": ("¡Salir!",)})  # type: ignore[arg-type]


def test_nothing_but_kinds_of_findings_is_accepted(connection: Connection, folders: Folders) -> None:
    """What else a form sends as accepted must not come into the file, where a line of its own would make all of it unreadable."""
    shown = named(connection, folders, "Leave")
    named_ = {"locale": "es", "domain": "messages", "entry_id": shown.entry.id, "expected": shown.entry.forms, "account": 1, "day": DAY}
    saved = edit_wording.save(connection, folders, forms=("¡Salir!",), accepted=["punctuation", "x\rmsgid", "copy"], **named_)  # type: ignore[arg-type]
    assert saved.entry.note == "ok: punctuation"
    assert pofiles.read(translate.path_of(folders[1], "es", "messages")).entries[0].forms == ("¡Salir!",)


def test_undo(connection: Connection, folders: Folders) -> None:
    save(connection, folders, "Mandar mis respuestas")
    [change] = edit_wording.history(connection, locale="es")
    assert edit_wording.undo(connection, folders, change.id, account=2, day=DAY).entry.forms == ("Enviar mis respuestas",)
    assert pofiles.read(translate.path_of(folders[1], "es", "messages")).entries == ()
    with pytest.raises(Conflict):
        edit_wording.undo(connection, folders, change.id, account=2, day=DAY)
    with pytest.raises(NotFound):
        edit_wording.undo(connection, folders, 99, account=2, day=DAY)


def test_another_person_reviews(connection: Connection, folders: Folders) -> None:
    saved = save(connection, folders, "Mandar mis respuestas", account=1)
    one = {"locale": "es", "domain": "messages", "day": DAY}
    with pytest.raises(StateError, match="your own"):
        edit_wording.review(connection, folders, account=1, **one)  # type: ignore[arg-type]
    with pytest.raises(StateError, match="your own"):
        edit_wording.review_entry(connection, folders, entry_id=saved.entry.id, account=1, **one)  # type: ignore[arg-type]
    assert not edit_wording.review_entry(connection, folders, entry_id=saved.entry.id, account=2, **one).waiting  # type: ignore[arg-type]
    assert edit_wording.review_state(folders, "es", "messages") == "draft (for a test)"
    assert edit_wording.review(connection, folders, account=2, **one) == "reviewed (reviewer, 2026-10-12)"  # type: ignore[arg-type]
    assert edit_wording.progress(connection, folders, "es")[0].review == "reviewed (reviewer, 2026-10-12)"
    assert Catalogs(folders).review("es", "messages").startswith("reviewed")


def test_english_is_changed_where_it_is_written(connection: Connection, folders: Folders) -> None:
    with pytest.raises(StateError, match="source"):
        edit_wording.save(connection, folders, locale="en", domain="messages", entry_id="", forms=("x",), expected=(), account=1, day=DAY)


# ---------------------------------------------------------------- out and in


def test_a_round_trip_changes_the_edited_words_alone(connection: Connection, folders: Folders, tmp_path: Path) -> None:
    sent = exchange_wording.export_po(connection, folders, "es", "messages")
    path = tmp_path / "sent.po"
    path.write_bytes(sent)
    subprocess.run(["msgfmt", "--check", "-o", "/dev/null", path], check=True, capture_output=True)
    edited = polib.pofile(str(path))  # wraps its lines at 78, as Poedit does
    edited.find("Leave").msgstr = "Abandonar"  # type: ignore[union-attr]
    edited.metadata["X-Generator"] = "Poedit 3.5"
    edited.save()
    done = exchange_wording.import_file(
        connection, folders, locale="es", domain="messages", data=path.read_bytes(), name="sent.po", account=1, day=DAY
    )
    assert [one.entry.msgid for one in done.changed] == ["Leave"]
    assert (done.conflicts, done.unknown, done.unsure) == ((), 0, 0)
    again = exchange_wording.export_po(connection, folders, "es", "messages").splitlines()
    differing = [(old, new) for old, new in zip(sent.splitlines(), again, strict=True) if old != new]
    assert [new for _, new in differing] == [b'"X-Revision: 1\\n"', b'msgstr "Abandonar"']


def test_a_word_changed_here_meanwhile_is_a_conflict(connection: Connection, folders: Folders) -> None:
    sent = exchange_wording.export_po(connection, folders, "es", "messages").decode()
    save(connection, folders, "Mandar mis respuestas", account=2)
    save(connection, folders, "Dejar", account=2, msgid="Leave")
    theirs = sent.replace("Enviar mis respuestas", "Entregar mis respuestas")
    done = exchange_wording.import_file(
        connection, folders, locale="es", domain="messages", data=theirs.encode(), name="x.po", account=1, day=DAY
    )
    assert done.changed == ()
    assert [(c.theirs, c.ours) for c in done.conflicts] == [(("Entregar mis respuestas",), ("Mandar mis respuestas",))]
    assert named(connection, folders, "Leave").entry.forms == ("Dejar",), "a word that the file left alone stays as it is here"


def test_a_file_with_a_fault_is_refused_whole(connection: Connection, folders: Folders) -> None:
    sent = exchange_wording.export_po(connection, folders, "es", "messages").decode()
    broken = sent.replace('"Salir"', '"Dejar"').replace("%(n)s vecindarios", "%(m)s vecindarios")
    line = broken[: broken.index('msgid "%(n)s area"')].count("\n") + 1
    with pytest.raises(CatalogError, match=rf"x\.po:{line}: .*%\(m\)s"):
        exchange_wording.import_file(
            connection, folders, locale="es", domain="messages", data=broken.encode(), name="x.po", account=1, day=DAY
        )
    assert named(connection, folders, "Leave").entry.forms == ("Salir",)


def test_a_trial_writes_nothing(connection: Connection, folders: Folders) -> None:
    sent = exchange_wording.export_po(connection, folders, "es", "messages").replace(b'"Salir"', b'"Dejar"')
    done = exchange_wording.import_file(
        connection, folders, locale="es", domain="messages", data=sent, name="x.po", account=1, day=DAY, apply=False
    )
    assert [one.entry.forms for one in done.changed] == [("Dejar",)]
    assert named(connection, folders, "Leave").entry.forms == ("Salir",)


def test_xliff_there_and_back(connection: Connection, folders: Folders) -> None:
    sent = exchange_wording.export_xliff(connection, folders, "es", "messages")
    root = ElementTree.fromstring(sent)
    space = "{urn:oasis:names:tc:xliff:document:2.0}"
    assert (root.tag, root.attrib) == (f"{space}xliff", {"version": "2.0", "srcLang": "en", "trgLang": "es"})
    for unit in root.iter(f"{space}unit"):
        assert re.fullmatch(r"[0-9a-f]{12}(\.\d)?", unit.attrib["id"])
        kinds = [child.tag.removeprefix(space) for child in unit]
        assert kinds in (["notes", "segment"], ["segment"])
        assert [child.tag.removeprefix(space) for child in unit[-1]] == ["source", "target"]
        assert unit[-1].get("state") in ("initial", "translated", "reviewed")
    assert len({unit.attrib["id"] for unit in root.iter(f"{space}unit")}) == 4
    text = sent.decode().replace(">Salir<", ">Dejar<").replace("%(n)s vecindarios", "%(n)s barrios")
    named_ = {"locale": "es", "domain": "messages", "name": "x.xlf", "account": 1, "day": DAY}
    done = exchange_wording.import_file(connection, folders, data=text.encode(), **named_)  # type: ignore[arg-type]
    assert [one.entry.forms for one in done.changed] == [("Dejar",), ("%(n)s vecindario", "%(n)s barrios")]
    assert exchange_wording.import_file(connection, folders, data=sent, **named_).changed == ()  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("data", "says"),
    [
        (b'<!DOCTYPE x [<!ENTITY a "b">]><xliff/>', "document type"),
        ("<?xml version='1.0' encoding='UTF-16'?><!DOCTYPE x [<!ENTITY a 'b'>]><xliff/>".encode("utf-16-le"), "not UTF-8"),
        ("<!DOCTYPE x []><xliff/>".encode("utf-16"), "not UTF-8"),
        (b"<xliff", "not XML"),
        (b"<html/>", "not XLIFF 2"),
        (b'<xliff xmlns="urn:oasis:names:tc:xliff:document:2.0" version="2.0" trgLang="fr"/>', "in 'fr', not in 'es'"),
        (b"<" + b"a" * 5 * 2**20, "are read at most"),
        (b"#" * 5 * 2**20, "are read at most"),
        (b"nonsense\n", "misformatted"),
        ('msgid "Leave"\nmsgstr "Sal\u2028ir"\n'.encode(), "ends lines"),
    ],
)
def test_what_is_no_such_file_is_named(connection: Connection, folders: Folders, data: bytes, says: str) -> None:
    with pytest.raises(CatalogError, match=says):
        exchange_wording.import_file(connection, folders, locale="es", domain="messages", data=data, name="x", account=1, day=DAY)


@pytest.mark.parametrize("number", ["\u00b2", "9" * 5000, "-1", "soon"])
def test_a_number_that_is_none_knows_no_change(connection: Connection, folders: Folders, number: str) -> None:
    sent = exchange_wording.export_xliff(connection, folders, "es", "messages").decode().replace(">0</note>", f">{number}</note>")
    po = exchange_wording.export_po(connection, folders, "es", "messages").decode().replace("X-Revision: 0", f"X-Revision: {number}")
    assert (number in sent, number in po) == (True, True)
    for data in (sent, po):
        done = exchange_wording.import_file(
            connection, folders, locale="es", domain="messages", data=data.encode(), name="x", account=1, day=DAY
        )
        assert (done.changed, done.conflicts) == ((), ())


# ---------------------------------------------------------------- a wave


@pytest.fixture
def asked(sqlite: Engine, wave: WaveRow, settings: Settings) -> Catalogs:
    """The wave's words are kept, as at its opening."""
    catalogs = Catalogs(settings.translations)
    with sqlite.begin() as connection:
        assert keep_wording.keep(connection, wave, catalogs, day=date(2026, 10, 5)) == wave.locales
        assert keep_wording.keep(connection, wave, catalogs, day=date(2026, 10, 6)) == ()
    return catalogs


def test_an_edit_during_a_wave_stands_in_its_report_and_codebook(
    sqlite: Engine, wave: WaveRow, settings: Settings, asked: Catalogs
) -> None:
    with sqlite.begin() as connection:
        [shown] = [
            one
            for one in edit_wording.entries(connection, settings.translations, "es", "questionnaire")
            if one.entry.context == "item:fp_respect"
        ]
        text = shown.entry.forms[0].replace("con respeto", "con mucho respeto")
        edit_wording.save(
            connection,
            settings.translations,
            locale="es",
            domain="questionnaire",
            entry_id=shown.entry.id,
            forms=(text,),
            expected=shown.entry.forms,
            account=1,
            day=DAY,
            reason="as people speak",
        )
        asked.refresh()
        assert keep_wording.keep(connection, wave, asked, day=DAY) == ("es",)
        close_wave(connection, SURVEY, closed=date(2026, 10, 30))
        made = publish_release(connection, SURVEY, released=date(2026, 11, 2))
        book = read_codebook(connection, SURVEY)
    [change] = made.method["wording_revisions"]
    assert (change["locale"], change["day"], change["new"], change["source"]) == ("es", "2026-10-12", text, "workbench")
    assert [len(made.method["wordings"][locale]) for locale in ("ar", "en", "es")] == [1, 1, 2]
    hashes = {(one["locale"], one["number"]): one for one in book["wordings"]}
    assert hashes["es", 2]["words"]["item:fp_respect"] == text
    assert hashes["es", 2]["hash"] == keep_wording.fingerprint(hashes["es", 2]["words"])
    assert made.method["wordings"]["es"][1] == {"hash": hashes["es", 2]["hash"], "since": "2026-10-12"}
    assert book["columns"][0]["position"] == 1
    english = asked["en"]
    pages = PdfReader(io.BytesIO(export(made, "pdf", english.locale, english))).pages
    printed = " ".join(" ".join(page.extract_text() for page in pages).split())
    assert "Spanish, since October 12, 2026" in printed


def test_a_change_in_a_file_is_kept_once(sqlite: Engine, wave: WaveRow, settings: Settings, asked: Catalogs) -> None:
    shipped = pofiles.read(translate.path_of(settings.translations[0], "es", "questionnaire")).by_key["item:fp_respect", ASKED]
    text = shipped.forms[0].replace("con respeto", "con mucho respeto")
    path = translate.path_of(settings.translations[1], "es", "questionnaire")
    pofiles.write(path, replace(pofiles.new(path, "es"), entries=(replace(shipped, forms=(text,)),)))
    asked.refresh()
    for _ in range(2):
        keep_wording.keep_all(sqlite, asked, day=DAY)
    with sqlite.connect() as connection:
        [change] = wordings.revisions(connection)
    assert (change.source, change.account, change.old) == ("file", None, shipped.forms)


# ---------------------------------------------------------------- what residents are offered


def test_a_language_is_offered_when_complete_and_reviewed(wave: WaveRow, settings: Settings, tmp_path: Path) -> None:
    catalogs = Catalogs(settings.translations)
    strict, free = Offers(catalogs, require_reviewed=True), Offers(catalogs, require_reviewed=False)
    assert free.offered(wave) == ("en", "es", "ar")
    assert strict.offered(wave) == ("en",)
    assert strict.gate("es", wave.questionnaire).reason == "nobody has reviewed it yet"
    assert strict.offered(replace(wave, survey=replace(wave.survey, synthetic=True))) == ("en", "es", "ar")
    for domain in ("messages", "questionnaire"):
        translate.mark_reviewed(*settings.translations, "es", domain, role="native speaker", day=DAY)
    catalogs.refresh()
    assert strict.offered(wave) == ("en", "es")
    assert strict.as_offered(wave).locales == ("en", "es")


def test_a_language_with_a_hole_is_not_offered(wave: WaveRow, settings: Settings, tmp_path: Path) -> None:
    shipped = tmp_path / "shipped"
    for locale in TWO:
        for domain in ("messages", "questionnaire"):
            path = translate.path_of(settings.translations[0], locale, domain)
            file = pofiles.read(path)
            entries = [
                e if locale == "en" or (e.context, e.msgid) not in (("item:fp_respect", ASKED), ("", SOURCE)) else replace(e, forms=("",))
                for e in file.entries
            ]
            pofiles.write(translate.path_of(shipped, locale, domain), replace(file, entries=tuple(entries)))
    offers = Offers(Catalogs([shipped]), require_reviewed=False)
    assert offers.offered(wave) == ("en",)
    [gate] = offers.refused(wave.questionnaire, TWO)
    assert gate.reason == "translations are missing: 1 in the questionnaire, 1 in the resident's pages"


# ---------------------------------------------------------------- the database and the files: both or neither


def stopped(sqlite: Engine, folders: Folders) -> tuple[bytes, bytes]:
    """A change that fails before its commit. Returns what lay on the disk then: what stood before, and the file as it was written."""
    seen: list[bytes] = []
    with contextlib.suppress(InterruptedError), changing(sqlite, folders[1], "es") as connection:
        save(connection, folders, "Mandar mis respuestas")
        seen += [(folders[1] / ".before-es").read_bytes(), translate.path_of(folders[1], "es", "messages").read_bytes()]
        raise InterruptedError
    before, written = seen
    return before, written


@pytest.mark.parametrize("before", ["", "Enviar"])
def test_a_change_that_is_not_committed_leaves_the_file_as_it_was(sqlite: Engine, folders: Folders, before: str) -> None:
    path = translate.path_of(folders[1], "es", "messages")
    if before:
        with changing(sqlite, folders[1], "es") as connection:
            save(connection, folders, before)
    data = path.read_bytes() if before else None
    _, written = stopped(sqlite, folders)
    assert b"Mandar" in written
    assert (path.read_bytes() if path.exists() else None) == data
    with sqlite.begin() as connection:
        assert named(connection, folders).entry.forms == (before or "Enviar mis respuestas",)
        assert len(edit_wording.history(connection, locale="es")) == (1 if before else 0)
    assert not list(folders[1].glob(".before-*"))


def test_a_file_that_cannot_be_written_leaves_no_trace_in_the_history(sqlite: Engine, folders: Folders) -> None:
    path = translate.path_of(folders[1], "es", "messages")
    path.parent.mkdir(parents=True)
    path.mkdir()  # a folder where the file should be
    with pytest.raises(OSError), changing(sqlite, folders[1], "es") as connection:
        save(connection, folders, "Mandar mis respuestas")
    with sqlite.begin() as connection:
        assert edit_wording.history(connection, locale="es") == ()


@pytest.mark.parametrize("committed", [False, True])
def test_what_a_crash_left_is_mended_at_the_next_start(sqlite: Engine, folders: Folders, committed: bool) -> None:
    path = translate.path_of(folders[1], "es", "messages")
    left, made = stopped(sqlite, folders)
    if committed:
        with changing(sqlite, folders[1], "es") as connection:
            save(connection, folders, "Mandar mis respuestas")
    (folders[1] / ".before-es").write_bytes(left)  # as if the machine had stopped after the file, or after the commit
    path.write_bytes(made)
    assert mend(sqlite, folders[1]) == (() if committed else ("es",))
    with sqlite.begin() as connection:
        assert named(connection, folders).entry.forms == ("Mandar mis respuestas" if committed else "Enviar mis respuestas",)
    assert mend(sqlite, folders[1]) == ()


def test_a_review_is_kept(sqlite: Engine, folders: Folders) -> None:
    with changing(sqlite, folders[1], "es") as connection:
        said = edit_wording.review(connection, folders, locale="es", domain="messages", account=2, day=DAY)
    assert edit_wording.review_state(folders, "es", "messages") == said


def test_a_file_that_cannot_be_read_stops_nobody_and_is_not_written_over(connection: Connection, folders: Folders) -> None:
    save(connection, folders, "Mandar mis respuestas")
    path = translate.path_of(folders[1], "es", "messages")
    broken = path.read_bytes() + b'\nmsgid "Leave\n'
    path.write_bytes(broken)
    assert named(connection, folders).entry.forms == ("Enviar mis respuestas",)
    assert edit_wording.progress(connection, folders, "es")[0].translated == 3
    assert b"Enviar" in exchange_wording.export_po(connection, folders, "es", "messages")
    with pytest.raises(CatalogError, match=r"messages\.po:\d+"):
        save(connection, folders, "Entregar mis respuestas")
    assert path.read_bytes() == broken


def test_a_tool_may_name_the_language_with_its_country(connection: Connection, folders: Folders) -> None:
    sent = exchange_wording.export_xliff(connection, folders, "es", "messages").replace(b'trgLang="es"', b'trgLang="es-US"')
    named_ = {"locale": "es", "domain": "messages", "name": "x.xlf", "account": 1, "day": DAY}
    done = exchange_wording.import_file(connection, folders, data=sent.replace(b">Salir<", b">Dejar<"), **named_)  # type: ignore[arg-type]
    assert [one.entry.forms for one in done.changed] == [("Dejar",)]


# ---------------------------------------------------------------- a review is a matter of each word


def test_an_own_file_does_not_speak_for_the_shipped_one(wave: WaveRow, settings: Settings) -> None:
    path = translate.path_of(settings.translations[1], "es", "messages")
    [entry] = [one for one in pofiles.read(translate.path_of(settings.translations[0], "es", "messages")).entries if one.msgid == SOURCE]
    mine = replace(entry, forms=("Mandar mis respuestas",))
    pofiles.write(path, replace(pofiles.new(path, "es", "reviewed (a friend, 2026-10-01)"), entries=(mine,)))
    catalogs = Catalogs(settings.translations)
    offers = Offers(catalogs, require_reviewed=True)
    assert catalogs["es"].gettext(SOURCE) == "Mandar mis respuestas"
    assert catalogs.review("es", "messages").startswith("draft")
    assert mine.key not in catalogs.unreviewed("es")
    gate = offers.gate("es", wave.questionnaire)
    assert not gate.reviewed
    assert gate.reason == f"nobody has reviewed {gate.asked - 1} of its {gate.asked} texts yet"


def test_what_an_upgrade_changes_is_reviewed_again(wave: WaveRow, settings: Settings, tmp_path: Path) -> None:
    shipped, own = tmp_path / "shipped", settings.translations[1]
    for locale in TWO:
        for domain in ("messages", "questionnaire"):
            path = translate.path_of(settings.translations[0], locale, domain)
            pofiles.put(translate.path_of(shipped, locale, domain), path.read_bytes())
    offers = Offers(Catalogs([shipped, own]), require_reviewed=True)
    for domain in ("messages", "questionnaire"):
        translate.mark_reviewed(shipped, own, "es", domain, role="native speaker", day=DAY)
    offers.catalogs.refresh()
    assert offers.catalogs.review("es", "messages") == "reviewed (native speaker, 2026-10-12)"
    assert offers.gate("es", wave.questionnaire).reason == ""
    path = translate.path_of(shipped, "es", "messages")
    for old, new, unread in (("Correo electrónico", "Dirección de correo", 0), ("Enviar mis respuestas", "Mandar mis respuestas", 1)):
        path.write_text(path.read_text(encoding="utf-8").replace(f'"{old}', f'"{new}'), encoding="utf-8")
        offers.catalogs.refresh()
        assert f'"{new}' in path.read_text(encoding="utf-8")
        assert offers.gate("es", wave.questionnaire).unreviewed == unread, "a staff's word keeps nobody from answering"
    assert offers.catalogs.review("es", "messages").startswith("draft")
    assert not offers.catalogs.is_reviewed("es")
    reviews.list_path(translate.path_of(own, "es", "questionnaire")).write_bytes(b"\xff\x00reviewed")
    offers.catalogs.refresh()
    assert offers.gate("es", wave.questionnaire).unreviewed > 50, "what is no list says nothing"
