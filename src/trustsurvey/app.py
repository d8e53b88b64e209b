"""create_app(settings): wiring only."""

from __future__ import annotations

from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import date

from flask import Flask
from sqlalchemy import Connection, Engine

from trustsurvey import accounts
from trustsurvey.i18n.catalogs import Catalogs
from trustsurvey.services.change_whole import mend
from trustsurvey.services.count_fieldwork import PageLanguages
from trustsurvey.services.keep_wording import keep_all
from trustsurvey.services.mix import Settling
from trustsurvey.services.open_wave import WaveRow
from trustsurvey.settings import Settings, read
from trustsurvey.store import engine as engines
from trustsurvey.web import api, beside, department, entry, language, limits, respond, results, site, translate, translate_files
from trustsurvey.web.faults import Application


@dataclass(frozen=True, slots=True)
class Trustsurvey:
    """What the routes work with: ``current_app.extensions["trustsurvey"]``."""

    settings: Settings
    engine: Engine
    catalogs: Catalogs
    settling: Settling
    page_languages: PageLanguages

    def transaction(self, *, writing: bool) -> AbstractContextManager[Connection]:
        """One transaction: commits when the block ends, rolls back when it raises. ``writing``: it will write."""
        return (engines.writing(self.engine) if writing else self.engine).begin()

    def settle(self) -> None:
        """After a commit: leave no order of arrival behind."""
        self.settling.after_response()

    def answered(self, wave: WaveRow, locale: str) -> None:
        """After the commit of a response that was given on the page in ``locale``."""
        self.page_languages.answered(wave.id, locale)
        self.settle()


def create_app(settings: Settings | None = None, *, memory: limits.Memory | None = None) -> Flask:
    """The whole application. Without ``settings`` they are read from the environment; ``memory`` is what a server's processes share."""
    settings = settings or read()
    app = Application("trustsurvey", template_folder=str(settings.templates), static_folder=None)
    app.config.update(SECRET_KEY=settings.key(), MAX_CONTENT_LENGTH=settings.max_body, MAX_FORM_MEMORY_SIZE=settings.max_body)
    app.jinja_env.trim_blocks = app.jinja_env.lstrip_blocks = True
    engine = engines.open_engine(settings.url)
    catalogs = Catalogs(settings.translations, pseudo_locales=settings.pseudo_locales)
    app.extensions["trustsurvey"] = Trustsurvey(settings, engine, catalogs, Settling(engine), PageLanguages(engine))
    language.init_app(app, settings)
    limits.init_app(app, settings, memory)
    respond.init_app(app)
    beside.init_app(app)
    site.init_app(app)
    accounts.init_app(app, engine, https=settings.require_https)
    app.register_blueprint(results.blueprint)
    api.init_app(app, respond.error_page)
    app.register_blueprint(department.blueprint)
    app.register_blueprint(entry.blueprint)
    app.register_blueprint(translate.blueprint)
    app.register_blueprint(translate_files.blueprint)
    return app


def follow_catalogs(app: Flask) -> None:
    """For a server: show every catalogue that changes on the disk, and keep the words of the waves that are open."""
    found: Trustsurvey = app.extensions["trustsurvey"]

    def keep(*_changed: object) -> None:
        keep_all(found.engine, found.catalogs, day=date.today())  # noqa: DTZ011 - the operator's own calendar

    mend(found.engine, found.settings.translations[-1])
    for code in found.catalogs.locales():
        found.catalogs[code]  # read before anyone waits for it
    keep()
    found.catalogs.then(keep)
    found.catalogs.watch()
