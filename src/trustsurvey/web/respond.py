"""The resident's pages: the open surveys, the questionnaire, sending it, and what is kept.

They work without a cookie, a script or a second request. Nothing about the visitor is read but the language that the browser asks for, and
nothing about anyone is written but the answers.
"""

from __future__ import annotations

import gzip
import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from importlib import resources
from typing import Any

from flask import Blueprint, Flask, Response, abort, current_app, make_response, redirect, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.datastructures import MultiDict
from werkzeug.exceptions import HTTPException
from werkzeug.wrappers import Response as BaseResponse

from trustsurvey.errors import StateError
from trustsurvey.i18n.locales import Locale, negotiate
from trustsurvey.questionnaire.catalog import translated
from trustsurvey.services.collect import collect, is_first
from trustsurvey.services.open_wave import AreaRow, WaveRow, areas_of, open_surveys
from trustsurvey.web import beside, fonts, invited, language, layout, offline, prerendered, scripts, security, sending
from trustsurvey.web.asked import Alert, form_of, read, refused, said_in, tickets, wave_of
from trustsurvey.web.edge import site, transaction
from trustsurvey.web.forms import SurveyForm, area_list, strangers
from trustsurvey.web.limits import once

bp = Blueprint("respond", __name__)

FORM = "application/x-www-form-urlencoded"

ERRORS = (400, 403, 404, 405, 413, 415, 422, 500)
"""Errors that have a page of their own."""


def init_app(app: Flask) -> None:
    """Register the pages, and the error pages of every address that no other part of the site answers for."""
    app.extensions["trustsurvey.tickets"] = security.Tickets(str(app.config["SECRET_KEY"]))
    app.extensions["trustsurvey.pages"] = prerendered.Pages()
    app.register_blueprint(bp)
    app.register_blueprint(scripts.blueprint)
    app.register_blueprint(sending.blueprint)
    app.register_blueprint(offline.blueprint)
    app.register_blueprint(fonts.blueprint)
    for status in ERRORS:
        app.register_error_handler(status, error_page)


# ---------------------------------------------------------------- routes


@bp.get("/")
def surveys() -> Response:
    """The surveys that take answers now."""
    with transaction() as connection:
        waves = [shown for wave in open_surveys(connection) if (shown := language.offers().as_offered(wave)).locales]
    offers = [
        Offer(wave, Locale(code), translated(wave.questionnaire, language.source_lookup).title)
        for wave in waves
        for code in [negotiate(language.current().code, wave.locales)]
    ]
    offered = [Locale(code) for code in language.offered_here()]
    response = _page("respond/surveys.html", offers=offers, offered=offered, synthetic=any(wave.survey.synthetic for wave in waves))
    response.vary.add("Accept-Language")
    return response


@bp.get("/s/<survey>")
def start(survey: str) -> BaseResponse:
    """To the survey in the reader's language."""
    with transaction() as connection:
        wave = wave_of(connection, survey)
    locale = negotiate(request.headers.get("Accept-Language", ""), wave.locales)
    response = redirect(url_for("respond.questionnaire", survey=survey, locale=locale), code=303)
    response.vary.add("Accept-Language")
    return response


@bp.get("/s/<survey>/<locale>")
def questionnaire(survey: str, locale: str) -> BaseResponse:
    """The whole questionnaire, the same bytes for everyone who opens it within an hour."""
    with transaction() as connection:
        wave = wave_of(connection, survey, locale)
        if locale not in wave.locales:  # it waits for its translators: to a language that doesn't
            return abort(404) if not wave.locales else redirect(url_for("respond.start", survey=survey), code=303)
        if not wave.is_open:
            return _closed(wave)
        pages: prerendered.Pages = current_app.extensions["trustsurvey.pages"]
        source = prerendered.Source(wave, language.catalog(), tickets().window)
        return pages.serve(source, lambda: _form_page(wave, form_of(wave, areas_of(connection, wave), None)))


@bp.post("/s/<survey>/<locale>")
def answer(survey: str, locale: str) -> BaseResponse:
    """Store one person's answers; 422 with the answers kept when something is wrong with them."""
    wave, areas = read(survey, locale)
    if not wave.is_open:
        return _closed(wave, unsent=True)
    form = form_of(wave, areas, request.form)
    if form.area.is_outside:
        return _survey_page("respond/outside.html", wave)
    valid = form.validate()
    unasked = strangers(form, request.form, beside=("key", *invited.fields(wave)))
    if not valid or unasked or form.is_empty:
        return _form_page(wave, form, status=422, unasked=unasked)
    try:
        with once() as first, transaction() as connection:
            if first and _is_first(connection, wave):
                invited.admit(connection, wave, request.form)
                collect(connection, wave, area=form.area.code, answers=form.applicable, comment=form.comment)
    except invited.NotAdmittedError as error:
        return _form_page(wave, form, status=422, refusal=error.refusal)
    except StateError:  # closed while the page was being sent
        return _closed(wave, unsent=True)
    if first:
        site().answered(wave, locale)
    return redirect(url_for("respond.thanks", survey=survey, locale=locale), code=303)


