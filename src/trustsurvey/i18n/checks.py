"""What can be wrong with a translation, entry by entry and in a file as a whole. Pure: entries in, findings out.

A translator who means it that way says so in a comment of their own, ``# ok: punctuation``, with the kind of the finding (several kinds
are separated by commas).
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace

from trustsurvey.i18n.glossary import Glossary
from trustsurvey.i18n.locales import PLURALS
from trustsurvey.i18n.pofiles import Entry, PoFile

NO_TERMS = Glossary()

INCOMPLETE = frozenset({"missing", "fuzzy"})
"""Kinds that say “not yet”: such an entry is shown in English. Every other kind keeps a change from going live."""

UNUSABLE = frozenset({"plural", "placeholder", "markup", "control", "bidi"})
"""Kinds with which an entry is never shown, wherever it comes from."""

STYLE = frozenset({"glossary", "punctuation", "length", "copy", "space"})
"""Kinds that break no page: a translator who means it that way may keep them."""

RESIDENTS = (
    "templates/respond/",
    "templates/items/",
    "templates/errors/",
    "templates/site/_synthetic.html",
    "trustsurvey/web/asked.py",
    "trustsurvey/web/forms.py",
    "trustsurvey/web/invited.py",
    "trustsurvey/web/limits.py",
    "trustsurvey/web/respond.py",
    "trustsurvey/web/scripts.py",
    "trustsurvey/web/sending.py",
)
"""Where the strings stand that residents see while they answer."""

PLACEHOLDER = re.compile(r"%\((\w+)\)[#0\- +]?\d*(?:\.\d+)?[a-zA-Z%]|%(?!%)[^\s(]?")
COUNTS = {"%(n)s", "%(count)s"}
"""Placeholders that a plural form may leave out (“one neighborhood”)."""

MARKUP = re.compile(r"<[a-zA-Z/!]|&(?:\w+|#\d+);")
LENGTH = re.compile(r"(\d+) letters at most")
BIDI = {"\u202a": 0, "\u202b": 0, "\u202d": 0, "\u202e": 0, "\u2066": 1, "\u2067": 1, "\u2068": 1}
CLOSING = {"\u202c": 0, "\u2069": 1}

ENDINGS = {
    ".": ".。．｡।॥۔።",
    "?": "?？؟፧",
    "!": "!！",
    ":": ":：፦፡",
    "…": "…",
}
"""The marks that end a text, and how each is written in other scripts."""

SENTENCE = 8
"""Letters of the shortest sentence: a shorter text that ends in a full stop is an abbreviation (“n eff.”)."""

_ENDING = {mark: kind for kind, marks in ENDINGS.items() for mark in marks}
_AROUND = "\"'”’»›）)]】」』》\u200e\u200f\u061c\u2069\u202c\u200b \u00a0\u202f"

SAME = frozenset(
    {
        "api",
        "cc",
        "by",
        "com",
        "cldr",
        "csv",
        "dif",
        "e-mail",
        "email",
        "excel",
        "faq",
        "geojson",
        "gpx",
        "html",
        "https",
        "id",
        "iso",
        "json",
        "larkhaven",
        "no",
        "pdf",
        "qr",
        "seattle",
        "sms",
        "trustsurvey",
        "url",
        "utf-8",
        "wikipedia",
        "www",
        "xlsx",
        "yaml",
    }
)
"""Words that are the same in every language."""


@dataclass(frozen=True, slots=True)
class Finding:
    """What is wrong. ``kind`` is one word for programs and for ``# ok:``; ``message`` is for people; ``place`` names the entry."""

    kind: str
    message: str
    line: int = 0
    place: str = ""


def with_way_out(found: Finding) -> Finding:
    """``found``, which says how it is kept by who means it that way, where that can be."""
    if found.kind not in STYLE:
        return found
    return replace(found, message=f"{found.message} (if it is right, write above the entry: # ok: {found.kind})")


def is_for_residents(entry: Entry) -> bool:
    """Whether someone sees it who answers the survey: the questionnaire, and the words of the pages around it."""
    if entry.context.partition(":")[0] in ("questionnaire", "section", "item", "end", "option"):
        return True
    return any(place.startswith(RESIDENTS) for place in entry.where)


def plural_count(locale: str) -> int:
    """How many plural forms the language has."""
    return int(PLURALS[locale].split("nplurals=")[1].split(";")[0])


