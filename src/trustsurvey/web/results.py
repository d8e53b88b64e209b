"""Public results: what everyone may read of the latest release. Nothing here knows more than releases do."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence

from flask import Blueprint, Response, make_response, render_template, request

from trustsurvey.analysis.release import Release
from trustsurvey.errors import NotFound
from trustsurvey.publish.edition import Edition
from trustsurvey.services import read_releases
from trustsurvey.web import language, previews, release_pages, site
from trustsurvey.web.edge import transaction
from trustsurvey.web.frames import Frame
from trustsurvey.web.kept import Kept

blueprint = Blueprint("results", __name__)
site.guard(blueprint, cache="public, max-age=300")
blueprint.after_request(site.packed)
blueprint.after_request(site.with_script)

_pages = Kept(400)
HOST = re.compile(r"[A-Za-z0-9.:\[\]-]+")


@blueprint.get("/results/<survey>")
def overview(survey: str) -> Response | str:
    """The whole city and every neighborhood, by the latest release."""
    edition = _edition(survey)
    return _nothing_yet(survey) if edition is None else _page(edition, "overview", lambda: release_pages.overview(edition, _frame(edition)))


@blueprint.get("/results/<survey>/compare")
def compare(survey: str) -> Response | str:
    """Two neighborhoods side by side: ``area`` and ``with``, or the form to choose them."""
    edition = _edition(survey)
    if edition is None:
        return _nothing_yet(survey)
    chosen = release_pages.chosen_areas(edition)
    return _page(edition, f"compare {chosen}", lambda: release_pages.compare(edition, _frame(edition), chosen), asks=("area", "with"))


@blueprint.get("/results/<survey>/waves")
def waves(survey: str) -> Response | str:
    """Two waves side by side: ``from`` and ``to``, of the whole city or of ``area``; or the form to choose them."""
    edition = _edition(survey)
    if edition is None:
        return _nothing_yet(survey)
    chosen = release_pages.chosen_waves(edition)
    return _page(edition, f"waves {chosen}", lambda: release_pages.waves(edition, _frame(edition), chosen), asks=("from", "to", "area"))


@blueprint.get("/results/<survey>/<area>")
def neighborhood(survey: str, area: str) -> Response | str:
    """One neighborhood beside the city."""
    edition = _edition(survey)
    if edition is None:
        return _nothing_yet(survey)
    release_pages.known_area(edition, area)
    return _page(edition, f"area {area}", lambda: release_pages.neighborhood(edition, _frame(edition), area))


@blueprint.get("/results/<survey>/preview.png")
@blueprint.get("/results/<survey>/<area>/preview.png")
def preview(survey: str, area: str | None = None) -> Response:
    """What a message that links to the page shows of it: the finding, its interval and the number of answers, as a picture."""
    edition = _edition(survey)
    if edition is None:
        raise NotFound(f"{survey} has no release yet")
    if area is not None:
        release_pages.known_area(edition, area)
    return previews.picture(edition, area)


def _latest(survey: str) -> Release | None:
    with transaction() as connection:
        return read_releases.latest(connection, survey)


def _edition(survey: str) -> Edition | None:
    release = _latest(survey)
    return None if release is None else Edition(release, language.current(), language.catalog())


def _frame(edition: Edition) -> Frame:
    return Frame(edition.release.survey or "")


def _nothing_yet(survey: str) -> str:
    with transaction() as connection:
        found, wave = read_releases.awaited(connection, survey)
    notice = wave.notices.get(language.current().code) if wave else None
    return render_template("results/none.html", survey=found, wave=wave, notice=notice)


def _page(edition: Edition, what: str, make: Callable[[], str], *, asks: Sequence[str] = ()) -> Response:
    """A page, made once for each state of the survey's releases, language and way of naming the language.

    Its links to other languages repeat what the address asks for; so one that asks for more than ``asks`` is made for its reader alone. The
    address of its preview is whole, and so the only thing that depends on the name by which the server was asked for.
    """
    release = edition.release
    with transaction() as connection:
        numbers = [row.number for row in read_releases.waves_until(connection, release)]
    if set(request.args) <= {"locale", *asks}:
        kept = _pages.get(release, edition.catalog, f"{numbers} {bool(site.kept())} {what}", lambda: make().encode())
    else:
        kept = make().encode()
    host = request.host_url.rstrip("/") if HOST.fullmatch(request.host) else ""
    response = make_response(kept.replace(release_pages.HERE.encode(), host.encode()))
    response.add_etag(weak=True)
    response.make_conditional(request)
    return response
