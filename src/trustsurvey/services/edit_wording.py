"""Change a translation: one string at a time, checked, kept in the history, and never over somebody else's change.

``folders`` are ``settings.translations``: the shipped catalogues first. What is changed goes to the last, the installation's own, which
holds only the strings that differ from the shipped ones, so that the corrections of an upgrade come through everywhere else.
"""

from __future__ import annotations

import logging
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from functools import lru_cache
from pathlib import Path

from sqlalchemy import Connection

from trustsurvey.errors import CatalogError, Conflict, NotFound, QuestionnaireError, StateError
from trustsurvey.i18n import checks, pofiles, reviews
from trustsurvey.i18n.catalogs import DOMAINS, fault
from trustsurvey.i18n.glossary import Glossary
from trustsurvey.i18n.locales import PLURALS
from trustsurvey.i18n.pofiles import Entry, PoFile
from trustsurvey.questionnaire import catalog as strings
from trustsurvey.questionnaire import loader
from trustsurvey.services.translate import mark_reviewed, path_of, terms_of
from trustsurvey.store import wordings
from trustsurvey.store.wordings import Revision

__all__ = ["DOMAINS", "Progress", "Revision", "Shown"]

log = logging.getLogger(__name__)

Folders = Sequence[Path]


@dataclass(frozen=True, slots=True)
class Shown:
    """A string as a translator sees it. ``entry.forms`` are as they stand now; ``state`` is missing, faulty or translated.

    ``waiting``: it was changed and nobody else has reviewed the change.
    """

    entry: Entry
    domain: str
    state: str
    faults: tuple[str, ...]
    for_residents: bool
    waiting: bool


@dataclass(frozen=True, slots=True)
class Progress:
    """How far one file is: counts of strings. ``residents_missing`` are those that residents would read in English."""

    locale: str
    domain: str
    total: int
    translated: int
    faulty: int
    waiting: int
    review: str
    residents_missing: int


# ---------------------------------------------------------------- reading


def reference(connection: Connection, folders: Folders, domain: str) -> tuple[Entry, ...]:
    """All there is to translate in ``domain``: the English catalogue, and the questionnaires and places of this installation."""
    found = {entry.key: entry for folder in folders for entry in legible(path_of(folder, "en", domain)).entries}
    if domain == "questionnaire":
        for message in _own_strings(connection, folders[-1].parent / "questionnaires"):
            found.setdefault((message.context, message.text), Entry(message.context, message.text, comment=message.comment))
    if domain == "areas" and (names := wordings.area_names(connection)):
        found = {key: found.get(key, Entry(*key, comment="Name of a place")) for key in names}
    return tuple(found.values())


def _own_strings(connection: Connection, folder: Path) -> Iterable[strings.Message]:
    sources = [(path.read_text(encoding="utf-8"), str(path)) for path in sorted(folder.glob("*.yaml"))]
    for text, file in [*sources, *((text, "questionnaire") for text in wordings.questionnaires(connection))]:
        try:
            yield from _strings_of(text, file)
        except QuestionnaireError as error:
            log.warning("nothing to translate in a questionnaire with faults: %s", error)


@lru_cache(maxsize=32)
def _strings_of(text: str, file: str) -> tuple[strings.Message, ...]:
    return tuple(strings.messages(loader.load(text, file=file)))


def _file(path: Path) -> PoFile:
    """For who writes it: raises CatalogError for a file with a fault, which stays as it is."""
    return pofiles.read(path) if path.is_file() else PoFile(str(path))


def legible(path: Path) -> PoFile:
    """For who reads it: a file that can't be read has nothing in it. ``Catalogs.faults`` says why."""
    try:
        return _file(path)
    except CatalogError:
        return PoFile(str(path))


def standing(folders: Folders, locale: str, domain: str) -> Mapping[tuple[str, str], Entry]:
    """The translations as they stand, over all folders, faulty and fuzzy ones too."""
    _known(locale, domain)
    found: dict[tuple[str, str], Entry] = {}
    for folder in folders:
        for entry in legible(path_of(folder, locale, domain)).entries:
            if any(entry.forms) or entry.key not in found:
                found[entry.key] = entry
    return found


def _known(locale: str, domain: str) -> None:
    if locale not in PLURALS or domain not in DOMAINS:
        raise NotFound(f"there is no catalogue {domain!r} for {locale!r}")


def entries(connection: Connection, folders: Folders, locale: str, domain: str) -> tuple[Shown, ...]:
    """All there is to translate, in the order of the program. Raises NotFound for a locale or domain that doesn't exist."""
    now = standing(folders, locale, domain)
    waiting = {(r.context, r.msgid) for r in wordings.revisions(connection, locale=locale, domain=domain, waiting=True)}
    terms = terms_of(folders[0]).get(locale, checks.NO_TERMS)
    merged = [_filled(source, now.get(source.key), locale) for source in reference(connection, folders, domain)]
    alike = {(one.place, one.line): one for one in checks.scale_faults(merged)}
    shown = []
    for entry in merged:
        found = list(_found(entry, locale, terms))
        if (pair := alike.get((entry.context, entry.line))) is not None:
            found.append(pair)
        state = "missing" if not entry.translated else "faulty" if found else "translated"
        faults = tuple(one.message for one in found)
        shown.append(Shown(entry, domain, state, faults, checks.is_for_residents(entry), entry.key in waiting))
    return tuple(shown)


