"""Join neighborhoods with few adult residents to a neighbor: where few live, area, age and language together can be one person's."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from shapely import union_all
from shapely.geometry import mapping, shape
from sqlalchemy import Connection

from trustsurvey.errors import StateError
from trustsurvey.services.import_areas import rounded
from trustsurvey.store import queries
from trustsurvey.store.queries import AreaRow

FLOOR = 500
"""Adult residents that a neighborhood has at the least when a wave opens, unless the operator decides otherwise."""


@dataclass(frozen=True, slots=True)
class Merger:
    """What was joined: the names and adult residents of the parts, the smaller one first, and the area they make."""

    parts: tuple[AreaRow, AreaRow]
    whole: AreaRow


def too_small(areas: Sequence[AreaRow], floor: int, *, margins: Mapping[str, float] | None = None) -> tuple[AreaRow, ...]:
    """Those of ``areas`` known to have fewer adults than ``floor``, fewest first; ``margins`` (by code) come before the set's own."""
    known = [replace(row, adults=round((margins or {}).get(row.code, -1 if row.adults is None else row.adults))) for row in areas]
    return tuple(sorted((row for row in known if row.adults is not None and 0 <= row.adults < floor), key=lambda row: row.adults or 0))


def check_floor(areas: Sequence[AreaRow], floor: int, *, area_set: str, margins: Mapping[str, float] | None = None) -> None:
    """Raises StateError naming the neighborhoods under ``floor``, and what to do."""
    small = too_small(areas, floor, margins=margins)
    if small:
        named = ", ".join(f"{row.name} ({row.adults:,})" for row in small[:10]) + (
            f" and {len(small) - 10} more" if len(small) > 10 else ""
        )
        raise StateError(
            f"{len(small)} of {len(areas)} neighborhoods have fewer than {floor:,} adult residents, so that answers there could be "
            f"traced to a person: {named}. Join them to their neighbors (trustsurvey areas merge {area_set}), or lower the floor (--floor)"
        )


def merge_areas(connection: Connection, area_set: str, *, floor: int = FLOOR) -> tuple[Merger, ...]:
    """Join every area of ``area_set`` under ``floor`` to a neighbor, and store the set so; returns what was joined, in that order.

    Raises NotFound for an unknown set; StateError when no area's adults are known, when a wave has been asked with the set (its answers
    name the areas as they are), and when the whole set has fewer adults than ``floor``.
    """
    key = queries.area_set_named(connection, area_set)
    if queries.is_area_set_asked(connection, key):
        raise StateError(
            f"a wave has been asked with the area set {area_set}, and its answers name the neighborhoods as they are. "
            "Import the boundaries once more under another name (areas import --set), and merge those"
        )
    rows, mergers = merged(queries.areas(connection, key), floor)
    if mergers:
        queries.replace_areas(connection, key, rows)
    return mergers


def merged(areas: Sequence[AreaRow], floor: int) -> tuple[tuple[AreaRow, ...], tuple[Merger, ...]]:
    """``areas`` with none left under ``floor``, and what was joined, the smallest first.

    Raises StateError as ``merge_areas`` does.
    """
    if all(row.adults is None for row in areas):
        raise StateError("nobody knows how many adults live in these neighborhoods: import them with --adults PROPERTY")
    rows, done = list(areas), []
    shapes = {row.code: shape(dict(row.geometry)) for row in rows}
    while small := too_small(rows, floor):
        if len(rows) == 1:
            raise StateError(f"all neighborhoods together have fewer than {floor:,} adult residents; a survey here could name people")
        one = next(row for row in rows if row.code == small[0].code)
        other = _beside(one, [row for row in rows if row is not one], shapes)
        whole = _joined(one, other, shapes)
        done.append(Merger((one, other), whole))
        rows = [row for row in rows if row not in (one, other)] + [whole]
    return tuple(sorted(rows, key=lambda row: row.name)), tuple(done)


def _beside(one: AreaRow, others: Sequence[AreaRow], shapes: Mapping[str, Any]) -> AreaRow:
    """The neighbor that shares a boundary with ``one``, of its own district and with few adults if possible; else the nearest area."""
    here = shapes[one.code]
    shared = {row.code: here.intersection(shapes[row.code]).length for row in others if here.intersects(shapes[row.code])}
    beside = [row for row in others if shared.get(row.code, 0) > 0]
    if not beside:
        return min(others, key=lambda row: here.distance(shapes[row.code]))
    return min(beside, key=lambda row: (row.part_of != one.part_of, row.adults is None, row.adults or 0, row.code))


def _joined(one: AreaRow, other: AreaRow, shapes: dict[str, Any]) -> AreaRow:
    """Both as one: the larger gives code and district, and stands first in the name."""
    shapes[other.code] = union_all([shapes.pop(one.code), shapes[other.code]])
    adults = None if other.adults is None else other.adults + (one.adults or 0)
    return AreaRow(other.code, f"{other.name} / {one.name}", rounded(mapping(shapes[other.code])), adults, other.part_of)
