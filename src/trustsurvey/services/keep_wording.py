"""Keep the words that residents of an open wave read, in every language, and every change of them while it is open.

Answers are answers to exact words. A wave's words are kept when it opens and whenever a catalogue changes; a change made in a file becomes
a revision here (one made in the workbench is one already). Tickets aren't touched: they hold for the questionnaire, not for a translation.
"""

from __future__ import annotations

import hashlib
import json
import logging
from collections.abc import Mapping
from dataclasses import replace
from datetime import date

from sqlalchemy import Connection, Engine
from sqlalchemy.exc import IntegrityError

from trustsurvey.analysis.release import Release
from trustsurvey.i18n.catalogs import Catalog, Catalogs
from trustsurvey.questionnaire import catalog as strings
from trustsurvey.questionnaire.schema import Questionnaire
from trustsurvey.services.open_wave import WaveRow, open_surveys
from trustsurvey.store import wordings
from trustsurvey.store.engine import writing
from trustsurvey.store.wordings import Wording

log = logging.getLogger(__name__)


def words(questionnaire: Questionnaire, catalog: Catalog) -> dict[str, str]:
    """The questionnaire's strings as a resident reads them, by context; the English where there is no translation."""
    return {message.context: catalog.pgettext(message.context, message.text) for message in strings.messages(questionnaire)}


def fingerprint(body: Mapping[str, str]) -> str:
    """SHA-256 of the words, in hexadecimal: the same words have the same one, whatever they are kept in."""
    return hashlib.sha256(json.dumps(dict(body), ensure_ascii=False, sort_keys=True).encode()).hexdigest()


def keep(connection: Connection, wave: WaveRow, catalogs: Catalogs, *, day: date) -> tuple[str, ...]:
    """Keep the words of ``wave`` in each of its languages, where they are not those that were kept last. Returns the changed locales."""
    latest = wordings.latest_hashes(connection, wave.id)
    changed = []
    for locale in wave.locales:
        body = words(wave.questionnaire, catalogs[locale])
        number, digest = latest.get(locale, (0, ""))
        if (now := fingerprint(body)) == digest:
            continue
        if number:
            before = next(w for w in wordings.wordings(connection, wave.id) if w.locale == locale and w.number == number)
            _revise(connection, wave, locale, before.body, body, day)
        wordings.add_wording(connection, Wording(wave.id, locale, number + 1, now, day, body))
        changed.append(locale)
    return tuple(changed)


def _revise(connection: Connection, wave: WaveRow, locale: str, old: Mapping[str, str], new: Mapping[str, str], day: date) -> None:
    """A revision for each changed string, but for those that the workbench has made already."""
    source = {message.context: message.text for message in strings.messages(wave.questionnaire)}
    for context, text in new.items():
        if old.get(context) == text:
            continue
        key = context, source[context]
        last = wordings.revisions(connection, locale=locale, domain="questionnaire", key=key, limit=1)
        if last and (last[0].new or (source[context],)) == (text,):
            continue
        wordings.add_revision(
            connection,
            locale=locale,
            domain="questionnaire",
            key=key,
            old=(old.get(context, ""),),
            new=(text,),
            day=day,
            source="file",
            reason="",
            account=None,
        )


def keep_all(engine: Engine, catalogs: Catalogs, *, day: date) -> None:
    """``keep`` for every open wave. When another process of the server is keeping the same words, it is left to do so."""
    try:
        with writing(engine).begin() as connection:
            for wave in open_surveys(connection):
                keep(connection, wave, catalogs, day=day)
    except IntegrityError:
        log.debug("another process has kept these words")


def with_wordings(connection: Connection, wave: WaveRow, made: Release) -> Release:
    """``made``, which says in its method what words its answers are answers to.

    ``wordings``: by language, the fingerprint of each wording with the day it came into use. ``wording_revisions``: every change of the
    questionnaire's words in the wave's languages between its opening and its close: locale, day, context, old, new, source, reason.
    """
    kept: dict[str, list[dict[str, str]]] = {}
    for one in wordings.wordings(connection, wave.id):
        kept.setdefault(one.locale, []).append({"hash": one.hash, "since": one.since.isoformat()})
    asked = {message.context for message in strings.messages(wave.questionnaire)}
    revisions = [
        {
            "locale": one.locale,
            "day": one.day.isoformat(),
            "context": one.context,
            "old": " / ".join(one.old),
            "new": " / ".join(one.new),
            "source": one.source,
            "reason": one.reason,
        }
        for one in wordings.revisions_between(connection, wave.opened, wave.closed or date.max, wave.locales)
        if one.context in asked
    ]
    if not kept and not revisions:
        return made
    return replace(made, method={**made.method, "wordings": kept, "wording_revisions": revisions})
