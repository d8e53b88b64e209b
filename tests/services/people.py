"""People whose answers tell who they are."""

from __future__ import annotations

from sqlalchemy import Engine

from trustsurvey.questionnaire import record
from trustsurvey.services.collect import collect
from trustsurvey.store.queries import WaveRow


def answers_of(wave: WaveRow, person: int) -> dict[str, str]:
    """Answers that tell who ``person`` is: their number in base five, in the first nine scales."""
    scales = [item for item in wave.questionnaire.items() if item.kind.value == "scale"][:9]
    return {item.code: item.options[person // 5**n % 5].code for n, item in enumerate(scales)}


def record_of(wave: WaveRow, person: int) -> str:
    return record.encode(wave.questionnaire, answers_of(wave, person))


def answer_in_order(engine: Engine, wave: WaveRow, people: range) -> None:
    """Each person in a transaction of their own, one after the other."""
    for person in people:
        with engine.begin() as connection:
            collect(connection, wave, area="a1", answers=answers_of(wave, person), comment=f"I am {person}.")
