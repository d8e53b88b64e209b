"""``translations/GLOSSARY.md``: one word for one thing in every language, and whether a translation keeps to it."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache

UNSPACED = frozenset({"zh_Hans", "zh_Hant", "ko", "ja", "th"})
"""Languages whose words run together or carry endings without a space: a form is looked for anywhere."""

VERBS_TOO = frozenset({"answer", "comment", "release", "send", "skip"})
"""English words that are a verb as often as a noun: other languages have two words for them, and neither is held against a translation."""

NAMED = re.compile(r"%\(\w+\)\w")


@dataclass(frozen=True, slots=True)
class Term:
    """An English term and its forms in one language."""

    english: str
    forms: tuple[str, ...]


@dataclass(frozen=True, slots=True, eq=False)
class Glossary:
    """The terms of one language. Told apart by what it is, not by what it holds: the same text is read into the same glossaries."""

    locale: str = ""
    terms: tuple[Term, ...] = ()

    def missing(self, source: str, translation: str) -> Iterator[Term]:
        """The terms that ``source`` uses and ``translation`` has in no form. A longer term speaks for the shorter ones within it.

        Endings are not held against a form: of each word its beginning has to be there (“policía” in “policial”, “полиция” in “полицию”).
        """
        if not self.terms:
            return
        said = _folded(translation)
        left = NAMED.sub(" ", source.casefold())
        for term in sorted(self.terms, key=lambda one: -len(one.english)):
            pattern = _pattern(term.english)
            if term.english not in VERBS_TOO and pattern.search(left):
                left = pattern.sub(" ", left)
                if not any(self._has(said, form) for form in term.forms):
                    yield term

    def _has(self, said: str, form: str) -> bool:
        form = _folded(form)
        if self.locale in UNSPACED:
            return form.replace(" ", "") in said.replace(" ", "")
        return all(_stem(word) in said for word in form.split())


@lru_cache(maxsize=8)
def read(text: str) -> Mapping[str, Glossary]:
    """The glossary of each language in the table of a GLOSSARY.md. Cells that are empty, and rows without any, say nothing."""
    rows = [[cell.strip() for cell in line.strip().strip("|").split("|")] for line in text.splitlines() if line.startswith("|")]
    if not rows:
        return {}
    header, body = rows[0], [row for row in rows[1:] if not set("".join(row)) <= set("-: ")]
    return {
        locale: Glossary(
            locale,
            tuple(
                Term(row[0], tuple(form.strip() for form in row[n].split(" / ") if form.strip())) for row in body if n < len(row) and row[n]
            ),
        )
        for n, locale in enumerate(header)
        if n > 0
    }


@lru_cache(maxsize=512)
def _pattern(english: str) -> re.Pattern[str]:
    return re.compile(rf"(?<!\w){re.escape(english.casefold())}(?:s|es)?(?!\w)")


@lru_cache(maxsize=8192)
def _folded(text: str) -> str:
    """Without case, accents, vowel marks and tatweel."""
    apart = unicodedata.normalize("NFD", text.casefold().replace("\u0640", ""))
    return "".join(c for c in apart if unicodedata.category(c) != "Mn")


def _stem(word: str) -> str:
    return word if len(word) < 5 else word[: max(4, len(word) - 2 - (len(word) > 8))]
