"""What protects a resident's page without knowing the resident: the ticket, the origin check, the headers.

There is no cookie and no session, so nothing here can tell one visitor from another.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import re
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from flask import Request, Response, g, request
from markupsafe import Markup
from wtforms.csrf.core import CSRF
from wtforms.validators import ValidationError

WINDOW = 3600
"""Seconds in which every visitor gets the same ticket, and so the same page, byte for byte."""

LIFETIME = 48
"""Windows for which a ticket is taken: a page loaded on the bus can be sent at home, or the day after."""

DENIED = (
    "accelerometer",
    "autoplay",
    "browsing-topics",
    "camera",
    "clipboard-read",
    "display-capture",
    "geolocation",
    "gyroscope",
    "hid",
    "idle-detection",
    "local-fonts",
    "magnetometer",
    "microphone",
    "midi",
    "payment",
    "screen-wake-lock",
    "serial",
    "usb",
)


# ---------------------------------------------------------------- the ticket


@dataclass(frozen=True, slots=True)
class Tickets:
    """Tickets by HMAC-SHA-256 under ``key``. They prove which page was sent and how old it is, not who sent it: anyone can fetch one."""

    key: str = field(repr=False)
    clock: Callable[[], float] = time.time

    def issue(self, survey: str, version: str, locale: str) -> str:
        """The ticket of this window: the same for everyone who reads ``survey`` at ``version`` in ``locale``."""
        return self._ticket(survey, version, locale, self.window)

    @property
    def window(self) -> int:
        """The number of the window that it is now."""
        return int(self.clock() // WINDOW)

    def accepts(self, ticket: str, survey: str, version: str, locale: str) -> bool:
        """Whether ``ticket`` was issued for this page within the last 48 hours."""
        window = ticket.partition(".")[0]
        if not (window.isascii() and window.isdigit() and len(window) < 12):
            return False
        age = self.window - int(window)
        expected = self._ticket(survey, version, locale, int(window))
        return 0 <= age <= LIFETIME and hmac.compare_digest(expected.encode(), ticket.encode())

    def _ticket(self, survey: str, version: str, locale: str, window: int) -> str:
        message = "\n".join(("ticket", survey, version, locale, str(window)))
        digest = hmac.digest(self.key.encode(), message.encode(), "sha256")
        return f"{window}.{base64.urlsafe_b64encode(digest[:18]).decode()}"


@dataclass(frozen=True, slots=True)
class Page:
    """The page that a ticket belongs to: the form's ``csrf_context``."""

    tickets: Tickets
    survey: str
    version: str
    locale: str


class Ticket(CSRF):  # type: ignore[misc]
    """Flask-WTF's ``csrf_class``: the ticket in place of a token tied to a session."""

    def setup_form(self, form: Any) -> Any:
        self.page: Page = form.meta.csrf_context
        return super().setup_form(form)

    def generate_csrf_token(self, _field: Any) -> str:
        return self.page.tickets.issue(self.page.survey, self.page.version, self.page.locale)

    def validate_csrf_token(self, _form: Any, field: Any) -> None:
        """Raises ValidationError for a ticket that is forged, too old, or another page's; the form shows its own words for it."""
        page = self.page
        if not page.tickets.accepts(field.data or "", page.survey, page.version, page.locale):
            raise ValidationError("stale")


# ---------------------------------------------------------------- where a form comes from


def is_foreign(request: Request) -> bool:
    """Whether another site's page made the browser send this form.

    Browsers say so in ``Sec-Fetch-Site``; older ones name the page's origin. ``Origin: null`` is what a browser writes for our own pages
    under ``Referrer-Policy: no-referrer``, so without ``Sec-Fetch-Site`` it says no more than a missing one, and is let through.
    """
    site = request.headers.get("Sec-Fetch-Site")
    if site is not None:
        return site not in ("same-origin", "none")
    origin = request.headers.get("Origin")
    if origin in (None, "null"):
        return False
    return origin.partition("://")[2] != request.host  # not the scheme: TLS may end in front of us


# ---------------------------------------------------------------- headers


def inline(kind: str, text: str) -> Markup:
    """``text`` for an inline ``<style>`` or ``<script>`` (``kind``), allowed by its hash in this response's policy and by nothing else."""
    digest = base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()
    allow(kind, f"'sha256-{digest}'")
    return Markup(text)  # noqa: S704 - our own file or rule, never anything that was sent


def allow(kind: str, source: str) -> None:
    """Allow ``source`` for ``kind`` (``script``, ``style``, ``connect``) in this response's policy.

    A source that begins with ``/`` is one address of this site. The kind ``feature`` is of ``Permissions-Policy``: ``geolocation`` for the
    page itself.
    """
    allowed: dict[str, list[str]] = g.setdefault("allowed", {})
    allowed.setdefault(kind, []).append(source)


def _named(source: str) -> str:
    """``source`` as a policy writes it: a path stands below a host, and where a policy can't hold the host (IPv6) it is ``'self'``."""
    if not source.startswith("/"):
        return source
    return request.host + source if re.fullmatch(r"[\w.-]+(:\d+)?", request.host, re.ASCII) else "'self'"


def harden(response: Response, *, https: bool) -> Response:
    """The headers of a resident's page: nothing is loaded, nothing is sent elsewhere, nothing is kept."""
    allowed: dict[str, list[str]] = g.get("allowed", {})
    policy = ["default-src 'none'", "base-uri 'none'", "form-action 'self'", "frame-ancestors 'none'", "img-src data:"]
    policy += [f"{kind}-src {' '.join(map(_named, sources))}" for kind, sources in sorted(allowed.items()) if kind != "feature"]
    features = allowed.get("feature", ())
    headers = {
        "Content-Security-Policy": "; ".join(policy),
        "Cache-Control": "no-store",
        "Referrer-Policy": "no-referrer",
        "Permissions-Policy": ", ".join(f"{feature}={'(self)' if feature in features else '()'}" for feature in DENIED),
        "Cross-Origin-Opener-Policy": "same-origin",
        "Cross-Origin-Resource-Policy": "same-origin",
        "X-Content-Type-Options": "nosniff",
        "X-Frame-Options": "DENY",
    }
    if https:
        headers["Strict-Transport-Security"] = "max-age=31536000; includeSubDomains"
    response.headers.update(headers)
    return response
