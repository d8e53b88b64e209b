"""Build the demo: a made-up city with three closed and released waves, and a fourth that is open."""

from __future__ import annotations

import json
import secrets
from collections.abc import Callable, Sequence
from datetime import date
from importlib import resources

from sqlalchemy import Connection

from trustsurvey import yaml_files
from trustsurvey.errors import QuestionnaireError, StateError
from trustsurvey.questionnaire import loader, notice
from trustsurvey.services.close_wave import close_wave
from trustsurvey.services.create_survey import create_survey
from trustsurvey.services.demo import city, people
from trustsurvey.services.import_areas import Properties, import_areas
from trustsurvey.services.open_wave import open_wave
from trustsurvey.services.publish_release import publish_release
from trustsurvey.store import queries
from trustsurvey.store.policies import PolicyRow, set_policies
from trustsurvey.store.queries import WaveRow

SURVEY, TITLE, AREA_SET = "community-trust", "Community trust survey", "larkhaven"
RESPONSES = 2000
SEED = 20261124
WORDS = "notice.yaml"

WAVES = (
    ("February 2026", date(2026, 2, 2), date(2026, 2, 22), date(2026, 3, 9)),
    ("May 2026", date(2026, 5, 4), date(2026, 5, 24), date(2026, 6, 8)),
    ("August 2026", date(2026, 8, 3), date(2026, 8, 23), date(2026, 9, 7)),
    ("November 2026", date(2026, 11, 2), None, None),
)
"""Label, day opened, day closed, day released."""

POLICIES = (
    PolicyRow(date(2026, 4, 1), "Police agree to help immigration enforcement"),
    PolicyRow(date(2026, 6, 15), "Officers on foot, the same ones every week", ("tannery", "willow-bend")),
)

Step = Callable[[int], None]


def area_names() -> tuple[tuple[str, str], ...]:
    """``(context, name)`` of the demo's city, districts, neighborhoods and policies, for translators."""
    return (
        ("place", city.PLACE),
        *(("district", side) for side in city.SIDES),
        *((f"area:{quarter.code}", quarter.name) for quarter in city.QUARTERS),
        *(("policy", policy.label) for policy in POLICIES),
    )


def languages() -> tuple[str, ...]:
    """Codes of the locales that the demo's own words are written in, in the order of the file."""
    return tuple(yaml_files.parse(_words(), file=WORDS, raising=QuestionnaireError, shape="a notice is a mapping: locale → its words"))


def _words() -> str:
    return (resources.files("trustsurvey.services.demo") / WORDS).read_text(encoding="utf-8")


def is_demo(connection: Connection) -> bool:
    """Whether the database holds the demo. Raises StateError when it holds anything that isn't made up."""
    found = queries.surveys(connection)
    real = [survey.code for survey in found if not survey.synthetic]
    if real:
        raise StateError(
            f"this database holds {', '.join(real)}, which is not a demo; nothing was touched. "
            "Set TRUSTSURVEY_INSTANCE to another folder, or run the command elsewhere"
        )
    return bool(found)


def build_demo(connection: Connection, *, locales: Sequence[str], comment_key: bytes, step: Step = lambda _: None) -> None:
    """Fill an empty database. ``step`` is called with 1 after each of the four waves."""
    text, file = loader.source("community-trust")
    questionnaire = loader.load(text, file=file)
    notices = notice.load(_words(), locales=locales, file=WORDS)
    wanted = Properties(name="name", code="code", adults="adults", part_of="side")
    import_areas(connection, _geojson(), file="larkhaven.geojson", properties=wanted, area_set=AREA_SET, place=city.PLACE)
    create_survey(connection, code=SURVEY, title=TITLE, area_set=AREA_SET, synthetic=True)
    set_policies(connection, SURVEY, POLICIES)
    for number, (label, opened, closed, released) in enumerate(WAVES, start=1):
        population = people.populate(questionnaire, number, seed=SEED)
        wave = open_wave(
            connection,
            SURVEY,
            questionnaire=text,
            file=file,
            label=label,
            notices=notices,
            opened=opened,
            margins=people.margins(population),
            comment_key=comment_key,
        )
        if closed is not None and released is not None:
            _answer(connection, wave, population, RESPONSES, seed=SEED + number)
            close_wave(connection, SURVEY, closed=closed)
            publish_release(connection, SURVEY, wave=number, released=released)
        step(1)


def _answer(connection: Connection, wave: WaveRow, population: people.Population, n: int, *, seed: int) -> None:
    rows = people.answer(population, n, seed=seed)
    codes = [quarter.code for quarter in city.QUARTERS]
    answered = [
        {
            "wave_id": wave.id,
            "id": secrets.token_bytes(16),
            "area_code": codes[population.area[row]],
            "mode": "web",
            "answers": population.records[row].tobytes().decode("ascii"),
        }
        for row in rows
    ]
    queries.add_responses(connection, answered)


def _geojson() -> str:
    features = [
        {
            "type": "Feature",
            "properties": {
                "name": drawn.quarter.name,
                "code": drawn.quarter.code,
                "adults": drawn.quarter.adults,
                "side": drawn.side,
            },
            "geometry": drawn.geometry,
        }
        for drawn in city.draw()
    ]
    return json.dumps({"type": "FeatureCollection", "features": features})
