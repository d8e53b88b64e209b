"""Broken catalogues, one fault a file, each with what must be said of it; and those that only look broken."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

import pytest
from babel.messages.catalog import Catalog

from trustsurvey.i18n import checks, glossary, pofiles
from trustsurvey.i18n.catalogs import Catalogs
from trustsurvey.i18n.locales import PLURALS
from trustsurvey.i18n.pofiles import Entry
from trustsurvey.services import translate
from trustsurvey.settings import Settings

BROKEN = sorted((Path(__file__).parent / "broken").glob("*.po"))
SHIPPED = Settings().translations[0]
TERMS = glossary.read((SHIPPED / "GLOSSARY.md").read_text(encoding="utf-8"))


def placed(folder: Path, broken: Path) -> tuple[str, Path]:
    """The broken file where a catalogue lies, beside the real glossary; its locale and path."""
    locale = broken.name.split(".")[1]
    path = translate.path_of(folder, locale, "messages")
    path.parent.mkdir(parents=True)
    path.write_bytes(broken.read_bytes())
    (folder / "GLOSSARY.md").write_bytes((SHIPPED / "GLOSSARY.md").read_bytes())
    return locale, path


@pytest.mark.parametrize("broken", BROKEN, ids=lambda path: path.stem)
def test_it_says_what_is_wrong_and_nothing_else(tmp_path: Path, broken: Path) -> None:
    locale, path = placed(tmp_path, broken)
    expected = re.findall(rb"^# says: (.+)$", broken.read_bytes(), re.MULTILINE)
    said = [str(fault) for fault in translate.check_own(tmp_path, locale, terms=TERMS)]
    assert len(said) == len(expected), said
    for text in expected:
        assert any(one.startswith(f"{path}") and text.decode() in one for one in said), (text.decode(), said)
    assert all(re.match(rf"{re.escape(str(path))}:\d+: ", one) for one in said), said


@pytest.mark.parametrize("broken", BROKEN, ids=lambda path: path.stem)
def test_it_breaks_no_page(tmp_path: Path, broken: Path) -> None:
    locale, _ = placed(tmp_path, broken)
    catalog = Catalogs([tmp_path])[locale]
    for source in ("Send %(n)s answers", "Yes", "Half of them"):
        assert catalog.gettext(source, n=3)
    assert catalog.ngettext("%(n)s answer", "%(n)s answers", 3)


@pytest.mark.parametrize(
    ("locale", "source", "translation"),
    [
        ("zh_Hans", "Please choose one.", "请选择一项。"),
        ("hi", "Please choose one.", "कृपया एक चुनें।"),
        ("am", "Please choose one.", "እባክዎ አንዱን ይምረጡ።"),
        ("ar", "Are you sure?", "هل هذا مؤكد؟"),
        ("fr", "Are you sure?", "En êtes-vous sûr ?"),
        ("es", "“Are you sure?”", "«¿Seguro?»"),
        ("zh_Hant", "Your neighborhood:", "您的社區："),
        ("ko", "Wait …", "기다리세요..."),
        ("fr", "Total", "Total"),
        ("vi", "PDF, CSV", "PDF, CSV"),
        ("ko", "PDF", "PDF"),
        ("es", "No", "No"),
        ("ru", "n eff.", "n эфф"),
        ("ru", "Do you trust the police?", "Доверяете ли вы полиции?"),
        ("ar", "%(n)s of %(total)s", "⁨%(n)s⁩ من %(total)s"),
    ],
)
def test_there_is_nothing_wrong_with_it(locale: str, source: str, translation: str) -> None:
    entry = Entry("", source, forms=(translation,))
    assert checks.entry_faults(entry, locale, TERMS.get(locale, checks.NO_TERMS)) == []


def test_who_means_it_says_so() -> None:
    entry = Entry("", "What is kept of this", forms=("What is kept of this",), note="a name\nok: copy, length")
    assert checks.entry_faults(entry, "es") == []
    assert [one.kind for one in checks.entry_faults(Entry("", "Yes", forms=("<b>",), note="ok: markup"), "es")] == ["markup"]


@pytest.mark.parametrize("locale", Catalogs([SHIPPED]).locales())
def test_nothing_is_wrong_with_what_ships(locale: str) -> None:
    """But for what isn't translated yet, which `make check` reports."""
    faults = translate.check_own(SHIPPED, locale, terms=TERMS)
    assert [str(one) for one in faults if one.message not in ("not translated",)] == []


def test_a_locale_without_a_plural_rule_is_named(tmp_path: Path) -> None:
    assert "the plural rule of 'xx'" in str(translate.check(tmp_path, "xx", {"messages": Catalog()})[0])


@pytest.mark.parametrize("locale", list(PLURALS))
def test_a_file_written_is_a_file_read(tmp_path: Path, locale: str) -> None:
    forms = checks.plural_count(locale)
    entries = (
        Entry(
            "option:a.0",
            'A "quoted" \\ text\nin two lines',
            forms=('"x" \\ y\nz',),
            note="mine",
            comment="theirs",
            where=("a.py", "b.html"),
        ),
        Entry("", "%(n)s area", "%(n)s areas", tuple(f"{n} %(n)s" for n in range(forms)), flags=("python-format",), previous="%(n)s ward"),
        Entry("", "Long " * 60 + ".", forms=("Largo " * 60 + ".",)),
    )
    path = tmp_path / "a.po"
    file = pofiles.new(path, locale)
    pofiles.write(path, pofiles.PoFile(str(path), file.headers, entries, file.top))
    before = path.read_bytes()
    read = pofiles.read(path)
    assert [(e.context, e.msgid, e.plural, e.forms, e.note, e.comment, e.where, e.previous) for e in read.entries] == [
        (e.context, e.msgid, e.plural, e.forms, e.note, e.comment, e.where, e.previous) for e in entries
    ]
    pofiles.write(path, read)
    assert path.read_bytes() == before


@pytest.mark.parametrize(
    "spoiled", [lambda data: b"\xef\xbb\xbf" + data, lambda data: data.replace(b"\n", b"\r\n"), lambda data: data.replace(b"\n", b"\r")]
)
def test_how_an_editor_ends_its_lines_does_not_matter(spoiled: Callable[[bytes], bytes]) -> None:
    data = translate.path_of(SHIPPED, "ar", "areas").read_bytes()
    assert pofiles.parse(spoiled(data), "x").entries == pofiles.parse(data, "x").entries
