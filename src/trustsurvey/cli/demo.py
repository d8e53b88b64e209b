"""`trustsurvey demo`: a made-up city to look at."""

from __future__ import annotations

import os
import secrets
import time

import click
from rich.panel import Panel

from trustsurvey.accounts import add_user, set_password
from trustsurvey.anonymity import sealing
from trustsurvey.app import create_app
from trustsurvey.cli import serve, terminal
from trustsurvey.errors import StateError
from trustsurvey.services import build_demo
from trustsurvey.services.mix import mix
from trustsurvey.settings import Settings, read
from trustsurvey.store import engine as engines
from trustsurvey.store import migrate

EMAIL = "analyst@larkhaven.example.com"
TRANSLATOR, REVIEWER = "translator@larkhaven.example.com", "reviewer@larkhaven.example.com"
ACCOUNTS = {EMAIL: "department", TRANSLATOR: "translator", REVIEWER: "translator"}
"""Who can sign in, and as what: two translators, since nobody reviews their own words."""


@click.command()
@click.option("--host", default="127.0.0.1", show_default=True)
@click.option("--port", default=8000, show_default=True)
@click.option("--no-serve", is_flag=True, help="Only build it.")
@terminal.as_json
def demo(host: str, port: int, no_serve: bool, machine: bool) -> None:
    """Build a made-up city with three released waves and an open one, and serve it. All of it is synthetic data and says so.

    A database that holds anything but a demo is not touched. Run again, it serves the same city and makes a new password.

    \b
    Example: trustsurvey demo --port 8000
    """
    started = time.monotonic()
    settings = read()
    engine = engines.open_engine(settings.url)
    if not migrate.is_current(engine, settings.migrations):
        migrate.upgrade(engine, settings.migrations)
    with engine.begin() as connection:
        built = not build_demo.is_demo(connection)
        if built:
            with terminal.progress("Building Larkhaven", total=len(build_demo.WAVES)) as step:
                build_demo.build_demo(connection, locales=_offered(settings), comment_key=_comment_key(settings), step=step)
    if built:
        mix(engine)
    password = secrets.token_urlsafe(12)
    app = create_app(settings)
    for email, role in ACCOUNTS.items():
        try:
            set_password(app, email, password)
        except StateError:  # a new demo, or one that was built before there was such an account
            add_user(app, email, password, [role])
    address = f"http://{host}:{port}"
    data = {"built": built, "seconds": round(time.monotonic() - started, 1), "email": EMAIL, "password": password, "address": address}
    data["accounts"] = ACCOUNTS
    terminal.answer(machine, data, _welcome(data, no_serve))
    if not no_serve:
        serve.run(host, port, workers=2)


def _offered(settings: Settings) -> list[str]:
    """The languages that have both a catalog and the demo's own words, English first."""
    known = set(build_demo.languages()) & {path.name for path in settings.translations[0].iterdir()}
    return sorted(known, key=lambda code: (code != "en", code))


def _comment_key(settings: Settings) -> bytes:
    """A pair of keys for the demo's comments. A real wave's private key is made elsewhere and never comes here."""
    keys = sealing.make_keys()
    settings.instance.mkdir(parents=True, exist_ok=True)
    path = settings.instance / "demo-comments.key"
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as file:
        file.write(keys.private.hex() + "\n")
    return keys.public


def _welcome(data: dict[str, object], no_serve: bool) -> Panel:
    address = data["address"]
    made = f"built in {data['seconds']} s" if data["built"] else "as built before"
    lines = [
        f"[bold]Larkhaven[/bold], a made-up city of 24 neighborhoods, {made}.",
        "[dim]Synthetic data: no person, place or police force is described.[/dim]",
        "",
        f"A resident's phone   {address}/s/{build_demo.SURVEY}",
        f"The public results   {address}/results/{build_demo.SURVEY}",
        f"The department       {address}/department/",
        f"The translators      {address}/translate/",
        "",
        f"Sign in as           [bold]{data['email']}[/bold]",
        f"  to translate       [bold]{TRANSLATOR}[/bold]",
        f"  to review          [bold]{REVIEWER}[/bold]",
        f"Password             [bold]{data['password']}[/bold]   [dim](new at every start)[/dim]",
    ]
    if no_serve:
        lines += ["", "Serve it with `trustsurvey demo` or `trustsurvey serve`."]
    return Panel("\n".join(lines), border_style=terminal.ACCENT, padding=(1, 3), expand=False)
