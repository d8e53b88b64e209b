"""What the server writes about itself: events, never people.

A line is JSON on standard error: an event, its level, where it comes from. There is no time in it, for a line's time is a person's; whoever
keeps the lines (journald) knows when they came, so nothing is written for a request that went well, at any level.

What a line can't hold, whoever writes it: an exception's message (it quotes what was sent), the values of variables, the arguments of
another library's line, or such a line when its words were put together before (they hold addresses and queries).
"""

from __future__ import annotations

import logging
import sys
import threading
from collections.abc import MutableMapping
from pathlib import PurePath
from types import TracebackType
from typing import Any

import structlog
from structlog.tracebacks import Stack, extract

from trustsurvey.errors import SettingsError

OWN = "trustsurvey"
LEVELS = ("debug", "info", "warning", "error")
CHATTY = ("flask-limiter", "gunicorn.error", "sqlalchemy")
"""Loggers that tell of each request below warnings, and stay silent there whatever level another handler asks for."""

FRAMES = 40
"""Innermost places of a traceback that are written."""

WITHHELD = "words withheld"
"""Stands for another library's line whose words may hold anything; ``where`` says which line of code wrote it."""

Event = MutableMapping[str, Any]


def configure(level: str) -> None:
    """Send every line of this process to standard error in the form above, and every exception that nobody caught.

    ``level``, one of ``LEVELS``, is for our own lines; other libraries' are written from warnings up, for below that they tell of every
    request. Raises SettingsError for another level.
    """
    if level not in LEVELS:
        raise SettingsError(f"TRUSTSURVEY_LOG_LEVEL is {level!r}; it may be {', '.join(LEVELS)}")
    structlog.configure(
        processors=[structlog.stdlib.filter_by_level, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.stdlib.BoundLogger,
    )
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(formatter())
    logging.basicConfig(handlers=[handler], level=logging.WARNING, force=True)
    logging.getLogger(OWN).setLevel(level.upper())
    for name in CHATTY:
        logging.getLogger(name).setLevel(logging.WARNING)
    logging.captureWarnings(True)
    logging.raiseExceptions = False  # else a line that can't be written goes to standard error with its arguments
    sys.excepthook = _uncaught
    threading.excepthook = lambda args: _uncaught(args.exc_type, args.exc_value, args.exc_traceback)
    sys.unraisablehook = lambda args: _uncaught(args.exc_type, args.exc_value, args.exc_traceback)


def formatter() -> logging.Formatter:
    """Writes a record of any logger as one line of JSON that names no one."""
    return structlog.stdlib.ProcessorFormatter(
        foreign_pre_chain=[_without_values],
        processors=[
            structlog.stdlib.add_log_level,
            _where,
            structlog.stdlib.ProcessorFormatter.remove_processors_meta,
            _without_message,
            structlog.processors.JSONRenderer(ensure_ascii=False),
        ],
        use_get_message=False,
        pass_foreign_args=True,
    )


def fault(error: BaseException, **what: str) -> None:
    """Write that ``error`` reached nobody who could handle it. ``what`` is of the program's own naming (a route), never of a request."""
    structlog.get_logger(OWN).error("fault", exc_info=(type(error), error, error.__traceback__), **what)


def _uncaught(kind: type[BaseException], error: BaseException | None, _trace: TracebackType | None) -> None:
    if not issubclass(kind, KeyboardInterrupt):
        fault(error or kind())


def _without_values(_logger: object, _method: str, event: Event) -> Event:
    """A line of the standard library's logging: ours as it is, another's as the words that stand in its code, before values are put in."""
    values = event.pop("positional_args")
    if event["_record"].name.partition(".")[0] == OWN:
        event["event"] = str(event["event"]) % values if values else str(event["event"])
    elif not (values and isinstance(event["event"], str)):
        event["event"] = WITHHELD
    return event


def _where(_logger: object, _method: str, event: Event) -> Event:
    record: logging.LogRecord = event["_record"]
    event["logger"] = record.name
    if record.name.partition(".")[0] != OWN:
        event["where"] = f"{_short(record.pathname)}:{record.lineno}"
    return event


def _without_message(_logger: object, _method: str, event: Event) -> Event:
    """An exception as its kind and the places it went through, with those of its causes; no message, no variable, no line of source."""
    found = event.pop("exc_info", None)
    event.pop("stack_info", None)
    if found and found[0] is not None:
        event["error"] = [_stack(stack) for stack in extract(*found, show_locals=False).stacks]
        if code := _code(found[1]):
            event["code"] = code
    return event


def _stack(stack: Stack) -> dict[str, Any]:
    places = [f"{_short(frame.filename)}:{frame.lineno} {frame.name}" for frame in stack.frames[-FRAMES:]]
    return {"kind": stack.exc_type, "places": places}


def _code(error: BaseException | None) -> str:
    """The database's or the system's own number for what went wrong, which helps and tells nothing of a person."""
    for one in (error, getattr(error, "orig", None)):
        for name in ("sqlstate", "sqlite_errorname", "errno"):
            if value := getattr(one, name, None):
                return str(value)
    return ""


def _short(path: str) -> str:
    return "/".join(PurePath(path).parts[-3:])
