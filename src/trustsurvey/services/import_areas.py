"""Neighborhood boundaries from GeoJSON: checked whole, simplified together so that neighbors stay neighbors, stored as a set."""

from __future__ import annotations

import json
import re
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import shapely
from shapely.errors import GEOSException
from shapely.geometry import mapping, shape
from shapely.validation import explain_validity
from sqlalchemy import Connection

from trustsurvey.errors import AreasError, Fault, NotFound, StateError
from trustsurvey.store import queries
from trustsurvey.store.queries import AreaRow

TOLERANCE = 0.0004
"""Degrees. About 40 m north to south: invisible on a city's map, and it makes 800 KB of boundaries into 30."""

DECIMALS = 5


@dataclass(frozen=True, slots=True, kw_only=True)
class Properties:
    """Which property of a feature holds what. Without ``code`` a slug of the name is the code."""

    name: str
    code: str | None = None
    adults: str | None = None
    part_of: str | None = None


def import_areas(connection: Connection, text: str, *, file: str, properties: Properties, area_set: str, place: str) -> tuple[AreaRow, ...]:
    """Read ``text`` and store its areas as the set ``area_set`` of ``place``; returns them.

    Raises AreasError with every fault, each with its feature's number (from 1), and StateError when the set exists.
    """
    rows = read_areas(text, file=file, properties=properties)
    try:
        queries.area_set_named(connection, area_set)
    except NotFound:
        queries.add_area_set(connection, area_set, place, rows)
        return rows
    raise StateError(f"the area set {area_set!r} exists; choose another name with --set (surveys that use it keep it)")


def read_areas(text: str, *, file: str, properties: Properties) -> tuple[AreaRow, ...]:
    """The areas in GeoJSON ``text`` (RFC 7946: WGS 84 longitude and latitude), simplified, by code."""
    faults: list[Fault] = []
    features = _features(text, file)
    rows: list[AreaRow] = []
    shapes: list[Any] = []
    seen: dict[str, int] = {}
    for n, feature in enumerate(features, start=1):
        found = _feature(feature, properties)
        if isinstance(found, str):
            faults.append(Fault(found, file=file, place=f"feature {n}"))
            continue
        row, geometry = found
        if row.code in seen:
            faults.append(Fault(f"the code {row.code!r} is taken by feature {seen[row.code]}", file=file, place=f"feature {n}"))
            continue
        seen[row.code] = n
        rows.append(row)
        shapes.append(geometry)
    if faults:
        raise AreasError(faults)
    simple = shapely.coverage_simplify(shapes, TOLERANCE)
    return tuple(AreaRow(row.code, row.name, rounded(mapping(g)), row.adults, row.part_of) for row, g in zip(rows, simple, strict=True))


def _features(text: str, file: str) -> Sequence[Any]:
    try:
        document = json.loads(text)
    except json.JSONDecodeError as error:
        raise AreasError([Fault(f"this is not JSON: {error.msg}", file=file, line=error.lineno, column=error.colno)]) from error
    if not isinstance(document, dict) or document.get("type") != "FeatureCollection" or not isinstance(document.get("features"), list):
        raise AreasError([Fault("this is not a GeoJSON FeatureCollection (RFC 7946)", file=file)])
    if not document["features"]:
        raise AreasError([Fault("the file has no features", file=file)])
    features: list[Any] = document["features"]
    return features


def _feature(feature: Any, wanted: Properties) -> tuple[AreaRow, Any] | str:
    """The area and its shape, or what is wrong with the feature."""
    found = feature.get("properties") if isinstance(feature, dict) else None
    if not isinstance(found, dict):
        return "it has no properties"
    for name in (wanted.name, wanted.code, wanted.adults, wanted.part_of):
        if name is not None and found.get(name) in (None, ""):
            return f"the property {name!r} is missing; it has: {', '.join(map(str, found)) or 'none'}"
    name = " ".join(str(found[wanted.name]).split())
    code = str(found[wanted.code]).strip() if wanted.code else slug(name)
    if not re.fullmatch(r"[\w.-]{1,40}", code) or code == "outside":
        return f"{code!r} can't be a code: use letters, digits, - . and _, 40 at most" + (
            "" if wanted.code else " (give one with --code PROPERTY)"
        )
    adults = None
    if wanted.adults:
        try:
            adults = int(found[wanted.adults])
        except (TypeError, ValueError):
            return f"the property {wanted.adults!r} is {found[wanted.adults]!r}, not a whole number of adult residents"
        if adults < 0:
            return f"the property {wanted.adults!r} is negative"
    geometry = _shape(feature.get("geometry"))
    if isinstance(geometry, str):
        return geometry
    return AreaRow(code, _name(name), {}, adults, str(found[wanted.part_of]) if wanted.part_of else None), geometry


def _shape(geometry: Any) -> Any:
    """A valid polygon in WGS 84, or what is wrong with it."""
    if not isinstance(geometry, dict) or geometry.get("type") not in ("Polygon", "MultiPolygon"):
        kind = geometry.get("type") if isinstance(geometry, dict) else geometry
        return f"its geometry is {kind}, not a Polygon or MultiPolygon"
    try:
        found = shape(geometry)
    except (GEOSException, ValueError, TypeError, KeyError, IndexError, AttributeError) as error:
        return f"its coordinates can't be read: {error}"
    if found.is_empty:
        return "its geometry is empty"
    if not found.is_valid:
        return f"its geometry is broken: {explain_validity(found)}"
    west, south, east, north = found.bounds
    if west < -180 or east > 180 or south < -90 or north > 90:
        reach = f"{west:.0f} {south:.0f} to {east:.0f} {north:.0f}"
        return f"its coordinates reach {reach}: GeoJSON wants degrees of longitude and latitude (WGS 84)"
    return found


def slug(name: str) -> str:
    """``Capitol Hill`` → ``capitol-hill``."""
    plain = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode()
    return re.sub(r"[^a-z0-9]+", "-", plain.lower()).strip("-")[:40].strip("-")


def _name(name: str) -> str:
    """Names in capitals are written as names: ``CAPITOL HILL`` → ``Capitol Hill``; ``SLU`` stays."""
    if name != name.upper() or not any(map(str.isalpha, name)):
        return name
    if " " not in name and "/" not in name and "-" not in name and len(name) <= 3:
        return name
    return re.sub(r"[^\W\d_]+('[^\W\d_]+)?", lambda word: word[0][0] + word[0][1:].lower(), name)


def rounded(geometry: Mapping[str, Any]) -> dict[str, Any]:
    """A GeoJSON geometry with coordinates of ``DECIMALS`` digits."""

    def walk(part: Any) -> Any:
        return round(part, DECIMALS) if isinstance(part, float | int) else [walk(piece) for piece in part]

    return {"type": geometry["type"], "coordinates": walk(geometry["coordinates"])}
