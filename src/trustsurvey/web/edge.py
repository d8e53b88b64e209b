"""The edge: where a request gets its collaborators and where its one transaction opens and ends."""

from __future__ import annotations

from contextlib import AbstractContextManager
from typing import TYPE_CHECKING, Any

from flask import current_app, request

if TYPE_CHECKING:
    from trustsurvey.app import Trustsurvey


def site() -> Trustsurvey:
    """Settings, engine and catalogues of this application."""
    found: Trustsurvey = current_app.extensions["trustsurvey"]
    return found


def transaction() -> AbstractContextManager[Any]:
    """One transaction: commits when the block ends, rolls back when it raises."""
    return site().transaction(writing=request.method not in ("GET", "HEAD"))
