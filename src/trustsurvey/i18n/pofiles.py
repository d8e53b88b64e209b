"""One ``.po`` file: read, changed entry by entry, and written so that nothing else in it moves.

Files are written unwrapped, in the order they were read, under a lock, and put in place by renaming: who reads sees the old file or the
new one. An entry is known by its context and source text, as gettext knows it.
"""

from __future__ import annotations

import contextlib
import fcntl
import hashlib
import os
import re
import tempfile
import threading
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property, lru_cache
from pathlib import Path

import polib
from babel.messages.pofile import PoFileError, read_po

from trustsurvey.errors import CatalogError, Fault
from trustsurvey.i18n.locales import PLURALS, Locale

DRAFT = "draft (by the makers of trustsurvey, not yet by a native speaker)"
SOURCE = "reviewed (source wording)"
"""What ``X-Review`` says of a new file; of the English, whose words are the source's."""

LARGEST = 4 * 2**20
"""Bytes of the largest file that is read: many times the largest catalogue there is."""

STRING = re.compile(r"(?:(?:msgctxt|msgid|msgid_plural|msgstr(?:\[\d+\])?)\s+)?\"(?:[^\"\\]|\\.)*\"")
"""A line of a catalogue that isn't a comment."""

CURLY = re.compile(r"\s*(?:msg\w+(?:\[\d+\])?)?\s*[“”„«]")
"""A line as a word processor spoils it."""


@dataclass(frozen=True)
class Entry:
    """One string and its translation.

    ``forms`` is the translation: one text, or as many as the language has plural forms (``plural`` isn’t empty then). ``comment`` comes
    from the program, ``note`` is the translator's own, ``where`` names the files that show the string, ``previous`` is the source wording
    before the last change.
    """

    context: str
    msgid: str
    plural: str = ""
    forms: tuple[str, ...] = ()
    comment: str = ""
    note: str = ""
    where: tuple[str, ...] = ()
    flags: tuple[str, ...] = ()
    previous: str = ""
    line: int = 0

    @cached_property
    def id(self) -> str:
        """12 hexadecimal digits that stand for context and source text, in addresses."""
        return hashlib.sha256(f"{self.context}\x04{self.msgid}".encode()).hexdigest()[:12]

    @property
    def key(self) -> tuple[str, str]:
        return self.context, self.msgid

    @property
    def fuzzy(self) -> bool:
        return "fuzzy" in self.flags

    @property
    def translated(self) -> bool:
        """Every form has a text, and none is only a guess."""
        return bool(self.forms) and all(self.forms) and not self.fuzzy


@dataclass(frozen=True)
class PoFile:
    """A file: its headers and its entries in order. ``path`` names it in faults."""

    path: str
    headers: Mapping[str, str] = field(default_factory=dict)
    entries: tuple[Entry, ...] = ()
    top: str = ""

    @cached_property
    def by_key(self) -> Mapping[tuple[str, str], Entry]:
        return {entry.key: entry for entry in self.entries}


def headers(locale: str, review: str) -> dict[str, str]:
    """The headers that a file of ``locale`` carries, in order. ``review`` is what X-Review says."""
    return {
        "Language": locale,
        "MIME-Version": "1.0",
        "Content-Type": "text/plain; charset=utf-8",
        "Content-Transfer-Encoding": "8bit",
        "Plural-Forms": PLURALS[locale],
        "X-Review": review,
    }


def new(path: Path, locale: str, review: str = "") -> PoFile:
    """An empty file of ``locale``; ``update`` and the workbench fill it."""
    top = f"{Locale(locale).cldr.english_name} for trustsurvey."
    return PoFile(str(path), headers(locale, review or (SOURCE if locale == "en" else DRAFT)), (), top)


def read(path: Path) -> PoFile:
    """The file at ``path``. Raises CatalogError naming file and line."""
    return _parsed(path.read_bytes(), str(path))


@lru_cache(maxsize=128)
def _parsed(data: bytes, name: str) -> PoFile:
    """Files of this installation alone are kept, not what is sent to it."""
    return parse(data, name)


def whole(text: str) -> int:
    """The number of a change or a plural form that a file from outside names; 0 for what can't be one."""
    return int(text) if re.fullmatch("[0-9]{1,9}", text) else 0


def parse(data: bytes, name: str) -> PoFile:
    """The file whose content is ``data``. Raises CatalogError: not UTF-8, too large, cut short, or not a catalogue at all."""
    if len(data) > LARGEST:
        raise CatalogError([Fault(f"the file has {len(data):,} bytes; {LARGEST:,} are read at most", file=name)])
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        raise CatalogError([Fault(f"the file is not UTF-8 (byte {error.start}); save it as UTF-8", file=name, line=line)]) from error
    text = text.replace("\r\n", "\n")
    if "\n" not in text:  # as old Macintosh editors end their lines
        text = text.replace("\r", "\n")
    _whole(text, name)
    try:
        found = polib.pofile(text + "\n", wrapwidth=0, encoding="utf-8") if text.strip() else polib.POFile(wrapwidth=0)
    except (OSError, ValueError, IndexError, KeyError) as error:  # polib raises whatever its state machine meets
        raise CatalogError([Fault(f"the file can’t be read: {error}", file=name)]) from error
    lines = text.split("\n")
    entries = tuple(_entry(one, lines) for one in found if not one.obsolete)
    return PoFile(name, dict(found.metadata), entries, found.header)