def entry_faults(entry: Entry, locale: str, glossary: Glossary = NO_TERMS) -> list[Finding]:
    """Everything that is wrong with the translation in ``entry``, which belongs to a catalogue of ``locale``."""
    silenced = {kind.strip() for found in re.findall(r"^\s*ok:(.*)$", entry.note, re.MULTILINE) for kind in found.split(",")}
    place = entry.context or entry.msgid[:60]
    found = (replace(one, line=entry.line, place=place) for one in _entry_faults(entry, locale, glossary))
    unique = {(one.kind, one.message): one for one in found}
    return [one for one in unique.values() if one.kind not in silenced or one.kind in UNUSABLE]


def _entry_faults(entry: Entry, locale: str, glossary: Glossary) -> Iterator[Finding]:
    if entry.fuzzy:
        yield Finding("fuzzy", "the entry is marked fuzzy; check it and take the mark away")
    if not any(entry.forms):
        yield Finding("missing", "not translated")
        return
    forms = plural_count(locale) if entry.plural else 1
    if len(entry.forms) != forms:
        yield Finding("plural", f"{len(entry.forms)} plural forms; this language has {forms}")
    elif not all(entry.forms):
        yield Finding("plural", "a plural form is empty")
    source = (entry.msgid, entry.plural) if entry.plural else (entry.msgid,)
    for text in filter(None, entry.forms):
        yield from _form_faults(source, text, entry.comment)
    if locale != "en":
        text = entry.forms[-1]
        if entry.context.partition(":")[0] not in ("area", "place") and is_copy(source[-1], text, locale):
            yield Finding("copy", "the translation is the English text")
        for term in glossary.missing(source[-1], " ".join(entry.forms)):
            yield Finding("glossary", f"the glossary’s word for “{term.english}” is missing: {' / '.join(term.forms)}")


def faulty_forms(entry: Entry) -> frozenset[int]:
    """Which plural forms of ``entry`` have a fault of their own, by number from 0: empty, or one that would be said of this text alone."""
    source = (entry.msgid, entry.plural) if entry.plural else (entry.msgid,)
    return frozenset(n for n, text in enumerate(entry.forms) if not text or any(_form_faults(source, text, entry.comment)))


def _form_faults(source: tuple[str, ...], text: str, comment: str) -> Iterator[Finding]:
    yield from _technical(source, text)
    yield from _spelled(source, text)
    yield from _short_enough(comment, text)


# ---------------------------------------------------------------- what would break a page


def _technical(source: tuple[str, ...], text: str) -> Iterator[Finding]:
    names = placeholders(text)
    allowed = set().union(*(placeholders(one) for one in source))
    if names - allowed:
        yield Finding("placeholder", f"the placeholder {', '.join(sorted(names - allowed))} is not in the source")
    elif "%" in text and not any("%" in one for one in source):
        yield Finding("placeholder", "a percent sign that the source does not have: write the word")
    elif not _fills(source, text):
        yield Finding("placeholder", "the placeholders can’t be filled; compare them with the source, sign by sign")
    # A plural form may leave out the number (“one neighborhood”), nothing else.
    missing = set.intersection(*(placeholders(one) for one in source)) - names - (COUNTS if len(source) > 1 else set())
    if missing:
        yield Finding("placeholder", f"the placeholder {', '.join(sorted(missing))} is missing")
    if MARKUP.search(text) and not any(MARKUP.search(one) for one in source):
        yield Finding("markup", "markup in a translation: it would be shown as it is")
    if any(unicodedata.category(c) in ("Cc", "Cs", "Co", "Cn", "Zl", "Zp") and c != "\n" for c in text):
        yield Finding("control", "a character that can’t be shown")
    if text.count("\n") != source[0].count("\n"):
        yield Finding("control", "as many lines as the source has, no more and no fewer")
    if _unbalanced(text):
        yield Finding("bidi", "a bidi control character is opened and not closed, or closed and not opened")


def placeholders(text: str) -> set[str]:
    """``%(name)s`` and its kin in ``text``."""
    return {match[0] for match in PLACEHOLDER.finditer(text.replace("%%", ""))}


def _fills(source: tuple[str, ...], text: str) -> bool:
    names = {match[1] for one in source for match in PLACEHOLDER.finditer(one) if match[1]}
    if not names:
        return True
    try:
        text % dict.fromkeys(names, 1)
    except (ValueError, KeyError, TypeError):
        return False
    return True


def _unbalanced(text: str) -> bool:
    open_ = [0, 0]
    for character in text:
        if character in BIDI:
            open_[BIDI[character]] += 1
        elif character in CLOSING:
            open_[CLOSING[character]] -= 1
            if open_[CLOSING[character]] < 0:
                return True
    return any(open_)


# ---------------------------------------------------------------- what a reader would stumble over


