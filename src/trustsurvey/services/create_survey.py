"""A survey: a name for its waves, and the neighborhoods it is asked in."""

from __future__ import annotations

import re

from sqlalchemy import Connection

from trustsurvey.errors import StateError
from trustsurvey.store import queries
from trustsurvey.store.queries import SurveyRow


def create_survey(connection: Connection, *, code: str, title: str, area_set: str, synthetic: bool = False) -> SurveyRow:
    """Store the survey; returns it.

    Raises NotFound for an unknown area set and StateError for a code that is taken or can't stand in an address.
    """
    if not re.fullmatch(r"[a-z0-9][a-z0-9-]{0,39}", code):
        raise StateError(f"{code!r} can't be a survey's code: it stands in web addresses; use a to z, 0 to 9 and -, 40 at most")
    if any(found.code == code for found in queries.surveys(connection)):
        raise StateError(f"there is a survey {code!r} already")
    queries.add_survey(connection, code=code, title=title, area_set_id=queries.area_set_named(connection, area_set), synthetic=synthetic)
    return queries.survey_named(connection, code)
