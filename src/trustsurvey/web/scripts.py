"""The questionnaire's script: one file a language, fetched after the page is shown and never needed.

**The contract for who writes a part**

- A part is ``static/respond/<part>.js`` and a name in ``PARTS``; what ships is ``static/respond/min/<part>.js``, made by
  ``scripts/minify.sh`` (run it after every change and commit both; ``tests/web/test_scripts.py`` compares hashes). Parts run in the order
  of ``PARTS``, once, after the page's ``load`` event, inside one function, in strict mode: a ``const`` at a part's top is seen by the parts
  after it, so put what is yours alone into a block ``{ … }``. Nothing is global, and there is no module loader.
- Words: ``WORDS[<part>]``, a dictionary key → English marked with ``N_``; the script reads the translation as ``words.<part>.<key>``, and
  fills ``%(name)s`` with ``say(words.<part>.<key>, {name: value})``. No plurals here: write “Waiting: %(n)s”.
- What ``core.js`` gives: ``form`` (the questionnaire's ``<form>``; the part isn't run on pages without one), ``words``, ``say``,
  ``make(tag, {properties}, ...children)`` → element, ``announce(text)`` (polite live region), ``onWipe(function)`` (called when the answers
  are sent, cleared or left, and between two people at a kiosk: stop, forget and put back what the part showed), ``rules(css rule, …)``.
- Style: the page's policy refuses ``<style>`` and ``style=""`` that a script adds. ``rules`` inserts into the page's own sheet, which is
  allowed, one rule a string; logical properties; the variables of ``respond.css`` (``var(--hue)``, ``--ink``, ``--soft``, ``--edge``,
  ``--line``, ``--tint``, ``--sheet``, ``--on``, ``--gut``) and its classes (``.quiet`` a 48 px link, ``.go`` the big button, ``.small``,
  ``.hint``, ``.mind``). Set single properties through ``element.style``.
- Buttons are ``make("button", {type: "button", …})``: another type would send the form. Change answers by setting ``value``/``checked`` and
  then ``control.dispatchEvent(new Event("change", {bubbles: true}))``, so that every part hears of it.
- Nothing is asked of another origin, and nothing of our own but by the resident's press. ``fetch`` is allowed to our own origin;
  geolocation to this page alone (``Permissions-Policy``), after a press.
- Weight: script of all parts, worker, icons and font (``fonts.py``) together at most 25 KB compressed, of which ``locate`` and ``aloud`` at
  most 5 KB.

The page names the address, which carries a hash of the content, and the page's policy allows exactly that address.
"""

from __future__ import annotations

import gzip
import hashlib
import json
import threading
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from importlib import resources

import brotli  # type: ignore[import-untyped,unused-ignore]
from flask import Blueprint, Response, abort, request, url_for

from trustsurvey.i18n.catalogs import Catalog
from trustsurvey.i18n.mark import N_
from trustsurvey.web import language, security
from trustsurvey.web.edge import site

blueprint = Blueprint("scripts", __name__)

PARTS = ("core", "outbox", "steps", "send", "kiosk", "start", "locate", "aloud")
"""The parts, in the order in which they run."""

LATER = ("locate", "aloud")
"""Parts that run in a task of their own, after those that change the page: a slow phone answers a touch in between."""

