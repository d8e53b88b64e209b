"""What a translator can look at: the surveys that have been asked, and a wave of a questionnaire that nobody has asked yet."""

from __future__ import annotations

from datetime import date
from importlib import resources

from sqlalchemy import Connection

from trustsurvey.questionnaire import loader, notice
from trustsurvey.services.demo import city
from trustsurvey.store import queries
from trustsurvey.store.queries import AreaRow, SurveyRow, WaveRow

AREAS = tuple(AreaRow(f"quarter-{n}", f"Quarter {n}", {}, None, None) for n in (1, 2, 3))


def asked(connection: Connection) -> tuple[SurveyRow, ...]:
    """The surveys that have had a wave."""
    return tuple(survey for survey in queries.surveys(connection) if queries.waves(connection, survey.code))


def sample_wave(questionnaire: str) -> WaveRow:
    """An open wave of the library's ``questionnaire`` in the demo's city, with its words about who asks; it is in no database.

    Raises NotFound when there is no such questionnaire.
    """
    text, file = loader.source(questionnaire)
    found = loader.load(text, file=file)
    words = (resources.files("trustsurvey.services.demo") / "notice.yaml").read_text(encoding="utf-8")
    return WaveRow(
        id=0,
        survey=SurveyRow(0, questionnaire, found.title, city.PLACE, 0, "", synthetic=True),
        number=1,
        label="",
        state="open",
        opened=date(2026, 1, 1),
        closed=None,
        locales=("en",),
        notices=notice.load(words, locales=("en",), file="notice.yaml"),
        margins=None,
        comment_key=b"",  # so that the page shows the comment too
        questionnaire=found,
    )