def _spelled(source: tuple[str, ...], text: str) -> Iterator[Finding]:
    if text != text.strip() and source[0] == source[0].strip():
        yield Finding("space", "space at the beginning or the end")
    wanted = {ending(one) for one in source}
    abbreviated = wanted == {"."} and len(source[0]) < SENTENCE
    if (found := ending(text)) not in wanted and not abbreviated:
        expected = next(iter(sorted(wanted)))
        said = f"ends with “{expected}”" if expected else "ends without a mark"
        yield Finding("punctuation", f"the source {said}, the translation {f'with “{found}”' if found else 'without one'}")


def ending(text: str) -> str:
    """The mark that ends ``text``, as English writes it; nothing where there is none. Quotes and brackets after it don't count."""
    text = text.rstrip(_AROUND)
    if text.endswith(("...", "…")):
        return "…"
    return _ENDING.get(text[-1:], "")


def _short_enough(comment: str, text: str) -> Iterator[Finding]:
    if (limit := LENGTH.search(comment)) and (found := width(text)) > int(limit[1]):
        yield Finding("length", f"as wide as {found} letters; there is room for {limit[1]}")


def width(text: str) -> int:
    """How many Latin letters wide: marks above and below count nothing, Chinese and Korean characters two."""
    return sum(2 if unicodedata.east_asian_width(c) in "WF" else 1 for c in text if unicodedata.category(c) not in ("Mn", "Me", "Cf"))


def is_copy(source: str, text: str, locale: str) -> bool:
    """Whether ``text`` is the source left as it is, and not a name or a word that both languages share."""
    if text.strip() != source.strip():
        return False
    words = [w for w in re.findall(r"[A-Za-z][A-Za-z’'\-]+", PLACEHOLDER.sub(" ", source)) if w.casefold() not in SAME]
    return len(words) >= (3 if locale in LATIN else 1)


LATIN = frozenset({"en", "es", "vi", "fil", "ht", "fr", "pt_BR", "so"})
"""Written with Latin letters: one or two words may well be the same as in English (“Total”, “Interval 95%”)."""


# ---------------------------------------------------------------- a scale, a file


def scale_faults(entries: Iterable[Entry]) -> list[Finding]:
    """Two answers of one question, or the two ends of a scale, that say the same in translation and not in the source."""
    scales: dict[str, dict[str, Entry]] = {}
    found = []
    for entry in entries:
        kind, _, rest = entry.context.partition(":")
        if kind not in ("option", "end") or not entry.translated:
            continue
        said = " ".join(entry.forms[0].casefold().split()).rstrip(".")
        before = scales.setdefault(f"{kind}:{rest.rpartition('.')[0]}", {}).setdefault(said, entry)
        if before.msgid.casefold() != entry.msgid.casefold():
            found.append(
                Finding("scale", f"reads the same as {before.context} (“{before.msgid}”): two answers that nobody can tell apart",
                        entry.line, entry.context)
            )  # fmt: skip
    return found


def file_faults(file: PoFile, locale: str) -> list[Finding]:
    """What is wrong with the file itself: its headers, and entries that are there twice."""
    return [*_header_faults(file, locale), *_duplicates(file)]


def _header_faults(file: PoFile, locale: str) -> Iterator[Finding]:
    rule = " ".join(file.headers.get("Plural-Forms", "").split())
    expected = PLURALS.get(locale, "")
    if not file.headers:
        yield Finding(
            "header", "the header is missing: an entry with an empty msgid at the top; `trustsurvey translations update` writes it", 1
        )
        return
    if rule.replace(" ", "").rstrip(";") != expected.replace(" ", "").rstrip(";"):
        yield Finding("header", f"the header Plural-Forms is {rule!r}; by CLDR it is {expected!r}", 1)
    charset = file.headers.get("Content-Type", "").rpartition("charset=")[2].strip()
    if charset.casefold() not in ("utf-8", "utf8"):
        yield Finding("header", f"the header Content-Type names the charset {charset!r}; it is UTF-8", 1)
    language = file.headers.get("Language", "")
    if language.replace("-", "_").casefold() != locale.casefold():
        yield Finding("header", f"the header Language is {language!r}; the file is in the folder of {locale!r}", 1)
    review = file.headers.get("X-Review", "")
    if review.split(" ")[0] not in ("draft", "reviewed"):
        yield Finding("review", "the header X-Review is missing: `draft` or `reviewed`, by which role and when", 1)


def _duplicates(file: PoFile) -> Iterator[Finding]:
    seen: dict[tuple[str, str], int] = {}
    for entry in file.entries:
        if entry.key in seen:
            message = f"the entry is there twice (first in line {seen[entry.key]}); delete one"
            yield Finding("duplicate", message, entry.line, entry.context or entry.msgid[:60])
        seen.setdefault(entry.key, entry.line)
