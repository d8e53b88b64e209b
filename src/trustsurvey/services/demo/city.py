"""Larkhaven: 24 made-up neighborhoods on a made-up river, drawn from a seed. It lies in the open Atlantic, where no city is."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import shapely
from numpy.typing import NDArray
from shapely.geometry import LineString, MultiPoint, Polygon, mapping
from shapely.ops import polygonize, unary_union, voronoi_diagram

PLACE = "Larkhaven"
LONGITUDE, LATITUDE = -38.0, 41.5
KM_NORTH = 1 / 111.2
KM_EAST = KM_NORTH / np.cos(np.radians(LATITUDE))

SIDES = ("North side", "Center", "South side")


@dataclass(frozen=True, slots=True)
class Quarter:
    """A neighborhood: adult residents, trust on the 0–100 scale, shares of Spanish and other home languages, eagerness to answer."""

    code: str
    name: str
    adults: int
    trust: float
    spanish: float
    other: float
    eager: float = 1.0


QUARTERS = (
    Quarter("cedar-heights", "Cedar Heights", 5200, 66, 0.05, 0.06),
    Quarter("fairmount", "Fairmount", 6100, 65, 0.06, 0.08),
    Quarter("garnet-hill", "Garnet Hill", 5400, 58, 0.12, 0.10),
    Quarter("westmoor", "Westmoor", 2100, 57, 0.10, 0.08, 0.7),
    Quarter("linden-park", "Linden Park", 5800, 63, 0.08, 0.09),
    Quarter("orchard-rise", "Orchard Rise", 4700, 60, 0.10, 0.07),
    Quarter("millrace", "Millrace", 4900, 53, 0.22, 0.13),
    Quarter("northbank", "Northbank", 6700, 56, 0.18, 0.12),
    Quarter("foundry", "Foundry", 5300, 48, 0.38, 0.16),
    Quarter("eastgate", "Eastgate", 1900, 50, 0.33, 0.14, 0.6),
    Quarter("canal-street", "Canal Street", 5600, 46, 0.45, 0.18),
    Quarter("market-square", "Market Square", 6400, 53, 0.24, 0.20),
    Quarter("dockside", "Dockside", 5100, 43, 0.52, 0.17),
    Quarter("union-yards", "Union Yards", 900, 47, 0.40, 0.20, 0.16),
    Quarter("saltmarsh", "Saltmarsh", 700, 49, 0.30, 0.20, 0.18),
    Quarter("old-ferry", "Old Ferry", 2000, 52, 0.26, 0.12, 0.7),
    Quarter("southbank", "Southbank", 5500, 50, 0.30, 0.14),
    Quarter("tannery", "Tannery", 4800, 47, 0.42, 0.18),
    Quarter("quarry-end", "Quarry End", 1600, 50, 0.28, 0.14, 0.5),
    Quarter("ashgrove", "Ashgrove", 5600, 59, 0.11, 0.08),
    Quarter("juniper", "Juniper", 5200, 55, 0.20, 0.11),
    Quarter("willow-bend", "Willow Bend", 5000, 63, 0.07, 0.07),
    Quarter("bellfield", "Bellfield", 5900, 55, 0.19, 0.10),
    Quarter("rosewell", "Rosewell", 2200, 57, 0.15, 0.09, 0.7),
)


@dataclass(frozen=True, slots=True)
class Drawn:
    """A neighborhood with its place in the city."""

    quarter: Quarter
    side: str
    geometry: dict[str, Any]


def draw(seed: int = 20261124) -> tuple[Drawn, ...]:
    """The neighborhoods with GeoJSON polygons in WGS 84 that share their borders exactly."""
    rng = np.random.default_rng(seed)
    banks = list(shapely.get_parts(shapely.difference(_limit(rng), _river())))
    share = len(QUARTERS) / sum(bank.area for bank in banks)
    cells = [cell for bank in banks for cell in _cells(_centers(bank, round(bank.area * share), rng), bank)]
    cut = _wavy(cells, rng)
    order = sorted(cut, key=lambda cell: (-round(cell.centroid.y / 2.2), cell.centroid.x))
    third = len(order) / len(SIDES)
    return tuple(
        Drawn(quarter, SIDES[int(n // third)], _degrees(cell)) for n, (quarter, cell) in enumerate(zip(QUARTERS, order, strict=True))
    )


def _limit(rng: np.random.Generator) -> Polygon:
    """The city's outline in kilometers round its middle."""
    angles = np.linspace(0, 2 * np.pi, 90, endpoint=False)
    wave = 1 + 0.03 * np.sin(3 * angles + 1) + 0.02 * np.cos(5 * angles) + rng.normal(0, 0.005, angles.size)
    return Polygon(np.column_stack([5.4 * wave * np.cos(angles), 5.0 * wave * np.sin(angles)]))


def _centers(limit: Polygon, count: int, rng: np.random.Generator) -> NDArray[np.float64]:
    """``count`` points spread evenly over one bank of the river by Lloyd's relaxation (Lloyd 1982)."""
    points = rng.uniform((-6, -5.5), (6, 5.5), (2000, 2))
    inside = shapely.contains_xy(limit, points[:, 0], points[:, 1])
    centers: NDArray[np.float64] = points[inside][:count]
    for _ in range(12):
        centers = np.array([[cell.centroid.x, cell.centroid.y] for cell in _cells(centers, limit)])
    return centers


def _cells(centers: NDArray[np.float64], limit: Polygon) -> list[Any]:
    diagram = voronoi_diagram(MultiPoint(centers), envelope=limit.buffer(5))
    return [shapely.intersection(cell, limit) for cell in diagram.geoms]


def _wavy(cells: list[Any], rng: np.random.Generator) -> list[Any]:
    """The same cells with borders that wander: each border once, so that neighbors still share it."""
    lines = unary_union([cell.boundary for cell in cells])
    outside = unary_union(cells).boundary.buffer(1e-6)
    borders = []
    for line in shapely.get_parts(shapely.line_merge(lines)):
        points = np.array(line.segmentize(0.35).coords)
        if not outside.covers(line):  # the limit and the river's banks stay as drawn
            points[1:-1] += rng.normal(0, 0.06, points[1:-1].shape)
        borders.append(LineString(points))
    found = list(polygonize(unary_union(borders)))
    return sorted(found, key=lambda cell: -cell.area)[: len(cells)]


def _river() -> Any:
    x = np.linspace(-8, 8, 60)
    y = 0.9 * np.sin(x / 2.4) + 0.12 * x - 0.2
    return LineString(np.column_stack([x, y])).buffer(0.17)


def _degrees(cell: Any) -> dict[str, Any]:
    def place(points: NDArray[np.float64]) -> NDArray[np.float64]:
        return np.column_stack([LONGITUDE + points[:, 0] * KM_EAST, LATITUDE + points[:, 1] * KM_NORTH])

    geometry: dict[str, Any] = mapping(shapely.transform(cell, place))
    return geometry
