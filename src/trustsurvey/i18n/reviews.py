"""Which words a person has reviewed. It is a matter of each word, and of the file it stands in.

A file says in its header whether what stands in it has been reviewed: an installation's own file speaks for its own words, not for those
that it lies over. Shipped files are drafts, and an upgrade replaces them; so whoever reads them for an installation leaves a list beside
its own file, ``messages.reviewed``, of the words as they were read. A word that an upgrade changes isn't on the list any more.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from trustsurvey.i18n import pofiles
from trustsurvey.i18n.pofiles import Entry, PoFile

REVIEWED = "reviewed"
"""Begins what ``X-Review`` says of a file whose words a person has read; and ends the name of a list."""


@dataclass(frozen=True, slots=True)
class Read:
    """A list: what it says of the review (``reviewed (native speaker, 2026-10-01)``), and the marks of the words that were read."""

    said: str = ""
    marks: frozenset[str] = frozenset()


def list_path(path: Path) -> Path:
    """Where the list lies that belongs to the catalogue at ``path``."""
    return path.with_suffix(f".{REVIEWED}")


def mark(entry: Entry) -> str:
    """16 hexadecimal digits that stand for a string and its translation."""
    return hashlib.sha256("\x04".join((entry.context, entry.msgid, *entry.forms)).encode()).hexdigest()[:16]


def parse(data: bytes) -> Read:
    """A list. What isn't one says nothing."""
    first, _, rest = data.decode("utf-8", errors="replace").partition("\n")
    return Read(first.strip(), frozenset(re.findall(r"^[0-9a-f]{16}$", rest, re.MULTILINE))) if first.startswith(REVIEWED) else Read()


def read(path: Path) -> Read:
    """The list at ``path``; an empty one where there is none."""
    return parse(path.read_bytes()) if path.is_file() else Read()


def write(path: Path, said: str, entries: Iterable[Entry]) -> None:
    """Put the list of ``entries`` at ``path``. ``said`` is by which role and when, as in a header."""
    pofiles.put(path, "\n".join([said, *sorted(mark(entry) for entry in entries), ""]).encode())


def unreviewed(files: Sequence[PoFile], listed: Read) -> frozenset[tuple[str, str]]:
    """The strings of a catalogue, by context and source, whose words nobody has reviewed. The last of ``files`` that has a string wins."""
    return frozenset(entry.key for entry, said in _standing(files) if not said.startswith(REVIEWED) and mark(entry) not in listed.marks)


def state(files: Sequence[PoFile], listed: Read) -> str:
    """What is to be said of a whole catalogue: ``reviewed (…)`` when all of its words are, else what the file of the first other says."""
    said = "" if files else listed.said
    for entry, header in _standing(files):
        if header.startswith(REVIEWED):
            said = header
        elif mark(entry) in listed.marks:
            said = listed.said
        else:
            return header
    return said or next((file.headers.get("X-Review", "") for file in files), "")


def _standing(files: Sequence[PoFile]) -> Iterator[tuple[Entry, str]]:
    """Each string as it is shown, and what the header of its file says."""
    found: Mapping[tuple[str, str], tuple[Entry, str]] = {
        entry.key: (entry, file.headers.get("X-Review", "")) for file in files for entry in file.entries if entry.translated
    }
    return iter(found.values())
