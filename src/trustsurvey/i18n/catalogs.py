"""Catalogues: one merged catalogue a locale, read from ``<folder>/<locale>/LC_MESSAGES/{messages,questionnaire,areas}.po``.

Later folders win (an installation's own over the shipped). All files of a locale become one catalogue, because gettext takes
the plural rule of whichever was loaded last; here it is CLDR's (``locales.PLURALS``) whatever a file's header says.

A file that changes is looked at, and takes the place of what was shown when nothing is wrong with it; else all stays, and ``faults`` says
why. So it does when a shipped file goes away: nobody means a language to vanish from a survey; an installation's own may be taken away.
At the first reading there is nothing to stay with: then the entries that can't be used are left out. So no edit of a catalogue can make a
page fail.
"""

from __future__ import annotations

import io
import logging
import threading
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import lru_cache
from pathlib import Path

from babel.messages.catalog import Catalog as BabelCatalog
from babel.messages.mofile import write_mo
from babel.support import NullTranslations, Translations

from trustsurvey.errors import CatalogError, Fault
from trustsurvey.i18n import checks, pofiles, pseudo, reviews
from trustsurvey.i18n.checks import Finding
from trustsurvey.i18n.locales import PLURALS, Locale
from trustsurvey.i18n.pofiles import Entry, PoFile

DOMAINS = ("messages", "questionnaire", "areas")

BLOCKING = checks.UNUSABLE | {"duplicate", "header", "scale"}
"""Kinds of findings that keep a changed file from being shown."""

Stamp = tuple[str, int, int, int]
"""A file as the disk knows it: path, inode, time of change in nanoseconds, size in bytes."""

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Catalog:
    """The words of one locale. A string without a translation comes back as it went in.

    ``gettext`` and its kin fill named placeholders when given them: ``gettext("%(n)s residents", n="12")``. ``known`` are the strings that
    have a translation, as (context, source text).
    """

    locale: Locale
    translations: NullTranslations = field(repr=False)
    known: frozenset[tuple[str, str]] = field(default=frozenset(), repr=False)

    def gettext(self, message: str, **named: object) -> str:
        return _fill(str(self.translations.gettext(message)), named)

    def ngettext(self, singular: str, plural: str, n: int, **named: object) -> str:
        return _fill(str(self.translations.ngettext(singular, plural, n)), {"n": n, **named})

    def pgettext(self, context: str, message: str, **named: object) -> str:
        return _fill(str(self.translations.pgettext(context, message)), named)


def _fill(text: str, named: dict[str, object]) -> str:
    return text % named if named else text


@dataclass(frozen=True)
class _Read:
    """One locale as it is shown: what can be used of its files and lists of reviewed words, by path; why the disk says otherwise."""

    stamps: tuple[Stamp, ...]
    files: Mapping[str, PoFile]
    lists: Mapping[str, reviews.Read]
    catalog: Catalog
    faults: tuple[Fault, ...]


