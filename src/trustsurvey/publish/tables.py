"""The one table that every format shares: a row for each published cell, the whole city first, then each area.

The header is never translated, so that scripts can rely on it. Numbers are the release's own, at its published precision; no format
recomputes or re-rounds them.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import astuple, dataclass
from itertools import chain

from trustsurvey.analysis.release import Estimate, Release
from trustsurvey.publish.edition import Edition

HEADER = ("area_name", "area", "group", "measure", "n", "n_eff", "estimate", "se", "lci", "uci", "df", "deff", "flag")
TEXT_COLUMNS = frozenset({"area_name", "area", "group", "measure", "flag"})


@dataclass(frozen=True, slots=True)
class Row:
    """One published cell. An empty ``area`` is the whole city, an empty ``group`` everyone; suppressed numbers are None."""

    area_name: str
    area: str
    group: str
    measure: str
    n: int | None
    n_eff: float | None
    estimate: float | None
    se: float | None
    lci: float | None
    uci: float | None
    df: float | None
    deff: float | None
    flag: str

    def values(self) -> tuple[str | int | float | None, ...]:
        """The cells in the order of ``HEADER``."""
        return astuple(self)


def rows(edition: Edition, *, answers: bool = True) -> tuple[Row, ...]:
    """Every cell of the release: by area (the city first, then as the release lists them), then as the release lists the cells.

    After an area's measures come its ``answers`` to each question, as measures ``<question>.<option>``, in percent.
    """
    return tuple(_row(edition, cell) for cell in in_order(edition.release, answers=answers))


def in_order(release: Release, *, answers: bool = True) -> Iterator[Estimate]:
    """The cells in the order of the shared table."""
    by_area: dict[str | None, list[Estimate]] = {None: [], **{area.code: [] for area in release.areas}}
    for cell in chain(release.estimates, release.answer_cells() if answers else ()):
        by_area.setdefault(cell.area, []).append(cell)
    for cells in by_area.values():
        yield from cells


def group_text(cell: Estimate) -> str:
    """``home_language=es``; several variables are joined by ``;`` in the order of their names; empty for everyone."""
    return ";".join(f"{variable}={value}" for variable, value in sorted((cell.group or {}).items()))


def guarded(text: str) -> str:
    """Text that no spreadsheet takes for a formula: one that begins with = + - @, a tab or a return gets an apostrophe in front.

    For text cells only: a number keeps its minus.
    """
    return f"'{text}" if text[:1] in ("=", "+", "-", "@", "\t", "\r", "\uff1d", "\uff0b", "\uff0d", "\uff20") else text


def _row(edition: Edition, cell: Estimate) -> Row:
    return Row(
        area_name=edition.area_name(cell.area) if cell.area is not None else edition.place(),
        area=cell.area or "",
        group=group_text(cell),
        measure=cell.measure,
        n=cell.n,
        n_eff=cell.n_eff,
        estimate=cell.estimate,
        se=cell.se,
        lci=cell.lci,
        uci=cell.uci,
        df=cell.df,
        deff=cell.deff,
        flag=cell.flag.value,
    )
