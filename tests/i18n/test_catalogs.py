"""Merged catalogues: an installation's own over the shipped, and the right plural rule whatever a file says."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from trustsurvey.i18n import pofiles
from trustsurvey.i18n.catalogs import Catalogs
from trustsurvey.i18n.pofiles import Entry

HEADER = 'msgid ""\nmsgstr ""\n"Content-Type: text/plain; charset=utf-8\\n"\n"Plural-Forms: {rule}\\n"\n\n'


def write(folder: Path, locale: str, domain: str, body: str, rule: str = "nplurals=2; plural=(n != 1);") -> Path:
    path = folder / locale / "LC_MESSAGES" / f"{domain}.po"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(HEADER.format(rule=rule) + body, encoding="utf-8")
    return path


def test_an_installation_own_words_win(tmp_path: Path) -> None:
    write(tmp_path / "shipped", "es", "messages", 'msgid "Send"\nmsgstr "Enviar"\n\nmsgid "Leave"\nmsgstr "Salir"\n')
    write(tmp_path / "own", "es", "messages", 'msgid "Send"\nmsgstr "Mandar"\n')
    catalog = Catalogs([tmp_path / "shipped", tmp_path / "own"])["es"]
    assert catalog.gettext("Send") == "Mandar"
    assert catalog.gettext("Leave") == "Salir"
    assert catalog.gettext("Not there %(n)s", n=3) == "Not there 3"


def test_the_same_word_in_two_contexts(tmp_path: Path) -> None:
    write(
        tmp_path,
        "es",
        "questionnaire",
        'msgctxt "option:a.0"\nmsgid "Never"\nmsgstr "Nunca"\n\nmsgctxt "option:b.0"\nmsgid "Never"\nmsgstr "Jamás"\n',
    )
    catalog = Catalogs([tmp_path])["es"]
    assert (catalog.pgettext("option:a.0", "Never"), catalog.pgettext("option:b.0", "Never")) == ("Nunca", "Jamás")
    assert catalog.pgettext("area:x", "Never") == "Never"


def test_arabic_counts_by_cldr_even_where_the_header_is_wrong(tmp_path: Path) -> None:
    forms = "".join(f'msgstr[{n}] "{n}:%(n)s"\n' for n in range(6))
    write(tmp_path, "ar", "messages", f'msgid "%(n)s area"\nmsgid_plural "%(n)s areas"\n{forms}', rule="nplurals=6; plural=0;")
    catalog = Catalogs([tmp_path])["ar"]
    found = [catalog.ngettext("%(n)s area", "%(n)s areas", n) for n in (0, 1, 2, 3, 11, 100)]
    assert found == ["0:0", "1:1", "2:2", "3:3", "4:11", "5:100"]


def test_a_fuzzy_entry_is_not_used(tmp_path: Path) -> None:
    write(tmp_path, "es", "messages", '#, fuzzy\nmsgid "Send"\nmsgstr "Quizás"\n')
    assert Catalogs([tmp_path])["es"].gettext("Send") == "Send"


def test_a_changed_file_is_seen_after_reload(tmp_path: Path) -> None:
    path = write(tmp_path, "es", "messages", 'msgid "Send"\nmsgstr "Enviar"\n')
    catalogs = Catalogs([tmp_path])
    assert catalogs["es"].gettext("Send") == "Enviar"
    path.write_text(path.read_text().replace("Enviar", "Mandar"))
    catalogs.reload()
    assert catalogs["es"].gettext("Send") == "Mandar"


@pytest.mark.parametrize(("body", "says"), [(b'msgid "Send"\nmsgstr "Env\xff"\n', "UTF-8"), (b"nonsense\n", "misformatted keyword")])
def test_a_broken_file_is_named_and_breaks_nothing(tmp_path: Path, body: bytes, says: str) -> None:
    path = write(tmp_path, "es", "messages", "")
    path.write_bytes(path.read_bytes() + body)
    catalogs = Catalogs([tmp_path])
    assert catalogs["es"].gettext("Send") == "Send"
    assert [says in str(fault) and "messages.po" in str(fault) for fault in catalogs.faults("es")] == [True]


def test_a_shipped_file_that_goes_away_takes_no_word_with_it(tmp_path: Path) -> None:
    shipped, own = tmp_path / "shipped", tmp_path / "own"
    for folder, words in ((shipped, {"Yes": "Sí", "No": "No"}), (own, {"No": "Nada"})):
        path = folder / "es" / "LC_MESSAGES" / "messages.po"
        entries = tuple(Entry("", source, forms=(text,)) for source, text in words.items())
        pofiles.write(path, replace(pofiles.new(path, "es"), entries=entries))
    catalogs = Catalogs([shipped, own])
    assert (catalogs["es"].gettext("Yes"), catalogs["es"].gettext("No")) == ("Sí", "Nada")
    path = shipped / "es" / "LC_MESSAGES" / "messages.po"
    data = path.read_bytes()
    path.unlink()
    assert catalogs.refresh() == ()
    [fault] = catalogs.faults("es")
    assert "gone" in fault.message
    assert "es" in catalogs.locales()
    path.write_bytes(data)
    assert catalogs.refresh() == ()
    assert catalogs.faults("es") == ()
    (own / "es" / "LC_MESSAGES" / "messages.po").unlink()
    assert catalogs.refresh() == ("es",)
    assert (catalogs["es"].gettext("Yes"), catalogs["es"].gettext("No"), catalogs.faults("es")) == ("Sí", "No", ())
