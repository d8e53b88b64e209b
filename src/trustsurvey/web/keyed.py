"""One paper form as it was typed: its numbers, the answers they stand for, and what is wrong with them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from flask import current_app
from flask_babel import gettext as _
from werkzeug.datastructures import MultiDict

from trustsurvey.errors import AnswersError
from trustsurvey.questionnaire import keying
from trustsurvey.questionnaire.layout import Block, Part, Question
from trustsurvey.questionnaire.routing import Answer
from trustsurvey.questionnaire.schema import Kind
from trustsurvey.services.open_wave import AreaRow, WaveRow
from trustsurvey.web import language, security
from trustsurvey.web.forms import SurveyForm, area_list, survey_form


@dataclass(frozen=True, slots=True)
class Keyed:
    """``typed`` by item; ``canonical`` is what it stands for, so that “14” and “4 1” are the same; ``faults`` by item."""

    typed: Mapping[str, str]
    canonical: Mapping[str, Any]
    questions: Mapping[str, Question]
    area: str = ""
    outside: bool = False
    answers: Mapping[str, Answer] = field(default_factory=dict)
    faults: Mapping[str, str] = field(default_factory=dict)
    alert: str = ""
    places: Mapping[str, str] = field(default_factory=dict)

    def numbers(self, code: str, answer: Any) -> str:
        """The numbers of ``answer`` as a clerk types them; empty for none."""
        if answer is None:
            return ""
        item = self.questions[code].item
        known = {**self.places, keying.OUTSIDE: keying.OUTSIDE} if item.kind is Kind.AREA else keying.numbers(item)
        back = {option: number for number, option in known.items()}
        return " ".join(back[one] for one in ([answer] if isinstance(answer, str) else answer))


def differing(first: Mapping[str, Any], second: Mapping[str, Any]) -> tuple[str, ...]:
    """Items that the two keyings don't agree on, in the order asked."""
    codes = dict.fromkeys((*first, *second))
    return tuple(code for code in codes if _plain(first.get(code)) != _plain(second.get(code)))


def _plain(answer: Any) -> Any:
    return list(answer) if isinstance(answer, tuple) else answer  # one of them travelled as JSON


def key(wave: WaveRow, areas: Sequence[AreaRow], questions: Sequence[Question], typed: Mapping[str, str]) -> Keyed:
    """What ``typed`` (numbers by item) stands for, judged by the rules of the resident's own form."""
    faults: dict[str, str] = {}
    canonical: dict[str, Any] = {}
    places = keying.place_numbers(areas)
    for question in questions:
        code, words = question.item.code, typed.get(question.item.code, "").strip()
        try:
            answer = _place(words, places) if question.item.kind is Kind.AREA else keying.read(question.item, words)
        except AnswersError:
            faults[code] = _("This number is not on the form.")
            continue
        if answer is not None:
            canonical[code] = answer
    by_code = {question.item.code: question for question in questions}
    found = Keyed(dict(typed), canonical, by_code, faults=faults, places=places)
    area = next(question.item.code for question in questions if question.item.kind is Kind.AREA)
    if faults or canonical.get(area) == keying.OUTSIDE:
        return replace(found, outside=not faults)
    return _judged(wave, areas, questions, found, area)


def _place(typed: str, places: Mapping[str, str]) -> str | None:
    """The neighborhood's code, or that it is none of them."""
    if not typed:
        return None
    number = str(int(typed)) if typed.isdecimal() and len(typed) < 10 else typed
    if number == keying.OUTSIDE:
        return keying.OUTSIDE
    if number not in places:
        raise AnswersError([])
    return places[number]


def _judged(wave: WaveRow, areas: Sequence[AreaRow], questions: Sequence[Question], found: Keyed, area: str) -> Keyed:
    form = _form(wave, areas, questions, found.canonical)
    form.validate()
    faults = {field.name: f"{field.problem.found} {field.problem.remedy}" for field in form.refused if field.problem}
    alert = _("Nothing on this form is answered but the neighborhood. Please put it aside.") if form.is_empty and not faults else ""
    return replace(found, area=found.canonical.get(area, ""), answers=form.applicable, faults=faults, alert=alert)


def _form(wave: WaveRow, areas: Sequence[AreaRow], questions: Sequence[Question], answers: Mapping[str, Any]) -> SurveyForm:
    """The resident's form filled with ``answers``; its ticket is the server's own, for the clerk's session was checked already."""
    tickets: security.Tickets = current_app.extensions["trustsurvey.tickets"]
    page = security.Page(tickets, wave.survey.code, wave.questionnaire.hash, language.current().code)
    sent = MultiDict([(code, one) for code, answer in answers.items() for one in ([answer] if isinstance(answer, str) else answer)])
    sent["ticket"] = tickets.issue(page.survey, page.version, page.locale)
    laid = Part(1, "", (Block("", "", tuple(questions)),))
    return survey_form(page, wave.questionnaire, [laid], area_list(areas, language.catalog()), sent)