def _is_first(connection: Any, wave: WaveRow) -> bool:
    """Whether the script's key, when the form brings one, is new: the answers may have arrived before by the script itself."""
    key = request.form.get("key", "")
    return not sending.KEY.fullmatch(key) or is_first(connection, wave, key)


@bp.post("/s/<survey>/pass")
def exchange(survey: str) -> Response:
    """A blind signature for an invitation's code, for the page's script."""
    with transaction() as connection:
        wave = wave_of(connection, survey)
    if wave.pass_public is None:
        abort(404)
    return invited.exchange(wave, request.form)


@bp.post("/s/<survey>/<locale>/language")
def change_language(survey: str, locale: str) -> Response:
    """The same page in the language named by ``to``, with the answers kept on it. Nothing is stored."""
    wave, areas = read(survey, locale)
    sent = MultiDict(request.form)
    to = sent.get("to", "")
    known = to in wave.locales
    if known:
        language.use(to)
    if not wave.is_open:
        return _closed(wave, unsent=True)
    typed = (area_list(areas, site().catalogs[code]).find(sent.get("area", "")) for code in (locale, *wave.locales))
    if (found := next(filter(None, typed), None)) is not None:
        sent["area"] = found.code  # a name typed in one language means the same place in the other
    return _form_page(wave, form_of(wave, areas, sent), status=200 if known else 422)


@bp.get("/s/<survey>/<locale>/language")
def language_again(survey: str, locale: str) -> BaseResponse:
    """Someone opened the address itself: to the survey."""
    return redirect(url_for("respond.questionnaire", survey=survey, locale=locale), code=303)


@bp.get("/s/<survey>/<locale>/thanks")
def thanks(survey: str, locale: str) -> Response:
    """Where sending leads."""
    wave, _areas = read(survey, locale)
    return _survey_page("respond/thanks.html", wave, back="respond.thanks", scripts=("respond.js", "forget.js"))


@bp.get("/s/<survey>/<locale>/privacy")
def privacy(survey: str, locale: str) -> Response:
    """What is kept and what isn't, in plain words."""
    wave, _areas = read(survey, locale)
    return _survey_page("respond/privacy.html", wave, back="respond.privacy")


# ---------------------------------------------------------------- what is refused before a route runs


for _status in ERRORS:
    bp.register_error_handler(_status, lambda error: error_page(error))  # before those that another part sets for the whole site


@bp.before_request
def _only_our_own_form() -> None:
    if request.method != "POST":
        return
    if security.is_foreign(request):
        abort(403)
    if request.content_length is not None and request.content_length > site().settings.max_body:
        abort(413)
    if request.mimetype != FORM:
        abort(415)
    request.form  # noqa: B018 - reads the body now, up to the limit
    if request.content_length is None:
        request.stream.read(1)  # a body without a stated length is cut at the limit in silence; reading on raises 413


@bp.after_request
def _finish(response: Response) -> Response:
    return _squeezed(security.harden(response, https=site().settings.require_https))


def _squeezed(response: Response) -> Response:
    """Gzip for who takes it. ``mtime=0``: the bytes are the same for everyone."""
    if response.mimetype == "text/html" and "Content-Encoding" not in response.headers:
        response.vary.add("Accept-Encoding")
        if request.accept_encodings.quality("gzip") > 0:
            response.set_data(gzip.compress(response.get_data(), 9, mtime=0))
            response.headers["Content-Encoding"] = "gzip"
    return response


# ---------------------------------------------------------------- pages


@dataclass(frozen=True, slots=True)
class Offer:
    """An open survey in the list: its wave, the language it opens in, and its name in the reader's."""

    wave: WaveRow
    locale: Locale
    title: str


def _form_page(
    wave: WaveRow,
    form: SurveyForm,
    *,
    status: int = 200,
    unasked: bool = False,
    refusal: invited.Refusal | None = None,
    alert: Alert | None = None,
) -> Response:
    rules = layout.reveal_css(wave.questionnaire)
    reveal = f"@supports selector(:has(*)){{{rules}}}" if rules else ""
    if status == 422:
        alert = refused(form, unasked=unasked, refusal=refusal)
    named: dict[str, Any] = {"form": form, "alert": alert, "reveal": reveal, "more": scripts.address()}
    named["invitation"] = invited.invitation(wave, request.form, refusal=refusal)
    named["recorded"] = beside.recorded(wave, language.current().code)
    if wave.pass_public is not None:
        named["scripts"] = ("respond.js", "pass.min.js")
    return _survey_page("respond/survey.html", wave, status=status, **named)


