"""How follow-ups appear on the page without a script. The rest of its layout is ``questionnaire.layout``."""

from __future__ import annotations

from collections.abc import Iterator

from trustsurvey.questionnaire.layout import Part, Question, parts
from trustsurvey.questionnaire.schema import Condition, Item, Questionnaire

__all__ = ["Part", "Question", "parts", "reveal_css"]


def reveal_css(questionnaire: Questionnaire) -> str:
    """Rules that show a follow-up where its condition holds, for browsers that know ``:has()``; the others show every follow-up."""
    return "".join(_rule(item, questionnaire) for item in questionnaire.items() if item.show_if)


def _rule(item: Item, questionnaire: Questionnaire) -> str:
    tests = "".join(
        ":has({})".format(",".join(f'[name="{condition.item}"][value="{value}"]:checked' for value in condition.values))
        for condition in _chain(item, questionnaire)
    )
    return f"form{tests} #q-{item.code}{{display:block}}"


def _chain(item: Item, questionnaire: Questionnaire) -> Iterator[Condition]:
    """The item's condition, and that of the item it looks at, and so on."""
    while item.show_if:
        yield item.show_if
        item = questionnaire.item(item.show_if.item)
