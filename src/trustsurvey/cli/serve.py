"""`trustsurvey serve`: the web server."""

from __future__ import annotations

import gc
import os
import platform
import sys
import threading
import time
from collections.abc import Callable, Iterable, Mapping
from typing import Any
from urllib.parse import urlsplit

import click
from gunicorn import glogging
from gunicorn.app.base import BaseApplication
from gunicorn.http import wsgi

from trustsurvey import logs
from trustsurvey.app import create_app, follow_catalogs
from trustsurvey.cli import terminal
from trustsurvey.settings import read
from trustsurvey.web.limits import Memory

DRAINED = 16 * 2**20
"""Bytes of a refused body that are read, so that a browser which is still sending gets to see why."""

MINUTE = 60.0

WSGI = Callable[[dict[str, Any], Any], Iterable[bytes]]

FORGETFUL = {"PYTHONMALLOC": "malloc", "GLIBC_TUNABLES": "glibc.malloc.perturb=165:glibc.malloc.tcache_count=0"}
"""Every object by way of glibc, which writes over what is freed: an answer is gone from memory once it is stored (glibc manual, 3.2.5 and
39.2). Without it the answers of half of the last people could be read in the server's memory; with it nobody's (`bench anonymity`)."""


@click.command()
@click.option("--host", default="127.0.0.1", show_default=True)
@click.option("--port", default=8000, show_default=True)
@click.option("--workers", default=2, show_default=True, help="Processes; about one a core.")
def serve(host: str, port: int, workers: int) -> None:
    """Serve the survey, the results and the staff's pages. Put a web server with TLS in front.

    \b
    Example: trustsurvey serve --host 127.0.0.1 --port 8000 --workers 4
    """
    forget()
    terminal.database()  # says what to do when the schema is old, before any worker starts
    terminal.console.print(f"trustsurvey on [bold]http://{host}:{port}[/bold] (Ctrl-C stops it)")
    run(host, port, workers)


def forget() -> None:
    """Start this process again with an allocator that overwrites what is freed, unless it has one: it can be chosen at the start only.

    Systems without glibc have none to choose; the server runs there as it is (docs/threat-model.md, “Memory”).
    """
    if platform.libc_ver()[0] != "glibc" or is_forgetful(os.environ):
        return
    sys.stdout.flush()
    sys.stderr.flush()
    os.execve(sys.executable, [sys.executable, *sys.orig_argv[1:]], forgetful(os.environ))  # noqa: S606 - this very program


def is_forgetful(environment: Mapping[str, str]) -> bool:
    """Whether a process started with ``environment`` overwrites what it frees."""
    return "glibc.malloc.perturb=" in environment.get("GLIBC_TUNABLES", "") and environment.get("PYTHONMALLOC") == "malloc"


def forgetful(environment: Mapping[str, str]) -> dict[str, str]:
    """``environment`` with the settings of ``FORGETFUL`` after its own tunables."""
    tunables = ":".join(filter(None, (environment.get("GLIBC_TUNABLES"), FORGETFUL["GLIBC_TUNABLES"])))
    return {**environment, **FORGETFUL, "GLIBC_TUNABLES": tunables}


def run(host: str, port: int, workers: int) -> None:
    """Run until stopped. No access log: a line a request would be a record of who answered when."""
    logs.configure(read().log_level)
    wsgi.Response = _Response
    options = {
        "bind": f"{host}:{port}",
        "workers": workers,
        "worker_class": "gthread",
        "threads": 4,
        "accesslog": None,
        "logger_class": _Log,
        "limit_request_line": 2048,
        "max_requests": 0,
        "preload_app": False,
        "control_socket_disable": True,
        "post_worker_init": _ready,
        "post_request": _forgotten,
    }
    _Server(options).run()


def _ready(worker: Any) -> None:
    """What stands when the program has loaded is there to stay: collecting what a request left needn't look at it."""
    threading.Thread(target=_forget_on_time, args=(worker.app.memory,), daemon=True).start()
    gc.collect()
    gc.freeze()


def _forget_on_time(memory: Memory) -> None:
    """At night nobody comes who would have the last visitor's hour forgotten."""
    while True:
        time.sleep(MINUTE)
        memory.forget()


def _forgotten(_worker: Any, request: Any, environ: dict[str, Any], _response: Any) -> None:
    """Let go of what somebody sent. A form and its fields refer to each other, and would lie in memory until Python comes by to collect;
    the standard library keeps addresses that it took apart, and with them what stands behind their question mark."""
    urlsplit.cache_clear()  # type: ignore[attr-defined]
    if request.method == "POST":
        environ.clear()
        gc.collect()


class _Server(BaseApplication):  # type: ignore[misc,unused-ignore]
    def __init__(self, options: dict[str, Any]) -> None:
        self.options = options
        self.memory = Memory()  # before the processes that share it are forked
        super().__init__()

    def load_config(self) -> None:
        for name, value in self.options.items():
            self.cfg.set(name, value)

    def load(self) -> WSGI:
        app = create_app(memory=self.memory)
        follow_catalogs(app)
        return drained(app)


class _Log(glogging.Logger):  # type: ignore[misc,unused-ignore]
    """Gunicorn's lines by way of ``trustsurvey.logs``; none for a request."""

    def setup(self, cfg: Any) -> None:
        self.cfg = cfg
        self.error_log.handlers.clear()
        self.error_log.propagate = True
        self.access_log.handlers.clear()
        self.access_log.disabled = True

    def access(self, *_request: Any) -> None:
        return


class _Response(wsgi.Response):  # type: ignore[misc,unused-ignore]
    """Without the header that says which server this is."""

    def default_headers(self) -> list[str]:
        return [line for line in super().default_headers() if not line.startswith("Server:")]


def drained(application: WSGI) -> WSGI:
    """``application``, whose answer waits until the request's body is read, up to ``DRAINED`` bytes.

    A connection that is closed on a sender takes the answer with it: the browser would show its own error instead of our page.
    """

    def answer(environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
        found = application(environ, start_response)
        body, left = environ["wsgi.input"], DRAINED
        while left > 0 and (part := body.read(min(left, 65_536))):
            left -= len(part)
        return found

    return answer