WORDS: Mapping[str, Mapping[str, str]] = {
    "steps": {
        "next": N_("Next"),
        "back": N_("Back"),
        "check": N_("Check your answers"),
        "before": N_("Please look before you send"),
        "change": N_("Press an answer to change it."),
        "none": N_("No answer"),
        "problem": N_("Question %(number)s: %(problem)s"),
    },
    "send": {
        "phone": N_("On this phone"),
        "keep": N_("Keep my answers on this phone until they are sent"),
        "hint": N_("This page then opens without internet too. Anyone who uses this phone could read your answers."),
        "kept": N_("Your answers are kept on this phone until they are sent. You can close this page."),
        "half": N_("Your answers are kept on this phone until they are sent. This page itself needs internet here."),
        "refused": N_("This phone does not let us keep anything. You can still answer and send."),
        "clear": N_("Clear everything"),
        "cleared": N_("Everything is cleared."),
        "offline": N_("There is no internet, so nothing was sent. Your answers are still here. Please try again later."),
        "waits": N_("Your answers wait on this phone"),
        "soon": N_("They are sent when there is internet again. You can close this page. Open it again later, to be sure."),
        "sent": N_("Your answers that waited on this phone are sent. Nothing is kept here any more."),
        "lost": N_("Answers that waited on this phone could not be sent: the survey is over. They are deleted."),
        "look": N_("Your answers that waited on this phone were not taken. Please look at them and send them again."),
        "again": N_("Please look at your answers again"),
        "here": N_("Nothing is sent yet. Your answers are still here."),
        "one": N_("Please answer a question"),
        "nothing": N_("Nothing is sent yet. One answer is enough."),
        "where": N_("Your neighborhood is missing."),
        "choose": N_("Please choose it. It is the only thing we must know."),
        "many": N_("You chose too many answers."),
        "most": N_("Please choose no more than %(n)s."),
        "contact": N_("There may be a phone number or an e-mail address in your text."),
        "out": N_("Please take it out, so that nobody can be found."),
    },
    "kiosk": {
        "waiting": N_("Answers that wait to be sent: %(n)s"),
        "lost": N_("Answers that could not be sent and are deleted: %(n)s"),
        "thanks": N_("Thank you"),
        "hand": N_("Your answers are safe, with no name on them. Please hand this phone to the next person."),
        "next": N_("Next person"),
        "still": N_("Are you still there? Soon this page is cleared for the next person."),
        "on": N_("Yes, go on"),
        "table": N_("For the people at this table"),
        "end": N_("End"),
        "sure": N_("Some answers are not sent yet. Wait for internet, or they are deleted:"),
    },
    "locate": {
        "find": N_("Find it for me"),
        "stays": N_("Your phone compares its position with a map of the neighborhoods. The position stays on your phone."),
        "looking": N_("Looking …"),
        "here": N_("You seem to be here now. Do you live here? Then press the name."),
        "border": N_("You are where two neighborhoods meet. Press the one that you live in."),
        "outside": N_("You are in none of these neighborhoods now. Please choose yours from the list."),
        "rough": N_("Your phone knows only roughly where it is. Please choose from the list."),
        "refused": N_("Your phone did not tell its position. Please choose from the list."),
        "failed": N_("The map did not arrive. Please choose from the list."),
    },
    "aloud": {
        "read": N_("Read question %(n)s aloud"),
        "stop": N_("Stop reading"),
    },
}
"""What each part says, by part and key."""


@dataclass(frozen=True, slots=True)
class Bundle:
    """The script in one language: its bytes by content coding (``""`` for none), and the hash in its address."""

    version: str
    bodies: Mapping[str, bytes]


class Bundles:
    """The script in every language, made when first asked for and again when its catalogue is read anew. Safe to share between threads."""

    def __init__(self) -> None:
        self._made: dict[str, tuple[Catalog, Bundle]] = {}
        self._lock = threading.Lock()

    def __getitem__(self, catalog: Catalog) -> Bundle:
        with self._lock:
            kept = self._made.get(catalog.locale.code)
            if kept is None or kept[0] is not catalog:
                kept = self._made[catalog.locale.code] = catalog, bundle(catalog)
            return kept[1]


def bundle(catalog: Catalog) -> Bundle:
    """The parts with their words in the catalogue's language in front."""
    words = {part: {key: catalog.gettext(text) for key, text in WORDS[part].items()} for part in PARTS if part in WORDS}
    spoken = json.dumps(words, ensure_ascii=False, separators=(",", ":"))
    first, then = ("".join(minified(part) for part in PARTS if (part in LATER) == late) for late in (False, True))
    plain = f'(()=>{{"use strict";const words={spoken};\n{first}setTimeout(()=>{{{then}}})}})()'.encode()
    bodies = {"br": brotli.compress(plain, mode=brotli.MODE_TEXT, quality=11), "gzip": gzip.compress(plain, 9, mtime=0), "": plain}
    return Bundle(hashlib.sha256(plain).hexdigest()[:12], bodies)


@lru_cache
def minified(part: str) -> str:
    """A part as it ships, without the line that says what it was made of."""
    text = (resources.files("trustsurvey.web") / "static" / "respond" / "min" / f"{part}.js").read_text(encoding="utf-8")
    return text.split("\n", 1)[1]


_bundles = Bundles()


def address() -> str:
    """The address of this page's script, which the page's policy then allows."""
    found = url_for("scripts.script", locale=language.current().code, version=_bundles[language.catalog()].version)
    security.allow("script", found)
    security.allow("worker", "/s/worker.js")
    security.allow("manifest", "/s/manifest.webmanifest")
    security.allow("connect", "'self'")
    security.allow("feature", "geolocation")
    return found


@blueprint.get("/s/script/<locale>.<version>.js")
def script(locale: str, version: str) -> Response:
    """The script in ``locale``; 404 for a version that isn't the present one. Not kept by the browser: it would tell of the visit."""
    if locale not in site().catalogs.locales():
        abort(404)
    language.use(locale)
    made = _bundles[language.catalog()]
    if version != made.version:
        abort(404)
    return security.harden(packed(made.bodies, "text/javascript"), https=site().settings.require_https)


def packed(bodies: Mapping[str, bytes], mimetype: str) -> Response:
    """The body in the coding that the browser takes."""
    best = max(("br", "gzip"), key=request.accept_encodings.quality)
    coding = best if request.accept_encodings.quality(best) > 0 else ""
    response = Response(bodies[coding], mimetype=mimetype)
    if coding:
        response.headers["Content-Encoding"] = coding
    response.vary.add("Accept-Encoding")
    return response
