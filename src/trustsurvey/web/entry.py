"""Typing in what was answered on paper: every form twice, the second time blind, and nothing is stored before both agree.

What was typed first travels in the page, signed, and nowhere else. What is stored is a response like any other, of mode `paper`: no clerk,
no time. The police don't type forms: only the role `entry`, and `admin`.
"""

from __future__ import annotations

import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from importlib import resources
from typing import Any

from flask import Blueprint, Response, abort, current_app, make_response, redirect, render_template, request, url_for
from flask_babel import gettext as _
from flask_security import auth_required, roles_accepted
from flask_wtf import FlaskForm
from itsdangerous import BadData, URLSafeTimedSerializer
from werkzeug.wrappers import Response as BaseResponse

from trustsurvey.errors import NotFound, StateError
from trustsurvey.questionnaire import keying
from trustsurvey.questionnaire.catalog import translated
from trustsurvey.questionnaire.layout import Question, parts
from trustsurvey.questionnaire.schema import Item, Kind
from trustsurvey.services.collect import collect
from trustsurvey.services.open_wave import AreaRow, WaveRow, areas_of, current_wave, open_surveys
from trustsurvey.web import invited, language, site
from trustsurvey.web.edge import site as this_site
from trustsurvey.web.edge import transaction
from trustsurvey.web.keyed import Keyed, differing, key
from trustsurvey.web.limits import once

blueprint = Blueprint("entry", __name__, url_prefix="/department/entry")
site.guard(blueprint, cache="no-store")

ROLES = ("entry", "admin")
HOURS = 8 * 3600
"""Seconds between the first and the second keying: a session's length."""

ASSETS = {"entry.css": "text/css", "entry.js": "text/javascript"}


class Token(FlaskForm):  # type: ignore[misc]
    """The token of the session."""


@dataclass(frozen=True, slots=True)
class Sitting:
    """A wave that is being typed in: its neighborhoods and questions, in the clerk's language."""

    wave: WaveRow
    areas: Sequence[AreaRow]
    questions: Sequence[Question]

    def numbers(self, item: Item) -> Sequence[str]:
        """What may be typed at ``item``."""
        if item.kind is Kind.AREA:
            return (*keying.place_numbers(self.areas), *([keying.OUTSIDE] if item.options else []))
        return tuple(keying.numbers(item))

    def leading(self, item: Item) -> Sequence[str]:
        """The numbers, at the question that ``item`` follows from, that lead to it."""
        if item.show_if is None:
            return ()
        before = self.wave.questionnaire.item(item.show_if.item)
        return [number for number, code in keying.numbers(before).items() if code in item.show_if.values]


@blueprint.after_request
def _policy(response: Response) -> Response:
    response.headers.setdefault("Content-Security-Policy", site.POLICY + "; script-src 'self'")
    return response


@blueprint.before_request
@auth_required("session")
@roles_accepted(*ROLES)
def _may_type() -> None:
    """Only those whose work it is."""


# ---------------------------------------------------------------- routes


@blueprint.get("/")
def surveys() -> str:
    """The surveys that take answers now."""
    with transaction() as connection:
        waves = open_surveys(connection)
    return render_template("department/entries.html", waves=waves)


@blueprint.get("/<survey>")
def first(survey: str) -> BaseResponse:
    """An empty form."""
    return _page(_sitting(survey), "first", done=request.args.get("done", ""))


@blueprint.post("/<survey>")
def typed(survey: str) -> BaseResponse:
    """One step on: from the first keying to the second, from there into the store, or to what differs."""
    sitting = _sitting(survey)
    if not Token().validate_on_submit():
        return _page(sitting, "first", status=422, alert=_("This page was open for too long. Please type the form again."))
    kept = _opened(sitting.wave)
    if not kept and request.form.get("step", "first") != "first":
        return _page(sitting, "first", status=422, alert=_("This page was open for too long. Please type the form again."))
    step = _step(kept)
    keyed = key(sitting.wave, sitting.areas, sitting.questions, _numbers(kept.get("agreed", {})))
    if keyed.faults or keyed.alert:
        return _page(sitting, step, keyed=keyed, kept=kept, status=422)
    if step == "first":
        return _page(sitting, "second", kept={"first": keyed.canonical})
    if step == "second" and (apart := differing(before := kept["first"], keyed.canonical)):
        agreed = {code: words for code, words in keyed.typed.items() if code not in apart}
        return _page(sitting, "settle", keyed=keyed, kept={"agreed": agreed, "pairs": _pairs(before, keyed, apart)})
    return _store(sitting, step, keyed, kept)


