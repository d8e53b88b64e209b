"""What the workbench lists and says: which entries, in which order, by whom changed."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any

from flask import current_app
from flask_babel import gettext as _
from werkzeug.datastructures import MultiDict

from trustsurvey.errors import CatalogError
from trustsurvey.i18n import checks
from trustsurvey.i18n.checks import INCOMPLETE, Finding
from trustsurvey.i18n.glossary import Glossary, Term
from trustsurvey.i18n.locales import PLURALS
from trustsurvey.i18n.pofiles import Entry
from trustsurvey.services import change_whole, edit_wording, translate
from trustsurvey.services.edit_wording import Progress, Revision, Shown
from trustsurvey.web.edge import site

PAGE = 40
"""Entries on one page of the list."""

DOMAINS = ("questionnaire", "messages", "areas")
"""In the order in which they matter to residents."""

LANGUAGES = tuple(code for code in PLURALS if code != "en")
"""Those that can be translated into: English is the source."""

SHOW = ("all", "missing", "faulty", "waiting")

HELD = re.compile(r"(%\(\w+\)\w)")
"""A placeholder."""


@dataclass(frozen=True, slots=True)
class Filter:
    """Which entries the list shows: ``show`` is one of ``SHOW``, ``domain`` one of ``DOMAINS`` or empty, ``search`` a piece of text."""

    show: str = "all"
    domain: str = ""
    search: str = ""

    @classmethod
    def of(cls, sent: MultiDict[str, str]) -> Filter:
        """From an address; what isn't known is left out."""
        show, domain = sent.get("show", "all"), sent.get("part", "")
        return cls(show if show in SHOW else "all", domain if domain in DOMAINS else "", sent.get("q", "").strip()[:200])

    @property
    def kept(self) -> dict[str, str]:
        """What links carry on."""
        found = {"show": self.show if self.show != "all" else "", "part": self.domain, "q": self.search}
        return {name: value for name, value in found.items() if value}

    def takes(self, shown: Shown) -> bool:
        """Whether the list shows ``shown``."""
        if self.domain not in ("", shown.domain):
            return False
        if self.show == "waiting" and not shown.waiting:
            return False
        if self.show in ("missing", "faulty") and shown.state != self.show:
            return False
        entry, wanted = shown.entry, self.search.casefold()
        return not wanted or any(wanted in text.casefold() for text in (entry.msgid, entry.plural, entry.context, *entry.forms))


def changing(code: str) -> AbstractContextManager[Any]:
    """One transaction in which the catalogs of ``code`` change too: both or neither."""
    here = site()
    return change_whole.changing(here.engine, here.settings.translations[-1], code)


def everything(connection: Any, code: str) -> tuple[Shown, ...]:
    """Every entry of the language ``code``: what residents see first, within that by domain, in the order of the source."""
    found = [one for domain in DOMAINS for one in edit_wording.entries(connection, site().settings.translations, code, domain)]
    return tuple(sorted(found, key=lambda one: not one.for_residents))


def neighbors(listed: Sequence[Shown], entry_id: str, domain: str) -> tuple[Shown | None, Shown | None]:
    """The entries before and after one in the list."""
    places = [n for n, one in enumerate(listed) if one.entry.id == entry_id and one.domain == domain]
    if not places:
        return None, listed[0] if listed else None
    at = places[0]
    return listed[at - 1] if at else None, listed[at + 1] if at + 1 < len(listed) else None


def domain_titles() -> dict[str, str]:
    """What each domain is called."""
    return {"questionnaire": _("Survey questions"), "messages": _("Pages and reports"), "areas": _("Names of places")}


def show_titles() -> dict[str, str]:
    """What each filter is called."""
    return {"all": _("All texts"), "missing": _("Not translated"), "faulty": _("With faults"), "waiting": _("To be reviewed")}


def sight_of(entry: Entry) -> str:
    """Which page shows the entry: one of ``translate_preview.PAGES``, or empty where none of them does."""
    if entry.context.partition(":")[0] in ("questionnaire", "section", "item", "end", "option"):
        return "survey"
    for part, page in (("respond/thanks", "thanks"), ("respond/privacy", "privacy"), ("respond/", "survey"), ("items/", "survey")):
        if any(f"templates/{part}" in place for place in entry.where):
            return page
    return "results" if any("templates/results/" in place or "publish/" in place for place in entry.where) else ""


