"""A questionnaire's strings ⇄ PO entries, and the questionnaire in another language.

Every string has a stable context, so that a translator sees where it is shown and the same English may be translated in two ways:
``questionnaire:<code>.title``, ``section:<code>.title|intro``, ``item:<code>``, ``item:<code>.note``, ``end:<code>.low|high``,
``option:<list or item>.<option>``, ``measure:<code>``.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace

from trustsurvey.questionnaire.schema import Item, Kind, Option, OptionList, Questionnaire, Scoring, Section


@dataclass(frozen=True, slots=True)
class Message:
    """One string to translate. ``comment`` tells the translator what it is and where it stands."""

    context: str
    text: str
    comment: str


Lookup = Callable[[str, str], str]
"""``(context, source text) → text in the other language`` (the source text where there is no translation)."""


def option_context(item: Item, option: Option) -> str:
    """The context of an option: its shared list's where it has one, else its item's."""
    return f"option:{item.option_list or item.code}.{option.code}"


def messages(questionnaire: Questionnaire) -> Iterator[Message]:
    """Every string of the questionnaire once, in the order met. Numbers of a 0–10 range aren't strings."""
    seen: set[str] = set()
    for message in _all(questionnaire):
        if message.text and message.context not in seen:
            seen.add(message.context)
            yield message


def _all(questionnaire: Questionnaire) -> Iterator[Message]:
    yield Message(f"questionnaire:{questionnaire.code}.title", questionnaire.title, "Name of the survey")
    for section in questionnaire.sections:
        yield Message(f"section:{section.code}.title", section.title, "Heading of a part of the survey")
        yield Message(
            f"section:{section.code}.intro", section.intro, "Stands above the questions of this part and may begin their sentence"
        )
        for item in section.items:
            yield from _item(item)
    scoring = questionnaire.scoring
    named = [(d.code, d.title) for d in scoring.domains] + [(scoring.index.code, scoring.index.title)]
    named += [(s.item, s.title) for s in scoring.single] + [(p.code, p.title) for p in scoring.proportions]
    for code, title in named:
        yield Message(f"measure:{code}", title, "Name of a figure in results and reports; keep it short")


def _item(item: Item) -> Iterator[Message]:
    about = f"Question. Measures: {item.construct}" if item.construct else "Question"
    yield Message(f"item:{item.code}", item.text, about)
    yield Message(f"item:{item.code}.note", item.note, "Stands under the question, smaller")
    if item.ends:
        yield Message(f"end:{item.code}.low", item.ends[0], f"What the lowest number means in: {item.text}")
        yield Message(f"end:{item.code}.high", item.ends[1], f"What the highest number means in: {item.text}")
    if item.kind is Kind.NUMBER:
        return
    for option in item.options:
        where = (
            f"Point of a scale ({item.option_list}), in order; keep the same strength" if item.option_list else f"Answer to: {item.text}"
        )
        yield Message(option_context(item, option), option.text, where)


def translated(questionnaire: Questionnaire, lookup: Lookup) -> Questionnaire:
    """The same questionnaire with every text looked up; codes, order and ``hash`` stay."""

    def say(context: str, text: str) -> str:
        return lookup(context, text) if text else text

    def item_(item: Item) -> Item:
        options = item.options
        if item.kind is not Kind.NUMBER:
            options = tuple(Option(o.code, say(option_context(item, o), o.text)) for o in options)
        ends = item.ends and (say(f"end:{item.code}.low", item.ends[0]), say(f"end:{item.code}.high", item.ends[1]))
        return replace(
            item, text=say(f"item:{item.code}", item.text), note=say(f"item:{item.code}.note", item.note), options=options, ends=ends
        )

    sections = tuple(
        Section(s.code, say(f"section:{s.code}.title", s.title), say(f"section:{s.code}.intro", s.intro), tuple(item_(i) for i in s.items))
        for s in questionnaire.sections
    )
    lists = {
        code: OptionList(code, tuple(Option(o.code, say(f"option:{code}.{o.code}", o.text)) for o in found.options))
        for code, found in questionnaire.option_lists.items()
    }
    return replace(
        questionnaire,
        title=say(f"questionnaire:{questionnaire.code}.title", questionnaire.title),
        sections=sections,
        option_lists=lists,
        scoring=_scoring(questionnaire.scoring, say),
    )


def _scoring(scoring: Scoring, say: Lookup) -> Scoring:
    return replace(
        scoring,
        domains=tuple(replace(d, title=say(f"measure:{d.code}", d.title)) for d in scoring.domains),
        index=replace(scoring.index, title=say(f"measure:{scoring.index.code}", scoring.index.title)),
        single=tuple(replace(s, title=say(f"measure:{s.item}", s.title)) for s in scoring.single),
        proportions=tuple(replace(p, title=say(f"measure:{p.code}", p.title)) for p in scoring.proportions),
    )
