"""`trustsurvey bench`: what the program promises of its figures' speed and of its walls, measured on this computer."""

from __future__ import annotations

import importlib
import sys
from collections.abc import Iterator, Sequence
from itertools import groupby
from types import ModuleType
from typing import Any

import click
from rich.console import Group, RenderableType

from trustsurvey.cli import terminal
from trustsurvey.errors import StateError
from trustsurvey.settings import CHECKOUT


@click.group()
def bench() -> None:
    """Measure how soon a page opens, how fast figures are made, how much an attacker learns. From a checkout, with its tests' packages."""


@bench.command()
@click.option("--size", type=click.IntRange(min=1000), default=1_000_000, show_default=True, help="Made-up respondents.")
@terminal.as_json
def statistics(size: int, machine: bool) -> None:
    """How long a wave of SIZE respondents takes from the database to its estimates, and how much memory.

    \b
    Example: trustsurvey bench statistics --size 100000
    """
    with terminal.progress("Measuring"):
        found = _benchmark("statistics").run(size)
    rows = [(stage, f"{seconds:.3f} s") for stage, seconds in found["seconds"].items()]
    rows.append(("peak memory", f"{found['peak_mb']:,.0f} MB"))
    terminal.answer(machine, found, terminal.table("stage", "", rows=rows, right=("",)))


@bench.command()
@click.option("--people", default="20,60,1000", show_default=True, help="Sizes of the waves, separated by commas.")
@click.option("--database", "kind", type=click.Choice(["both", "sqlite", "postgresql"]), default="both", show_default=True)
@terminal.as_json
def anonymity(people: str, kind: str, machine: bool) -> None:
    """Attack the walls: known people answer in a known order, everything is taken, and each attack tries to tell whose answers are whose.

    Order: rank correlation of what the attack reads with the order in which people came. Right: people guessed right, beyond what chance
    guesses. Beside each stands how far chance goes in 99 of 100 trials. An attack that goes farther, three times in a row, is a leak,
    and the command ends with 1. Lines marked “measured” promise nothing: docs/threat-model.md says what they mean.

    \b
    Example: trustsurvey bench anonymity --people 20,60
    """
    attacks = _benchmark("anonymity")
    sizes = _sizes(people)
    databases = attacks.DATABASES if kind == "both" else (kind,)
    total = len(databases) * len(attacks.KINDS) * sum(sizes)
    with terminal.progress("Attacking", total=total) as step:
        found = attacks.run(sizes, databases, done=step)
    leaks = [one for one in found if one.is_leak]
    data = {"leaks": len(leaks), "attacks": [_data(one) for one in found]}
    terminal.answer(machine, data, Group(*_tables(found), _summary(len(found), len(leaks))))
    if leaks:
        raise SystemExit(1)


@bench.command()
@click.option("--locales", default="", help="Languages, separated by commas; every one when left out.")
@click.option("--rounds", type=click.IntRange(min=1), default=3, show_default=True, help="Visits of which the median counts.")
@terminal.as_json
def page(locales: str, rounds: int, machine: bool) -> None:
    """Weigh the survey's page in each language, and time it in Chromium on a slowed network and a processor four times slower.

    Usable: painted, and read to its end. On a mobile network (1.6 Mbit/s, 150 ms) within 0.6 s, on slow 3G (400 kbit/s, 400 ms) within 2 s.

    \b
    Example: trustsurvey bench page --locales en,ar
    """
    benchmark = _benchmark("page")
    chosen = [code.strip() for code in locales.split(",") if code.strip()]
    with terminal.progress("Opening pages", total=len(chosen) or benchmark.count()) as step:
        found = benchmark.run(chosen, rounds=rounds, step=step)
    rows = [
        (code, f"{one['bytes'] / 1000:.1f} kB", one["requests"], f"{one['later'] / 1000:.1f} kB", *_seconds(one, found["networks"]))
        for code, one in found["locales"].items()
    ]
    heads = [name.replace("_", " ") for name in found["networks"]]
    verdict = "Every page is within its targets." if found["met"] else "● takes longer than its target; a busy computer does too."
    columns = ("language", "page", "requests", "afterwards", *heads)
    terminal.answer(machine, found, Group(terminal.table(*columns, rows=rows, right=columns[1:]), "", verdict))


def _seconds(one: dict[str, Any], networks: dict[str, Any]) -> Iterator[str]:
    for name, network in networks.items():
        yield f"{one[name]:.2f} s {'●' if one[name] > network['target_s'] else ' '}"


def _sizes(people: str) -> Sequence[int]:
    try:
        sizes = [int(one) for one in people.split(",")]
    except ValueError as error:
        raise StateError(f"--people is {people!r}; it takes whole numbers separated by commas") from error
    if any(not 20 <= n <= 20_000 for n in sizes):
        raise StateError(
            "a wave of less than 20 people isn't mixed while it is open, and one of more than 20,000 takes hours: take 20 to 20,000"
        )
    return sizes


def _tables(found: Sequence[Any]) -> Iterator[RenderableType]:
    """A heading and a table for each wave that was attacked."""
    for (database, wave, n), group in groupby(found, key=lambda one: (one.database, one.wave, one.n)):
        rows = [(one.finding.attack, *_told(one.finding.score), _verdict(one)) for one in group]
        yield f"[bold]{database}, {wave}, {n:,} people[/bold]"
        yield terminal.table("attack", "order", "chance", "right", "chance ", "", rows=rows, right=("order", "chance", "right", "chance "))
        yield ""


def _told(score: Any) -> Sequence[str]:
    """Rank correlation with arrival, and people guessed right beyond chance, each with the end of its 99 % band."""
    told = score.correlation is not None
    order = (f"{score.correlation:+.3f}", f"±{score.correlation_bound:.3f}") if told else ("–", "–")
    right = (f"{score.advantage:+d}", f"{score.advantage_bound:+d}") if score.right is not None else ("–", "–")
    return (*order, *right)


def _data(one: Any) -> dict[str, Any]:
    score = one.finding.score
    return {
        "database": one.database,
        "wave": one.wave,
        "people": one.n,
        "attack": one.finding.attack,
        "verdict": _verdict(one),
        "trials": one.trials,
        "found": score.found,
        "correlation": score.correlation,
        "correlation_bound": score.correlation_bound,
        "advantage": score.advantage,
        "advantage_bound": score.advantage_bound,
    }


def _verdict(one: Any) -> str:
    return "measured" if one.finding.measured_only else "LEAK" if one.is_leak else "chance"


def _summary(count: int, leaks: int) -> str:
    return f"{leaks} of {count} attacks do better than chance." if leaks else f"No attack of {count} does better than chance."


def _benchmark(name: str) -> ModuleType:
    """A module of ``benchmarks/``, which is not part of what is installed. Raises StateError where it isn't there."""
    if str(CHECKOUT) not in sys.path:
        sys.path.insert(0, str(CHECKOUT))
    try:
        return importlib.import_module(f"benchmarks.{name}")
    except ImportError as error:
        raise StateError(f"this needs a checkout of the project with the packages of its tests (missing: {error.name})") from error
