"""Catalogues: collect what there is to translate, bring a locale up to date, and say what is wrong with it."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from io import BytesIO
from pathlib import Path

from babel.messages.catalog import Catalog, Message
from babel.messages.extract import extract_from_dir
from babel.messages.pofile import write_po

from trustsurvey.errors import CatalogError, Fault, NotFound
from trustsurvey.i18n.catalogs import DOMAINS, read
from trustsurvey.i18n.locales import PLURALS, Locale
from trustsurvey.questionnaire import catalog as strings
from trustsurvey.questionnaire.schema import Questionnaire

KEYWORDS = {
    "_": None,
    "N_": None,
    "gettext": None,
    "lazy_gettext": None,
    "ngettext": (1, 2),
    "NN_": (1, 2),
    "pgettext": ((1, "c"), 2),
}
PLACEHOLDER = re.compile(r"%\((\w+)\)[#0\- +]?\d*(?:\.\d+)?[a-zA-Z%]|%(?!%)[^\s(]?")
COUNTS = {"%(n)s", "%(count)s"}
"""Placeholders that a plural form may leave out (“one neighborhood”)."""

MARKUP = re.compile(r"<[a-zA-Z/!]|&\w+;")
BIDI = {"\u202a": 1, "\u202b": 1, "\u202d": 1, "\u202e": 1, "\u202c": -1, "\u2066": 2, "\u2067": 2, "\u2068": 2, "\u2069": -2}


@dataclass(frozen=True, slots=True)
class Coverage:
    """How far one file of one locale is translated."""

    locale: str
    domain: str
    translated: int
    total: int


def template(
    domain: str, *, source: Path, templates: Path, questionnaires: Iterable[Questionnaire], areas: Iterable[tuple[str, str]]
) -> Catalog:
    """Everything there is to translate in ``domain``: of the program, the questionnaires, or ``(context, name)`` of the places."""
    catalog = Catalog(project="trustsurvey", charset="utf-8", fuzzy=False)
    if domain == "messages":
        _extract(catalog, source, [("**.py", "python")])
        _extract(catalog, templates, [("**.html", "jinja2.ext:babel_extract")])
    elif domain == "questionnaire":
        for questionnaire in questionnaires:
            for message in strings.messages(questionnaire):
                catalog.add(message.text, context=message.context, auto_comments=[message.comment])
    else:
        for context, name in areas:
            catalog.add(name, context=context, auto_comments=["Name of the city" if context == "place" else "Name of a neighborhood"])
    return catalog


def _extract(catalog: Catalog, folder: Path, methods: list[tuple[str, str]]) -> None:
    options = {"**.html": {"silent": "false", "trimmed": "true"}}
    found = extract_from_dir(folder, methods, options, keywords=KEYWORDS, comment_tags=("Translators:",), strip_comment_tags=True)
    for file, _, text, comments, context in sorted(found, key=lambda entry: (entry[0], entry[1])):
        catalog.add(text, locations=[(f"{folder.name}/{file}", 0)], auto_comments=comments, context=context)


def update(folder: Path, locale: str, domain: str, wanted: Catalog) -> Coverage:
    """Write ``<folder>/<locale>/LC_MESSAGES/<domain>.po`` with exactly the entries of ``wanted``, keeping translations that are there.

    A changed source wording starts empty: it is never matched by likeness into use. Comments and order come from ``wanted``.
    """
    if locale not in PLURALS:
        raise NotFound(f"the plural rule of {locale!r} isn't known; add it to i18n/locales.py first. Known: {', '.join(PLURALS)}")
    path = folder / locale / "LC_MESSAGES" / f"{domain}.po"
    old = read(path, locale) if path.is_file() else Catalog()
    fresh = Catalog(project="trustsurvey", charset="utf-8", fuzzy=False)
    fresh.mime_headers = [("Plural-Forms", PLURALS[locale])]  # as many forms as the language has, not as English has
    for message in wanted:
        if not message.id:
            continue
        kept = old.get(message.id, message.context)
        string = message.id if locale == "en" else (kept.string if kept is not None else message.string)  # English is its own translation
        fresh.add(
            message.id,
            string,
            message.locations,
            auto_comments=message.auto_comments,
            context=message.context,
            user_comments=kept.user_comments if kept else (),
        )
    path.parent.mkdir(parents=True, exist_ok=True)
    review = _header(path, "X-Review") or (
        "reviewed (source wording)" if locale == "en" else "draft (by the makers of trustsurvey, not yet by a native speaker)"
    )
    path.write_text(_text(fresh, locale, review), encoding="utf-8")
    return coverage(fresh, locale, domain)


def _header(path: Path, name: str) -> str:
    if not path.is_file():
        return ""
    found = re.search(rf'^"{name}: (.*)\\n"$', path.read_text(encoding="utf-8"), re.MULTILINE)
    return found[1] if found else ""


def _text(catalog: Catalog, locale: str, review: str) -> str:
    buffer = BytesIO()
    write_po(buffer, catalog, width=0, omit_header=True, include_lineno=False)
    name = Locale(locale).cldr.english_name
    lines = [
        f"# {name} for trustsurvey.",
        'msgid ""',
        'msgstr ""',
        f'"Language: {locale}\\n"',
        '"MIME-Version: 1.0\\n"',
        '"Content-Type: text/plain; charset=utf-8\\n"',
        '"Content-Transfer-Encoding: 8bit\\n"',
        f'"Plural-Forms: {PLURALS[locale]}\\n"',
        f'"X-Review: {review}\\n"',
        "",
    ]
    return "\n".join(lines) + "\n" + buffer.getvalue().decode("utf-8").strip() + "\n"


def write_template(path: Path, catalog: Catalog) -> None:
    """A ``.pot`` file for tools that want one."""
    path.parent.mkdir(parents=True, exist_ok=True)
    catalog.revision_date = datetime.now(UTC)
    with path.open("wb") as file:
        write_po(file, catalog, width=0, include_lineno=False)


def coverage(catalog: Catalog, locale: str, domain: str) -> Coverage:
    messages = [m for m in catalog if m.id]
    return Coverage(locale, domain, sum(_complete(m) for m in messages), len(messages))


def _complete(message: Message) -> bool:
    strings_ = message.string if isinstance(message.string, tuple | list) else (message.string,)
    return bool(strings_) and all(strings_) and not message.fuzzy


def check(folder: Path, locale: str, wanted: dict[str, Catalog]) -> list[Fault]:
    """Every fault of a locale's files against what there is to translate (``wanted``: catalogue by domain)."""
    faults: list[Fault] = []
    for domain in DOMAINS:
        path = folder / locale / "LC_MESSAGES" / f"{domain}.po"
        if not path.is_file():
            if any(m.id for m in wanted[domain]) and locale != "en":
                faults.append(Fault("the file is missing; `trustsurvey translations update` makes it", file=str(path)))
            continue
        try:
            catalog = read(path, locale)
        except CatalogError as error:
            faults += error.faults
            continue
        faults += _check_header(path, locale)
        faults += _check_file(path, locale, catalog, wanted[domain])
    return faults


