"""The translators' workbench: what is missing, each text beside its source, the real page in the draft language, and who reviewed.

``code`` in an address is the language that is worked on; the page itself speaks the reader's language. Catalogues are written by
``services.edit_wording`` alone, which checks every change; no page here reads anything that a resident sent.
"""

from __future__ import annotations

import hashlib
from dataclasses import replace
from functools import lru_cache
from importlib import resources
from typing import Any

from flask import Blueprint, Response, abort, make_response, redirect, render_template, request, url_for
from flask_babel import gettext as _
from flask_security import auth_required, current_user
from flask_wtf import FlaskForm
from werkzeug.wrappers import Response as BaseResponse

from trustsurvey.errors import CatalogError, Conflict, StateError
from trustsurvey.i18n.checks import faulty_forms, placeholders, plural_count
from trustsurvey.i18n.locales import Locale
from trustsurvey.i18n.plural_examples import plural_examples
from trustsurvey.services import edit_wording
from trustsurvey.services.edit_wording import Shown
from trustsurvey.web import language, roles, site, translate_preview
from trustsurvey.web import translate_pages as pages
from trustsurvey.web.edge import site as this_site
from trustsurvey.web.edge import transaction
from trustsurvey.web.marked import Key
from trustsurvey.web.translate_pages import Filter, Written

blueprint = Blueprint("translate", __name__, url_prefix="/translate")

POLICY = site.POLICY + "; script-src 'self'; frame-src 'self'"

ASSETS = {"translate.css": "text/css", "framed.css": "text/css", "translate.js": "text/javascript"}

DOMAIN = '<any("questionnaire", "messages", "areas"):domain>'


class Token(FlaskForm):  # type: ignore[misc]
    """The token of the session, for forms whose fields depend on the language."""


def guard(workbench: Blueprint) -> None:
    """Only translators come in, and each only to their languages."""
    site.guard(workbench, cache="no-store")

    @workbench.before_request
    def _keep_what_was_written() -> Response | None:
        if request.method != "POST" or current_user.is_authenticated:
            return None  # a redirect to the sign-in page would lose the form; this page can be sent again
        return site.message(
            401,
            _("You have been signed out"),
            _("Sign in again in another window. Then reload this page: it sends what you wrote once more, and nothing is lost."),
        )

    @workbench.before_request
    @auth_required("session")
    def _may_translate() -> Response | None:
        code = (request.view_args or {}).get("code")
        if code is not None and code not in pages.LANGUAGES:
            return site.not_found()
        may = roles.languages(current_user, pages.LANGUAGES) if code is None else roles.translates(current_user, code)
        return None if may else site.forbidden()

    @workbench.after_request
    def _policy(response: Response) -> Response:
        response.headers.setdefault("Content-Security-Policy", POLICY)
        return response

    plain = {"token": Token, "named": Locale, "pieces": pages.pieces}
    workbench.context_processor(lambda: {**plain, "domain_titles": pages.domain_titles(), "here": _kept, "asset": asset_address})


guard(blueprint)


# ---------------------------------------------------------------- what there is to do


@blueprint.get("/")
def overview() -> str:
    """Each language of this account: how far it is, and what keeps it from residents."""
    with transaction() as connection:
        found = {code: pages.progress(connection, code) for code in roles.languages(current_user, pages.LANGUAGES)}
    return render_template(
        "translate/overview.html",
        progress=found,
        draft={code: not this_site().catalogs.is_reviewed(code) for code in found},
        held={code: pages.held(progress) for code, progress in found.items()},
        faults={code: this_site().catalogs.faults(code) for code in found},
    )


