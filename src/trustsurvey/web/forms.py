"""The form that a questionnaire becomes: a field class for each kind of item, and what is wrong with an answer, in the page's language."""

from __future__ import annotations

import re
import unicodedata
from abc import ABC, abstractmethod
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from flask_babel import gettext as _
from flask_babel import ngettext
from flask_wtf import FlaskForm
from phonenumbers import Leniency, PhoneNumberMatcher
from werkzeug.datastructures import MultiDict
from wtforms import Field
from wtforms.validators import ValidationError

from trustsurvey.i18n.catalogs import Catalog
from trustsurvey.questionnaire import routing
from trustsurvey.questionnaire.routing import Answer
from trustsurvey.questionnaire.schema import DONT_KNOW, PREFER_NOT, Kind, Questionnaire
from trustsurvey.services.open_wave import AreaRow
from trustsurvey.web.layout import Part, Question
from trustsurvey.web.marked import unmarked
from trustsurvey.web.security import Page, Ticket

LONG_LIST = 60
"""Above so many neighborhoods a list to scroll is worse than a box to type in."""

EMAIL = re.compile(r"[^\s@<>,;:()]+@[^\s@<>,;:()]+\.[^\s@<>,;:().]{2,}")


# ---------------------------------------------------------------- neighborhoods


@dataclass(frozen=True, slots=True)
class AreaChoice:
    """One neighborhood as the page offers it. ``name`` is unique in its list; ``source`` is the name as the city writes it."""

    code: str
    name: str
    source: str

    @property
    def label(self) -> str:
        """Both names where they differ: a reader needs the one, a street sign shows the other."""
        return self.name if self.name == self.source else f"{self.name} – {self.source}"


@dataclass(frozen=True, slots=True)
class AreaGroup:
    """Neighborhoods of one district; ``title`` is empty where districts aren't known."""

    title: str
    choices: tuple[AreaChoice, ...]


@dataclass(frozen=True, slots=True)
class AreaList:
    """The neighborhoods of a survey in one language, in the same order in all."""

    groups: tuple[AreaGroup, ...]

    @property
    def choices(self) -> tuple[AreaChoice, ...]:
        return tuple(choice for group in self.groups for choice in group.choices)

    @property
    def is_long(self) -> bool:
        return len(self.choices) > LONG_LIST

    def find(self, text: str) -> AreaChoice | None:
        """The one neighborhood that ``text`` means, or None: its code, or its name in either language, whatever case and accents."""
        by_code = [choice for choice in self.choices if choice.code == text]
        wanted = _folded(text)
        found = by_code or [c for c in self.choices if wanted and wanted in (_folded(c.name), _folded(c.source), _folded(c.label))]
        return found[0] if len(found) == 1 else None

    def shown(self, text: str) -> str:
        """The name of the neighborhood that ``text`` means, or ``text`` itself."""
        found = self.find(text)
        return found.name if found else text


def area_list(rows: Iterable[AreaRow], catalog: Catalog) -> AreaList:
    """``rows`` by district, named by the catalogue (``area:<code>``, ``district``). Equal names are told apart by district or code."""
    rows = tuple(rows)
    names = {row.code: catalog.pgettext(f"area:{row.code}", row.name) for row in rows}
    groups: dict[str, list[AreaChoice]] = {}
    for row in sorted(rows, key=lambda row: (row.part_of or "", row.name.casefold(), row.code)):
        name, source = names[row.code], row.name
        if unmarked(name) == source:  # in a translator's preview it holds marks
            source = name
        if list(names.values()).count(name) > 1:
            name, source = (f"{name} ({_district(row, catalog) or row.code})", f"{source} ({row.part_of or row.code})")
        groups.setdefault(_district(row, catalog), []).append(AreaChoice(row.code, name, source))
    return AreaList(tuple(AreaGroup(title, tuple(choices)) for title, choices in groups.items()))


def _district(row: AreaRow, catalog: Catalog) -> str:
    return catalog.pgettext("district", row.part_of) if row.part_of else ""


def _folded(text: str) -> str:
    plain = "".join(c for c in unicodedata.normalize("NFKD", text.casefold()) if not unicodedata.combining(c))
    return " ".join(re.findall(r"\w+", plain))


# ---------------------------------------------------------------- fields


@dataclass(frozen=True, slots=True)
class Problem:
    """What is wrong with an answer and what to do about it: two sentences in the page's language."""

    found: str
    remedy: str


