"""Catalogues kept up to date: nothing that was translated is lost, and nothing wrong goes unnoticed."""

from __future__ import annotations

import ast
import re
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest
from babel.messages.catalog import Catalog

from trustsurvey.errors import NotFound
from trustsurvey.i18n import pofiles
from trustsurvey.i18n.checks import RESIDENTS
from trustsurvey.i18n.locales import PLURALS
from trustsurvey.services import translate
from trustsurvey.web import respond


def wanted(*more: tuple[str | tuple[str, str], str | None]) -> Catalog:
    catalog = Catalog()
    catalog.add(("%(count)s area of %(total)s", "%(count)s areas of %(total)s"))
    catalog.add("Send %(n)s answers")
    catalog.add("Never", context="option:a.0")
    catalog.add("Never", context="option:b.0")
    for text, context in more:
        catalog.add(text, context=context)
    return catalog


def path_of(folder: Path, locale: str) -> Path:
    return folder / locale / "LC_MESSAGES" / "messages.po"


@pytest.mark.parametrize("locale", [code for code in PLURALS if code != "en"])
def test_every_plural_form_is_kept(tmp_path: Path, locale: str) -> None:
    forms = int(re.findall(r"nplurals=(\d)", PLURALS[locale])[0])
    translate.update(tmp_path, locale, "messages", wanted())
    path = path_of(tmp_path, locale)
    text = path.read_text(encoding="utf-8")
    assert text.count("msgstr[") == forms
    for n in range(forms):
        text = text.replace(f'msgstr[{n}] ""', f'msgstr[{n}] "{n}: %(count)s %(total)s"')
    path.write_text(text, encoding="utf-8")
    translate.update(tmp_path, locale, "messages", wanted(("New", None)))
    found = pofiles.read(path).by_key["", "%(count)s area of %(total)s"]
    assert list(found.forms) == [f"{n}: %(count)s %(total)s" for n in range(forms)]
    subprocess.run(["msgfmt", "--check-format", "-o", "/dev/null", path], check=True)


def test_updating_twice_writes_the_same_bytes(tmp_path: Path) -> None:
    translate.update(tmp_path, "ar", "messages", wanted())
    before = path_of(tmp_path, "ar").read_bytes()
    translate.update(tmp_path, "ar", "messages", wanted())
    assert path_of(tmp_path, "ar").read_bytes() == before


def test_a_changed_source_starts_untranslated(tmp_path: Path) -> None:
    translate.update(tmp_path, "es", "messages", wanted(("Press Send", None)))
    path = path_of(tmp_path, "es")
    path.write_text(path.read_text().replace('msgid "Press Send"\nmsgstr ""', 'msgid "Press Send"\nmsgstr "Oprima Enviar"'))
    kept = translate.update(tmp_path, "es", "messages", wanted(("Press Send", None)))
    changed = translate.update(tmp_path, "es", "messages", wanted(("Press Send now", None)))
    assert (kept.translated, changed.translated) == (1, 0)
    assert "fuzzy" not in path.read_text()


def test_an_unknown_language_says_what_to_add(tmp_path: Path) -> None:
    with pytest.raises(NotFound, match="plural rule of 'xx'"):
        translate.update(tmp_path, "xx", "messages", wanted())


def complete(path: Path) -> None:
    text = path.read_text()
    text = text.replace('msgstr[0] ""', 'msgstr[0] "Un barrio de %(total)s"').replace(
        'msgstr[1] ""', 'msgstr[1] "%(count)s barrios de %(total)s"'
    )
    text = text.replace('msgid "Send %(n)s answers"\nmsgstr ""', 'msgid "Send %(n)s answers"\nmsgstr "Enviar %(n)s respuestas"')
    path.write_text(text.replace('msgid "Never"\nmsgstr ""', 'msgid "Never"\nmsgstr "Nunca"'))


def check(folder: Path) -> list[str]:
    empty = Catalog()
    return [str(f) for f in translate.check(folder, "es", {"messages": wanted(), "questionnaire": empty, "areas": empty})]


def test_a_complete_file_has_no_fault(tmp_path: Path) -> None:
    translate.update(tmp_path, "es", "messages", wanted())
    complete(path_of(tmp_path, "es"))
    assert check(tmp_path) == []


