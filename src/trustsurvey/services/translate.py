"""Catalogues: collect what there is to translate, bring a locale up to date, and say what is wrong with it."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from pathlib import Path

from babel.messages.catalog import Catalog
from babel.messages.extract import extract_from_dir
from babel.messages.pofile import write_po

from trustsurvey.errors import CatalogError, Fault, NotFound
from trustsurvey.i18n import checks, glossary, pofiles, reviews
from trustsurvey.i18n.catalogs import DOMAINS, compiled, fault
from trustsurvey.i18n.locales import PLURALS, match
from trustsurvey.i18n.pofiles import Entry, PoFile
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
BUTTON = re.compile(r"""<(?:button\b|a class="btn")[^>]*>\s*\{\{ _\((["'])(.+?)\1\) \}\}""")
"""A button's words in a template."""

BUTTON_LETTERS = 32
"""Letters on a button: two lines on a screen of 320 px, at 18 px with the button's padding."""

ABOUT = {
    "place": "Name of the city",
    "district": "Name of a district, above its neighborhoods",
    "policy": "Name of a policy, beside its date",
}
"""What is said to translators of a name, by its context; any other is a neighborhood's."""


PERSONAL = ("Last-Translator", "Language-Team")
"""Headers that editors write and that name a person: ``update`` takes them out."""


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
        _say_where_shown(catalog, templates)
    elif domain == "questionnaire":
        for questionnaire in questionnaires:
            for message in strings.messages(questionnaire):
                catalog.add(message.text, context=message.context, auto_comments=[message.comment])
    else:
        for context, name in areas:
            catalog.add(name, context=context, auto_comments=[ABOUT.get(context, "Name of a neighborhood")])
    return catalog


def _extract(catalog: Catalog, folder: Path, methods: list[tuple[str, str]]) -> None:
    options = {"**.html": {"silent": "false", "trimmed": "true"}}
    found = extract_from_dir(folder, methods, options, keywords=KEYWORDS, comment_tags=("Translators:",), strip_comment_tags=True)
    for file, _, text, comments, context in sorted(found, key=lambda entry: (entry[0], entry[1])):
        catalog.add(text, locations=[(f"{folder.name}/{file}", 0)], auto_comments=comments, context=context)


def _say_where_shown(catalog: Catalog, templates: Path) -> None:
    """Tell the translator which words residents see, and which stand on a button."""
    buttons = {found[2] for path in templates.rglob("*.html") for found in BUTTON.finditer(path.read_text(encoding="utf-8"))}
    for message in catalog:
        if any(file.startswith(checks.RESIDENTS) for file, _ in message.locations):
            message.auto_comments.append("Residents see it while they answer.")
        if message.id in buttons and not any(checks.LENGTH.search(comment) for comment in message.auto_comments):
            message.auto_comments.append(f"On a button: {BUTTON_LETTERS} letters at most.")


def path_of(folder: Path, locale: str, domain: str) -> Path:
    """Where a catalogue lies."""
    return folder / locale / "LC_MESSAGES" / f"{domain}.po"


def update(folder: Path, locale: str, domain: str, wanted: Catalog, *, keep: bool = False) -> Coverage:
    """Write ``<folder>/<locale>/LC_MESSAGES/<domain>.po`` with exactly the entries of ``wanted``, keeping translations that are there.

    A changed source wording starts empty: it is never matched by likeness into use. Where the context says that it is the same string, the
    earlier wording and its translation stand above it as comments, until it is translated. Comments and order come
    from ``wanted``; with ``keep``, entries that it doesn't have stay too, at the end.
    """
    if locale not in PLURALS:
        raise NotFound(unknown(locale))
    path = path_of(folder, locale, domain)
    old = pofiles.read(path) if path.is_file() else PoFile(str(path))
    fresh = pofiles.new(path, locale)
    entries = tuple(_carried(entry, old, locale) for entry in entries_of(wanted))
    if keep:
        asked = {entry.key for entry in entries}
        entries += tuple(entry for entry in old.entries if entry.key not in asked)
    kept = {name: text for name, text in old.headers.items() if name not in (*fresh.headers, *PERSONAL) or name == "X-Review"}
    made = replace(fresh, entries=entries, headers={**fresh.headers, **kept}, top=old.top or fresh.top)
    if (data := pofiles.dump(made)) != (path.read_bytes() if path.is_file() else b""):
        pofiles.put(path, data)
    return coverage(made, locale, domain)


def unknown(locale: str) -> str:
    """What to say of a language that the program has no plural rule for."""
    meant = match(locale, tuple(PLURALS))
    known = f"did you mean {meant}?" if meant else f"known are {', '.join(PLURALS)}."
    return f"the plural rule of {locale!r} isn't known; {known} For a new language, add the rule to src/trustsurvey/i18n/locales.py"


def entries_of(wanted: Catalog) -> tuple[Entry, ...]:
    """What there is to translate, as entries without a translation."""
    return tuple(
        Entry(
            context=message.context or "",
            msgid=message.id if isinstance(message.id, str) else message.id[0],
            plural="" if isinstance(message.id, str) else message.id[1],
            comment="\n".join(dict.fromkeys(message.auto_comments)),
            where=tuple(sorted({file for file, _ in message.locations})),
            flags=tuple(sorted(message.flags)),
        )
        for message in wanted
        if message.id
    )


def _carried(entry: Entry, old: PoFile, locale: str) -> Entry:
    """``entry`` with the translation that ``old`` has for it; English is its own translation."""
    forms = checks.plural_count(locale) if entry.plural else 1
    if locale == "en":
        return replace(entry, forms=(entry.msgid, entry.plural) if entry.plural else (entry.msgid,))
    if (kept := old.by_key.get(entry.key)) is not None:
        flags = tuple(dict.fromkeys([*(("fuzzy",) if kept.fuzzy else ()), *entry.flags]))
        found = replace(entry, forms=kept.forms, note=kept.note, flags=flags)
        if kept.translated:
            return replace(found, note="\n".join(line for line in kept.note.split("\n") if not line.startswith(EARLIER)))
        return replace(found, previous=kept.previous)
    earlier = next((one for one in old.entries if one.context == entry.context != ""), None)
    if earlier is None:
        return replace(entry, forms=("",) * forms)
    note = f"{EARLIER}{' / '.join(earlier.forms)}" if earlier.translated else earlier.note
    return replace(entry, forms=("",) * forms, previous=earlier.msgid if earlier.translated else earlier.previous, note=note)


EARLIER = "earlier translation: "
"""Begins the comment that holds what the earlier wording was translated as."""


def write_template(path: Path, catalog: Catalog) -> None:
    """A ``.pot`` file for tools that want one."""
    path.parent.mkdir(parents=True, exist_ok=True)
    catalog.revision_date = datetime.now(UTC)
    with path.open("wb") as file:
        write_po(file, catalog, width=0, include_lineno=False)


def coverage(file: PoFile, locale: str, domain: str) -> Coverage:
    return Coverage(locale, domain, sum(entry.translated for entry in file.entries), len(file.entries))


# ---------------------------------------------------------------- what is wrong


def check(folder: Path, locale: str, wanted: Mapping[str, Catalog]) -> list[Fault]:
    """Every fault of a locale's files against what there is to translate (``wanted``: catalogue by domain), in the order of the lines.

    The words of ``GLOSSARY.md`` in ``folder`` are looked for, where there is one.
    """
    if locale not in PLURALS:
        return [Fault(unknown(locale), file=str(folder / locale))]
    terms = terms_of(folder).get(locale, checks.NO_TERMS)
    found: list[Fault] = []
    for domain in DOMAINS:
        path = path_of(folder, locale, domain)
        entries = entries_of(wanted[domain])
        if not path.is_file():
            if entries and locale != "en":
                found.append(Fault("the file is missing; `trustsurvey translations update` makes it", file=str(path)))
            continue
        try:
            file = pofiles.read(path)
        except CatalogError as error:
            found += error.faults
            continue
        found += [fault(checks.with_way_out(one), str(path)) for one in _check_file(file, locale, entries, terms)]
    return found


def check_own(folder: Path, locale: str, *, terms: Mapping[str, glossary.Glossary]) -> list[Fault]:
    """Every fault of an installation's own files of a locale, which hold what differs from the shipped ones and nothing else."""
    found: list[Fault] = []
    for domain in DOMAINS:
        path = path_of(folder, locale, domain)
        if not path.is_file():
            continue
        try:
            file = pofiles.read(path)
        except CatalogError as error:
            found += error.faults
            continue
        faults = checks.file_faults(file, locale)
        for entry in file.entries:
            faults += checks.entry_faults(entry, locale, terms.get(locale, checks.NO_TERMS))
        every = sorted(faults + checks.scale_faults(file.entries), key=lambda one: one.line)
        found += [fault(checks.with_way_out(one), str(path)) for one in every]
    return found


def terms_of(folder: Path) -> Mapping[str, glossary.Glossary]:
    """The glossary beside the catalogues, by locale."""
    path = folder / "GLOSSARY.md"
    return glossary.read(path.read_text(encoding="utf-8")) if path.is_file() else {}


def _check_file(file: PoFile, locale: str, wanted: tuple[Entry, ...], terms: glossary.Glossary) -> list[checks.Finding]:
    """``wanted`` decides what a string's comments are; an entry that nothing asks for any more is passed over."""
    asked = {entry.key: entry for entry in wanted}
    found = checks.file_faults(file, locale)
    for entry in file.entries:
        if (source := asked.get(entry.key)) is not None:
            found += checks.entry_faults(replace(entry, comment=source.comment, plural=source.plural), locale, terms)
    for source in wanted:
        if source.key not in file.by_key:
            message = "the entry is missing; `trustsurvey translations update` adds it"
            found.append(checks.Finding("absent", message, place=source.context or source.msgid[:60]))
    return sorted(found + checks.scale_faults(file.entries), key=lambda one: one.line)


# ---------------------------------------------------------------- for other programs; reviewed


def compile_locale(folder: Path, locale: str, output: Path) -> tuple[Path, ...]:
    """Write ``<output>/<locale>/LC_MESSAGES/<domain>.mo`` of what is translated and usable, each put in place whole. Returns the paths.

    Raises CatalogError with every fault that keeps a file from being used; then nothing is written.
    """
    made: dict[Path, bytes] = {}
    faults: list[Fault] = []
    for domain in DOMAINS:
        path = path_of(folder, locale, domain)
        if path.is_file():
            file = pofiles.read(path)
            found = {entry: checks.entry_faults(entry, locale) for entry in file.entries}
            broken = [one for ones in found.values() for one in ones if one.kind in checks.UNUSABLE]
            faults += [fault(one, str(path)) for one in broken]
            made[path_of(output, locale, domain).with_suffix(".mo")] = compiled([e for e in file.entries if e.translated], locale)
    if faults:
        raise CatalogError(faults)
    for path, data in made.items():
        pofiles.put(path, data)
    return tuple(made)


def mark_reviewed(shipped: Path, own: Path, locale: str, domain: str, *, role: str, day: date) -> str:
    """Say that all words of a catalogue were reviewed, by which role and when; returns what is said.

    The file in ``own`` says it in its header for its words, those that come after too, and a list beside it for the shipped ones, which an
    upgrade may replace. Raises NotFound when there is neither file.
    """
    path = path_of(own, locale, domain)
    said = f"{reviews.REVIEWED} ({role}, {day.isoformat()})"
    with pofiles.locked(own):
        files = [pofiles.read(one) for one in (path_of(shipped, locale, domain), path) if one.is_file()]
        if not files:
            raise NotFound(f"there is no {domain} catalogue for {locale!r}")
        words = {entry.key: entry for file in files for entry in file.entries if entry.translated}
        reviews.write(reviews.list_path(path), said, words.values())
        file = files[-1] if path.is_file() and files[-1].headers else pofiles.new(path, locale)
        pofiles.write(path, replace(file, headers={**file.headers, "X-Review": said}))
    return said
