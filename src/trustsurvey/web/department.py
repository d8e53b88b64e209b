"""The department's pages: what has been released, in every format and language. Staff see no more figures than the public does."""

from __future__ import annotations

from flask import Blueprint, Response, render_template
from flask_security import auth_required, roles_accepted

from trustsurvey.errors import NotFound
from trustsurvey.i18n.locales import Locale
from trustsurvey.publish import FORMATS
from trustsurvey.publish.edition import Edition
from trustsurvey.services import read_releases
from trustsurvey.web import exports, language, site
from trustsurvey.web.edge import site as this_site
from trustsurvey.web.edge import transaction

blueprint = Blueprint("department", __name__, url_prefix="/department")
site.guard(blueprint, cache="no-store")

ROLES = ("department", "admin")


@blueprint.get("/")
@auth_required("session")
@roles_accepted(*ROLES)
def overview() -> str:
    """Every survey: its waves, and its releases newest first."""
    with transaction() as connection:
        surveys = read_releases.listing(connection)
    locales = tuple(Locale(code) for code in this_site().catalogs.locales())
    editions = {
        found.survey.code: [Edition(release, language.current(), language.catalog()) for release in found.releases] for found in surveys
    }
    return render_template("department/overview.html", surveys=surveys, editions=editions, locales=locales)


@blueprint.get("/<survey>/releases/<int:number>/<kind>")
@auth_required("session")
@roles_accepted(*ROLES)
def download(survey: str, number: int, kind: str) -> Response:
    """One release in one format; ``?locale=`` names the language."""
    if kind not in FORMATS:
        raise NotFound(f"there is no format {kind!r}")
    with transaction() as connection:
        release = read_releases.numbered(connection, survey, number)
    return exports.download(release, kind, attachment=True)