def _closed(wave: WaveRow, *, unsent: bool = False) -> Response:
    """The survey is over. ``unsent``: someone just pressed Send, and must know that nothing was sent."""
    return _survey_page("respond/closed.html", wave, status=410 if unsent else 200, unsent=unsent)


def _survey_page(template: str, wave: WaveRow, *, back: str = "respond.questionnaire", status: int = 200, **named: Any) -> Response:
    """A page of ``wave``. ``back`` is the route that shows it in another language."""
    said = said_in(wave)
    named |= {"wave": wave, "said": said, "notice": said.notice, "back": back, "synthetic": wave.survey.synthetic}
    return _page(template, status=status, offered=[Locale(code) for code in wave.locales], **named)


def drawn(wave: WaveRow, areas: Sequence[AreaRow], page: str) -> str:
    """The page ``page`` (``survey``, ``thanks`` or ``privacy``) of ``wave``, as a resident would get it, for a translator to look at."""
    if page == "survey":
        return _form_page(wave, form_of(wave, areas, None)).get_data(as_text=True)
    return _survey_page(f"respond/{page}.html", wave, back=f"respond.{page}").get_data(as_text=True)


def _page(template: str, *, status: int = 200, reveal: str = "", scripts: Sequence[str] = ("respond.js",), **named: Any) -> Response:
    style = security.inline("style", _static("respond.css") + fonts.rule(language.current().code) + reveal)
    script = security.inline("script", "".join(_static(name) for name in scripts))
    settings = site().settings
    return make_response(render_template(template, style=style, script=script, exit_url=settings.exit_url, **named), status)


@lru_cache
def _static(name: str) -> str:
    """A file of ``static/``, without comments and line breaks: it travels inside every page."""
    text = (resources.files("trustsurvey.web") / "static" / name).read_text(encoding="utf-8")
    return re.sub(r"/\*.*?\*/|\n\s*", "", text, flags=re.DOTALL)


# ---------------------------------------------------------------- error pages


@bp.errorhandler(429)
def too_many(error: HTTPException) -> Response:
    """More from one address than is let through. What was being sent stays on the page: going back would lose it."""
    if request.endpoint not in ("respond.answer", "respond.change_language"):
        return error_page(error)
    try:
        _only_our_own_form()
        wave, areas = read(**(request.view_args or {}))
    except HTTPException as refused:
        return error_page(refused)
    if not wave.is_open:
        return _closed(wave, unsent=True)
    words = _("Many people are sending at once, so nothing was sent yet. Please wait a minute first. Your answers are still here.")
    response = _form_page(wave, form_of(wave, areas, request.form), status=429, alert=Alert(_("Please press Send again"), words))
    response.headers["Retry-After"] = "60"
    return response


def error_page(error: HTTPException) -> Response:
    """What went wrong, in the reader's language, and that nothing was stored."""
    status = error.code or 500
    if error.response is not None or status < 400:  # a redirect that the routing itself makes
        return make_response(error.get_response())
    heading, text = _words(status)
    response = _page("errors/error.html", status=status, heading=heading, text=text, offered=[], synthetic=False)
    response.vary.add("Accept-Language")
    if status == 405:
        response.headers.update({name: value for name, value in error.get_headers() if name == "Allow"})
    return _squeezed(security.harden(response, https=site().settings.require_https))


def _words(status: int) -> tuple[str, str]:
    match status:
        case 403:
            return _("This was not sent"), _("Another website tried to send this form. Nothing was stored. Please open the survey itself.")
        case 404:
            return _("There is no page here"), _("Please check the address, or scan the code again.")
        case 405:
            return _("This page can’t be used like that"), _("Please go back, or open the survey again.")
        case 413:
            return _("This was too much to send"), _("Nothing was stored. Please go back and shorten your text.")
        case 415:
            return _("This was not sent by our page"), _("Nothing was stored. Please open the survey and press Send there.")
        case 422:
            return _("We could not read this"), _("Nothing was stored. Please go back and try again.")
        case 429:
            return _("Many people are here at once"), _("Please wait a minute, then open this page again.")
        case _ if status < 500:
            return _("We did not understand this"), _("Nothing was stored. Please go back and try again.")
    return _("Something went wrong on our side"), _("Please try again in a few minutes. If you pressed Send, go back and press it again.")
