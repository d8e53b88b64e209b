"""`trustsurvey areas`: neighborhood boundaries."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import click
from rich.markup import escape

from trustsurvey.cli import terminal
from trustsurvey.services.import_areas import Properties, import_areas
from trustsurvey.services.merge_areas import FLOOR, Merger, merge_areas, too_small
from trustsurvey.store import engine as engines


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
    text = f"{len(rows)} neighborhoods of {place} are stored as the set {key}."
    if small := too_small(rows, FLOOR):
        text += f" {len(small)} have fewer than {FLOOR:,} adult residents: look at `trustsurvey areas merge {key}` before a wave opens."
    elif any(row.adults is None for row in rows):
        text += " How many adults live in them isn't known (--adults), so nobody can tell which are too small to be safe."
    terminal.answer(machine, data, text)


@areas.command()
@click.argument("area_set")
@click.option("--floor", type=click.IntRange(min=1), default=FLOOR, show_default=True, help="Adult residents that each is to have.")
@click.option("--yes", is_flag=True, help="Join them. Without it, only show what would be joined.")
@terminal.as_json
def merge(area_set: str, floor: int, yes: bool, machine: bool) -> None:
    """Join neighborhoods of AREA_SET with few adult residents to a neighbor, before a wave is asked there.

    Each goes to the neighbor of its own district with the fewest residents. Afterwards none has fewer than --floor: where few live, a
    neighborhood, an age and a language together can be one person's.

    \b
    Example: trustsurvey areas merge seattle --yes
    """
    with engines.writing(terminal.database()).connect() as connection:
        mergers = merge_areas(connection, area_set, floor=floor)
        if yes:
            connection.commit()
    data = [{"joined": [part.code for part in one.parts], "code": one.whole.code, "adults": one.whole.adults} for one in mergers]
    terminal.answer(machine, {"set": area_set, "floor": floor, "done": yes, "mergers": data}, _said(area_set, floor, mergers, done=yes))


def _said(area_set: str, floor: int, mergers: Sequence[Merger], *, done: bool) -> str:
    if not mergers:
        return f"No neighborhood of {area_set} is known to have fewer than {floor:,} adult residents."
    lines = [f"{one.parts[0].name} ({one.parts[0].adults:,}) → {escape(one.whole.name)}" for one in mergers]
    return "\n".join([*lines, "Joined." if done else "Nothing is changed yet: --yes joins them."])