@pytest.mark.parametrize(
    ("change", "says"),
    [
        (lambda t: t.replace("Enviar %(n)s respuestas", "Enviar respuestas"), "the placeholder %(n)s is missing"),
        (lambda t: t.replace("Enviar %(n)s respuestas", "Enviar %(nn)s %(n)s"), "the placeholder %(nn)s is not in the source"),
        (lambda t: t.replace("Un barrio de %(total)s", "Un barrio"), "the placeholder %(total)s is missing"),
        (lambda t: t.replace("Enviar %(n)s respuestas", "Enviar <b>%(n)s</b>"), "markup"),
        (lambda t: t.replace("Enviar %(n)s respuestas", " Enviar %(n)s "), "space at the beginning or the end"),
        (lambda t: t.replace("Enviar %(n)s respuestas", "Enviar \u2067%(n)s"), "bidi control"),
        (lambda t: t.replace('"Nunca"', '""', 1), "option:a.0: not translated"),
        (lambda t: t.replace('msgid "Send', '#, fuzzy\nmsgid "Send'), "fuzzy"),
        (lambda t: t.replace("nplurals=2; plural=(n != 1);", "nplurals=2; plural=(n > 1);"), "Plural-Forms"),
        (lambda t: re.sub(r'"X-Review.*\n', "", t), "X-Review"),
        (lambda t: t.replace('msgctxt "option:a.0"', 'msgctxt "option:z.0"'), "option:a.0: the entry is missing"),
        (lambda t: t + "nonsense\n", "misformatted"),
        (lambda _: "", "the header is missing"),
    ],
)
def test_every_fault_is_named(tmp_path: Path, change: Callable[[str], str], says: str) -> None:
    translate.update(tmp_path, "es", "messages", wanted())
    path = path_of(tmp_path, "es")
    complete(path)
    path.write_text(change(path.read_text()))
    found = check(tmp_path)
    assert any(says in fault and "messages.po" in fault for fault in found), found


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    assert "the file is missing" in check(tmp_path)[0]


def test_a_word_that_means_several_things_is_collected_with_its_context() -> None:
    root = Path(__file__).parents[2]
    found = translate.template("messages", source=root / "src/trustsurvey", templates=root / "templates", questionnaires=(), areas=())
    alone = {message.id for message in found if not message.context}
    for context, word in (
        ("a neighborhood, against the city", "above"),  # in a pure module and in a page
        ("rows inside a bracket", "not distinguishable"),
        ("a step of the work: a wave is closed", "Close"),  # in a page only
    ):
        assert found.get(word, context) is not None
        assert word not in alone


# ---------------------------------------------------------------- what keeps a language from residents

WEB = Path(respond.__file__).parent
SHARED = {"site"}  # what the staff's and the public's pages say too: nobody is shown it who answers


def modules() -> dict[str, ast.Module]:
    """The modules that the residents' blueprints are made of, by name."""
    found: dict[str, ast.Module] = {}
    waiting = ["respond", "sending", "offline", "beside"]
    while waiting:
        name = waiting.pop()
        path = WEB / f"{name}.py"
        if name in found or not path.is_file():
            continue
        found[name] = ast.parse(path.read_text(encoding="utf-8"))
        for node in ast.walk(found[name]):
            if isinstance(node, ast.ImportFrom) and node.module is not None and node.module.startswith(f"{WEB.parent.name}.web"):
                inside = node.module.removeprefix(f"{WEB.parent.name}.web").lstrip(".")
                waiting += [inside] if inside else [alias.name for alias in node.names]
    return found


def test_a_language_that_lacks_a_word_of_a_resident_s_page_is_not_offered() -> None:
    """A module that is split must not take its words out of what is looked at before a language is offered."""
    says = {name for name, tree in modules().items() if any(isinstance(n, ast.Call) and _is_marked(n) for n in ast.walk(tree))}
    assert {"asked", "forms", "scripts"} <= says
    assert {name for name in says - SHARED if not f"trustsurvey/web/{name}.py".startswith(RESIDENTS)} == set()


def _is_marked(call: ast.Call) -> bool:
    """Whether the call marks a text for translation."""
    name = call.func.attr if isinstance(call.func, ast.Attribute) else call.func.id if isinstance(call.func, ast.Name) else ""
    return name in translate.KEYWORDS and bool(call.args) and isinstance(call.args[0], ast.Constant)
