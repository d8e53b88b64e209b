"""A questionnaire as frozen objects: sections, items, option lists, domains, the index.

``loader.load`` makes these from YAML; nothing else does. Every text here is the source wording (English in the
questionnaires that ship); ``catalog.translated`` gives the same object in another language.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum

CODES = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
"""The characters that stand for an option in a record, by the option's position. Sixty at most are used (MAX_OPTIONS)."""

MAX_OPTIONS = 60
"""No item may offer more: nothing as fine as a birth date or a country list can be asked."""

NOT_ANSWERED, PREFER_NOT, DONT_KNOW, NOT_ASKED = "-", "~", "?", "."


class Kind(StrEnum):
    """What a resident does at an item. One partial template each: ``templates/items/<kind>.html``."""

    AREA = "area"  # choose a neighborhood; stored beside the record, not in it
    SCALE = "scale"  # one of a few ordered, labelled points
    NUMBER = "number"  # one of the whole numbers of a range (0 to 10), labelled at its ends
    CHOICE = "choice"  # one of several unordered options
    MULTIPLE = "multiple"  # several options; a record column each
    COMMENT = "comment"  # free words, sealed; never in the record


@dataclass(frozen=True, slots=True)
class Option:
    """One answer a resident can give. ``code`` is stable for ever; ``text`` is shown."""

    code: str
    text: str


@dataclass(frozen=True, slots=True)
class OptionList:
    """Options that several items share (a scale). ``code`` names it in the YAML and in translation contexts."""

    code: str
    options: tuple[Option, ...]


@dataclass(frozen=True, slots=True)
class Condition:
    """``item`` holds one of ``values`` (option codes). From ``victim == yes`` or ``rp_victim in (0, 1)``."""

    item: str
    values: tuple[str, ...]

    def __str__(self) -> str:
        if len(self.values) == 1:
            return f"{self.item} == {self.values[0]}"
        return f"{self.item} in ({', '.join(self.values)})"


@dataclass(frozen=True, slots=True, kw_only=True)
class Item:
    """One question."""

    code: str
    kind: Kind
    text: str
    note: str = ""
    options: tuple[Option, ...] = ()
    option_list: str = ""  # code of the shared list, "" when the options are the item's own
    ends: tuple[str, str] | None = None  # labels of the lowest and highest number
    reverse: bool = False  # more means less trust
    at_most: int | None = None  # options that may be chosen, or characters of a comment
    exclusive: tuple[str, ...] = ()  # options that exclude all others
    show_if: Condition | None = None
    help_line: bool = False  # the operator's help numbers stand below
    construct: str = ""  # source of the item, for the codebook and the translator

    @property
    def columns(self) -> int:
        """How many columns of the record the item takes."""
        if self.kind in (Kind.AREA, Kind.COMMENT):
            return 0
        return len(self.options) if self.kind is Kind.MULTIPLE else 1


@dataclass(frozen=True, slots=True)
class Section:
    """A part of the page. Without a title it continues the section before it."""

    code: str
    title: str
    intro: str
    items: tuple[Item, ...]


@dataclass(frozen=True, slots=True)
class Domain:
    """Items scored together, 0–100: the mean of the answered ones where at least half are answered."""

    code: str
    title: str
    items: tuple[str, ...]

    @property
    def minimum_answered(self) -> int:
        return (len(self.items) + 1) // 2


@dataclass(frozen=True, slots=True)
class Index:
    """Equal-weight mean of ``domains``, where at least ``at_least`` of them are known."""

    code: str
    title: str
    domains: tuple[str, ...]
    at_least: int


@dataclass(frozen=True, slots=True)
class Single:
    """An item reported by itself: a scale scored 0–100, or a number on its own range."""

    item: str
    title: str


@dataclass(frozen=True, slots=True)
class Proportion:
    """Share of those who meet ``of`` (everyone who answered, when None) for whom ``where`` holds."""

    code: str
    title: str
    where: Condition
    of: Condition | None = None


@dataclass(frozen=True, slots=True)
class Scoring:
    domains: tuple[Domain, ...]
    index: Index
    single: tuple[Single, ...]
    proportions: tuple[Proportion, ...]
    shares: tuple[str, ...]  # multiple-choice items whose options are each reported as a share


@dataclass(frozen=True, slots=True, kw_only=True)
class Questionnaire:
    """A whole instrument. ``hash`` (SHA-256 of the canonical source, hex) names this exact wording."""

    code: str
    version: int
    language: str
    minutes: int
    title: str
    sections: tuple[Section, ...]
    option_lists: Mapping[str, OptionList]
    scoring: Scoring
    margins: tuple[str, ...]  # items that weighting may rake to
    groups: tuple[str, ...]  # items that estimates are also published by
    hash: str

    def items(self) -> Iterator[Item]:
        """All items in the order asked."""
        for section in self.sections:
            yield from section.items

    def item(self, code: str) -> Item:
        """The item named ``code``; KeyError when there is none."""
        for item in self.items():
            if item.code == code:
                return item
        raise KeyError(code)
