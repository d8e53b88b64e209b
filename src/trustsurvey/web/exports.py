"""A release as a file to take away."""

from __future__ import annotations

from flask import Response, request

from trustsurvey.analysis.release import Release
from trustsurvey.publish import chosen, export, file_name
from trustsurvey.web import language
from trustsurvey.web.kept import Kept

_files = Kept(24)


def download(release: Release, kind: str, *, attachment: bool) -> Response:
    """The release in the format ``kind`` and the language of this page, with its media type and, as an ``attachment``, a file name."""
    locale, catalog = language.current(), language.catalog()
    response = Response(
        _files.get(release, catalog, kind, lambda: export(release, kind, locale, catalog)), content_type=chosen(kind).media_type
    )
    if attachment:
        response.headers["Content-Disposition"] = f'attachment; filename="{file_name(release, kind, locale)}"'
    response.vary.add("Accept-Language")
    response.add_etag(weak=True)
    response.make_conditional(request)
    return response