class ItemField(Field, ABC):  # type: ignore[misc]
    """One item on the page. ``values`` are the answers as sent; ``problem`` says what is wrong with them."""

    def __init__(self, question: Question, **options: Any) -> None:
        super().__init__(label=question.item.text, **options)
        self.question = question
        self.values: tuple[str, ...] = ()
        self.problem: Problem | None = None
        self.is_asked = True  # not so when an earlier answer leads past it

    @property
    def template(self) -> str:
        return f"items/{self.question.item.kind}.html"

    @property
    @abstractmethod
    def answer(self) -> Answer | None:
        """For the record; None when there is none or the record has no place for it."""

    def process_formdata(self, valuelist: Sequence[str]) -> None:
        self.values = tuple(dict.fromkeys(value.strip() for value in valuelist if value.strip()))

    def pre_validate(self, form: SurveyForm) -> None:
        self.is_asked = self.question.item.code in form.applicable
        self.problem = self.judge()
        if self.problem is not None:
            raise ValidationError(f"{self.problem.found} {self.problem.remedy}")

    @abstractmethod
    def judge(self) -> Problem | None:
        """What is wrong with the values that came; None when nothing is."""

    def unknown(self) -> Problem | None:
        """The problem of an answer that the item doesn't offer."""
        codes = {option.code for option in self.question.item.options} | {DONT_KNOW, PREFER_NOT}
        if set(self.values) <= codes:
            return None
        return Problem(_("This answer is not one of those offered."), _("Please choose again."))


class OneField(ItemField):
    """One of several options."""

    @property
    def answer(self) -> Answer | None:
        return self.values[0] if self.values else None

    def judge(self) -> Problem | None:
        if len(self.values) > 1:
            return Problem(_("There are two answers to this question."), _("Please choose one."))
        return self.unknown()


class ScaleField(OneField):
    """A labelled point of a scale."""


class NumberField(OneField):
    """A whole number of a range."""


class ChoiceField(OneField):
    """An unordered option."""


class MultipleField(ItemField):
    """Several options."""

    @property
    def answer(self) -> Answer | None:
        return self.values or None

    def judge(self) -> Problem | None:
        unknown = self.unknown()
        if unknown is not None or not self.is_asked:
            return unknown  # what wasn't asked is dropped, so its count doesn't matter
        item = self.question.item
        texts = {DONT_KNOW: _("I don’t know"), PREFER_NOT: _("I’d rather not say")} | {o.code: o.text for o in item.options}
        for code in (*item.exclusive, DONT_KNOW, PREFER_NOT):
            if code in self.values and len(self.values) > 1:
                return Problem(
                    _("You chose “%(answer)s” and something else.", answer=texts[code]),
                    _("Please keep one or the other."),
                )
        if item.at_most is not None and len(self.values) > item.at_most:
            return Problem(
                ngettext("You chose %(n)s answer.", "You chose %(n)s answers.", len(self.values), n=len(self.values)),
                ngettext("Please keep only %(n)s.", "Please keep at most %(n)s.", item.at_most, n=item.at_most),
            )
        return None


class AreaField(ItemField):
    """The neighborhood: the one thing that must be chosen. It stands beside the record, so it is no ``answer``."""

    areas: AreaList

    @property
    def answer(self) -> Answer | None:
        return None

    @property
    def typed(self) -> str:
        """What stands in the box: the text as sent, unless it is an option beside it."""
        return next((value for value in self.values if not self._ends(value)), "")

    @property
    def code(self) -> str:
        """The code of the chosen neighborhood, or empty."""
        found = self.areas.find(self.typed) if len(self.values) == 1 else None
        return found.code if found else ""

    @property
    def is_outside(self) -> bool:
        """Whether the one thing chosen is that none of these is the resident's (an option of the item)."""
        return len(self.values) == 1 and self._ends(self.values[0])

    def _ends(self, value: str) -> bool:
        return value in {option.code for option in self.question.item.options}

    def judge(self) -> Problem | None:
        if not self.values:
            return Problem(_("Your neighborhood is missing."), _("Please choose it. It is the only thing we must know."))
        if len(self.values) > 1:
            return Problem(_("There are two answers to this question."), _("Please choose one."))
        if not self.code and not self.is_outside:
            return Problem(_("We did not find this neighborhood."), _("Please choose one from the list."))
        return None


