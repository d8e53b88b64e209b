"""What the public's and the staff's pages share: style sheet, language line, headers, and the page that says what is wrong.

Nothing here runs on a resident's page, which brings its own.
"""

from __future__ import annotations

import gzip
import hashlib
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

from flask import Blueprint, Flask, Response, abort, make_response, render_template, request, url_for
from werkzeug.exceptions import HTTPException

from trustsurvey.errors import NotFound
from trustsurvey.i18n.locales import Locale, match
from trustsurvey.publish import charts
from trustsurvey.web import language
from trustsurvey.web.edge import site

blueprint = Blueprint("site", __name__)

SHEETS = (Path(charts.__file__).parent / "chart.css", Path(__file__).parent / "static" / "site.css")

ICON = (
    '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 32 32"><rect width="32" height="32" rx="6" fill="#0b5563"/>'
    '<path d="M5 16h22" stroke="#fff" stroke-width="3" stroke-linecap="round"/><circle cx="16" cy="16" r="6" fill="#fff"/></svg>'
)

SCRIPT = Path(__file__).parent / "static" / "results.min.js"

PACKED = frozenset({"text/html", "text/css", "text/javascript", "text/csv", "application/json", "application/geo+json"})

POLICY = "; ".join(
    (
        "default-src 'none'",
        "style-src 'self'",
        "img-src 'self'",
        "form-action 'self'",
        "base-uri 'none'",
        "frame-ancestors 'none'",
    )
)


@dataclass(frozen=True, slots=True)
class Choice:
    """One language that the page can be read in."""

    locale: Locale
    href: str
    current: bool


def guard(pages: Blueprint, *, cache: str) -> None:
    """Give every page of ``pages`` the headers, the check of its ``locale`` and this site's error pages; ``cache`` is ``Cache-Control``."""
    pages.before_request(known_locale)

    @pages.after_request
    def answer(response: Response) -> Response:
        response.headers.setdefault("Cache-Control", cache)
        return harden(response)

    add_error_pages(pages)


def add_error_pages(pages: Blueprint | Flask) -> None:
    pages.register_error_handler(NotFound, lambda _error: not_found())
    pages.register_error_handler(404, lambda _error: not_found())
    pages.register_error_handler(403, lambda _error: forbidden())
    pages.register_error_handler(405, _not_like_this)


def harden(response: Response) -> Response:
    """No script, no foreign content, no frame, no guessing of types, no trace of the address in what is followed from here."""
    headers = response.headers
    headers.setdefault("Content-Security-Policy", POLICY)
    headers["X-Content-Type-Options"] = "nosniff"
    headers["Referrer-Policy"] = "no-referrer"
    headers["Cross-Origin-Opener-Policy"] = "same-origin"
    if site().settings.require_https:
        headers["Strict-Transport-Security"] = "max-age=31536000; includeSubDomains"
    if response.mimetype == "text/html":
        headers["Content-Language"] = language.current().tag
        response.vary.add("Accept-Language")
    return response


def packed(response: Response) -> Response:
    """Compress what is text. Everything public may be: its length gives nothing away."""
    if response.mimetype in PACKED and response.status_code == 200 and "Content-Encoding" not in response.headers:
        response.vary.add("Accept-Encoding")
        if request.accept_encodings.quality("gzip") > 0:
            response.set_data(gzip.compress(response.get_data(), 6, mtime=0))
            response.headers["Content-Encoding"] = "gzip"
    return response


def with_script(response: Response) -> Response:
    """Allow the pages that have it this site's one script, and what it asks of this site."""
    if response.mimetype == "text/html":
        response.headers["Content-Security-Policy"] = f"{POLICY}; script-src 'self'; connect-src 'self'"
    return response


def known_locale() -> None:
    """404, in the language the browser asks for, when the address names a language that doesn't exist."""
    named = request.args.get("locale")
    if named is not None and match(named, language.offered_here()) is None:
        abort(404)


def kept() -> dict[str, Any]:
    """What every link of the page carries on: the language, when the address names it."""
    named = request.args.get("locale")
    return {"locale": language.current().code} if named and match(named, language.offered_here()) == language.current().code else {}


def here(**changed: Any) -> str:
    """The address of this page as we would write it, whatever stands there twice, but for what is ``changed``."""
    asked = {name: value for name, value in request.args.items() if not name.startswith("_")}  # those would steer url_for itself
    return url_for(request.endpoint or "", **{**asked, **(request.view_args or {}), **kept(), **changed})


def choices() -> tuple[Choice, ...]:
    """The page in each language, by its address; none where the address doesn't answer to a language."""
    if request.endpoint is None:
        return ()
    return tuple(Choice(Locale(code), here(locale=code), code == language.current().code) for code in language.offered_here())


def style_sheet() -> str:
    """Its address, which changes with its content, so that it may be kept for ever."""
    return url_for("site.sheet", v=_sheet()[1])


def script() -> str:
    """The address of the results' script, which changes with its content too."""
    return url_for("site.results_script", v=_script()[1])


@blueprint.get("/static/icon.svg")
def icon() -> Response:
    """The mark of an estimate: a dot on its interval."""
    response = Response(ICON, mimetype="image/svg+xml")
    response.headers["Cache-Control"] = "public, max-age=86400"
    return harden(response)


@lru_cache
def _sheet() -> tuple[bytes, str]:
    text = b"".join(path.read_bytes() for path in SHEETS)
    return text, hashlib.sha256(text).hexdigest()[:12]


@lru_cache
def _script() -> tuple[bytes, str]:
    text = SCRIPT.read_bytes()
    return text, hashlib.sha256(text).hexdigest()[:12]


@blueprint.get("/static/site.css")
def sheet() -> Response:
    """The charts' style sheet and the pages', in one file."""
    return _lasting(*_sheet(), "text/css")


@blueprint.get("/static/results.js")
def results_script() -> Response:
    """What makes the results pages handier: highlights, sorting, a filter. Every page works without it."""
    return _lasting(*_script(), "text/javascript")


def _lasting(text: bytes, fingerprint: str, mimetype: str) -> Response:
    response = Response(text, mimetype=mimetype)
    response.headers["Cache-Control"] = "public, max-age=31536000, immutable" if request.args.get("v") == fingerprint else "no-cache"
    return harden(packed(response))


def not_found() -> Response:
    return message(
        404,
        language.catalog().gettext("There is no such page"),
        language.catalog().gettext("The address may be mistyped, or what it named may not have been published."),
    )


def forbidden() -> Response:
    return message(
        403,
        language.catalog().gettext("This account may not see this page"),
        language.catalog().gettext("Ask whoever runs the survey to give your account the role it needs."),
    )


def _not_like_this(error: Exception) -> Response:
    found = message(
        405,
        language.catalog().gettext("This page can’t be used like that"),
        language.catalog().gettext("Go back and follow the link or send the form again."),
    )
    if isinstance(error, HTTPException):
        found.headers.update({name: value for name, value in error.get_headers() if name == "Allow"})
    return found


def message(status: int, title: str, text: str) -> Response:
    """A page that says one thing."""
    return harden(make_response(render_template("site/message.html", heading=title, text=text), status))


def init_app(app: Flask) -> None:
    """The style sheet, the script, and what the layout needs."""
    app.register_blueprint(blueprint)
    app.context_processor(lambda: {"kept": kept, "choices": choices, "style_sheet": style_sheet, "script": script})