@lru_cache(maxsize=2**15)
def _found(entry: Entry, locale: str, terms: Glossary) -> tuple[checks.Finding, ...]:
    """Findings about one string, kept: every page of the workbench asks for all of them."""
    return tuple(one for one in checks.entry_faults(entry, locale, terms) if one.kind not in checks.INCOMPLETE)


def _filled(source: Entry, now: Entry | None, locale: str) -> Entry:
    """The string with its translation, and with the program's own comment and place."""
    forms = checks.plural_count(locale) if source.plural else 1
    empty = ("",) * forms
    if locale == "en":
        empty = (source.msgid, source.plural) if source.plural else (source.msgid,)
    if now is None:
        return replace(source, forms=empty, line=0)
    flags = tuple(dict.fromkeys([*(("fuzzy",) if now.fuzzy else ()), *(flag for flag in source.flags if flag != "fuzzy")]))
    forms_now = now.forms if any(now.forms) else empty
    return replace(source, forms=forms_now, note=now.note, flags=flags, previous=now.previous, line=now.line)


def entry(connection: Connection, folders: Folders, locale: str, domain: str, entry_id: str) -> Shown:
    """One string. Raises NotFound."""
    for shown in entries(connection, folders, locale, domain):
        if shown.entry.id == entry_id:
            return shown
    raise NotFound(f"there is no such string in {domain}")


def others(folders: Folders, domain: str, entry_id: str, locales: Sequence[str]) -> dict[str, tuple[str, ...]]:
    """The same string in other languages, where they have it."""
    found = {}
    for locale in locales:
        for one in standing(folders, locale, domain).values():
            if one.id == entry_id and one.translated:
                found[locale] = one.forms
    return found


def history(
    connection: Connection, *, locale: str, domain: str | None = None, entry: Entry | None = None, limit: int = 200
) -> tuple[Revision, ...]:
    """Changes of a language, of one file or of one string, newest first."""
    return wordings.revisions(connection, locale=locale, domain=domain, key=entry.key if entry else None, limit=limit)


def review_state(folders: Folders, locale: str, domain: str) -> str:
    """What is to be said of ``domain`` over all folders: ``draft (…)`` or ``reviewed (…)``."""
    paths = [path_of(folder, locale, domain) for folder in folders]
    return reviews.state([legible(path) for path in paths if path.is_file()], reviews.read(reviews.list_path(paths[-1])))


def progress(connection: Connection, folders: Folders, locale: str) -> tuple[Progress, ...]:
    """By file, in the order of ``DOMAINS``."""
    found = []
    for domain in DOMAINS:
        shown = entries(connection, folders, locale, domain)
        states = [one.state for one in shown]
        found.append(
            Progress(
                locale,
                domain,
                len(shown),
                len(states) - states.count("missing"),
                states.count("faulty"),
                sum(one.waiting for one in shown),
                review_state(folders, locale, domain),
                sum(one.for_residents and one.state == "missing" for one in shown),
            )
        )
    return tuple(found)


# ---------------------------------------------------------------- writing


def save(
    connection: Connection,
    folders: Folders,
    *,
    locale: str,
    domain: str,
    entry_id: str,
    forms: Sequence[str],
    expected: Sequence[str],
    account: int,
    day: date,
    reason: str = "",
    accepted: Collection[str] = (),
) -> Shown:
    """Give one string the translation ``forms``; returns it as it stands then. ``expected`` are the forms that the translator saw.

    ``accepted`` names kinds of findings that the translator means to stay (``punctuation``): those it has go into its note as ``ok:``.
    Empty forms give the shipped translation back, or none. English can't be changed here: it is the program's own.

    Raises NotFound; Conflict when the string says something else now; CatalogError with every fault, and then nothing is written.
    """
    if locale == "en":
        raise StateError("English is the source's own wording; it is changed where it is written")
    with pofiles.locked(folders[-1]):
        shown = entry(connection, folders, locale, domain, entry_id)
        now = shown.entry
        if tuple(expected) != now.forms:
            raise Conflict("somebody else changed this translation meanwhile", now.forms)
        forms = tuple(form.replace("\r\n", "\n") for form in forms)
        unlike = checks.entry_faults(replace(now, forms=forms, note=""), locale, terms_of(folders[0]).get(locale, checks.NO_TERMS))
        note = _noted(now.note, {one.kind for one in unlike}.intersection(accepted))
        made = replace(now, forms=forms, note=note, flags=tuple(flag for flag in now.flags if flag != "fuzzy"), previous="")
        check_entries(folders, locale, domain, [made])
        if forms != now.forms or note != now.note:
            wordings.add_revision(
                connection,
                locale=locale,
                domain=domain,
                key=now.key,
                old=now.forms if any(now.forms) else (),
                new=forms if any(forms) else (),
                day=day,
                source="workbench",
                reason=reason.strip(),
                account=account,
            )
            write(connection, folders, locale, domain, [made])
        return entry(connection, folders, locale, domain, entry_id)