@blueprint.get("/<code>")
def entries(code: str) -> str:
    """The texts of one language, what residents see first."""
    chosen = Filter.of(request.args)
    with transaction() as connection:
        listed = [one for one in pages.everything(connection, code) if chosen.takes(one)]
        progress = pages.progress(connection, code)
    last = max(1, -(-len(listed) // pages.PAGE))
    number = min(max(request.args.get("page", 1, type=int), 1), last)
    return render_template(
        "translate/entries.html",
        code=code,
        target=Locale(code),
        chosen=chosen,
        shown=listed[(number - 1) * pages.PAGE : number * pages.PAGE],
        total=len(listed),
        number=number,
        last=last,
        progress=progress,
        faults=this_site().catalogs.faults(code),
        show_titles=pages.show_titles(),
    )


# ---------------------------------------------------------------- one text


@blueprint.get(f"/<code>/{DOMAIN}/<entry_id>")
def entry(code: str, domain: str, entry_id: str) -> Response:
    """One text beside its source and all that helps to translate it. ``proposed``: what a file said instead, to be looked at and saved."""
    with transaction() as connection:
        shown = edit_wording.entry(connection, this_site().settings.translations, code, domain, entry_id)
        proposed = tuple(request.args.getlist("proposed"))
        if len(proposed) != _count(shown, code):
            return _entry_page(connection, code, shown, None)
        return _entry_page(connection, code, shown, Written(proposed, shown.entry.forms), theirs=shown.entry.forms)


@blueprint.post(f"/<code>/{DOMAIN}/<entry_id>")
def save(code: str, domain: str, entry_id: str) -> BaseResponse:
    """Keep what was written, if it is without faults and nobody wrote something else meanwhile; else show both, and lose neither."""
    folders, me = this_site().settings.translations, int(current_user.id)
    with pages.changing(code) as connection:
        shown = edit_wording.entry(connection, folders, code, domain, entry_id)
        typed = pages.written(shown.entry, request.form, _count(shown, code))
        if not Token().validate_on_submit():
            return _entry_page(connection, code, shown, typed, status=422, late=True)
        following = pages.neighbors(_listed(connection, code), entry_id, domain)[1]
        accepted = request.form.getlist("accept")
        try:
            edit_wording.save(
                connection,
                folders,
                locale=code,
                domain=domain,
                entry_id=entry_id,
                forms=typed.forms,
                expected=typed.expected,
                account=me,
                day=pages.today(),
                reason=typed.reason,
                accepted=accepted,
            )
        except Conflict as conflict:
            return _entry_page(connection, code, shown, typed, status=409, theirs=conflict.current)
        except CatalogError as error:
            return _entry_page(connection, code, shown, typed, status=422, refused=error)
    this_site().catalogs.refresh()
    if "next" not in request.form:
        return _to_entry(code, domain, entry_id, saved=f"{domain}/{entry_id}")
    if following is None:
        return redirect(url_for("translate.entries", code=code, **_kept()), code=303)
    return _to_entry(code, following.domain, following.entry.id, saved=f"{domain}/{entry_id}")


@blueprint.post(f"/<code>/{DOMAIN}/<entry_id>/undo/<int:revision>")
def undo(code: str, domain: str, entry_id: str, revision: int) -> BaseResponse:
    """Take the newest change of a text back."""
    _checked()
    folders, me = this_site().settings.translations, int(current_user.id)
    with pages.changing(code) as connection:
        shown = edit_wording.entry(connection, folders, code, domain, entry_id)
        known = {one.id for one in edit_wording.history(connection, locale=code, domain=domain, entry=shown.entry)}
        if revision not in known:
            abort(404)
        try:
            edit_wording.undo(connection, folders, revision, account=me, day=pages.today())
        except Conflict:
            return _not_now(_("It has been changed again since, so nothing was undone."))
    this_site().catalogs.refresh()
    return _to_entry(code, domain, entry_id)


# ---------------------------------------------------------------- review


@blueprint.post("/<code>/review")
def review_shown(code: str) -> BaseResponse:
    """Mark the texts that the form names as reviewed, but for one's own changes."""
    _checked()
    with pages.changing(code) as connection:
        for named in request.form.getlist("entry")[: pages.PAGE]:
            domain, _colon, entry_id = named.partition(":")
            if domain not in pages.DOMAINS:
                abort(422)
            try:
                _review(connection, code, domain, entry_id)
            except StateError:  # one's own: the page has said that it stays
                continue
    this_site().catalogs.refresh()
    return redirect(url_for("translate.entries", code=code, **_kept()), code=303)


@blueprint.post(f"/<code>/{DOMAIN}/review")
def review_domain(code: str, domain: str) -> BaseResponse:
    """Mark a whole file as reviewed: its header says so from now on."""
    _checked()
    folders, me = this_site().settings.translations, int(current_user.id)
    try:
        with pages.changing(code) as connection:
            part = next((one for one in pages.progress(connection, code) if one.domain == domain), None)
            if part is None or part.translated < part.total or part.faulty:  # since the page with the button was made
                return _not_now(pages.show_titles()["faulty" if part and part.faulty else "missing"])
            edit_wording.review(connection, folders, locale=code, domain=domain, account=me, day=pages.today())
    except StateError:
        return _not_now(_("You wrote this yourself. Someone else has to review it."))
    this_site().catalogs.refresh()
    return redirect(url_for("translate.overview", **site.kept()), code=303)


@blueprint.post(f"/<code>/{DOMAIN}/<entry_id>/review")
def review_entry(code: str, domain: str, entry_id: str) -> BaseResponse:
    """Mark one text as reviewed and go to the next."""
    _checked()
    try:
        with pages.changing(code) as connection:
            following = pages.neighbors(_listed(connection, code), entry_id, domain)[1]
            _review(connection, code, domain, entry_id)
    except StateError:
        return _not_now(_("You wrote this yourself. Someone else has to review it."))
    this_site().catalogs.refresh()
    if following is None:
        return redirect(url_for("translate.entries", code=code, **_kept()), code=303)
    return _to_entry(code, following.domain, following.entry.id)


def _review(connection: Any, code: str, domain: str, entry_id: str) -> None:
    folders, me = this_site().settings.translations, int(current_user.id)
    edit_wording.review_entry(connection, folders, locale=code, domain=domain, entry_id=entry_id, account=me, day=pages.today())


# ---------------------------------------------------------------- the real page


@blueprint.get("/<code>/preview")
@blueprint.get("/<code>/preview/<survey>/<page>")
def preview(code: str, survey: str = "", page: str = "") -> str:
    """The real page on a phone's width, and every text that stands on it. ``at`` names the entry to look at."""
    reader = language.current()
    with transaction() as connection:
        sights = translate_preview.sights(connection)
        sight = translate_preview.sight_named(connection, survey) if survey else sights[0]
        known = {one.entry.key: one for one in pages.everything(connection, code)}
    wanted = request.args.get("page", "survey")
    page = page or (wanted if wanted in sight.pages else "survey")
    if page not in sight.pages:
        abort(404)
    made = translate_preview.make(code, sight, page, lambda _key: None)
    language.use(reader.code)
    return render_template(
        "translate/preview.html",
        code=code,
        target=Locale(code),
        sights=sights,
        sight=sight,
        page=page,
        page_titles=translate_preview.page_titles(),
        shown=[known[key] for key in made.shown if key in known],
        at=request.args.get("at", ""),
    )


@blueprint.get("/<code>/page/<survey>/<page>")
def framed(code: str, survey: str, page: str) -> Response:
    """The page inside the frame."""
    kept = site.kept()
    with transaction() as connection:
        sight = translate_preview.sight_named(connection, survey)
        known = {one.entry.key: one for one in pages.everything(connection, code)}
    if page not in sight.pages:
        abort(404)

    def address(key: Key) -> tuple[str, str] | None:
        if (one := known.get(key)) is None:
            return None
        return one.entry.id, url_for("translate.entry", code=code, domain=one.domain, entry_id=one.entry.id, **kept)

    return translate_preview.answer(translate_preview.make(code, sight, page, address))


@blueprint.get("/static/<name>")
def asset(name: str) -> Response:
    """The workbench's own sheets and script."""
    if name not in ASSETS:
        abort(404)
    response = make_response(_asset(name))
    response.mimetype = ASSETS[name]
    response.headers["Cache-Control"] = "private, max-age=31536000, immutable" if request.args.get("v") else "no-cache"
    return response


@lru_cache
def _asset(name: str) -> bytes:
    return (resources.files("trustsurvey.web") / "static" / name).read_bytes()


def asset_address(name: str) -> str:
    """Its address, which changes with its content."""
    return url_for("translate.asset", name=name, v=hashlib.sha256(_asset(name)).hexdigest()[:12])


# ---------------------------------------------------------------- what the routes share


def _checked() -> None:
    """Refuse a form without the session's token."""
    if not Token().validate_on_submit():
        abort(403)


def _kept() -> dict[str, Any]:
    """The filter and the reader's language, as links carry them."""
    return {**Filter.of(request.args).kept, **site.kept()}


def _listed(connection: Any, code: str) -> list[Shown]:
    chosen = Filter.of(request.args)
    return [one for one in pages.everything(connection, code) if chosen.takes(one)]


def _count(shown: Shown, code: str) -> int:
    return plural_count(code) if shown.entry.plural else 1


def _to_entry(code: str, domain: str, entry_id: str, *, saved: str = "") -> BaseResponse:
    named = {**_kept(), "saved": saved} if saved else _kept()
    return redirect(url_for("translate.entry", code=code, domain=domain, entry_id=entry_id, **named), code=303)


def _not_now(text: str) -> Response:
    return site.message(409, _("This can’t be done now"), text)


def _entry_page(
    connection: Any,
    code: str,
    shown: Shown,
    typed: Written | None,
    *,
    status: int = 200,
    late: bool = False,
    theirs: tuple[str, ...] | None = None,
    refused: CatalogError | None = None,
) -> Response:
    """The page of one text. ``typed`` is what was sent and not saved: it stays in the fields. ``theirs``: what somebody saved meanwhile."""
    folders, me = this_site().settings.translations, int(current_user.id)
    current = (*shown.entry.forms, *[""] * _count(shown, code))[: _count(shown, code)]
    fields = typed or Written(current, current)
    if theirs is not None:
        fields = replace(fields, expected=theirs)
    findings = pages.findings(code, replace(shown.entry, forms=fields.forms), refused) if any(fields.forms) else ()
    fields = replace(fields, findings=findings)
    before, after = pages.neighbors(_listed(connection, code), shown.entry.id, shown.domain)
    history = edit_wording.history(connection, locale=code, domain=shown.domain, entry=shown.entry)
    others = edit_wording.others(folders, shown.domain, shown.entry.id, [one for one in pages.LANGUAGES if one != code])
    page = render_template(
        "translate/entry.html",
        code=code,
        target=Locale(code),
        shown=shown,
        entry=shown.entry,
        fields=fields,
        examples=plural_examples(code) if shown.entry.plural else ("",),
        unsaved=typed is not None,
        late=late,
        theirs=theirs,
        before=before,
        after=after,
        others=others,
        earlier=pages.earlier(shown.entry),
        keep=sorted(placeholders(shown.entry.msgid)),
        faulty=faulty_forms(replace(shown.entry, forms=fields.forms)),
        terms=pages.terms(code, shown.entry),
        steps=pages.steps(history, me),
        own=bool(history) and history[0].account == me and history[0].reviewed is None,
        sight=pages.sight_of(shown.entry),
    )
    return make_response(page, status)
