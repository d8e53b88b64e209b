"""The public API, version 1: releases as data, for anyone and from any page. Only what has been released, and no account.

``openapi.json`` describes it; a fault is an RFC 9457 problem, in JSON.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from functools import lru_cache
from http import HTTPStatus
from typing import Any

from flask import Blueprint, Flask, Response, request, url_for
from flask_limiter import RateLimitExceeded
from werkzeug.exceptions import HTTPException
from werkzeug.wrappers import Response as BaseResponse

from trustsurvey import __version__
from trustsurvey.analysis.release import Release, json_schema
from trustsurvey.errors import NotFound
from trustsurvey.publish import FORMATS
from trustsurvey.services import read_releases
from trustsurvey.services.read_releases import ReleaseRow
from trustsurvey.web import exports, language, site
from trustsurvey.web.edge import transaction
from trustsurvey.web.made import Failed

blueprint = Blueprint("api", __name__, url_prefix="/api/v1")

PER_PAGE, MOST = 20, 100
AGAIN = 5  # seconds
KINDS = tuple(sorted(FORMATS.keys() - {"json"}))
KIND = f"<any({', '.join(repr(kind) for kind in KINDS)}):kind>"
JSON = "application/json"


def init_app(app: Flask, page: Callable[[HTTPException], BaseResponse]) -> None:
    """Register the API. Beneath its prefix an address that isn't there is a problem in JSON; ``page`` answers for all others, and for the
    address that residents send their answers to, of which no browser may keep a trace."""

    def not_there(error: HTTPException) -> BaseResponse:
        public = request.path.startswith(f"{blueprint.url_prefix}/") and not request.path.endswith("/responses")
        return _finish(_fault(error)) if public else page(error)

    app.register_blueprint(blueprint)
    for status in (404, 405):
        app.register_error_handler(status, not_there)


# ---------------------------------------------------------------- routes


@blueprint.get("/openapi.json")
def openapi() -> Response:
    """What there is to ask, as OpenAPI 3.1."""
    return _json(_description())


@blueprint.get("/surveys/<survey>/releases")
def releases(survey: str) -> Response:
    """The releases of a survey, newest first, by pages of ``per_page`` (1 to 100)."""
    page, size = _whole("page", 1, 1_000_000), _whole("per_page", PER_PAGE, MOST)
    with transaction() as connection:
        rows = read_releases.rows(connection, survey)
    shown = rows[(page - 1) * size : page * size]
    pages = max(1, -(-len(rows) // size))
    response = _json({"total": len(rows), "page": page, "pages": pages, "releases": [_row(row) for row in shown]})
    beside = {"next": page + 1 if page < pages else None, "prev": min(page - 1, pages) if page > 1 else None}
    links = [
        f'<{url_for("api.releases", survey=survey, page=number, per_page=size)}>; rel="{name}"' for name, number in beside.items() if number
    ]
    if links:
        response.headers["Link"] = ", ".join(links)
    return response


@blueprint.get("/surveys/<survey>/releases/latest")
def latest(survey: str) -> Response:
    """The newest release, whole, as JSON."""
    return _take(_newest(survey), "json")


@blueprint.get(f"/surveys/<survey>/releases/latest.{KIND}")
def latest_as(survey: str, kind: str) -> Response:
    """The newest release in another format."""
    return _take(_newest(survey), kind)


@blueprint.get("/surveys/<survey>/releases/<int:number>")
def numbered(survey: str, number: int) -> Response:
    """Release ``number``, whole, as JSON."""
    return _take(_numbered(survey, number), "json")


@blueprint.get(f"/surveys/<survey>/releases/<int:number>.{KIND}")
def numbered_as(survey: str, number: int, kind: str) -> Response:
    """Release ``number`` in another format."""
    return _take(_numbered(survey, number), kind)


# ---------------------------------------------------------------- what every answer has


@blueprint.before_request
def _known_locale() -> None:
    named = request.args.get("locale")
    if named is not None and named not in language.offered_here():
        raise NotFound(f"there is no locale {named!r}; there are: {', '.join(language.offered_here())}")


@blueprint.after_request
def _finish(response: Response) -> Response:
    response.headers.setdefault("Cache-Control", "public, max-age=300")
    response.headers["Access-Control-Allow-Origin"] = "*"  # public figures, read with no account
    response.headers["Access-Control-Expose-Headers"] = "ETag, Link, Retry-After"
    if request.method == "OPTIONS":  # a browser asks first when a page sends If-None-Match
        response.headers["Access-Control-Allow-Methods"] = "GET, HEAD, OPTIONS"
        response.headers["Access-Control-Allow-Headers"] = "If-None-Match"
        response.headers["Access-Control-Max-Age"] = "86400"
    return site.harden(site.packed(response))


@blueprint.errorhandler(NotFound)
def _missing(error: NotFound) -> Response:
    return _problem(HTTPStatus.NOT_FOUND, str(error))


@blueprint.errorhandler(429)
def _too_many(error: RateLimitExceeded) -> Response:
    response = _problem(HTTPStatus.TOO_MANY_REQUESTS, f"one address may ask {error.description}; ask again later")
    seconds = error.limit.limit.get_expiry() if error.limit else 60
    response.headers["Retry-After"] = str(seconds)
    response.headers["Cache-Control"] = "no-store"
    return response


@blueprint.errorhandler(HTTPException)
def _fault(error: HTTPException) -> Response:
    response = _problem(HTTPStatus(error.code or 500), error.description or "")
    response.headers.update({name: value for name, value in error.get_headers() if name == "Allow"})
    return response


def _problem(status: HTTPStatus, detail: str) -> Response:
    body = {"type": "about:blank", "title": status.phrase, "status": status.value, "detail": detail}
    return Response(json.dumps(body, ensure_ascii=False), status=status.value, content_type="application/problem+json")


def _json(body: Any) -> Response:
    response = Response(json.dumps(body, ensure_ascii=False), content_type=JSON)
    response.add_etag(weak=True)
    response.make_conditional(request)
    return response


def _take(release: Release, kind: str) -> Response:
    found = exports.download(release, kind, attachment=kind not in ("json", "csv", "geojson"))
    if isinstance(found, Response):
        return found
    if isinstance(found, Failed):
        exports.made().forget(release, kind, language.current().code)  # whoever asks next has it tried again
        response = _problem(HTTPStatus.INTERNAL_SERVER_ERROR, "this file could not be made")
    else:
        response = _problem(HTTPStatus.SERVICE_UNAVAILABLE, "this file is being made; ask again in a few seconds")
        response.headers["Retry-After"] = str(AGAIN)
    response.headers["Cache-Control"] = "no-store"
    return response


def _newest(survey: str) -> Release:
    with transaction() as connection:
        release = read_releases.latest(connection, survey)
    if release is None:
        raise NotFound(f"{survey} has no release yet")
    return release


def _numbered(survey: str, number: int) -> Release:
    if number > 2**31 - 1:
        raise NotFound(f"there is no release {number} of {survey}")
    with transaction() as connection:
        return read_releases.numbered(connection, survey, number)


def _whole(name: str, default: int, most: int) -> int:
    text = request.args.get(name, str(default))
    if not (text.isascii() and text.isdigit() and len(text) <= 7 and 1 <= int(text) <= most):
        raise _BadParameter(f"{name} is {text!r}; it must be a whole number from 1 to {most}")
    return int(text)


class _BadParameter(HTTPException):
    code = 400


def _row(row: ReleaseRow) -> dict[str, Any]:
    base = url_for("api.numbered", survey=row.survey, number=row.number)
    return {
        "number": row.number,
        "wave": row.wave,
        "label": row.label,
        "released": row.released.isoformat(),
        "href": base,
        "formats": {kind: f"{base}.{kind}" for kind in KINDS},
    }


# ---------------------------------------------------------------- OpenAPI


@lru_cache
def _description() -> dict[str, Any]:
    schema = json_schema()
    definitions = {name: _moved(part) for name, part in schema.pop("$defs").items()}
    definitions["Release"] = _moved({key: value for key, value in schema.items() if key != "$schema"})
    definitions |= {"Releases": _LIST, "Problem": _PROBLEM, "Stored": _STORED, "Refused": _REFUSED}
    survey = {"name": "survey", "in": "path", "required": True, "schema": {"type": "string"}, "description": "Code of the survey"}
    number = {"name": "number", "in": "path", "required": True, "schema": {"type": "integer", "minimum": 0}}
    locale = {"name": "locale", "in": "query", "schema": {"type": "string"}, "description": "Language of names and of the PDF"}
    pages = [
        {"name": "page", "in": "query", "schema": {"type": "integer", "minimum": 1, "maximum": 1_000_000, "default": 1}},
        {"name": "per_page", "in": "query", "schema": {"type": "integer", "minimum": 1, "maximum": MOST, "default": PER_PAGE}},
    ]
    paths: dict[str, Any] = {
        "/api/v1/openapi.json": _get("This description", [], {JSON: {"schema": {"type": "object"}}}, missing=False),
        "/api/v1/surveys/{survey}/releases": _get(
            "Releases, newest first; the Link header leads to the next and the previous page",
            [survey, *pages, locale],
            {JSON: {"schema": {"$ref": "#/components/schemas/Releases"}}},
            bad=True,
        ),
    }
    for which, parameters in (("latest", [survey, locale]), ("{number}", [survey, number, locale])):
        whole = {JSON: {"schema": {"$ref": "#/components/schemas/Release"}}}
        paths[f"/api/v1/surveys/{{survey}}/releases/{which}"] = _get("A release, whole", parameters, whole)
        for kind in KINDS:
            media = FORMATS[kind].media_type.partition(";")[0]
            paths[f"/api/v1/surveys/{{survey}}/releases/{which}.{kind}"] = _get(
                f"A release as {kind}", parameters, {media: {}}, later=kind in exports.LARGE
            )
    paths["/api/v1/surveys/{survey}/responses"] = {"post": _SENDING | {"parameters": [survey, *_SENDING["parameters"]]}}
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "trustsurvey",
            "version": __version__,
            "description": "Figures of community-trust surveys, each with n, an interval and a flag. Only what has been released.",
        },
        "paths": paths,
        "components": {"schemas": definitions},
    }


_LIST: dict[str, Any] = {
    "type": "object",
    "required": ["total", "page", "pages", "releases"],
    "properties": {
        "total": {"type": "integer", "minimum": 0},
        "page": {"type": "integer", "minimum": 1},
        "pages": {"type": "integer", "minimum": 1},
        "releases": {
            "type": "array",
            "items": {
                "type": "object",
                "required": ["number", "wave", "label", "released", "href", "formats"],
                "properties": {
                    "number": {"type": "integer"},
                    "wave": {"type": "integer"},
                    "label": {"type": "string"},
                    "released": {"type": "string", "format": "date"},
                    "href": {"type": "string"},
                    "formats": {"type": "object", "additionalProperties": {"type": "string"}},
                },
            },
        },
    },
}

_PROBLEM: dict[str, Any] = {
    "type": "object",
    "required": ["type", "title", "status", "detail"],
    "properties": {
        "type": {"type": "string"},
        "title": {"type": "string"},
        "status": {"type": "integer"},
        "detail": {"type": "string"},
    },
}

_ANSWERS: dict[str, Any] = {
    "type": "object",
    "description": "Values by item code, as the form of the page names them; `area` is the neighborhood.",
    "additionalProperties": {"type": "array", "items": {"type": "string"}},
}

_SENDING: dict[str, Any] = {
    "summary": "One person's answers, from the survey's own page",
    "description": "For the page's own script: another site's page is refused, no cookie is read or set, and the ticket is the page's.",
    "parameters": [
        {
            "name": "Idempotency-Key",
            "in": "header",
            "required": True,
            "description": "Random, made on the phone, the same until the answers are taken: they count once",
            "schema": {"type": "string", "pattern": "^[A-Za-z0-9_-]{16,64}$"},
        }
    ],
    "requestBody": {
        "required": True,
        "content": {
            JSON: {
                "schema": {
                    "type": "object",
                    "required": ["locale", "ticket", "answers"],
                    "additionalProperties": False,
                    "properties": {
                        "locale": {"type": "string", "description": "Language of the page, and of what comes back"},
                        "ticket": {"type": "string"},
                        "mode": {"enum": ["web", "kiosk"], "default": "web"},
                        "pass": {"type": "string", "description": "Where an invitation is needed"},
                        "answers": _ANSWERS,
                    },
                }
            }
        },
    },
    "responses": {
        "201": {"description": "Stored", "content": {JSON: {"schema": {"$ref": "#/components/schemas/Stored"}}}},
        "200": {"description": "Stored before, under the same key", "content": {JSON: {"schema": {"$ref": "#/components/schemas/Stored"}}}},
        "422": {
            "description": "Something is wrong with the answers: `errors` says what, by item code, in the page's language",
            "content": {"application/problem+json": {"schema": {"$ref": "#/components/schemas/Refused"}}},
        },
    }
    | {
        status: {"description": why, "content": {"application/problem+json": {"schema": {"$ref": "#/components/schemas/Problem"}}}}
        for status, why in {
            "400": "Not what the page's script sends, or no `Idempotency-Key`",
            "403": "Sent by another site's page",
            "404": "There is no such survey, or not in this language",
            "410": "The survey is closed",
            "413": "Too large",
            "415": "Not JSON",
            "429": "Too many requests",
        }.items()
    },
}

_STORED: dict[str, Any] = {"type": "object", "required": ["status"], "properties": {"status": {"const": "stored"}}}

_REFUSED: dict[str, Any] = {
    "allOf": [{"$ref": "#/components/schemas/Problem"}],
    "properties": {
        "stale": {"type": "boolean", "description": "The ticket is too old; the page has a new one"},
        "errors": {
            "type": "object",
            "additionalProperties": {
                "type": "object",
                "required": ["number", "found", "remedy"],
                "properties": {"number": {"type": "string"}, "found": {"type": "string"}, "remedy": {"type": "string"}},
            },
        },
    },
}


def _get(
    summary: str, parameters: list[Any], content: dict[str, Any], *, missing: bool = True, bad: bool = False, later: bool = False
) -> dict[str, Any]:
    problem = {"application/problem+json": {"schema": {"$ref": "#/components/schemas/Problem"}}}
    etag = {"ETag": {"description": "Send it back as If-None-Match", "schema": {"type": "string"}}}
    responses: dict[str, Any] = {
        "200": {"description": summary, "headers": etag, "content": content},
        "304": {"description": "Not changed since (If-None-Match)", "headers": etag},
    }
    if bad:
        responses["400"] = {"description": "A parameter is out of range", "content": problem}
    if missing:
        responses["404"] = {"description": "There is no such survey, release or locale", "content": problem}
    wait = {"Retry-After": {"description": "Seconds", "schema": {"type": "integer", "minimum": 1}}}
    responses["429"] = {"description": "Too many requests from one address", "headers": wait, "content": problem}
    if later:
        responses["503"] = {"description": "The file is being made", "headers": wait, "content": problem}
    return {"get": {"summary": summary, "parameters": parameters, "responses": responses}}


def _moved(part: Any) -> Any:
    """The schema with its references pointing at where OpenAPI keeps them."""
    if isinstance(part, dict):
        return {
            key: f"#/components/schemas/{value.removeprefix('#/$defs/')}" if key == "$ref" else _moved(value) for key, value in part.items()
        }
    return [_moved(piece) for piece in part] if isinstance(part, list) else part
