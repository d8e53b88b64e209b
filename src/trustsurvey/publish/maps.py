"""The map: areas filled by class, each with its figure and its name where there is room; the same for SVG and PDF.

Drawn on a sheet of about 1,000 units by 1,000, north up, never mirrored. Classes are fixed (``ranking.BREAKS``). What isn't shown is
hatched and keeps its outline; a dashed rule under a figure asks for caution.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Protocol

import shapely
from babel.units import format_unit
from shapely import MultiPolygon, Polygon
from shapely.affinity import affine_transform
from shapely.geometry import LineString, shape
from shapely.geometry.base import BaseGeometry
from shapely.ops import unary_union

from trustsurvey.analysis.release import Estimate, Flag
from trustsurvey.publish.edition import Edition
from trustsurvey.publish.labels import Callout, Label, callouts, place_label
from trustsurvey.publish.pens import Pen, SvgPen, number
from trustsurvey.publish.phrases import reason
from trustsurvey.publish.ranking import class_of

SIZE = 1000.0  # units: the side of a square as large as the city's frame
LIMIT = 24_000  # characters of outlines: with labels and tips well under 60 KB
EARTH = 6371.0  # km
HATCH = 11.0
NAME = 22.0
FIGURES = {30.0: "vl", 23.0: "vl vl2", 17.0: "vl vl3"}  # letter sizes and their classes: smaller where an area is small
ON_PHONES = {41.0: "vl", 30.0: "vl vl2", 22.0: "vl vl3"}  # where names go and figures grow
STEPS_KM = (0.1, 0.2, 0.5, 1.0, 2.0, 5.0, 10.0, 20.0, 50.0, 100.0)


class MapPen(Pen, Protocol):
    """A pen that can group what it draws under a class (labels take their color from the class of their area)."""

    def open(self, kind: str) -> None: ...
    def close(self) -> None: ...


@dataclass(frozen=True, slots=True)
class Shape:
    """One area on the sheet."""

    code: str
    name: str
    outline: BaseGeometry
    estimate: Estimate | None

    @property
    def shown(self) -> bool:
        return self.estimate is not None and self.estimate.estimate is not None

    @property
    def parts(self) -> list[Polygon]:
        return _polygons(self.outline)

    @property
    def rings(self) -> list[Sequence[tuple[float, float]]]:
        return [ring for polygon in self.parts for ring in _rings(polygon)]

    @property
    def largest(self) -> Polygon:
        return max(self.parts, key=lambda polygon: polygon.area)


class CityMap:
    """The map of an edition's headline measure. ``shapes`` is empty when the release has no geometry: then there is no map."""

    def __init__(self, edition: Edition) -> None:
        self.edition = edition
        placed = _projected(edition)
        self.unit_km, outlines = placed if placed else (0.0, {})
        outlines = _lightened(outlines)
        cells = {c.area: c for c in edition.release.by_area(edition.headline.code)} if edition.headline else {}
        self.shapes = tuple(Shape(code, edition.area_name(code), outline, cells.get(code)) for code, outline in outlines.items())

    def __bool__(self) -> bool:
        return bool(self.shapes)

    @cached_property
    def bounds(self) -> tuple[float, float, float, float]:
        x0, y0, x1, y1 = unary_union([s.outline for s in self.shapes]).bounds
        return x0, y0, x1, y1

    @cached_property
    def labels(self) -> dict[str, Label]:
        """Where each area's name and figure stand inside it."""
        return {s.code: place_label(s.largest, s.name, NAME, tuple(FIGURES) if s.shown else ()) for s in self.shapes}

    @cached_property
    def callouts(self) -> tuple[Callout, ...]:
        """Names that don't fit and stand outside, with a line to their area."""
        left_out = [(s.code, s.name, s.largest) for s in self.shapes if s.shown and not self.labels[s.code].lines]
        city = unary_union([s.outline.buffer(30) for s in self.shapes]).buffer(-30)
        return callouts(left_out, city, NAME)

    @property
    def hatch_step(self) -> float:
        """Wider where much is hatched, so that the map stays light."""
        hidden = sum(1 for s in self.shapes if not s.shown)
        return HATCH if hidden <= 20 else HATCH * 1.5

    @property
    def view(self) -> tuple[float, float, float, float]:
        """x, y, width and height of all that is drawn, with the names outside and the scale below."""
        x0, y0, x1, y1 = self.bounds
        boxes = [c.box for c in self.callouts]
        x0, x1 = min([x0, *(b[0] for b in boxes)]), max([x1, *(b[2] for b in boxes)])
        y0, y1 = min([y0, *(b[1] for b in boxes)]), max([y1 + 46, *(b[3] for b in boxes)])
        return x0 - 6, y0 - 6, x1 - x0 + 12, y1 - y0 + 12

    # ------------------------------------------------------------------ drawing
    def draw(self, pen: MapPen, *, link: Callable[[str], str] | None = None) -> None:
        """Areas, hatches, labels and scale. ``link`` answers an area's address; only an SvgPen can follow it."""
        for area in self.shapes:
            if link is not None and isinstance(pen, SvgPen):
                pen.link(link(area.code))
            self._area(pen, area)
            if link is not None and isinstance(pen, SvgPen):
                pen.end_link()
        pen.open("wide")
        for area in self.shapes:
            self._label(pen, area)
        for callout in self.callouts:
            pen.line(*callout.leader[0], *callout.leader[1], "ld")
            pen.text(callout.x, callout.y, callout.name, f"nm out {callout.anchor}".strip())
        pen.close()
        self._scale(pen)

    def svg(self, *, link: Callable[[str], str] | None = None) -> str:
        """The map as SVG, empty without geometry. On narrow screens names go and figures grow (classes ``wide`` and ``narrow``)."""
        if not self:
            return ""
        pen = SvgPen(rtl=self.edition.rtl)
        self.draw(pen, link=link)
        pen.open("narrow")
        for area in self.shapes:
            if area.shown:
                label = place_label(area.largest, "", 0.0, tuple(ON_PHONES))
                self._figure(pen, area, label, ON_PHONES)
        pen.close()
        view = " ".join(number(round(v)) for v in self.view)
        return pen.svg(kind="map", view=view, width="", label=self.alternative(), role="group" if link else "img")

    def alternative(self) -> str:
        """What the map says, for those who don't see it."""
        edition, measure = self.edition, self.edition.headline
        title = edition.measure_title(measure) if measure else ""
        shown = sorted((s for s in self.shapes if s.shown), key=lambda s: -(s.estimate.estimate or 0.0) if s.estimate else 0.0)
        t = edition.catalog
        if not shown:
            return t.gettext("Map by neighborhood, “%(measure)s”: no figure is shown.", measure=title)
        return t.gettext(
            "Map by neighborhood, “%(measure)s”. Highest: %(highest)s. Lowest: %(lowest)s. Every figure is in the table.",
            measure=title,
            highest=shown[0].name,
            lowest=shown[-1].name,
        )

    def _area(self, pen: MapPen, area: Shape) -> None:
        rings = area.rings
        if area.shown and area.estimate is not None:
            tip = f"{area.name}: {self.edition.figure(area.estimate)}"
            pen.path(rings, f"c{class_of(self.edition, area.estimate)}", title=tip)
            return
        why = reason(self.edition, area.estimate.flag) if area.estimate is not None else self.edition.catalog.gettext("no figure")
        pen.path(rings, "off", title=f"{area.name}: {why}")
        if area.estimate is not None:
            pen.path([line for polygon in area.parts for line in hatch(polygon, self.hatch_step)], "hb", closed=False)
        pen.path(rings, "hb")

    def _label(self, pen: MapPen, area: Shape) -> None:
        label = self.labels[area.code]
        top = label.y - label.height / 2
        if not area.shown:
            if label.lines:
                width = label.width + 10
                pen.rect(label.x - width / 2, top - 1, width, label.height + 4, "off")
                for n, line in enumerate(label.lines):
                    pen.text(label.x, top + NAME * (0.86 + 1.12 * n), line, "nm")
            return
        if area.estimate is not None and label.lines:
            pen.open(f"c{class_of(self.edition, area.estimate)}")
            for n, line in enumerate(label.lines):
                pen.text(label.x, top + NAME * (0.86 + 1.12 * n), line, "nm")
            pen.close()
        self._figure(pen, area, label, FIGURES)

    def _figure(self, pen: MapPen, area: Shape, label: Label, sizes: Mapping[float, str]) -> None:
        if area.estimate is None or not label.figure:
            return
        y = label.y + label.height / 2 - 3 if label.lines else label.y + label.figure * 0.35
        pen.open(f"c{class_of(self.edition, area.estimate)}")
        pen.text(label.x, y, self.edition.figure(area.estimate, bare=True), sizes[label.figure])
        if area.estimate.flag is Flag.CAUTION:
            half = label.figure * 0.64
            pen.line(label.x - half, y + label.figure * 0.23, label.x + half, y + label.figure * 0.23, "cu")
        pen.close()

    def _scale(self, pen: MapPen) -> None:
        """A bar of 2 km, or of the round length nearest to a sixth of the map where 2 km would be too long or too short."""
        x0, _, _, y1 = self.bounds
        lengths = {km: km / self.unit_km for km in STEPS_KM}
        km = 2.0 if 60 <= lengths[2.0] <= 320 else min(STEPS_KM, key=lambda k: abs(lengths[k] - SIZE / 6))
        y, end = y1 + 34, x0 + lengths[km]
        pen.line(x0, y, end, y, "sc")
        pen.line(x0, y - 6, x0, y + 6, "sc")
        pen.line(end, y - 6, end, y + 6, "sc")
        text = format_unit(
            self.edition.number(km, 0 if km >= 1 else 1), "length-kilometer", length="short", locale=self.edition.locale.cldr
        )
        pen.text(x0, y - 14, text, "st")


