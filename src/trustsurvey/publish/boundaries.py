"""Neighborhood boundaries for a phone that compares its own position with them: small enough to send, the same for everyone."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from itertools import pairwise
from typing import Any, Protocol

import shapely
from shapely.geometry import MultiPolygon, Polygon, shape
from shapely.geometry.base import BaseGeometry

from trustsurvey.questionnaire import keying

GRID = 10_000
"""Steps a degree: about 11 m north to south. What is nearer to a border than 75 m is asked about anyway."""

MOST = 60_000
"""Bytes, before compression."""

APART, FARTHEST = 0.004, 0.02
"""Degrees: about 400 m, and two kilometers, where simplifying ends."""


class Bounded(keying.Place, Protocol):
    """A neighborhood with its outline (a GeoJSON geometry)."""

    @property
    def geometry(self) -> Mapping[str, Any]: ...


def write(areas: Sequence[Bounded], *, most: int = MOST) -> bytes:
    """JSON ``{"grid": 10000, "areas": [[code, ring, …], …]}`` in the order of the page's list, at most ``most`` bytes.

    A ring is ``[x, y, dx, dy, …]``: whole steps of the grid (longitude, latitude), the first point and then the way to each next one; the
    last leads back to the first. A point is inside an area that an odd number of its rings hold. Outlines are simplified together, so that
    neighbors share their borders, until they are small enough. An area without an outline has no rings.
    """
    placed = keying.in_order(areas)
    outlines = [shape(dict(area.geometry)) if area.geometry else Polygon() for area in placed]
    tolerance = 0.0
    while True:
        found = [[area.code, *_rings(outline)] for area, outline in zip(placed, _simplified(outlines, tolerance), strict=True)]
        data = json.dumps({"grid": GRID, "areas": found}, separators=(",", ":")).encode()
        if len(data) <= most or tolerance > FARTHEST:
            return data
        tolerance = tolerance * 1.5 or 0.0003


def _simplified(outlines: Sequence[BaseGeometry], tolerance: float) -> Sequence[BaseGeometry]:
    if not tolerance:
        return outlines
    apart = tolerance > APART  # common borders didn't get light: neighbors overlap, so each is simplified by itself
    light = shapely.simplify(list(outlines), tolerance) if apart else shapely.coverage_simplify(list(outlines), tolerance)
    return [g if not g.is_empty else before for g, before in zip(light, outlines, strict=True)]


def _rings(outline: BaseGeometry) -> Iterator[list[int]]:
    polygons = outline.geoms if isinstance(outline, MultiPolygon) else [outline]
    for polygon in polygons:
        if isinstance(polygon, Polygon) and not polygon.is_empty:
            for ring in (polygon.exterior, *polygon.interiors):
                steps = _steps(ring.coords)
                if len(steps) >= 6:
                    yield steps


def _steps(points: Any) -> list[int]:
    """The corners of a closed ring on the grid, as a first point and ways."""
    corners = [(round(x * GRID), round(y * GRID)) for x, y, *_ in points]
    corners = [corners[0], *(b for a, b in pairwise(corners) if a != b)]
    if corners[0] == corners[-1]:
        corners.pop()
    return [*corners[0], *(step for (x0, y0), (x1, y1) in pairwise(corners) for step in (x1 - x0, y1 - y0))] if corners else []
