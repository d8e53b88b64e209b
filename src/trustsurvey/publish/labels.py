"""Where words on a map stand: inside their polygon where there is room, else outside the city with a line."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import hypot

import numpy as np
import shapely
from shapely import Polygon
from shapely.geometry import LineString, box
from shapely.geometry.base import BaseGeometry

from trustsurvey.publish.pdf.shaping import width

LEADING = 1.12  # of the letter size, between a name's lines
ROOM = 1.06  # other faces than ours may run a little wider
WIDE = 1.25  # two digits, in letter sizes
STEP, PAD = 9.0, 3.0


@dataclass(frozen=True, slots=True)
class Label:
    """A name's lines (none: only the figure stands inside), the middle, width and height of the block, and the figure's size.

    A ``figure`` of 0: there is no room for one, and the table alone has it.
    """

    lines: tuple[str, ...]
    x: float
    y: float
    width: float
    height: float
    figure: float


@dataclass(frozen=True, slots=True)
class Callout:
    """A name outside the city. ``anchor`` is "" (starts at x), "m" (middle) or "e" (ends at x)."""

    name: str
    x: float
    y: float
    anchor: str
    leader: tuple[tuple[float, float], tuple[float, float]]
    box: tuple[float, float, float, float]


def place_label(polygon: Polygon, name: str, name_size: float, figure_sizes: Sequence[float]) -> Label:
    """The name in one line, else in two, above the figure; else the figure alone, smaller where it must be; else nothing.

    ``figure_sizes`` are letter sizes from the largest; none of them: the name stands alone.
    """
    largest = figure_sizes[0] if figure_sizes else 0.0
    for lines in _splits(name):
        wide = max([*(width(line, name_size) * ROOM for line in lines), largest * WIDE])
        high = len(lines) * name_size * LEADING + largest * 1.02
        at = fit(polygon, wide, high)
        if at is not None:
            return Label(lines, *at, wide, high, largest)
    for size in figure_sizes:
        at = fit(polygon, size * WIDE, size * 0.8)
        if at is not None:
            return Label((), *at, size * WIDE, size, size)
    point = polygon.representative_point()
    return Label((), point.x, point.y, 0.0, 0.0, 0.0)


def fit(polygon: Polygon, wide: float, high: float) -> tuple[float, float] | None:
    """The best middle for a box inside the polygon: most room round it, near the middle. None where it doesn't fit."""
    pieces = [piece for piece in shapely.get_parts(polygon.buffer(-PAD)) if not piece.is_empty]
    if not pieces:
        return None
    inner = max(pieces, key=lambda piece: piece.area)
    x0, y0, x1, y1 = inner.bounds
    if x1 - x0 < wide or y1 - y0 < high:
        return None
    across, down = np.meshgrid(_along(x0 + wide / 2, x1 - wide / 2), _along(y0 + high / 2, y1 - high / 2))
    xs, ys = across.ravel(), down.ravel()
    boxes = shapely.box(xs - wide / 2, ys - high / 2, xs + wide / 2, ys + high / 2)
    shapely.prepare(inner)
    inside = np.flatnonzero(shapely.contains(inner, boxes))
    if not inside.size:
        return None
    middle = polygon.centroid
    room = np.minimum(shapely.distance(polygon.exterior, boxes[inside]), 16.0)
    best = inside[np.argmax(room - 0.09 * np.hypot(xs[inside] - middle.x, ys[inside] - middle.y))]
    return float(xs[best]), float(ys[best])


def callouts(left_out: Sequence[tuple[str, str, Polygon]], city: BaseGeometry, size: float) -> tuple[Callout, ...]:
    """Names beyond the city's edge for those areas that lie at it. A name that would touch another, or lies too deep, is left out."""
    found: list[Callout] = []
    taken: list[BaseGeometry] = []
    middle = city.centroid
    for _, name, polygon in left_out:
        inside = polygon.representative_point()
        dx, dy = inside.x - middle.x, inside.y - middle.y
        length = hypot(dx, dy)
        if not length:
            continue
        ux, uy = dx / length, dy / length
        ray = LineString([(inside.x, inside.y), (inside.x + ux * 2000, inside.y + uy * 2000)]).intersection(city)
        ends = [(c[0], c[1]) for part in shapely.get_parts(ray) for c in part.coords]
        x, y = max(ends, key=lambda end: hypot(end[0] - inside.x, end[1] - inside.y))
        if hypot(x - inside.x, y - inside.y) > 90:
            continue
        callout = _callout(name, (x, y), (ux, uy), size)
        frame = box(*callout.box)
        if frame.intersection(city).area < 0.02 * frame.area and not any(frame.intersects(other) for other in taken):
            found.append(callout)
            taken.append(frame.buffer(3))
    return tuple(found)


def _callout(name: str, edge: tuple[float, float], way: tuple[float, float], size: float) -> Callout:
    (ex, ey), (ux, uy) = edge, way
    x, y = ex + ux * 18, ey + uy * 18
    anchor = "e" if ux < -0.35 else "" if ux > 0.35 else "m"
    if anchor == "m":
        y += size * 0.7 if uy > 0 else 0
    else:
        y += size * 0.3
    wide = width(name, size) * ROOM
    left = {"e": x - wide, "m": x - wide / 2, "": x}[anchor]
    return Callout(
        name, x, y, anchor, ((ex - ux * 14, ey - uy * 14), (ex + ux * 12, ey + uy * 12)), (left, y - size, left + wide, y + size * 0.25)
    )


def _splits(name: str) -> list[tuple[str, ...]]:
    words = name.split()
    if not words:
        return [()] if name else []
    splits: list[tuple[str, ...]] = [(name,)]
    if len(words) > 1:
        cuts = [(" ".join(words[:k]), " ".join(words[k:])) for k in range(1, len(words))]
        splits.append(min(cuts, key=lambda cut: max(len(cut[0]), len(cut[1]))))
    return splits


def _along(start: float, end: float) -> list[float]:
    """Places to try from ``start`` to ``end``: a few at least, even where there is little room."""
    count = max(5, int((end - start) / STEP) + 1)
    return [start + (end - start) * k / (count - 1) for k in range(count)]
