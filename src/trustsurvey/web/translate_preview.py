"""Real pages in a language that isn't offered yet, for its translators: every word leads to its entry."""

from __future__ import annotations

import base64
import hashlib
import re
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Any

from flask import Response, make_response, render_template, url_for
from flask_babel import gettext as _

from trustsurvey.analysis.release import Release
from trustsurvey.errors import NotFound
from trustsurvey.publish.edition import Edition
from trustsurvey.questionnaire import loader
from trustsurvey.services import read_releases
from trustsurvey.services.open_wave import WaveRow, areas_of, current_wave
from trustsurvey.services.sample_wave import AREAS, asked, sample_wave
from trustsurvey.web import language, marked, release_pages, respond
from trustsurvey.web.edge import site, transaction
from trustsurvey.web.frames import Frame
from trustsurvey.web.marked import Address, LinkedPage, MarkedCatalog

PAGES = ("survey", "thanks", "privacy", "results")


@dataclass(frozen=True, slots=True)
class Sight:
    """A survey that can be looked at: its code and name. ``sample``: a questionnaire that has not been asked yet."""

    survey: str
    title: str
    sample: bool

    @property
    def pages(self) -> tuple[str, ...]:
        return PAGES[:-1] if self.sample else PAGES


def sights(connection: Any) -> tuple[Sight, ...]:
    """Every survey that has had a wave, then the questionnaires of the library."""
    found = [Sight(survey.code, survey.title, sample=False) for survey in asked(connection)]
    taken = {sight.survey for sight in found}
    return (*found, *(sight for sight in _shipped() if sight.survey not in taken))


@lru_cache
def _shipped() -> tuple[Sight, ...]:
    """The questionnaires of the library: they change with the program alone."""
    found = [loader.load(loader.source(code)[0], file=code) for code in loader.library()]
    return tuple(Sight(one.code, one.title, sample=True) for one in found)


def page_titles() -> dict[str, str]:
    """What each of ``PAGES`` is called."""
    return {"survey": _("Survey"), "thanks": _("Thank you"), "privacy": _("How we keep you safe"), "results": _("Results")}


def make(code: str, sight: Sight, page: str, address: Address) -> LinkedPage:
    """``page`` of ``sight`` in the language ``code``, each word a link to its entry. From here on the request speaks ``code``."""
    words = MarkedCatalog.of(site().catalogs[code])
    language.use(code, words.catalog)
    with transaction() as connection:
        wave = None if sight.sample else current_wave(connection, sight.survey)
        release = None if sight.sample else read_releases.latest(connection, sight.survey)
        areas = areas_of(connection, wave) if wave is not None else ()
    if page == "results":
        html = _results(release, wave, words)
    elif wave is not None:
        html = respond.drawn(_in_language(wave, code), areas, page)
    else:
        html = respond.drawn(_in_language(sample_wave(sight.survey), code), AREAS, page)
    return marked.linked(html, words.keys, address)


def answer(page: LinkedPage) -> Response:
    """``page`` as a response that may stand in a frame of our own, and do nothing there but lead to entries."""
    sheet = f'<link rel="stylesheet" href="{url_for("translate.asset", name="framed.css")}"></head>'
    form = '<form id="entry" target="_top" hidden></form></body>'
    html = page.html.replace("</head>", sheet, 1).replace("</body>", form, 1)
    styles = [base64.b64encode(hashlib.sha256(text.encode()).digest()).decode() for text in re.findall(r"<style>(.*?)</style>", html, re.S)]
    response = make_response(html)
    response.headers["Content-Security-Policy"] = "; ".join(
        (
            "default-src 'none'",
            "style-src " + " ".join(("'self'", *(f"'sha256-{digest}'" for digest in styles))),
            "img-src 'self' data:",
            "form-action 'self'",
            "base-uri 'none'",
            "frame-ancestors 'self'",
        )
    )
    return response


def _results(release: Release | None, wave: WaveRow | None, words: MarkedCatalog) -> str:
    if release is not None:
        return release_pages.overview(Edition(release, language.current(), words.catalog), Frame(release.survey or ""))
    if wave is None:
        raise NotFound("what has not been asked has no results")
    shown = _in_language(wave, language.current().code)
    return render_template("results/none.html", survey=wave.survey, wave=wave, notice=shown.notices[language.current().code])


# ---------------------------------------------------------------- a wave to look at


def _in_language(wave: WaveRow, code: str) -> WaveRow:
    """``wave`` as if it were offered in ``code``; without the operator's own words in it, theirs stand in the first language they have."""
    words = wave.notices.get(code) or next(iter(wave.notices.values()))
    locales = wave.locales if code in wave.locales else (*wave.locales, code)
    return replace(wave, state="open", closed=None, locales=locales, notices={**wave.notices, code: words})


def sight_named(connection: Any, survey: str) -> Sight:
    """Raises NotFound when nothing of that name can be looked at."""
    for sight in sights(connection):
        if sight.survey == survey:
            return sight
    raise NotFound(f"there is no survey {survey!r} to look at")