class Catalogs:
    """All locales found in ``folders``, each read when first asked for and kept until its files change and ``refresh`` sees it.

    ``pseudo_locales`` adds the two made-up ones that layouts are tested with. Safe to share between threads.
    """

    def __init__(self, folders: Sequence[Path], *, pseudo_locales: bool = False) -> None:
        self.folders = tuple(folders)
        self.pseudo_locales = pseudo_locales
        self.version = 0
        """Counts every change: what was worked out of the catalogues holds while it stays."""
        self._read: dict[str, _Read] = {}
        self._lock = threading.RLock()
        self._locales: tuple[str, ...] | None = None
        self._residents: tuple[int, frozenset[tuple[str, str]]] = -1, frozenset()
        self._listeners: list[Callable[[tuple[str, ...]], None]] = []

    def locales(self) -> tuple[str, ...]:
        """Codes of every locale that has a catalogue, English first, then by code."""
        codes = self._locales  # read once: ``refresh`` takes it away from another thread, twice a second
        if codes is None:
            paths = (path for folder in self.folders for path in folder.glob("*/LC_MESSAGES/messages.po"))
            names = {path.parent.parent.name for path in paths} | {code for code, read in list(self._read.items()) if read.files}
            found = names & set(PLURALS) - {"en", *pseudo.PSEUDO}
            codes = self._locales = ("en", *sorted(found), *(pseudo.PSEUDO if self.pseudo_locales else ()))
        return codes

    def __getitem__(self, code: str) -> Catalog:
        """The merged catalogue of ``code``."""
        found = self._read.get(code)
        return (found or self._first(code)).catalog

    def faults(self, code: str) -> tuple[Fault, ...]:
        """Why the files of ``code`` are not shown as they are; empty when they are."""
        return (self._read.get(code) or self._first(code)).faults

    def review(self, code: str, domain: str) -> str:
        """What is to be said of ``domain`` over all folders: ``draft (…)`` or ``reviewed (…)``; nothing without a file."""
        return reviews.state(*self._reviewable(code, domain))

    def unreviewed(self, code: str) -> frozenset[tuple[str, str]]:
        """The strings of the program and of the questionnaires, by context and source, that nobody has reviewed in ``code``."""
        if code == "en":
            return frozenset()
        return frozenset().union(*(reviews.unreviewed(*self._reviewable(code, domain)) for domain in ("messages", "questionnaire")))

    def is_reviewed(self, code: str) -> bool:
        """Whether a person has reviewed all that someone reads in ``code`` who answers a survey."""
        asked = self.for_residents()
        return not any(context or (context, text) in asked for context, text in self.unreviewed(code))

    def _reviewable(self, code: str, domain: str) -> tuple[list[PoFile], reviews.Read]:
        found = self._read.get(code) or self._first(code)
        lists = [one for path, one in found.lists.items() if Path(path).stem == domain]
        return [file for path, file in found.files.items() if Path(path).stem == domain], lists[-1] if lists else reviews.Read()

    def for_residents(self) -> frozenset[tuple[str, str]]:
        """The program's own strings that someone sees who answers a survey, by the English catalogue."""
        version, found = self.version, self._residents  # read once, as above
        if found[0] != version:
            files = [file for path, file in (self._read.get("en") or self._first("en")).files.items() if Path(path).stem == "messages"]
            found = version, frozenset(entry.key for file in files for entry in file.entries if checks.is_for_residents(entry))
            self._residents = found
        return found[1]

    def then(self, listener: Callable[[tuple[str, ...]], None]) -> None:
        """Call ``listener`` with the locales that are shown anew, after each ``refresh`` that found any."""
        self._listeners.append(listener)

    def reload(self) -> None:
        """Forget what was read: the next look-up reads the files again."""
        with self._lock:
            self._read.clear()
            self._locales = None
            self.version += 1

    def refresh(self) -> tuple[str, ...]:
        """Look at the disk, and take up what changed there and has no fault. Returns the codes of the locales that are shown anew."""
        with self._lock:
            before = self._locales
            self._locales = None
            changed = [code for code, read in list(self._read.items()) if read.stamps != self._stamps(code) and self._again(code, read)]
            if changed or self.locales() != before:
                self.version += 1
        for listener in self._listeners if changed else ():
            listener(tuple(changed))
        return tuple(changed)

    def watch(self, *, every: float = 0.5) -> threading.Event:
        """``refresh`` every so many seconds from a thread of its own, which ends when the event that is returned is set."""
        over = threading.Event()

        def look() -> None:
            while not over.wait(every):
                try:
                    self.refresh()
                except Exception:  # the next look may go well: a server doesn't stop following its files for one that went away
                    log.exception("catalogs could not be looked at")

        threading.Thread(target=look, name="catalogs", daemon=True).start()
        return over

    def _paths(self, code: str) -> list[Path]:
        source = "en" if code in pseudo.PSEUDO else code
        return [folder / source / "LC_MESSAGES" / f"{domain}.po" for folder in self.folders for domain in DOMAINS]

    def _stamps(self, code: str) -> tuple[Stamp, ...]:
        paths = (one for path in self._paths(code) for one in (path, reviews.list_path(path)))
        return tuple(stamp for path in paths if (stamp := _stamp(path)) is not None)

    def _first(self, code: str) -> _Read:
        with self._lock:
            if code not in self._read:
                stamps = self._stamps(code)
                contents, lists = _contents(stamps)
                files, catalog, faults = _merged_reading(code, contents)
                self._read[code] = _Read(stamps, files, lists, catalog, faults)
                for one in faults:
                    log.warning("catalog: %s", one)
            return self._read[code]

    def _again(self, code: str, before: _Read) -> bool:
        """Read a changed locale again; whether it is shown anew."""
        stamps = self._stamps(code)
        files: dict[str, PoFile] = {}
        faults: list[Fault] = []
        contents, lists = _contents(stamps)
        for path, data in contents:
            read, found = _looked_at(path, data, code)
            faults += found
            if read is not None and not found:
                files[path] = read
            elif path in before.files:
                files[path] = before.files[path]
        for path in before.files.keys() - {path for path, _ in contents}:
            if path.startswith(f"{self.folders[0]}/"):
                faults.append(Fault("the file is gone, or can’t be opened; its words stay until the server starts again", file=path))
                files[path] = before.files[path]
        files = {path: files[path] for path in map(str, self._paths(code)) if path in files}
        for one in faults:
            log.warning("catalog not taken up: %s", one)
        if before.faults and not faults:
            log.warning("catalog taken up: %s is shown as the files say", code)
        anew = files != before.files
        catalog = _merged(code, tuple(files.values())) if anew else before.catalog
        self._read[code] = _Read(stamps, files, lists, catalog, tuple(faults))
        return anew or lists != before.lists


