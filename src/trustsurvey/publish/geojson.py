"""The release as GeoJSON (RFC 7946): one feature an area, WGS 84, outer rings counterclockwise."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from shapely import orient_polygons
from shapely.geometry import mapping, shape

from trustsurvey.publish.edition import Edition
from trustsurvey.publish.tables import HEADER, Row, rows

IN_PROPERTIES = tuple(name for name in HEADER if name not in ("area_name", "area"))
PLACES = 6  # decimals of a degree: a tenth of a metre


def write_geojson(edition: Edition) -> bytes:
    """A FeatureCollection. ``properties.estimates`` has the shared table's columns; the city's own rows are a member of the collection.

    Answers to single questions are left to the tables: they would make a map's file three times as large.
    """
    by_area: dict[str, list[dict[str, Any]]] = {}
    for row in rows(edition, answers=False):
        by_area.setdefault(row.area, []).append(_estimate(row))
    release = edition.release
    collection = {
        "type": "FeatureCollection",
        "name": release.survey,
        "survey": release.survey,
        "release": release.number,
        "wave": release.wave.number if release.wave else None,
        "synthetic": release.synthetic,
        "city": {"area_name": edition.place(), "estimates": by_area.get("", [])},
        "features": [
            {
                "type": "Feature",
                "id": area.code,
                "geometry": _geometry(area.geometry),
                "properties": {"area": area.code, "area_name": edition.area_name(area.code), "estimates": by_area.get(area.code, [])},
            }
            for area in release.areas
        ],
    }
    return json.dumps(collection, ensure_ascii=False, allow_nan=False, separators=(",", ":")).encode()


def _estimate(row: Row) -> dict[str, Any]:
    values = dict(zip(HEADER, row.values(), strict=True))
    return {name: values[name] for name in IN_PROPERTIES}


def _geometry(geometry: Mapping[str, Any] | None) -> Any:
    if geometry is None:
        return None
    placed: dict[str, Any] = mapping(orient_polygons(shape(dict(geometry)), exterior_cw=False))
    return {"type": placed["type"], "coordinates": _rounded(placed["coordinates"])}


def _rounded(coordinates: Any) -> Any:
    if isinstance(coordinates, float | int):
        return round(float(coordinates), PLACES)
    return [_rounded(part) for part in coordinates]
