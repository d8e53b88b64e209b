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
@click.password_option(help="Asked for when left out.")
@terminal.as_json
def add(email: str, roles: Sequence[str], password: str, machine: bool) -> None:
    """Add an account that signs in at /account/login.

    \b
    Example: trustsurvey users add chief@police.example.com --role department
    """
    terminal.database()
    address = add_user(create_app(), email, password, roles)
    terminal.answer(machine, {"email": address, "roles": list(roles)}, f"{address} can sign in at /account/login ({', '.join(roles)}).")
