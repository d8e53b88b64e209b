"""Answers as JSON, from the page's own script: the same checks and the same store as the form, exactly once, and again no cookie.

A phone sends the same answers under the same random ``Idempotency-Key`` until it hears that they arrived. Only the key's hash is kept,
apart from the answers and without a time, until the wave closes.
"""

from __future__ import annotations

import json
import re
from http import HTTPStatus
from typing import Any

from flask import Blueprint, Response, request
from flask_babel import gettext as _
from werkzeug.datastructures import MultiDict
from werkzeug.exceptions import HTTPException

from trustsurvey.errors import StateError
from trustsurvey.services.collect import collect, is_first
from trustsurvey.services.open_wave import AreaRow, WaveRow, areas_of
from trustsurvey.web import invited, security
from trustsurvey.web.asked import form_of, refused, wave_of
from trustsurvey.web.edge import site, transaction
from trustsurvey.web.forms import SurveyForm, strangers

blueprint = Blueprint("sending", __name__)

KEY = re.compile(r"[A-Za-z0-9_-]{16,64}", re.ASCII)
"""What an ``Idempotency-Key`` looks like: at least 64 random bits, made on the phone."""

MODES = ("web", "kiosk")
FIELDS = {"locale", "ticket", "mode", "pass", "answers"}


@blueprint.post("/api/v1/surveys/<survey>/responses")
def respond(survey: str) -> Response:
    """Store one person's answers: 201; 200 when they are stored already; else a problem, with what is wrong by item."""
    if security.is_foreign(request):
        return problem(403, _("Another website tried to send this form. Nothing was stored. Please open the survey itself."))
    if request.mimetype != "application/json":
        return problem(415, _("Nothing was stored. Please open the survey and press Send there."))
    key = request.headers.get("Idempotency-Key", "")
    sent = _sent()
    if not KEY.fullmatch(key) or sent is None:
        return problem(400, _("Nothing was stored. Please open the survey and press Send there."))
    with transaction() as connection:
        wave = wave_of(connection, survey, sent["locale"])
        areas = areas_of(connection, wave)
    if not wave.is_open:
        return _closed()
    return _stored(wave, areas, sent, key)


def _sent() -> dict[str, Any] | None:
    """The body, when it is what the page's script sends: ``answers`` as lists of strings by item code."""
    try:
        body = json.loads(request.get_data())
        json.dumps(body, ensure_ascii=False).encode()
    except (ValueError, RecursionError):  # no JSON, no UTF-8, half a character, or nested without end
        return None
    if not isinstance(body, dict) or not {"locale", "ticket", "answers"} <= body.keys() <= FIELDS:
        return None
    plain = [body["locale"], body["ticket"], body.get("pass", ""), body.setdefault("mode", "web")]
    answers = body["answers"]
    if not all(isinstance(text, str) for text in plain) or body["mode"] not in MODES or not isinstance(answers, dict):
        return None
    lists = answers.values()
    if not all(isinstance(values, list) and all(isinstance(value, str) for value in values) for values in lists):
        return None
    return body


def _stored(wave: WaveRow, areas: tuple[AreaRow, ...], sent: dict[str, Any], key: str) -> Response:
    given = MultiDict([(name, value) for name, values in sent["answers"].items() for value in values])
    unasked = "ticket" in given
    given.setlist("ticket", [sent["ticket"]])
    form = form_of(wave, areas, given)
    if form.area.is_outside:
        return problem(422, _("This survey is only for people who live in its neighborhoods: it wants to know how things are there."))
    valid = form.validate()
    unasked = unasked or strangers(form, given)
    if not valid or unasked or form.is_empty:
        return _refused(form, unasked=unasked)
    try:
        with transaction() as connection:
            first = is_first(connection, wave, key)
            if first:
                invited.admit(connection, wave, {"pass": sent.get("pass", "")})
                collect(connection, wave, area=form.area.code, answers=form.applicable, comment=form.comment, mode=sent["mode"])
    except invited.NotAdmittedError as error:
        return _refused(form, refusal=error.refusal)
    except StateError:  # closed while it was being sent
        return _closed()
    if first:
        site().answered(wave, sent["locale"])
    return _answer(201 if first else 200, {"status": "stored"})


# ---------------------------------------------------------------- what goes back


def problem(status: int, detail: str, *, title: str = "", **beside: Any) -> Response:
    """An RFC 9457 problem in the page's language."""
    body = {"type": "about:blank", "title": title or HTTPStatus(status).phrase, "status": status, "detail": detail, **beside}
    return _answer(status, body, "application/problem+json")


def _refused(form: SurveyForm, *, unasked: bool = False, refusal: invited.Refusal | None = None) -> Response:
    alert = refused(form, unasked=unasked, refusal=refusal)
    errors = {
        field.name: {"number": field.question.number, "found": field.problem.found, "remedy": field.problem.remedy}
        for field in form.refused
        if field.problem is not None
    }
    return problem(422, alert.text, title=alert.heading, errors=errors, stale=form.is_stale)


def _closed() -> Response:
    return problem(410, _("Your answers were not sent."), title=_("This survey is closed"))


def _answer(status: int, body: dict[str, Any], kind: str = "application/json") -> Response:
    return Response(json.dumps(body, ensure_ascii=False), status=status, content_type=kind)


def _fault(error: HTTPException) -> Response:
    status = error.code or 500
    if status == 429:
        response = problem(429, _("Please wait a minute, then press Send again."))
        response.headers["Retry-After"] = "60"
        return response
    response = problem(status, _("Nothing was stored. Please go back and try again."))
    response.headers.update({name: value for name, value in error.get_headers() if name == "Allow"})
    return response


for _status in (400, 404, 413, 429, 500):
    blueprint.register_error_handler(_status, lambda error: _fault(error))  # before those that another part sets for the whole site


@blueprint.after_request
def _finish(response: Response) -> Response:
    return security.harden(response, https=site().settings.require_https)