@blueprint.get("/static/<name>")
def asset(name: str) -> Response:
    """The page's own style and script."""
    if name not in ASSETS:
        abort(404)
    text = (resources.files("trustsurvey.web") / "static" / name).read_text(encoding="utf-8")
    return Response(text, mimetype=ASSETS[name])


# ---------------------------------------------------------------- steps


def _sitting(survey: str) -> Sitting:
    """Raises NotFound for a survey that isn't open."""
    with transaction() as connection:
        wave = current_wave(connection, survey)
        if wave is None or not wave.is_open:
            raise NotFound(f"{survey} takes no answers now")
        areas = areas_of(connection, wave)
    shown = translated(wave.questionnaire, language.source_lookup)
    laid = parts(wave.questionnaire, shown, language.current(), comment=False)
    return Sitting(wave, areas, [question for part in laid for block in part.blocks for question in block.questions])


def _step(kept: Mapping[str, Any]) -> str:
    """Where the form stands: what was sealed says so, and not the page, so that nothing is stored that was typed once."""
    return "first" if not kept else "second" if "first" in kept else "settle"


def _numbers(agreed: Mapping[str, str]) -> dict[str, str]:
    """What was typed, by item; what both keyings agree on stands already."""
    return {name[2:]: value for name, value in request.form.items() if name.startswith("k-")} | dict(agreed)


def _store(sitting: Sitting, step: str, keyed: Keyed, kept: Mapping[str, Any]) -> BaseResponse:
    """Put it where every response goes. A button pressed twice stores once: each form's seal is its own."""
    if keyed.outside:
        return _next(sitting.wave, "outside")
    try:
        with once() as anew, transaction() as connection:
            if anew:
                invited.admit(connection, sitting.wave, request.form)
                collect(connection, sitting.wave, area=keyed.area, answers=keyed.answers, mode="paper")
    except invited.NotAdmittedError as error:
        heading, text = error.refusal.words
        return _page(sitting, step, keyed=keyed, kept=kept, status=422, alert=f"{heading}\n{text}")
    except StateError as error:
        raise NotFound(f"{sitting.wave.survey.code} takes no answers now") from error
    if anew:
        this_site().settle()
    return _next(sitting.wave, "stored")


def _next(wave: WaveRow, done: str) -> BaseResponse:
    return redirect(url_for("entry.first", survey=wave.survey.code, done=done, **site.kept()), code=303)


def _pairs(before: Mapping[str, Any], keyed: Keyed, apart: Sequence[str]) -> dict[str, tuple[str, str]]:
    """Both numbers of each item that differs, as typed."""
    return {code: (keyed.numbers(code, before.get(code)), keyed.numbers(code, keyed.canonical.get(code))) for code in apart}


# ---------------------------------------------------------------- what travels in the page


def _seals() -> URLSafeTimedSerializer:
    return URLSafeTimedSerializer(str(current_app.config["SECRET_KEY"]), salt="entry")


def _sealed(wave: WaveRow, kept: Mapping[str, Any]) -> str:
    return str(_seals().dumps({"wave": wave.id, "one": secrets.token_urlsafe(9), **kept}))


def _opened(wave: WaveRow) -> dict[str, Any]:
    """What came back with the form; empty when it is forged, too old, or of another wave."""
    try:
        found = _seals().loads(request.form.get("kept", ""), max_age=HOURS)
    except BadData:
        return {}
    return dict(found) if isinstance(found, dict) and found.get("wave") == wave.id else {}


def _page(
    sitting: Sitting,
    step: str,
    *,
    keyed: Keyed | None = None,
    kept: Mapping[str, Any] | None = None,
    status: int = 200,
    alert: str = "",
    done: str = "",
) -> Response:
    kept = kept or {}
    pairs = kept.get("pairs", {})
    asked = [question for question in sitting.questions if step != "settle" or question.item.code in pairs]
    return make_response(
        render_template(
            "department/entry.html",
            wave=sitting.wave,
            questions=asked,
            step=step,
            focus=next(iter(keyed.faults if keyed and keyed.faults and status == 422 else [question.item.code for question in asked])),
            keyed=keyed if status == 422 else None,
            alert=alert or (keyed.alert if keyed and status == 422 else ""),
            sealed=_sealed(sitting.wave, kept) if step != "first" else "",
            pairs=pairs,
            token=Token(),
            numbers=sitting.numbers,
            leading=sitting.leading,
            done=done,
        ),
        status,
    )