def _stamp(path: Path) -> Stamp | None:
    try:
        found = path.stat()
    except OSError:  # not there, or just going
        return None
    return str(path), found.st_ino, found.st_mtime_ns, found.st_size


def _contents(stamps: Sequence[Stamp]) -> tuple[tuple[tuple[str, bytes], ...], Mapping[str, reviews.Read]]:
    """The catalogues' paths and bytes, and the lists of reviewed words. What may not be opened is left out, and logged."""
    found, lists = [], {}
    for path, *_ in stamps:
        try:
            data = Path(path).read_bytes()
        except OSError as error:
            log.warning("catalog %s can't be opened: %s", path, error.strerror)
            continue
        if path.endswith(".po"):
            found.append((path, data))
        else:
            lists[path] = reviews.parse(data)
    return tuple(found), lists


@lru_cache(maxsize=64)
def _merged_reading(code: str, contents: tuple[tuple[str, bytes], ...]) -> tuple[Mapping[str, PoFile], Catalog, tuple[Fault, ...]]:
    """Every entry that can be used, and why the others can't."""
    files: dict[str, PoFile] = {}
    faults: list[Fault] = []
    for path, data in contents:
        read, found = _looked_at(path, data, code)
        faults += found
        if read is not None:
            files[path] = read
    return files, _merged(code, tuple(files.values())), tuple(faults)


@lru_cache(maxsize=256)
def _looked_at(path: str, data: bytes, code: str) -> tuple[PoFile | None, tuple[Fault, ...]]:
    """What can be used of a file, and what keeps the whole from being shown; no file when it can't be read at all."""
    code = "en" if code in pseudo.PSEUDO else code
    try:
        file = pofiles.parse(data, path)
    except CatalogError as error:
        return None, tuple(error.faults)
    found = {entry: checks.entry_faults(entry, code) for entry in file.entries}
    usable = tuple(entry for entry, faults in found.items() if entry.translated and not {one.kind for one in faults} & checks.UNUSABLE)
    every = [*checks.file_faults(file, code), *(one for faults in found.values() for one in faults), *checks.scale_faults(file.entries)]
    return replace(file, entries=usable), tuple(fault(one, path) for one in every if one.kind in BLOCKING)


def fault(found: Finding, path: str) -> Fault:
    """A finding in the file at ``path``, as the command line prints it."""
    return Fault(found.message, file=path, line=found.line, place=found.place)


def _merged(code: str, files: Sequence[PoFile]) -> Catalog:
    words = {entry.key: entry for file in files for entry in file.entries}
    if code in pseudo.PSEUDO:
        change = pseudo.mirrored if Locale(code).direction == "rtl" else pseudo.lengthened
        words = {key: replace(entry, forms=tuple(map(change, entry.forms))) for key, entry in words.items()}
    return Catalog(Locale(code), Translations(fp=io.BytesIO(compiled(words.values(), code))), frozenset(words))


def compiled(entries: Iterable[Entry], code: str) -> bytes:
    """A ``.mo`` file of ``entries``, with the plural rule of ``code``."""
    catalog = BabelCatalog(locale=Locale(code).cldr, charset="utf-8")
    catalog.mime_headers = [("Content-Type", "text/plain; charset=utf-8"), ("Plural-Forms", PLURALS.get(code, PLURALS["en"]))]
    for entry in entries:
        source = (entry.msgid, entry.plural) if entry.plural else entry.msgid
        catalog.add(source, entry.forms if entry.plural else entry.forms[0], context=entry.context or None)
    buffer = io.BytesIO()
    write_mo(buffer, catalog)
    return buffer.getvalue()
