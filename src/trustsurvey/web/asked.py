"""What a survey asks on a resident's page: its wave, its words in the page's language, its form, and why a form was not taken."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from flask import abort, current_app
from flask_babel import gettext as _
from flask_babel import ngettext
from werkzeug.datastructures import MultiDict

from trustsurvey.errors import NotFound
from trustsurvey.questionnaire.catalog import translated
from trustsurvey.questionnaire.notice import Notice
from trustsurvey.questionnaire.schema import Questionnaire
from trustsurvey.services.open_wave import AreaRow, WaveRow, areas_of, current_wave
from trustsurvey.web import invited, language, layout, security
from trustsurvey.web.edge import transaction
from trustsurvey.web.forms import SurveyForm, area_list, survey_form


@dataclass(frozen=True, slots=True)
class Alert:
    """What stands on top of a form that was not sent."""

    heading: str
    text: str


@dataclass(frozen=True, slots=True)
class Said:
    """The words of a survey in the page's language."""

    questionnaire: Questionnaire
    notice: Notice
    parts: Sequence[layout.Part]


def newest(connection: Any, survey: str) -> WaveRow:
    """The survey's newest wave; 404 for a survey that doesn't exist, or hasn't had one."""
    try:
        wave = current_wave(connection, survey)
    except NotFound:
        abort(404)
    if wave is None:
        abort(404)
    return wave


def wave_of(connection: Any, survey: str, locale: str | None = None) -> WaveRow:
    """The ``newest`` wave as residents are offered it, with the page in ``locale``; 404 for a language that it never was in."""
    wave = newest(connection, survey)
    if locale is not None:
        # Who has begun may finish: in a language that is not offered any more the survey isn't opened, and answers are still taken.
        if locale not in wave.locales:
            abort(404)
        language.use(locale)
    return language.offers().as_offered(wave)


def read(survey: str, locale: str) -> tuple[WaveRow, tuple[AreaRow, ...]]:
    """The wave and its neighborhoods, with the page in ``locale``; 404 for a language that the wave isn't offered in."""
    with transaction() as connection:
        wave = wave_of(connection, survey, locale)
        return wave, areas_of(connection, wave)


def said_in(wave: WaveRow) -> Said:
    shown = translated(wave.questionnaire, language.source_lookup)
    parts = layout.parts(wave.questionnaire, shown, language.current(), comment=wave.comment_key is not None)
    return Said(shown, wave.notices[language.current().code], parts)


def form_of(wave: WaveRow, areas: Sequence[AreaRow], sent: MultiDict[str, str] | None) -> SurveyForm:
    page = security.Page(tickets(), wave.survey.code, wave.questionnaire.hash, language.current().code)
    return survey_form(page, wave.questionnaire, said_in(wave).parts, area_list(areas, language.catalog()), sent)


def tickets() -> security.Tickets:
    found: security.Tickets = current_app.extensions["trustsurvey.tickets"]
    return found


def refused(form: SurveyForm, *, unasked: bool, refusal: invited.Refusal | None) -> Alert:
    """Why the form was not sent. It stands on top, with links to the answers that need a look."""
    kept = _("Nothing is sent yet. Your answers are still here.")
    if refusal is not None:
        heading, text = refusal.words
        return Alert(heading, f"{text} {kept}")
    if refused := len(form.refused):
        return Alert(ngettext("Please check %(n)s answer", "Please check %(n)s answers", refused, n=refused), kept)
    if form.is_stale:
        return Alert(_("Please press Send again"), _("This page was open for too long, so nothing was sent. Your answers are still here."))
    if unasked:
        return Alert(_("Please press Send again"), _("Something came along that this survey does not ask, so nothing was sent."))
    if form.is_empty:
        return Alert(_("Please answer a question"), _("Nothing is sent yet. One answer is enough."))
    return Alert(_("We could not change the language"), kept)