def _check_header(path: Path, locale: str) -> Iterator[Fault]:
    rule = _header(path, "Plural-Forms")
    if rule != PLURALS.get(locale):
        yield Fault(f"the header Plural-Forms is {rule!r}; by CLDR it is {PLURALS.get(locale)!r}", file=str(path), line=1)
    if not _header(path, "X-Review"):
        yield Fault("the header X-Review is missing: `draft` or `reviewed`, by which role and when", file=str(path), line=1)


def _check_file(path: Path, locale: str, catalog: Catalog, wanted: Catalog) -> Iterator[Fault]:
    lines = _lines(path)
    nplurals = int(PLURALS[locale].split("nplurals=")[1].split(";")[0])
    for message in wanted:
        if not message.id:
            continue
        found = catalog.get(message.id, message.context)
        source = (message.id,) if isinstance(message.id, str) else tuple(message.id)
        place = message.context or source[0][:40]
        if found is None:
            yield Fault("the entry is missing; `trustsurvey translations update` adds it", file=str(path), place=place)
            continue
        translated = tuple(found.string) if isinstance(found.string, tuple | list) else (found.string or "",)
        for fault in _entry_faults(source, translated, nplurals if len(source) > 1 else 1, fuzzy=found.fuzzy):
            yield Fault(fault, file=str(path), line=lines.get((message.context or "", source[0]), 0), place=place)


def _lines(path: Path) -> dict[tuple[str, str], int]:
    """Line of each entry's msgid, by (context, msgid). Catalogues are written unwrapped: one line a string."""
    found: dict[tuple[str, str], int] = {}
    context = ""
    for n, line in enumerate(path.read_text(encoding="utf-8").splitlines(), start=1):
        if line.startswith('msgctxt "'):
            context = line[9:-1]
        elif line.startswith('msgid "'):
            found[context, line[7:-1].replace('\\"', '"').replace("\\n", "\n").replace("\\\\", "\\")] = n
            context = ""
    return found


def _entry_faults(source: Sequence[str], translated: Sequence[str], forms: int, *, fuzzy: bool) -> Iterator[str]:
    if fuzzy:
        yield "the entry is marked fuzzy; check it and take the mark away"
    if not all(translated):
        yield "not translated" if not any(translated) else "a plural form is empty"
        return
    if len(translated) != forms:
        yield f"{len(translated)} plural forms; this language has {forms}"
    allowed = set().union(*(_placeholders(text) for text in source))
    for text in translated:
        names = _placeholders(text)
        if names - allowed:
            yield f"the placeholder {', '.join(sorted(names - allowed))} is not in the source"
        # A plural form may leave out the number (“one neighborhood”), nothing else.
        missing = set.intersection(*(_placeholders(t) for t in source)) - names - (COUNTS if len(source) > 1 else set())
        if missing:
            yield f"the placeholder {', '.join(sorted(missing))} is missing"
        if MARKUP.search(text) and not any(MARKUP.search(s) for s in source):
            yield "markup in a translation: it would be shown as it is"
        if text != text.strip() and source[0] == source[0].strip():
            yield "space at the beginning or the end"
        if _unbalanced(text):
            yield "a bidi control character is opened and not closed"


def _placeholders(text: str) -> set[str]:
    return {match[0] for match in PLACEHOLDER.finditer(text.replace("%%", ""))}


def _unbalanced(text: str) -> bool:
    open_ = [0, 0]
    for character in text:
        step = BIDI.get(character, 0)
        if abs(step):
            open_[abs(step) - 1] += 1 if step > 0 else -1
    return any(open_)
