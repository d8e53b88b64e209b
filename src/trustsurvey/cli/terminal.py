"""What every command shares: the settings and the database it works on, and how it answers on a terminal or to a machine."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from datetime import date, datetime
from pathlib import Path
from typing import Any, TypeVar

import click
from rich.console import Console, RenderableType
from rich.progress import BarColumn, Progress, TaskProgressColumn, TextColumn, TimeRemainingColumn
from rich.table import Table
from sqlalchemy import Connection, Engine

from trustsurvey.errors import NotFound, StateError
from trustsurvey.settings import Settings, read
from trustsurvey.store import queries
from trustsurvey.store.engine import open_engine, writing
from trustsurvey.store.migrate import is_current

ACCENT = "cyan"
F = TypeVar("F", bound=Callable[..., Any])

console = Console(highlight=False)


def as_json(function: F) -> F:
    """The option `--json`."""
    return click.option("--json", "machine", is_flag=True, help="Print a machine's answer instead of a person's.")(function)


def answer(machine: bool, data: Any, text: RenderableType) -> None:
    """``data`` as JSON for a machine, ``text`` for a person."""
    if machine:
        click.echo(json.dumps(data, ensure_ascii=False, indent=2, default=str))
    else:
        console.print(text, soft_wrap=isinstance(text, str))


def table(*columns: str, rows: Iterable[Sequence[object]], right: Sequence[str] = ()) -> Table:
    """A table with hairlines; the columns named in ``right`` align at their end."""
    found = Table(box=None, pad_edge=False, padding=(0, 3, 0, 0), header_style="dim")
    for column in columns:
        found.add_column(column, justify="right" if column in right else "left", no_wrap=True)
    for row in rows:
        found.add_row(*(str(cell) for cell in row))
    return found


def database(settings: Settings | None = None) -> Engine:
    """The engine of the settings' database. Raises StateError when its tables aren't the newest."""
    settings = settings or read()
    engine = open_engine(settings.url)
    if not is_current(engine, settings.migrations):
        raise StateError("the database is not at the newest schema: run `trustsurvey db upgrade`")
    return engine


@contextmanager
def transaction() -> Iterator[Connection]:
    """One transaction on the settings' database: all of a command happens, or nothing."""
    with writing(database()).begin() as connection:
        yield connection


def only_survey(connection: Connection) -> str:
    """The only survey there is. Raises NotFound when there is none, or more than one."""
    found = [survey.code for survey in queries.surveys(connection)]
    if len(found) != 1:
        raise NotFound("there is no survey yet" if not found else f"name one of the surveys: {', '.join(found)}")
    return found[0]


@contextmanager
def progress(label: str, *, total: int | None = None) -> Iterator[Callable[[int], None]]:
    """A bar on a terminal, silence elsewhere; call it with what was done since."""
    with Progress(
        TextColumn("{task.description}"),
        BarColumn(bar_width=32, complete_style=ACCENT),
        TaskProgressColumn(),
        TimeRemainingColumn(),
        console=Console(file=sys.stderr),
        transient=True,
        disable=not sys.stderr.isatty(),
    ) as bar:
        task = bar.add_task(label, total=total)
        yield lambda step: bar.advance(task, step)


def read_text(path: Path) -> str:
    """The text of a file that a person named. Bytes that aren't UTF-8 are that person's to know about."""
    try:
        return path.read_text(encoding="utf-8-sig")
    except UnicodeDecodeError as error:
        raise StateError(f"{path} is not UTF-8 (byte {error.start}); save it as UTF-8") from error


def write_bytes(path: Path, data: bytes) -> None:
    """Write a file whole or not at all."""
    path.parent.mkdir(parents=True, exist_ok=True)
    part = path.with_name(path.name + ".part")
    part.write_bytes(data)
    part.replace(path)


def day(given: datetime | None) -> date:
    """The day a person named, else today by the operator's own calendar."""
    return given.date() if given else date.today()  # noqa: DTZ011
