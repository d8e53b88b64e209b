"""Answers ⇄ the fixed-column record, and its codebook.

One character a column, in the order asked, as survey archives have always kept them: the option's character (``CODES`` by
position), ``-`` not answered, ``~`` prefer not to say, ``?`` don't know, ``.`` not asked. A multiple-choice item takes a column an option
(``1`` chosen, ``0`` not). The area stands beside the record and the comment is sealed apart: neither has a column.
"""

from __future__ import annotations

from dataclasses import dataclass

from trustsurvey.errors import AnswersError, Fault
from trustsurvey.questionnaire.routing import Answer, Answers, asked
from trustsurvey.questionnaire.schema import CODES, DONT_KNOW, NOT_ANSWERED, NOT_ASKED, PREFER_NOT, Item, Kind, Questionnaire

SPECIAL = (DONT_KNOW, PREFER_NOT)


@dataclass(frozen=True, slots=True)
class Column:
    """One column of the record. ``index`` counts from 0; ``option`` is set for the columns of a multiple-choice item."""

    name: str
    index: int
    item: Item
    option: str | None


def columns(questionnaire: Questionnaire) -> tuple[Column, ...]:
    """The codebook's columns, in order."""
    found: list[Column] = []
    for item in questionnaire.items():
        if item.kind is Kind.MULTIPLE:
            found += [Column(f"{item.code}_{option.code}", len(found) + n, item, option.code) for n, option in enumerate(item.options)]
        elif item.columns:
            found.append(Column(item.code, len(found), item, None))
    return tuple(found)


def width(questionnaire: Questionnaire) -> int:
    """Characters of a record."""
    return sum(item.columns for item in questionnaire.items())


def encode(questionnaire: Questionnaire, answers: Answers) -> str:
    """The record of ``answers``. Raises AnswersError for an item or a value that the questionnaire doesn't have."""
    faults = _faults(questionnaire, answers)
    if faults:
        raise AnswersError(faults)
    return "".join(_characters(item, answers) for item in questionnaire.items() if item.columns)


def decode(questionnaire: Questionnaire, record: str) -> dict[str, Answer]:
    """The answers in ``record``, without those not answered or not asked.

    Raises AnswersError when it isn't a record of this questionnaire.
    """
    if len(record) != width(questionnaire):
        raise AnswersError([Fault(f"a record of {questionnaire.code} has {width(questionnaire)} characters, not {len(record)}")])
    answers: dict[str, Answer] = {}
    at = 0
    for item in questionnaire.items():
        if not item.columns:
            continue
        part, at = record[at : at + item.columns], at + item.columns
        if part[0] in (NOT_ANSWERED, NOT_ASKED):
            if set(part) != {part[0]}:
                raise AnswersError([Fault(f"{part!r} mixes answered and unanswered columns", place=item.code)])
            continue
        answers[item.code] = _read(item, part)
    return answers


def _read(item: Item, part: str) -> Answer:
    if item.kind is Kind.MULTIPLE:
        if part[0] in SPECIAL and set(part) == {part[0]}:
            return (part[0],)
        if set(part) == {"0", "1"} or set(part) == {"1"}:  # all noughts: nothing chosen is "not answered", which has its own character
            return tuple(option.code for option, mark in zip(item.options, part, strict=True) if mark == "1")
    elif part in SPECIAL:
        return part
    elif 0 <= (position := CODES.find(part)) < len(item.options):
        return item.options[position].code
    raise AnswersError([Fault(f"{part!r} stands for no answer", place=item.code)])


def _characters(item: Item, answers: Answers) -> str:
    if not asked(item, answers):
        return NOT_ASKED * item.columns
    answer = answers.get(item.code, ())
    if not answer:
        return NOT_ANSWERED * item.columns
    if item.kind is Kind.MULTIPLE:
        if answer[0] in SPECIAL:
            return answer[0] * item.columns
        return "".join("1" if option.code in answer else "0" for option in item.options)
    if answer in SPECIAL:
        return str(answer)
    return CODES[[option.code for option in item.options].index(str(answer))]


def _faults(questionnaire: Questionnaire, answers: Answers) -> list[Fault]:
    items = {item.code: item for item in questionnaire.items() if item.columns}
    faults = []
    for code, answer in answers.items():
        item = items.get(code)
        if item is None:
            faults.append(Fault("there is no such item in this questionnaire", place=code))
            continue
        known = {option.code for option in item.options} | set(SPECIAL)
        chosen = answer if item.kind is Kind.MULTIPLE else (answer,)
        if isinstance(chosen, str) or any(value not in known for value in chosen):
            faults.append(Fault("the answer is not one of those offered", place=code))
        elif item.kind is Kind.MULTIPLE and len(chosen) > 1 and any(value in SPECIAL for value in chosen):
            faults.append(Fault("“I don't know” or “I'd rather not say” can't stand beside other answers", place=code))
    return faults
