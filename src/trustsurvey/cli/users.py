"""`trustsurvey users`: staff accounts."""

from __future__ import annotations

from collections.abc import Sequence

import click

from trustsurvey.accounts import ROLES, add_user
from trustsurvey.app import create_app
from trustsurvey.cli import terminal


@click.group()
def users() -> None:
    """Accounts of staff. Residents have none."""


@users.command()
@click.argument("email")
@click.option("--role", "roles", multiple=True, type=click.Choice(sorted(ROLES)), default=["department"], show_default=True)
@click.option("--locale", "locales", multiple=True, help="Language that a translator works in; every one when left out.")
@click.password_option(help="Asked for when left out.")
@terminal.as_json
def add(email: str, roles: Sequence[str], locales: Sequence[str], password: str, machine: bool) -> None:
    """Add an account that signs in at /account/login.

    \b
    Example: trustsurvey users add chief@police.example.com --role department
    Example: trustsurvey users add maria@example.org --role translator --locale am
    """
    terminal.database()
    address = add_user(create_app(), email, password, roles, locales=locales)
    may = ", ".join((*roles, *locales))
    data = {"email": address, "roles": list(roles), "locales": list(locales)}
    terminal.answer(machine, data, f"{address} can sign in at /account/login ({may}).")
