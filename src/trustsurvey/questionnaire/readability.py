"""How hard a question is to read, as the published formulas put it: Flesch–Kincaid in English, Szigriszt-Pazos (INFLESZ) in Spanish.

Both count words a sentence and syllables a word. They know nothing of meaning; they find the sentence that is too long and the word that
is too hard. Libraries that count syllables fetch a dictionary when they first run, or take hyphens for syllables; here spelling decides.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import NamedTuple

from trustsurvey.questionnaire.schema import Item, Questionnaire, Section

WORD = re.compile(r"[^\W\d_]+(?:['’-][^\W\d_]+)*|\d+")
SENTENCE_END = re.compile(r"[.!?:]+(?=\s|$)")

_VOWELS = re.compile(r"[aeiouy]+")
_SILENT = re.compile(r"(?:[^aeiouyl]|[aeiouy]l)e$|[^aeiouytd]ed$|[^aeiouycgszxhl]es$")
_APART = re.compile(r"ia(?!l$)|io(?!n|u)|(?<=r)iou|iu|uity|ea$|[aeiou]ing$|(?<![qg])ua(?=t|l)|ien(?!d|c)")

_NUCLEUS = re.compile(r"[iuü]?[aeoáéó](?:[iuü]|y(?![aeoáéóiuíú]))?|[íú]|[iuü]+y?|y(?![aeoáéóiuíú])")


@dataclass(frozen=True, slots=True)
class Reading:
    """One text's figure. ``scale``: ``grade`` (years of school, lower is easier) or ``inflesz`` (0 to 100, higher is easier)."""

    scale: str
    figure: float
    target: float

    @property
    def is_plain(self) -> bool:
        """Whether it is as easy as the target asks."""
        return self.figure <= self.target if self.scale == "grade" else self.figure >= self.target


class Counts(NamedTuple):
    """What a text is made of."""

    sentences: int
    words: int
    syllables: int


def counted(text: str, syllables: Callable[[str], int]) -> Counts:
    """Sentences, words and syllables of ``text``; at least one of each."""
    words = WORD.findall(text)
    ends = len(SENTENCE_END.findall(text.rstrip(" .!?:…")))
    return Counts(ends + 1, max(len(words), 1), max(sum(syllables(word) for word in words), 1))


def english_syllables(word: str) -> int:
    """By spelling: groups of vowels, less the silent *e*, and one more where two vowels are spoken apart."""
    plain = re.sub(r"['’]s?$|['’-]", "", word.lower())
    return max(len(_VOWELS.findall(plain)) - bool(_SILENT.search(plain)) + len(_APART.findall(plain)), 1)


def spanish_syllables(word: str) -> int:
    """By spelling: a strong vowel with the weak ones beside it is one syllable; an accented weak vowel is one of its own."""
    plain = re.sub(r"([qg])u(?=[eiéí])", r"\1", word.lower())
    return max(len(_NUCLEUS.findall(plain)), 1)


def grade(text: str) -> float:
    """School years that English ``text`` asks for: 0.39 words/sentence + 11.8 syllables/word − 15.59.

    Kincaid, Fishburne, Rogers and Chissom (1975), *Derivation of new readability formulas for Navy enlisted personnel*.
    """
    sentences, words, syllables = counted(text, english_syllables)
    return 0.39 * words / sentences + 11.8 * syllables / words - 15.59


def inflesz(text: str) -> float:
    """Ease of Spanish ``text``: 206.835 − 62.3 syllables/word − words/sentence.

    Szigriszt Pazos (1993), *Sistemas predictivos de legibilidad del mensaje escrito*; the bands are Barrio-Cantalejo et al. (2008):
    under 40 very hard, to 55 somewhat hard, to 65 normal, to 80 quite easy, above very easy.
    """
    sentences, words, syllables = counted(text, spanish_syllables)
    return 206.835 - 62.3 * syllables / words - words / sentences


SCALES: Mapping[str, tuple[str, Callable[[str], float], float]] = {"en": ("grade", grade, 8.0), "es": ("inflesz", inflesz, 55.0)}
"""By locale: the scale, its formula, and the target. Eight years of school, and “normal”: what most adults read without effort."""


def read_text(text: str, locale: str) -> Reading:
    """The figure of ``text`` in ``locale``, to one decimal. KeyError for a language without a formula."""
    scale, formula, target = SCALES[locale]
    return Reading(scale, round(formula(text), 1), target)


def readings(questionnaire: Questionnaire, locale: str) -> Iterator[tuple[Item, Reading]]:
    """Each item of ``questionnaire``, whose texts are in ``locale``, with its figure. Words that begin its sentence count with it."""
    for section in questionnaire.sections:
        for item in section.items:
            yield item, read_text(_asked(section, item), locale)


def _asked(section: Section, item: Item) -> str:
    if "…" not in (section.intro[-1:], item.text[:1]):
        return item.text
    return f"{section.intro.rstrip('… ')} {item.text.lstrip('… ')}"
