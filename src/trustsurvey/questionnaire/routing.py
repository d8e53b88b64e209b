"""Which items apply, given the answers so far."""

from __future__ import annotations

from collections.abc import Mapping

from trustsurvey.questionnaire.schema import Item, Questionnaire

Answer = str | tuple[str, ...]
"""One item's value: an option code, ``?`` or ``~``; for a multiple-choice item a tuple of option codes, ``("?",)`` or ``("~",)``."""

Answers = Mapping[str, Answer]
"""One person's answers by item code. An item that was skipped has no entry."""


def asked(item: Item, answers: Answers) -> bool:
    """Whether ``item`` applies: it has no condition, or the answer that it looks at (and that one's own condition) holds."""
    return item.show_if is None or answers.get(item.show_if.item) in item.show_if.values


def applicable(questionnaire: Questionnaire, answers: Answers) -> dict[str, Answer]:
    """``answers`` without those to items that don't apply. An old phone shows every follow-up; the server drops what wasn't asked."""
    kept: dict[str, Answer] = {}
    for item in questionnaire.items():
        if item.code in answers and asked(item, kept):
            kept[item.code] = answers[item.code]
    return kept