class CommentField(ItemField):
    """Free words, sealed before they are stored; no part of the record."""

    @property
    def answer(self) -> Answer | None:
        return None

    @property
    def limit(self) -> int:
        return self.question.item.at_most or 1000

    @property
    def text(self) -> str:
        return "\n".join(self.values)

    def process_formdata(self, valuelist: Sequence[str]) -> None:
        super().process_formdata([value.replace("\r\n", "\n") for value in valuelist])  # browsers count a line break as one

    def judge(self) -> Problem | None:
        if len(self.text) > self.limit:
            return Problem(
                _("Your text is too long: %(n)s letters.", n=len(self.text)),
                _("Please shorten it to %(limit)s.", limit=self.limit),
            )
        if email := EMAIL.search(self.text):
            return Problem(
                _("We found an e-mail address: %(found)s.", found=_whole(email[0])), _("Please take it out, so that nobody can be found.")
            )
        if phone := _phone(self.text):
            return Problem(
                _("We found a phone number: %(found)s.", found=_whole(phone)), _("Please take it out, so that nobody can be found.")
            )
        return None


def _phone(text: str) -> str | None:
    """The first phone number in ``text``: written as in the United States, with or without area code, or with a country's code."""
    for match in PhoneNumberMatcher(text, "US", leniency=Leniency.POSSIBLE):
        return str(match.raw_string)
    return None


def _whole(found: str) -> str:
    """``found`` kept on one line and in its own direction inside a sentence of any script."""
    return "\u2068" + re.sub(r"\s", "\u00a0", found) + "\u2069"


FIELDS: Mapping[Kind, type[ItemField]] = {
    Kind.AREA: AreaField,
    Kind.SCALE: ScaleField,
    Kind.NUMBER: NumberField,
    Kind.CHOICE: ChoiceField,
    Kind.MULTIPLE: MultipleField,
    Kind.COMMENT: CommentField,
}


# ---------------------------------------------------------------- the form


class SurveyForm(FlaskForm):  # type: ignore[misc]
    """A questionnaire as a form; ``survey_form`` makes one."""

    questionnaire: Questionnaire

    class Meta(FlaskForm.Meta):  # type: ignore[misc]
        csrf = True
        csrf_class = Ticket
        csrf_field_name = "ticket"
        csrf_context: Page  # given with each form; never the session

    def item(self, code: str) -> ItemField:
        """The field of the item ``code``; KeyError when the page doesn't have it."""
        field: ItemField = self[f"item_{code}"]
        return field

    def items(self) -> Iterator[ItemField]:
        return (field for field in self if isinstance(field, ItemField))

    @property
    def area(self) -> AreaField:
        return next(field for field in self.items() if isinstance(field, AreaField))

    @property
    def comment(self) -> str:
        return next((field.text for field in self.items() if isinstance(field, CommentField)), "")

    @cached_property
    def applicable(self) -> dict[str, Answer]:
        """The answers to what was asked, without those to follow-ups that don't apply."""
        answers = {field.question.item.code: field.answer for field in self.items() if field.answer is not None}
        return routing.applicable(self.questionnaire, answers)

    @property
    def is_stale(self) -> bool:
        """After ``validate``: whether the ticket was forged, too old, or another page's."""
        return bool(self["ticket"].errors)

    @property
    def is_empty(self) -> bool:
        """Whether nothing but the neighborhood is answered."""
        return not self.applicable and not self.comment

    @property
    def refused(self) -> list[ItemField]:
        """After ``validate``: the fields with a problem, in the order asked."""
        return [field for field in self.items() if field.problem is not None]


def survey_form(
    page: Page, questionnaire: Questionnaire, parts: Sequence[Part], areas: AreaList, sent: MultiDict[str, str] | None
) -> SurveyForm:
    """The form of ``questionnaire`` as ``parts`` lay it out, filled with what was ``sent``."""
    questions = [question for part in parts for block in part.blocks for question in block.questions]
    # An attribute named after an item could hide one of the form's own (`data`, `errors`): only the field's name is the item's code.
    fields: dict[str, Any] = {f"item_{q.item.code}": FIELDS[q.item.kind](q, name=q.item.code) for q in questions}
    made: type[SurveyForm] = type("SurveyForm", (SurveyForm,), fields)
    form = made(formdata=sent, meta={"csrf_context": page})
    form.questionnaire = questionnaire
    form.area.areas = areas
    return form


def strangers(form: SurveyForm, sent: MultiDict[str, str], *, beside: Iterable[str] = ()) -> bool:
    """Whether something was ``sent`` under a name that the page doesn't have, nor ``beside`` the form's own."""
    names = {field.name for field in form} | {"to", *beside}
    return any(value for name, value in sent.items(multi=True) if name not in names)
