"""The department's pages: what has been released, in every format and language. Staff see no more figures than the public does."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import ParamSpec, TypeVar

from flask import Blueprint, Response, make_response, redirect, render_template, url_for
from flask_security import auth_required, roles_accepted
from flask_wtf import FlaskForm
from werkzeug.wrappers import Response as BaseResponse

from trustsurvey.analysis.release import Release
from trustsurvey.errors import NotFound
from trustsurvey.i18n.locales import Locale
from trustsurvey.publish import FORMATS
from trustsurvey.publish.edition import Edition
from trustsurvey.services import read_releases
from trustsurvey.web import exports, fieldwork, language, release_pages, site
from trustsurvey.web.edge import site as this_site
from trustsurvey.web.edge import transaction
from trustsurvey.web.frames import Frame
from trustsurvey.web.made import Failed

blueprint = Blueprint("department", __name__, url_prefix="/department")
site.guard(blueprint, cache="no-store")
blueprint.after_request(site.with_script)

ROLES = ("department", "admin")
P = ParamSpec("P")
R = TypeVar("R")


class AgainForm(FlaskForm):  # type: ignore[misc]
    """Nothing but the token that a form of ours carries."""


def staff(view: Callable[P, R]) -> Callable[P, R]:
    """For those alone who are signed in as the department."""
    guarded: Callable[P, R] = auth_required("session")(roles_accepted(*ROLES)(view))
    return wraps(view)(guarded)


@blueprint.get("/")
@staff
def overview() -> str:
    """Every survey: its waves, and its releases newest first."""
    with transaction() as connection:
        surveys = read_releases.listing(connection)
        progress = fieldwork.open_waves(connection)
    locales = tuple(Locale(code) for code in this_site().catalogs.locales())
    editions = {
        found.survey.code: [Edition(release, language.current(), language.catalog()) for release in found.releases] for found in surveys
    }
    return render_template("department/overview.html", surveys=surveys, editions=editions, locales=locales, progress=progress)


@blueprint.get("/<survey>/releases/<int:number>")
@staff
def release(survey: str, number: int) -> str:
    """The whole city and every neighborhood, by one release."""
    return release_pages.overview(_edition(survey, number), Frame(survey, number))


@blueprint.get("/<survey>/releases/<int:number>/areas/<area>")
@staff
def neighborhood(survey: str, number: int, area: str) -> str:
    """One neighborhood beside the city, by one release."""
    edition = _edition(survey, number)
    release_pages.known_area(edition, area)
    return release_pages.neighborhood(edition, Frame(survey, number), area)


@blueprint.get("/<survey>/releases/<int:number>/compare")
@staff
def compare(survey: str, number: int) -> str:
    """Two neighborhoods side by side, by one release."""
    edition = _edition(survey, number)
    return release_pages.compare(edition, Frame(survey, number), release_pages.chosen_areas(edition))


@blueprint.get("/<survey>/releases/<int:number>/waves")
@staff
def waves(survey: str, number: int) -> str:
    """Two waves side by side, up to that of one release."""
    edition = _edition(survey, number)
    return release_pages.waves(edition, Frame(survey, number), release_pages.chosen_waves(edition))


@blueprint.get("/<survey>/releases/<int:number>/<kind>")
@staff
def download(survey: str, number: int, kind: str) -> Response:
    """One release in one format; ``?locale=`` names the language. What takes longer than two seconds is made in the background."""
    found = exports.asked(_known(survey, number, kind), kind)
    if isinstance(found, Response):
        return found
    failed = isinstance(found, Failed)
    edition = _edition(survey, number)
    page = render_template(
        "department/making.html", edition=edition, found=found, failed=failed, again=AgainForm(), at=Frame(survey, number), kind=kind
    )
    response = make_response(page, 500 if failed else 202)
    if not isinstance(found, Failed):
        response.headers["Progress"] = f"{found.step}/{found.steps}"
    return response


@blueprint.post("/<survey>/releases/<int:number>/<kind>")
@staff
def again(survey: str, number: int, kind: str) -> BaseResponse:
    """Make a file anew that couldn't be made."""
    wanted = _known(survey, number, kind)
    if AgainForm().validate_on_submit():
        exports.made().forget(wanted, kind, language.current().code)
    return redirect(url_for("department.download", survey=survey, number=number, kind=kind, locale=language.current().code), code=303)


def _known(survey: str, number: int, kind: str) -> Release:
    if kind not in FORMATS:
        raise NotFound(f"there is no format {kind!r}")
    return _release(survey, number)


def _release(survey: str, number: int) -> Release:
    if number > 2**31 - 1:
        raise NotFound(f"there is no release {number} of {survey}")
    with transaction() as connection:
        return read_releases.numbered(connection, survey, number)


def _edition(survey: str, number: int) -> Edition:
    return Edition(_release(survey, number), language.current(), language.catalog())
