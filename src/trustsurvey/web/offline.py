"""What a phone fetches only when its owner chose to keep the answers on it, or for a kiosk: the worker, the manifest, the icon.

None of it is on a page that is just answered; ``static/respond/send.js`` and ``kiosk.js`` ask for it.
"""

from __future__ import annotations

import gzip
import json
from functools import lru_cache
from importlib import resources

import brotli  # type: ignore[import-untyped,unused-ignore]
from flask import Blueprint, Response, request, url_for
from werkzeug.exceptions import HTTPException

from trustsurvey.web import language, scripts, security
from trustsurvey.web.asked import said_in, wave_of
from trustsurvey.web.edge import site, transaction

blueprint = Blueprint("offline", __name__)

ICON = (
    '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 72 72"><path fill="#5c2350" d="M0 0h72v72H0z"/>'
    '<g fill="none" stroke="#fff" stroke-width="3" stroke-linejoin="round"><path d="M13 21h46v32H13zl23 18 23-18"/></g>'
    '<circle cx="36" cy="37" r="5" fill="#fff"/></svg>'
)
"""The sealed envelope of the thank-you page. It says nothing of what the survey asks about."""


@blueprint.get("/s/worker.js")
def worker() -> Response:
    """The service worker of all surveys of this site: shows kept pages without a network, and sends what waits when it is back."""
    response = scripts.packed(_worker(), "text/javascript")
    security.allow("connect", "'self'")
    return response


@lru_cache
def _worker() -> dict[str, bytes]:
    folder = resources.files("trustsurvey.web") / "static"
    source = scripts.minified("outbox") + (folder / "worker.min.js").read_text(encoding="utf-8").split("\n", 1)[1]
    plain = f'(()=>{{"use strict";{source}}})()'.encode()
    return {"br": brotli.compress(plain, mode=brotli.MODE_TEXT, quality=11), "gzip": gzip.compress(plain, 9, mtime=0), "": plain}


@blueprint.get("/s/manifest.webmanifest")
def manifest() -> Response:
    """Makes the survey ``survey`` in ``locale`` an app for an outreach table; 404 for one that isn't there."""
    code, locale = request.args.get("survey", ""), request.args.get("locale", "")
    with transaction() as connection:
        wave = wave_of(connection, code, locale)
    title = said_in(wave).questionnaire.title
    made = {
        "name": title,
        "short_name": title,
        "lang": language.current().tag,
        "dir": language.current().direction,
        "start_url": url_for("respond.questionnaire", survey=code, locale=locale, kiosk=locale),
        "scope": "/s/",
        "display": "standalone",
        "background_color": "#f4efe8",
        "theme_color": "#f4efe8",
        "icons": [{"src": url_for("offline.icon"), "sizes": "any", "type": "image/svg+xml", "purpose": "any maskable"}],
    }
    return Response(json.dumps(made, ensure_ascii=False), mimetype="application/manifest+json")


@blueprint.get("/s/icon.svg")
def icon() -> Response:
    """The icon of a survey that is installed as an app."""
    return Response(ICON, mimetype="image/svg+xml")


@blueprint.errorhandler(404)
def _missing(_error: HTTPException) -> Response:
    return Response(status=404)


@blueprint.after_request
def _finish(response: Response) -> Response:
    return security.harden(response, https=site().settings.require_https)
