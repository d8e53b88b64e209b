"""A release as a file to take away."""

from __future__ import annotations

import threading

from flask import Response, current_app, request

from trustsurvey.analysis.release import Release
from trustsurvey.publish import chosen, export, file_name
from trustsurvey.web import language
from trustsurvey.web.edge import site
from trustsurvey.web.kept import Kept
from trustsurvey.web.made import Failed, Made, Making

LARGE = frozenset({"pdf"})
"""Formats that take seconds: made in a process of their own, kept as files for all processes."""

PATIENCE = 2.0
"""Seconds that staff wait for a file before a page says how far it is; ``app.config["PATIENCE"]`` where that is set."""

PUBLIC_PATIENCE = 20.0
"""Seconds that a program waits; ``app.config["PUBLIC_PATIENCE"]`` where that is set."""

WAITING = 2
"""Programs that may wait in one process: its other threads answer residents meanwhile."""

_files = Kept(24)
_waiting = threading.BoundedSemaphore(WAITING)


def made() -> Made:
    """The files that this installation keeps."""
    settings = site().settings
    return Made(settings.instance / "made", settings.translations)


def download(release: Release, kind: str, *, attachment: bool) -> Response | Making | Failed:
    """The release in the format ``kind`` and the language of this page, with its media type and, as an ``attachment``, a file name.

    For a ``LARGE`` format: how far it is when it isn't there in time, or when ``WAITING`` others wait already.
    """
    patience = current_app.config.get("PUBLIC_PATIENCE", PUBLIC_PATIENCE)
    if kind in LARGE and _waiting.acquire(blocking=False):
        try:
            return _asked(release, kind, patience=patience, attachment=attachment)
        finally:
            _waiting.release()
    return _asked(release, kind, patience=0, attachment=attachment)


def asked(release: Release, kind: str) -> Response | Making | Failed:
    """The same as an attachment for staff, who are shown how far it is once they have waited ``PATIENCE``."""
    return _asked(release, kind, patience=current_app.config.get("PATIENCE", PATIENCE), attachment=True)


def _asked(release: Release, kind: str, *, patience: float, attachment: bool) -> Response | Making | Failed:
    locale, catalog = language.current(), language.catalog()
    if kind not in LARGE:
        return _sent(
            release, kind, _files.get(release, catalog, kind, lambda: export(release, kind, locale, catalog)), attachment=attachment
        )
    found = made().ask(release, kind, locale.code, patience=patience)
    return _sent(release, kind, found, attachment=attachment) if isinstance(found, bytes) else found


def _sent(release: Release, kind: str, content: bytes, *, attachment: bool) -> Response:
    response = Response(content, content_type=chosen(kind).media_type)
    if attachment:
        response.headers["Content-Disposition"] = f'attachment; filename="{file_name(release, kind, language.current())}"'
    response.vary.add("Accept-Language")
    response.add_etag(weak=True)
    response.make_conditional(request)
    return response
