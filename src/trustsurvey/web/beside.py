"""What a questionnaire's script may fetch when the resident asks for it: boundaries for the phone to compare, and recorded questions.

Both are the same for everyone and tell the server nothing but that somebody asked: the position never leaves the phone.
"""

from __future__ import annotations

import gzip
import threading
from typing import Any

import brotli  # type: ignore[import-untyped,unused-ignore]
from flask import Blueprint, Flask, Response, abort, current_app, send_file

from trustsurvey.publish import boundaries
from trustsurvey.questionnaire import recordings
from trustsurvey.services.open_wave import WaveRow, areas_of
from trustsurvey.web import scripts, security
from trustsurvey.web.asked import newest
from trustsurvey.web.edge import site, transaction

blueprint = Blueprint("beside", __name__)


class Boundaries:
    """The boundaries of every survey by content coding, made when first asked for. A set of areas never changes."""

    def __init__(self) -> None:
        self._made: dict[int, dict[str, bytes]] = {}
        self._lock = threading.Lock()

    def of(self, connection: Any, wave: WaveRow) -> dict[str, bytes]:
        with self._lock:
            if wave.survey.area_set_id not in self._made:
                plain = boundaries.write(areas_of(connection, wave))
                bodies = {"br": brotli.compress(plain, quality=11), "gzip": gzip.compress(plain, 9, mtime=0), "": plain}
                self._made[wave.survey.area_set_id] = bodies
            return self._made[wave.survey.area_set_id]


def init_app(app: Flask) -> None:
    app.extensions["trustsurvey.boundaries"] = Boundaries()
    app.register_blueprint(blueprint)


@blueprint.after_request
def _finish(response: Response) -> Response:
    return security.harden(response, https=site().settings.require_https)


@blueprint.get("/s/<survey>/areas.json")
def areas(survey: str) -> Response:
    """The simplified boundaries of a survey's neighborhoods (``publish.boundaries``), made once and served squeezed from memory."""
    with transaction() as connection:
        wave = newest(connection, survey)
        made: Boundaries = current_app.extensions["trustsurvey.boundaries"]
        bodies = made.of(connection, wave)
    return scripts.packed(bodies, "application/json")


@blueprint.get("/s/<survey>/audio/<locale>/<item>.opus")
def audio(survey: str, locale: str, item: str) -> Response:
    """One recorded question. Like the page it is kept nowhere."""
    with transaction() as connection:
        wave = newest(connection, survey)
    found = recordings.find(site().settings.questionnaires, wave.questionnaire, locale) if locale in wave.locales else {}
    if item not in found:
        abort(404)
    return send_file(found[item].absolute(), mimetype="audio/ogg", conditional=True, etag=False, last_modified=None)


def recorded(wave: WaveRow, locale: str) -> str:
    """Items that have a recording in ``locale``, for the page, whose policy then lets it play them; empty where there is none."""
    found = recordings.find(site().settings.questionnaires, wave.questionnaire, locale)
    if found:
        security.allow("media", "'self'")
    return " ".join(found)
