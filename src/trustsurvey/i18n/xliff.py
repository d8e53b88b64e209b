"""A catalogue as XLIFF 2.0 (OASIS, 2014) and back: a unit a string, a group of units where there are plural forms.

The unit's id is the entry's, with the number of the plural form after a point. Notes hold the context and the program's comment.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from xml.etree import ElementTree

from trustsurvey.errors import CatalogError, Fault
from trustsurvey.i18n.locales import Locale
from trustsurvey.i18n.pofiles import LARGEST, Entry, whole

SPACE = "urn:oasis:names:tc:xliff:document:2.0"
PRESERVE = "{http://www.w3.org/XML/1998/namespace}space"


@dataclass(frozen=True, slots=True)
class Sent:
    """What an XLIFF file says: the language it is in, the number of the last change it knows, and forms by entry id."""

    locale: str
    revision: int
    forms: Mapping[str, tuple[str, ...]]


def is_xliff(data: bytes) -> bool:
    return data.lstrip(b"\xef\xbb\xbf \r\n\t").startswith(b"<")


def dump(entries: Sequence[Entry], *, locale: str, domain: str, revision: int, reviewed: bool) -> bytes:
    """The file as UTF-8, indented; the same entries give the same bytes."""
    ElementTree.register_namespace("", SPACE)
    root = ElementTree.Element(_tag("xliff"), {"version": "2.0", "srcLang": "en", "trgLang": Locale(locale).tag})
    file = ElementTree.SubElement(root, _tag("file"), {"id": domain, "original": f"{domain}.po"})
    _notes(file, {"revision": str(revision)})
    for entry in entries:
        if entry.plural:
            group = ElementTree.SubElement(file, _tag("group"), {"id": f"{entry.id}.plural", "name": entry.context or "plural"})
            _notes(group, _about(entry))
            for n, form in enumerate(entry.forms):
                _unit(group, f"{entry.id}.{n}", entry, entry.msgid if n == 0 else entry.plural, form, reviewed=reviewed)
        else:
            _notes(unit := _unit(file, entry.id, entry, entry.msgid, entry.forms[0], reviewed=reviewed), _about(entry), first=True)
            if not len(unit[0]):
                unit.remove(unit[0])
    ElementTree.indent(root)
    body: bytes = ElementTree.tostring(root, encoding="utf-8")
    return b'<?xml version="1.0" encoding="UTF-8"?>\n' + body + b"\n"


def _unit(parent: ElementTree.Element, key: str, entry: Entry, source: str, target: str, *, reviewed: bool) -> ElementTree.Element:
    unit = ElementTree.SubElement(
        parent, _tag("unit"), {"id": key, **({"name": entry.context} if entry.context else {}), PRESERVE: "preserve"}
    )
    state = "initial" if not target or entry.fuzzy else "reviewed" if reviewed else "translated"
    segment = ElementTree.SubElement(unit, _tag("segment"), {"state": state})
    ElementTree.SubElement(segment, _tag("source")).text = source
    if target:
        ElementTree.SubElement(segment, _tag("target")).text = target
    return unit


def _about(entry: Entry) -> dict[str, str]:
    found = {"comment": entry.comment, "note": entry.note, "where": " ".join(entry.where), "earlier": entry.previous}
    return {name: text for name, text in found.items() if text}


def _notes(parent: ElementTree.Element, about: Mapping[str, str], *, first: bool = False) -> None:
    notes = ElementTree.Element(_tag("notes"))
    parent.insert(0, notes) if first else parent.append(notes)
    for category, text in about.items():
        ElementTree.SubElement(notes, _tag("note"), {"category": category}).text = text


def _tag(name: str) -> str:
    return f"{{{SPACE}}}{name}"


def parse(data: bytes, name: str) -> Sent:
    """What the file says. Raises CatalogError: not XML, not XLIFF 2, a document type, or too large."""
    if len(data) > LARGEST:
        raise CatalogError([Fault(f"the file has {len(data):,} bytes; {LARGEST:,} are read at most", file=name)])
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise CatalogError([Fault(f"the file is not UTF-8 (byte {error.start}); save it as UTF-8", file=name)]) from error
    if "\0" in text:  # expat takes it for UTF-16, whatever it was told
        raise CatalogError([Fault("the file is not UTF-8 (it has zeros); save it as UTF-8", file=name)])
    if re.search("<!(DOCTYPE|ENTITY)", text):
        raise CatalogError([Fault("a document type is not read here; take it out", file=name, line=1)])
    try:
        # Text, and not bytes: no other encoding can hide a document type, and with it entities that grow without end.
        root = ElementTree.fromstring(text)  # noqa: S314
    except (ElementTree.ParseError, ValueError) as error:
        line = error.position[0] if isinstance(error, ElementTree.ParseError) else 0
        raise CatalogError([Fault(f"the file is not XML: {error}", file=name, line=line)]) from error
    if root.tag != _tag("xliff") or not root.get("version", "").startswith("2."):
        raise CatalogError([Fault("the file is not XLIFF 2", file=name, line=1)])
    forms: dict[str, dict[int, str]] = {}
    for unit in root.iter(_tag("unit")):
        key, _, number = unit.get("id", "").partition(".")
        target = "".join("".join(one.itertext()) for one in unit.iter(_tag("target")))
        forms.setdefault(key, {})[whole(number)] = target
    note = root.find(f"{_tag('file')}/{_tag('notes')}/{_tag('note')}[@category='revision']")
    revision = whole(note.text or "") if note is not None else 0
    said = {key: tuple(found[n] for n in sorted(found)) for key, found in forms.items()}
    return Sent(root.get("trgLang", "").replace("-", "_"), revision, said)
