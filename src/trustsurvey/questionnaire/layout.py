"""How a questionnaire lies on the page and on paper: parts, numbers, follow-ups. The same in every language: a helper can follow along."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from string import ascii_lowercase

from babel import lists

from trustsurvey.i18n.locales import Locale
from trustsurvey.questionnaire.schema import Condition, Item, Kind, Questionnaire, Section


@dataclass(frozen=True, slots=True)
class Lead:
    """When a follow-up applies, in words: the question that it looks at, by number, and the answers that lead to it."""

    number: str
    answer: str


@dataclass(frozen=True, slots=True)
class Question:
    """One item with its number: ``12``, or ``36a`` for a follow-up. ``stem`` is the id of the words that begin its sentence, or empty."""

    item: Item
    number: str
    stem: str
    lead: Lead | None


@dataclass(frozen=True, slots=True)
class Block:
    """One section of the questionnaire: an introduction (may be empty) and its questions."""

    id: str
    intro: str
    questions: tuple[Question, ...]


@dataclass(frozen=True, slots=True)
class Part:
    """A step of the page. ``number`` counts from 1; a section without a title continues the part before it."""

    number: int
    title: str
    blocks: tuple[Block, ...]


def parts(source: Questionnaire, shown: Questionnaire, locale: Locale, *, comment: bool) -> tuple[Part, ...]:
    """The parts of ``shown``, a translation of ``source``; without its comment when ``comment`` is false."""
    numbers = _numbers(shown, comment=comment)
    found: list[Part] = []
    for original, section in zip(source.sections, shown.sections, strict=True):
        block = _block(original, section, shown, numbers, locale)
        if not block.questions:
            continue
        if section.title or not found:
            found.append(Part(len(found) + 1, section.title, (block,)))
        else:
            found[-1] = Part(found[-1].number, found[-1].title, (*found[-1].blocks, block))
    return tuple(found)


def _block(original: Section, section: Section, shown: Questionnaire, numbers: Mapping[str, str], locale: Locale) -> Block:
    # Only the source wording says whether an introduction begins the questions' own sentence: a translation may put the verb last.
    stem = f"s-{section.code}" if original.intro.endswith("…") else ""
    questions = tuple(
        Question(item, numbers[item.code], stem, _lead(item.show_if, shown, numbers, locale) if item.show_if else None)
        for item in section.items
        if item.code in numbers
    )
    return Block(f"s-{section.code}", section.intro, questions)


def _numbers(questionnaire: Questionnaire, *, comment: bool) -> dict[str, str]:
    """Numbers by item code: whole ones for what everyone is asked, the same with a letter for what follows from an answer."""
    found: dict[str, str] = {}
    whole = follow_ups = 0
    for item in questionnaire.items():
        if item.kind is Kind.COMMENT and not comment:
            continue
        if item.show_if is None:
            whole, follow_ups = whole + 1, 0
            found[item.code] = str(whole)
        else:
            found[item.code] = f"{whole}{ascii_lowercase[follow_ups % 26]}"
            follow_ups += 1
    return found


def _lead(condition: Condition, shown: Questionnaire, numbers: Mapping[str, str], locale: Locale) -> Lead:
    options = [option.text for option in shown.item(condition.item).options if option.code in condition.values]
    return Lead(numbers[condition.item], lists.format_list(options, style="or", locale=locale.cldr))
