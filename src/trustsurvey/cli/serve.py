"""`trustsurvey serve`: the web server."""

from __future__ import annotations

from typing import Any

import click
from flask import Flask
from gunicorn.app.base import BaseApplication

from trustsurvey.app import create_app
from trustsurvey.cli import terminal


@click.command()
@click.option("--host", default="127.0.0.1", show_default=True)
@click.option("--port", default=8000, show_default=True)
@click.option("--workers", default=2, show_default=True, help="Processes; about one a core.")
def serve(host: str, port: int, workers: int) -> None:
    """Serve the survey, the results and the staff's pages. Put a web server with TLS in front.

    \b
    Example: trustsurvey serve --host 127.0.0.1 --port 8000 --workers 4
    """
    terminal.database()  # says what to do when the schema is old, before any worker starts
    terminal.console.print(f"trustsurvey on [bold]http://{host}:{port}[/bold] (Ctrl-C stops it)")
    run(host, port, workers)


def run(host: str, port: int, workers: int) -> None:
    """Run until stopped. No access log: a line a request would be a record of who answered when."""
    options = {
        "bind": f"{host}:{port}",
        "workers": workers,
        "threads": 4,
        "accesslog": None,
        "loglevel": "warning",
        "limit_request_line": 2048,
        "max_requests": 0,
        "preload_app": False,
    }
    _Server(options).run()


class _Server(BaseApplication):  # type: ignore[misc,unused-ignore]
    def __init__(self, options: dict[str, Any]) -> None:
        self.options = options
        super().__init__()

    def load_config(self) -> None:
        for name, value in self.options.items():
            self.cfg.set(name, value)

    def load(self) -> Flask:
        return create_app()
