"""A release as a file to take away."""

from __future__ import annotations

from flask import Response, current_app, request

from trustsurvey.analysis.release import Release
from trustsurvey.publish import chosen, export, file_name
from trustsurvey.web import language
from trustsurvey.web.edge import site
from trustsurvey.web.kept import Kept
from trustsurvey.web.made import Failed, Made, Making

LARGE = frozenset({"pdf"})
"""Formats that take seconds: kept as files for all processes, and made in the background for who can be shown how far it is."""

PATIENCE = 2.0
"""Seconds that one waits for a file before a page says how far it is; ``app.config["PATIENCE"]`` where that is set."""

_files = Kept(24)


def made() -> Made:
    """The files that this installation keeps."""
    settings = site().settings
    return Made(settings.instance / "made", settings.translations)


def download(release: Release, kind: str, *, attachment: bool) -> Response:
    """The release in the format ``kind`` and the language of this page, with its media type and, as an ``attachment``, a file name."""
    locale, catalog = language.current(), language.catalog()

    def make() -> bytes:
        return export(release, kind, locale, catalog)

    content = made().get(release, kind, locale.code, make) if kind in LARGE else _files.get(release, catalog, kind, make)
    return _sent(release, kind, content, attachment=attachment)


def asked(release: Release, kind: str) -> Response | Making | Failed:
    """The same as an attachment; for a ``LARGE`` format that isn't there yet, how far it is once the reader has waited ``PATIENCE``."""
    if kind not in LARGE:
        return download(release, kind, attachment=True)
    found = made().ask(release, kind, language.current().code, patience=current_app.config.get("PATIENCE", PATIENCE))
    return _sent(release, kind, found, attachment=True) if isinstance(found, bytes) else found


def _sent(release: Release, kind: str, content: bytes, *, attachment: bool) -> Response:
    response = Response(content, content_type=chosen(kind).media_type)
    if attachment:
        response.headers["Content-Disposition"] = f'attachment; filename="{file_name(release, kind, language.current())}"'
    response.vary.add("Accept-Language")
    response.add_etag(weak=True)
    response.make_conditional(request)
    return response
