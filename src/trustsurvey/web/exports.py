"""A release as a file to take away. A file is made once: a release never changes."""

from __future__ import annotations

import hashlib
import threading
from collections import OrderedDict

from flask import Response, request

from trustsurvey.analysis import release as releases
from trustsurvey.analysis.release import Release
from trustsurvey.publish import chosen, export, file_name
from trustsurvey.web import language

KEPT = 48
"""Files kept in memory, the last used: the latest release in every format and a few languages."""

_Key = tuple[str, str, str]
_files: OrderedDict[_Key, bytes] = OrderedDict()
_lock = threading.Lock()


def download(release: Release, kind: str, *, attachment: bool) -> Response:
    """The release in the format ``kind`` and the language of this page, with its media type and, as an ``attachment``, a file name."""
    body = _made(release, kind)
    response = Response(body, content_type=chosen(kind).media_type)
    if attachment:
        response.headers["Content-Disposition"] = f'attachment; filename="{file_name(release, kind, language.current())}"'
    response.add_etag()
    response.vary.add("Accept-Language")
    response.make_conditional(request)
    return response


def _made(release: Release, kind: str) -> bytes:
    content = hashlib.sha256(releases.to_json(release)).hexdigest()
    key = (content, kind, language.current().code)
    with _lock:
        if key in _files:
            _files.move_to_end(key)
            return _files[key]
    made = export(release, kind, language.current(), language.catalog())
    with _lock:
        _files[key] = made
        while len(_files) > KEPT:
            _files.popitem(last=False)
    return made