def earlier(entry: Entry) -> tuple[str, str]:
    """What the text said before its source changed (empty when it hasn't), and the translators' own note without it."""
    lines = entry.note.splitlines()
    old = [line.removeprefix(translate.EARLIER) for line in lines if line.startswith(translate.EARLIER)]
    return "\n".join(old), "\n".join(line for line in lines if not line.startswith(translate.EARLIER))


# ---------------------------------------------------------------- who and when


@dataclass(frozen=True, slots=True)
class Step:
    """One change of an entry, as the page tells it. ``who`` is empty where a file made it."""

    revision: Revision
    who: str
    undoable: bool


def steps(revisions: Iterable[Revision], me: int) -> tuple[Step, ...]:
    """The history of one entry, newest first; the newest can be undone."""
    return tuple(Step(one, _who(one.account, me), n == 0) for n, one in enumerate(revisions))


def _who(account: int | None, me: int) -> str:
    if account is None:
        return ""
    if account == me:
        # Translators: who made a change, in a list of changes
        return str(_("You"))
    found = current_app.extensions["security"].datastore.find_user(id=account)
    return str(found.email) if found is not None else "–"


# ---------------------------------------------------------------- an entry on its page


@dataclass(frozen=True, slots=True)
class Written:
    """What stands in the fields: ``forms`` as typed, ``expected`` as they were when the page was made, ``findings`` about them."""

    forms: tuple[str, ...]
    expected: tuple[str, ...]
    findings: tuple[Finding, ...] = ()
    reason: str = ""

    @staticmethod
    def may_stay(finding: Finding) -> bool:
        """Whether a translator can say that it is right all the same."""
        return finding.kind in checks.STYLE


def written(entry: Entry, sent: MultiDict[str, str], count: int) -> Written:
    """What was sent of ``entry``, which has ``count`` forms. Space around it is dropped where the source has none."""
    texts = [text.replace("\r\n", "\n") for text in sent.getlist("form")[:count]]
    if entry.msgid == entry.msgid.strip():
        texts = [text.strip() for text in texts]
    texts += [""] * (count - len(texts))
    expected = tuple(text.replace("\r\n", "\n") for text in sent.getlist("expected"))
    return Written(tuple(texts), expected, reason=sent.get("reason", "").strip()[:300])


def pieces(text: str) -> tuple[tuple[str, bool], ...]:
    """``text`` in pieces, each with whether it is a placeholder: those run from left to right in every language (“%(n)s”, not “s(n)%”)."""
    return tuple((piece, n % 2 == 1) for n, piece in enumerate(HELD.split(text)) if piece)


def today() -> date:
    """The day, as the server's clock has it."""
    return datetime.now(tz=UTC).date()


def glossary(code: str) -> Glossary:
    """The agreed words of the language ``code``."""
    return translate.terms_of(site().settings.translations[0]).get(code, checks.NO_TERMS)


def terms(code: str, entry: Entry) -> tuple[Term, ...]:
    """The terms of the glossary that the source uses."""
    return tuple(glossary(code).missing(entry.plural or entry.msgid, ""))


def findings(code: str, entry: Entry, refused: CatalogError | None) -> tuple[Finding, ...]:
    """What is wrong with ``entry`` as it is written, and what else kept it from being saved."""
    found = [one for one in checks.entry_faults(entry, code, glossary(code)) if one.kind not in INCOMPLETE]
    said = {one.message for one in found}
    others = [fault.message for fault in refused.faults] if refused is not None else []
    return (*found, *(Finding("scale", text) for text in others if text not in said))


def progress(connection: Any, code: str) -> tuple[Progress, ...]:
    """How far each domain of the language ``code`` is; the survey's own first."""
    found = edit_wording.progress(connection, site().settings.translations, code)
    return tuple(sorted((one for one in found if one.total), key=lambda one: DOMAINS.index(one.domain)))


def held(progress: Sequence[Progress]) -> int:
    """How many texts residents would read in English: while there is one, the language is not offered."""
    return sum(one.residents_missing for one in progress)