def hatch(polygon: Polygon, step: float = HATCH) -> list[list[tuple[float, float]]]:
    """Lines at 45 degrees cut to the polygon: no pattern, no clip, so SVG and PDF draw the same."""
    x0, y0, x1, y1 = polygon.bounds
    lines, k = [], (x0 + y0) // step * step
    while k <= x1 + y1:
        cut = LineString([(k - y0, y0), (k - y1, y1)]).intersection(polygon)
        for part in getattr(cut, "geoms", [cut]):
            if part.geom_type == "LineString" and part.length > 2:
                lines.append([(x, y) for x, y in part.coords])
        k += step
    return lines


def _projected(edition: Edition) -> tuple[float, dict[str, BaseGeometry]] | None:
    """(km a unit, outlines on the sheet): equirectangular at the city's middle latitude, y downwards. None without geometry."""
    found = {a.code: shape(dict(a.geometry)) for a in edition.release.areas if a.geometry is not None}
    found = {code: g for code, g in found.items() if not g.is_empty and _polygons(g)}
    if not found:
        return None
    west, south, east, north = shapely.total_bounds(list(found.values()))
    across = math.radians(1) * EARTH * math.cos(math.radians((south + north) / 2))
    down = math.radians(1) * EARTH
    width, height = max((east - west) * across, 1e-6), max((north - south) * down, 1e-6)
    unit = max(math.sqrt(width * height) / SIZE, max(width, height) / (SIZE * 1.6))
    matrix = [across / unit, 0, 0, -down / unit, -west * across / unit, north * down / unit]
    return unit, {code: affine_transform(g, matrix) for code, g in found.items()}


def _lightened(outlines: dict[str, BaseGeometry]) -> dict[str, BaseGeometry]:
    """Outlines simplified together, so that shared edges stay shared, until their text is short enough."""
    if not outlines:
        return outlines
    codes, geometries = list(outlines), list(outlines.values())
    tolerance, light = 0.8, geometries
    while tolerance < 40:
        light = list(shapely.coverage_simplify(geometries, tolerance * tolerance))
        if sum(7 * shapely.get_num_coordinates(g) for g in light) < LIMIT:
            break
        tolerance *= 1.5
    kept = [g if not g.is_empty and _polygons(g) else before for g, before in zip(light, geometries, strict=True)]
    return dict(zip(codes, kept, strict=True))


def _polygons(geometry: BaseGeometry) -> list[Polygon]:
    if isinstance(geometry, Polygon):
        return [geometry]
    return [p for p in geometry.geoms if isinstance(p, Polygon)] if isinstance(geometry, MultiPolygon) else []


def _rings(polygon: Polygon) -> list[Sequence[tuple[float, float]]]:
    return [[(x, y) for x, y, *_ in ring.coords] for ring in (polygon.exterior, *polygon.interiors)]
