"""Public results: what everyone may read of the latest release. Nothing here knows more than a Release."""

from __future__ import annotations

from collections.abc import Callable

from flask import Blueprint, Response, make_response, render_template, request, url_for

from trustsurvey.errors import NotFound
from trustsurvey.publish import charts, notes, text
from trustsurvey.publish.edition import Edition
from trustsurvey.services import read_releases
from trustsurvey.web import language, result_pages, site
from trustsurvey.web.edge import transaction
from trustsurvey.web.kept import Kept

blueprint = Blueprint("results", __name__)
site.guard(blueprint, cache="public, max-age=300")
blueprint.after_request(site.packed)

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
