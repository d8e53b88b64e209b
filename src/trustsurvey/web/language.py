"""Which language a page is in: the one in its address, else the one the browser asks for. Never a cookie.

Flask-Babel formats and translates; the words come from the merged catalogues (``i18n.catalogs``) instead of its own files, so that a
change is seen at once and every catalogue's plural rule is its own.
"""

from __future__ import annotations

from babel.support import NullTranslations
from flask import Flask, current_app, g, request
from flask_babel import Babel, Domain

from trustsurvey.i18n.catalogs import Catalog
from trustsurvey.i18n.locales import Locale, match, negotiate
from trustsurvey.services.offer_locales import Offers
from trustsurvey.settings import Settings
from trustsurvey.web.edge import site

STAFF = ("/account", "/department", "/translate", "/admin")
"""Where pages may fall back to English: every language that has a catalogue is offered."""


def init_app(app: Flask, settings: Settings) -> None:
    app.extensions["trustsurvey.offers"] = Offers(
        app.extensions["trustsurvey"].catalogs, require_reviewed=settings.require_reviewed_locales
    )
    babel = Babel(app, locale_selector=lambda: str(current().cldr), default_domain="messages")
    babel.domain_instance = _Merged()
    app.context_processor(lambda: {"locale": current(), "catalog": catalog()})


class _Merged(Domain):  # type: ignore[misc]
    """Flask-Babel's domain, answered from the merged catalogues."""

    def get_translations(self) -> NullTranslations:
        return catalog().translations if request else NullTranslations()


def use(code: str, words: Catalog | None = None) -> Locale:
    """Make ``code`` the language of this page, whatever the address or the browser says; with ``words`` in place of its catalogue."""
    g.locale, g.words = Locale(code), words
    return current()


def current() -> Locale:
    """The language of this page: ``use``d, else `locale` in the address (when there is a catalogue), else negotiated."""
    if "locale" not in g:
        named = (request.view_args or {}).get("locale") or request.args.get("locale")
        offered = offered_here()
        found = match(named, offered) if named else None
        g.locale = Locale(found or negotiate(request.headers.get("Accept-Language", ""), offered))
    locale: Locale = g.locale
    return locale


def offers() -> Offers:
    """Which languages surveys are offered in."""
    found: Offers = current_app.extensions["trustsurvey.offers"]
    return found


def offered_here() -> tuple[str, ...]:
    """The languages of this address: all on the staff's pages, elsewhere those that residents' pages are complete in."""
    return site().catalogs.locales() if request.path.startswith(STAFF) else offers().complete()


def catalog() -> Catalog:
    """The words of this page's language."""
    words: Catalog | None = g.get("words")
    return site().catalogs[current().code] if words is None else words


def source_lookup(context: str, text: str) -> str:
    """For ``questionnaire.catalog.translated``."""
    return catalog().pgettext(context, text)