def _whole(text: str, name: str) -> None:
    """Raise CatalogError where the text can't be a catalogue. Babel says where; it is the stricter reader of the two."""
    lines = text.rstrip("\n").split("\n")
    for n, line in enumerate(lines, start=1):
        if line.startswith(("<<<<<<< ", ">>>>>>> ")):
            message = "two versions of the file stand in one another, from here to >>>>>>>: keep one of each text, and delete the marks"
            raise CatalogError([Fault(message, file=name, line=n)])
        if len(line.splitlines()) > 1:  # polib would end the line there
            raise CatalogError([Fault("a character within the line that ends lines (as U+2028 does); take it out", file=name, line=n)])
    if text and not text.endswith("\n"):
        raise CatalogError([Fault("the file ends within a line: it was cut short", file=name, line=len(lines))])
    words = [(n, line) for n, line in enumerate(lines, start=1) if line and not line.startswith("#")]
    if words and words[-1][1].startswith(("msgid", "msgctxt")):
        raise CatalogError([Fault("the last entry has no msgstr: the file was cut short", file=name, line=words[-1][0])])
    try:
        read_po(_Lines(text), locale=None, abort_invalid=True)
    except PoFileError as error:
        raise CatalogError([Fault(str(error), file=name, line=error.lineno or 0)]) from error
    except (ValueError, IndexError, KeyError, TypeError, AttributeError, LookupError) as error:
        raise CatalogError([Fault(f"the file can’t be read: {error}", file=name)]) from error
    for n, line in words:  # Babel takes a string whose last quotation mark is missing, and leaves out its last letter
        if not STRING.fullmatch(line.strip()):
            message = 'the text does not end with a quotation mark, or has one that needs a backslash (\\")'
            if CURLY.match(line):
                message = 'the text stands between “curly” quotation marks; here it must be straight ones: "…"'
            raise CatalogError([Fault(message, file=name, line=n)])


class _Lines:
    """What Babel reads: lines of bytes."""

    def __init__(self, text: str) -> None:
        self._lines = [line + b"\n" for line in text.encode("utf-8").split(b"\n")]

    def __iter__(self) -> Iterator[bytes]:
        return iter(self._lines)


def _entry(one: polib.POEntry, lines: list[str]) -> Entry:
    line = max((one.linenum or 1) - 1, 0)
    while line < len(lines) - 1 and not lines[line].startswith("msgid"):
        line += 1
    forms = tuple(one.msgstr_plural[n] for n in sorted(one.msgstr_plural)) if one.msgid_plural else (one.msgstr,)
    return Entry(
        context=one.msgctxt or "",
        msgid=one.msgid,
        plural=one.msgid_plural or "",
        forms=forms,
        comment=one.comment,
        note=one.tcomment,
        where=tuple(place for place, _ in one.occurrences),
        flags=tuple(one.flags),
        previous=one.previous_msgid or "",
        line=line + 1,
    )


def dump(file: PoFile) -> bytes:
    """The file's content: the same entries give the same bytes."""
    made = polib.POFile(wrapwidth=0)
    made.header = file.top
    made.metadata = dict(file.headers)
    for entry in file.entries:
        one = polib.POEntry(
            msgid=entry.msgid,
            msgctxt=entry.context or None,
            msgid_plural=entry.plural,
            comment=entry.comment,
            tcomment=entry.note,
            occurrences=[(place, "") for place in entry.where],
            flags=list(entry.flags),
            previous_msgid=entry.previous or None,
        )
        if entry.plural:
            one.msgstr_plural = dict(enumerate(entry.forms))
        else:
            one.msgstr = entry.forms[0] if entry.forms else ""
        made.append(one)
    return (str(made).rstrip("\n") + "\n").encode("utf-8")


def write(path: Path, file: PoFile) -> None:
    """Put ``file`` at ``path``: written beside it, then renamed over it."""
    put(path, dump(file))


def put(path: Path, data: bytes) -> None:
    """``data`` at ``path``, whole or not at all."""
    path.parent.mkdir(parents=True, exist_ok=True)
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    try:
        with os.fdopen(handle, "wb") as target:
            target.write(data)
            target.flush()
            os.fsync(target.fileno())
        os.chmod(name, path.stat().st_mode & 0o777 if path.exists() else 0o644)
        os.replace(name, path)
    except BaseException:
        os.unlink(name)
        raise


_held = threading.local()


@contextlib.contextmanager
def locked(folder: Path) -> Iterator[None]:
    """Alone with the catalogues in ``folder``, among all processes of this machine, from reading to writing. A thread may hold it twice."""
    held: set[Path] = _held.__dict__.setdefault("folders", set())
    if folder in held:
        yield
        return
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / ".lock").open("a") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        held.add(folder)
        try:
            yield
        finally:
            held.remove(folder)
