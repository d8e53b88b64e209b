"""The Flask application, with faults written so that they name no one."""

from __future__ import annotations

from types import TracebackType
from typing import Any

from flask import Flask, request
from flask.ctx import AppContext

from trustsurvey import logs


class Application(Flask):
    """Flask, whose own line for a fault would hold the address of the page, and the exception's message what was sent to it."""

    def log_exception(
        self, exc_info: tuple[type, BaseException, TracebackType] | tuple[None, None, None], *_context: AppContext | Any
    ) -> None:
        if exc_info[1] is not None:
            logs.fault(exc_info[1], route=request.endpoint or "", method=request.method if request.endpoint else "")
