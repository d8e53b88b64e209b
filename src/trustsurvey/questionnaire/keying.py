"""The numbers printed beside the boxes of a paper form, and back: what a clerk types is what was crossed.

Options count from 1; a 0–10 item keeps its own numbers; “I don't know” is 88 and “I'd rather not say” 99 on every item. Neighborhoods count
from 1 in the order of the form's list; 0 is “none of these”.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Protocol, TypeVar

from trustsurvey.errors import AnswersError, Fault
from trustsurvey.questionnaire.routing import Answer
from trustsurvey.questionnaire.schema import DONT_KNOW, PREFER_NOT, Item, Kind

OUTSIDE = "0"
"""What stands for the option of the neighborhood's item that none of them is the resident's."""


class Place(Protocol):
    """A neighborhood, as the store's rows have it."""

    @property
    def code(self) -> str: ...
    @property
    def name(self) -> str: ...
    @property
    def part_of(self) -> str | None: ...


P = TypeVar("P", bound=Place)


def in_order(places: Iterable[P]) -> list[P]:
    """By district and name as the city writes them: the same order in every language, on the page and on paper."""
    return sorted(places, key=lambda place: (place.part_of or "", place.name.casefold(), place.code))


def place_numbers(places: Iterable[Place]) -> dict[str, str]:
    """Number → code of each neighborhood."""
    return {str(n): place.code for n, place in enumerate(in_order(places), start=1)}


def numbers(item: Item) -> dict[str, str]:
    """Number → option code of ``item``, in the order shown, those for not knowing and not saying last. Empty where nothing is crossed."""
    if item.kind in (Kind.AREA, Kind.COMMENT):
        return {}
    if item.kind is Kind.NUMBER:
        found = {option.text: option.code for option in item.options}
    else:
        found = {str(n): option.code for n, option in enumerate(item.options, start=1)}
    digits = 2
    while "8" * digits in found or "9" * digits in found:
        digits += 1
    return found | {"8" * digits: DONT_KNOW, "9" * digits: PREFER_NOT}


def read(item: Item, typed: str) -> Answer | None:
    """The answer that ``typed`` stands for; None for nothing. Several numbers stand apart, or together where all have one digit.

    Raises AnswersError naming the number that the item doesn't have.
    """
    if not re.fullmatch(r"[\d\s.,;/+-]{0,400}", typed):
        raise AnswersError([Fault("numbers are wanted", place=item.code)])
    known = numbers(item)
    parts = _parts(typed, known, several=item.kind is Kind.MULTIPLE)
    for part in parts:
        if part not in known:
            raise AnswersError([Fault(f"there is no {part}", place=item.code)])
    if not parts:
        return None
    if item.kind is Kind.MULTIPLE:
        chosen = {known[part] for part in parts}
        return tuple(code for code in known.values() if code in chosen)  # in the order of the form, whatever the order of typing
    if len(parts) > 1:
        raise AnswersError([Fault(f"one number is wanted, not {len(parts)}", place=item.code)])
    return known[parts[0]]


def _parts(typed: str, known: Mapping[str, str], *, several: bool) -> Sequence[str]:
    parts = [str(int(part)) for part in re.findall(r"\d+", typed)]  # in whatever script's digits
    if several and len(parts) == 1 and parts[0] not in known and all(digit in known for digit in parts[0]):
        return list(dict.fromkeys(parts[0]))
    return list(dict.fromkeys(parts))