def _noted(note: str, accepted: Collection[str]) -> str:
    kept = [line for line in note.split("\n") if line and not line.startswith(("ok:", "earlier translation: "))]
    return "\n".join([*kept, *([f"ok: {', '.join(sorted(accepted))}"] if accepted else [])])


def check_entries(folders: Folders, locale: str, domain: str, made: Sequence[Entry], accepted: Collection[str] = ()) -> None:
    """Raise CatalogError with every fault that ``made`` would bring in, but for ``accepted`` kinds that break nothing."""
    passed = checks.INCOMPLETE | (set(accepted) - checks.UNUSABLE)
    terms = terms_of(folders[0]).get(locale, checks.NO_TERMS)
    found = [one for entry in made for one in checks.entry_faults(entry, locale, terms) if one.kind not in passed]
    changed = {entry.key: entry for entry in made}
    scales = {entry.context.rpartition(".")[0] for entry in made}
    merged = [changed.get(key, one) for key, one in standing(folders, locale, domain).items()] + list(made)
    found += [one for one in checks.scale_faults(merged) if one.place.rpartition(".")[0] in scales]
    if found:
        raise CatalogError([fault(one, str(path_of(folders[-1], locale, domain))) for one in dict.fromkeys(found)])


def write(connection: Connection, folders: Folders, locale: str, domain: str, made: Sequence[Entry]) -> None:
    """Put ``made`` into the installation's own file, in the order of the program. The lock is the caller's."""
    path = path_of(folders[-1], locale, domain)
    shipped = {key: one for folder in folders[:-1] for key, one in _file(path_of(folder, locale, domain)).by_key.items()}
    file = _file(path)
    if not file.headers:
        file = pofiles.new(path, locale, review_state(folders, locale, domain))
    own = {**file.by_key, **{one.key: one for one in made}}
    kept = {
        key: one
        for key, one in own.items()
        if any(one.forms) and (key not in shipped or (one.forms, one.note) != (shipped[key].forms, shipped[key].note))
    }
    order = [key for key in (one.key for one in reference(connection, folders, domain)) if key in kept]
    order += [key for key in kept if key not in set(order)]
    pofiles.write(path, replace(file, entries=tuple(kept[key] for key in order)))


def undo(connection: Connection, folders: Folders, revision_id: int, *, account: int, day: date) -> Shown:
    """Give a string back what it said before a change. Raises NotFound; Conflict when it has been changed again since."""
    change = wordings.revision(connection, revision_id)
    key = Entry(change.context, change.msgid)
    shown = entry(connection, folders, change.locale, change.domain, key.id)
    blank = ("",) * len(shown.entry.forms)
    return save(
        connection,
        folders,
        locale=change.locale,
        domain=change.domain,
        entry_id=key.id,
        forms=change.old or blank,
        expected=change.new or blank,
        account=account,
        day=day,
        reason=f"undoes change {change.id}",
    )


# ---------------------------------------------------------------- reviewing


def review_entry(connection: Connection, folders: Folders, *, locale: str, domain: str, entry_id: str, account: int, day: date) -> Shown:
    """Say that another person has read the changes of one string. Raises StateError when the last one is the account's own."""
    shown = entry(connection, folders, locale, domain, entry_id)
    found = wordings.revisions(connection, locale=locale, domain=domain, key=shown.entry.key, waiting=True)
    _not_own(found, account)
    wordings.mark_reviewed(connection, [one.id for one in found], day)
    return entry(connection, folders, locale, domain, entry_id)


def review(connection: Connection, folders: Folders, *, locale: str, domain: str, account: int, day: date, role: str = "reviewer") -> str:
    """Say that another person has read the whole file; returns what its ``X-Review`` says from now on.

    Raises StateError when changes of the account's own wait for somebody else, or when strings are missing or faulty.
    """
    waiting = wordings.revisions(connection, locale=locale, domain=domain, waiting=True)
    _not_own(waiting, account)
    unfinished = sum(one.state != "translated" for one in entries(connection, folders, locale, domain))
    if unfinished:
        raise StateError(f"{unfinished} strings are not translated or have a fault; a file is reviewed when it is complete")
    said = mark_reviewed(folders[0], folders[-1], locale, domain, role=role, day=day)
    wordings.mark_reviewed(connection, [one.id for one in waiting], day)
    return said


def _not_own(waiting: Sequence[Revision], account: int) -> None:
    latest = {(one.locale, one.domain, one.context, one.msgid): one for one in reversed(waiting)}
    own = sum(one.account == account for one in latest.values())
    if own:
        raise StateError(f"{own} of these changes are your own; another person reviews them")
