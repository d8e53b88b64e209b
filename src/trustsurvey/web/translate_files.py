"""Translations as files: to an editor or an agency and back. What would change is shown before anything does."""

from __future__ import annotations

import base64
import binascii
from dataclasses import replace

from flask import Blueprint, Response, abort, make_response, redirect, render_template, request, url_for
from flask_security import current_user
from werkzeug.utils import secure_filename
from werkzeug.wrappers import Response as BaseResponse

from trustsurvey.errors import CatalogError
from trustsurvey.i18n import checks
from trustsurvey.i18n.locales import Locale
from trustsurvey.i18n.pofiles import LARGEST
from trustsurvey.services import edit_wording, exchange_wording
from trustsurvey.services.exchange_wording import Imported
from trustsurvey.web import site, translate
from trustsurvey.web import translate_pages as pages
from trustsurvey.web.edge import site as this_site
from trustsurvey.web.edge import transaction

blueprint = Blueprint("translate_files", __name__, url_prefix="/translate")

KINDS = {"po": "text/x-gettext-translation", "xlf": "application/xliff+xml"}


@blueprint.before_request
def _larger_forms() -> None:
    """A catalogue is larger than anything a resident may send; base64 makes it larger by a third."""
    request.max_content_length = request.max_form_memory_size = 2 * LARGEST


translate.guard(blueprint)


@blueprint.get("/<code>/files")
def files(code: str) -> Response:
    """What there is to take, and where to bring it back."""
    return _files(code)


@blueprint.get(f"/<code>/{translate.DOMAIN}.<any('po', 'xlf'):kind>")
def download(code: str, domain: str, kind: str) -> Response:
    """One part of the language as a file."""
    export = exchange_wording.export_po if kind == "po" else exchange_wording.export_xliff
    with transaction() as connection:
        response = make_response(export(connection, this_site().settings.translations, code, domain))
    response.mimetype = KINDS[kind]
    response.headers["Content-Disposition"] = f'attachment; filename="{domain}-{code}.{kind}"'
    return response


@blueprint.post("/<code>/upload")
def upload(code: str) -> Response:
    """What the file would change; nothing is changed yet."""
    if not translate.Token().validate_on_submit():
        return _files(code, status=422, late=True)
    sent = request.files.get("file")
    data = sent.read() if sent is not None else b""
    name = secure_filename(sent.filename or "") if sent is not None else ""
    try:
        return _shown(code, _take(code, data, name, apply=False), data, name)
    except CatalogError as error:
        return _files(code, status=422, refused=error)


@blueprint.post("/<code>/upload/apply")
def apply(code: str) -> BaseResponse:
    """Take what the page before has shown: all of it, or nothing."""
    if not translate.Token().validate_on_submit():
        return _files(code, status=422, late=True)
    name = secure_filename(request.form.get("name", ""))
    try:
        data = base64.b64decode(request.form.get("data", ""), validate=True)
        found = _take(code, data, name, apply=True)
    except binascii.Error:
        abort(422)
    except CatalogError as error:
        return _files(code, status=422, refused=error)
    this_site().catalogs.refresh()
    if found.conflicts:
        return _shown(code, replace(found, changed=()), data, name)
    return redirect(url_for("translate.entries", code=code, part=request.form["domain"], **site.kept()), code=303)


def _shown(code: str, found: Imported, data: bytes, name: str) -> Response:
    domain = request.form["domain"]
    with transaction() as connection:
        standing = edit_wording.entries(connection, this_site().settings.translations, code, domain)
    page = render_template(
        "translate/upload.html",
        code=code,
        target=Locale(code),
        found=found,
        before={one.entry.id: one.entry.forms for one in standing},
        name=name,
        domain=domain,
        style=request.form.get("style", ""),
        data=base64.b64encode(data).decode(),
    )
    return make_response(page)


def _take(code: str, data: bytes, name: str, *, apply: bool) -> Imported:
    domain = request.form.get("domain", "")
    if domain not in pages.DOMAINS:
        abort(422)
    with pages.changing(code) if apply else transaction() as connection:
        return exchange_wording.import_file(
            connection,
            this_site().settings.translations,
            locale=code,
            domain=domain,
            data=data,
            name=name or "file",
            account=int(current_user.id),
            day=pages.today(),
            accepted=checks.STYLE if request.form.get("style") else (),
            apply=apply,
        )


def _files(code: str, *, status: int = 200, refused: CatalogError | None = None, late: bool = False) -> Response:
    page = render_template(
        "translate/files.html", code=code, target=Locale(code), faults=this_site().catalogs.faults(code), refused=refused, late=late
    )
    return make_response(page, status)
