"""create_app(settings): wiring only."""

from __future__ import annotations

from dataclasses import dataclass

from flask import Flask
from sqlalchemy import Engine

from trustsurvey.i18n.catalogs import Catalogs
from trustsurvey.settings import Settings, read
from trustsurvey.store.engine import open_engine


@dataclass(frozen=True, slots=True)
class Trustsurvey:
    """What the routes work with: ``current_app.extensions["trustsurvey"]``."""

    settings: Settings
    engine: Engine
    catalogs: Catalogs


def create_app(settings: Settings | None = None) -> Flask:
    """The whole application. Without ``settings`` they are read from the environment."""
    settings = settings or read()
    app = Flask("trustsurvey", template_folder=str(settings.templates), static_folder=None)
    app.config.update(SECRET_KEY=settings.key(), MAX_CONTENT_LENGTH=settings.max_body, MAX_FORM_MEMORY_SIZE=settings.max_body)
    app.extensions["trustsurvey"] = Trustsurvey(settings, open_engine(settings.url), Catalogs(settings.translations))
    return app
