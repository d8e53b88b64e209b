"""`trustsurvey areas`: neighborhood boundaries."""

from __future__ import annotations

from pathlib import Path

import click

from trustsurvey.cli import terminal
from trustsurvey.services.import_areas import Properties, import_areas


@click.group()
def areas() -> None:
    """Neighborhoods and their boundaries."""


@areas.command("import")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--name", required=True, help="Property that holds a neighborhood's name.")
@click.option("--code", help="Property that holds its code; without it a slug of the name.")
@click.option("--adults", help="Property that holds its adult residents: the default margin for weighting.")
@click.option("--district", help="Property that holds the district above it; the list of neighborhoods is grouped by it.")
@click.option("--set", "area_set", help="Name of this set of areas; the file's name when left out.")
@click.option("--place", required=True, help="The city, as residents call it.")
@terminal.as_json
def import_(
    file: Path, name: str, code: str | None, adults: str | None, district: str | None, area_set: str | None, place: str, machine: bool
) -> None:
    """Import boundaries from a GeoJSON FILE (RFC 7946). Broken geometry, doubled codes and missing properties are refused, all at once.

    \b
    Example: trustsurvey areas import seattle.geojson --name NAME --district PRECINCT --place Seattle
    """
    wanted = Properties(name=name, code=code, adults=adults, part_of=district)
    key = area_set or file.stem
    with terminal.transaction() as connection:
        rows = import_areas(connection, terminal.read_text(file), file=str(file), properties=wanted, area_set=key, place=place)
    data = {"set": key, "place": place, "areas": [{"code": row.code, "name": row.name} for row in rows]}
    terminal.answer(machine, data, f"{len(rows)} neighborhoods of {place} are stored as the set {key}.")
