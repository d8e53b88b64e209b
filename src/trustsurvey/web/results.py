"""Public results: what everyone may read of the latest release. Nothing here knows more than a Release."""

from __future__ import annotations

import gzip
from collections.abc import Callable

from flask import Blueprint, Response, make_response, render_template, request, url_for

from trustsurvey.errors import NotFound
from trustsurvey.publish import charts, notes, text
from trustsurvey.publish.edition import Edition
from trustsurvey.services import read_releases
from trustsurvey.web import exports, language, result_pages, site
from trustsurvey.web.edge import transaction
from trustsurvey.web.kept import Kept

blueprint = Blueprint("results", __name__)
site.guard(blueprint, cache="public, max-age=300")

PACKED = frozenset({"text/html", "text/csv", "application/json", "application/geo+json"})

_pages = Kept(400)


@blueprint.get("/results/<survey>")
def overview(survey: str) -> Response | str:
    """The whole city and every neighborhood, by the latest release."""
    edition = _edition(survey)
    if edition is None:
        return _nothing_yet(survey)
    return _page(edition, "results/overview.html", lambda: {"page": result_pages.overview(edition)})


@blueprint.get("/results/<survey>/<area>")
def neighborhood(survey: str, area: str) -> Response | str:
    """One neighborhood beside the city."""
    edition = _edition(survey)
    if edition is None:
        return _nothing_yet(survey)
    if area not in edition.areas:
        raise NotFound(f"{survey} has no neighborhood {area!r}")
    return _page(edition, "results/neighborhood.html", lambda: {"page": result_pages.neighborhood(edition, area)}, area=area)


@blueprint.get("/api/v1/surveys/<survey>/releases/latest")
def latest(survey: str) -> Response:
    """The latest release as JSON."""
    return _take(survey, "json")


@blueprint.get("/api/v1/surveys/<survey>/releases/latest.<any(csv, geojson, xlsx, pdf):kind>")
def latest_as(survey: str, kind: str) -> Response:
    """The latest release in another format."""
    return _take(survey, kind)


@blueprint.after_request
def pack(response: Response) -> Response:
    """Compress what is text. Everything here is public, so its length gives nothing away."""
    if response.mimetype in PACKED and response.status_code == 200:
        response.vary.add("Accept-Encoding")
        if request.accept_encodings.quality("gzip") > 0:
            response.set_data(gzip.compress(response.get_data(), 6, mtime=0))
            response.headers["Content-Encoding"] = "gzip"
    return response


def _take(survey: str, kind: str) -> Response:
    with transaction() as connection:
        release = read_releases.latest(connection, survey)
    if release is None:
        raise NotFound(f"{survey} has no release yet")
    response = exports.download(release, kind, attachment=kind in ("xlsx", "pdf"))
    response.headers["Access-Control-Allow-Origin"] = "*"  # public figures, read with no account
    return response


def _edition(survey: str) -> Edition | None:
    with transaction() as connection:
        release = read_releases.latest(connection, survey)
    return None if release is None else Edition(release, language.current(), language.catalog())


def _nothing_yet(survey: str) -> str:
    with transaction() as connection:
        found, wave = read_releases.awaited(connection, survey)
    notice = wave.notices.get(language.current().code) if wave else None
    return render_template("results/none.html", survey=found, wave=wave, notice=notice)


def _page(edition: Edition, template: str, found: Callable[[], dict[str, object]], *, area: str = "") -> Response:
    """The page ``template`` of ``found``, made once for each release, language and way of naming the language."""
    release = edition.release

    def link(code: str) -> str:
        return url_for("results.neighborhood", survey=release.survey, area=code, **site.kept())

    def make() -> bytes:
        return render_template(
            template,
            edition=edition,
            release=release,
            survey=release.survey,
            text=text,
            charts=charts,
            notes=notes.notes(edition),
            sample=notes.sample_kind(edition),
            standing=result_pages.standing,
            link=link,
            area=area,
            **found(),
        ).encode()

    response = make_response(_pages.get(release, edition.catalog, f"{bool(site.kept())} {template} {area}", make))
    response.add_etag(weak=True)
    response.make_conditional(request)
    return response
