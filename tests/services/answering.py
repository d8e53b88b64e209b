"""A process to be killed: it stores answers, one after the other, and mixes after every third. Prints a person's number once it is stored.

python -m tests.services.answering DATABASE_URL SURVEY FIRST_PERSON
"""

from __future__ import annotations

import sys

from tests.services.people import answer_in_order
from trustsurvey.services.mix import mix_closed
from trustsurvey.store import queries
from trustsurvey.store.engine import open_engine


def run(url: str, survey: str, first: int) -> None:
    engine = open_engine(url)
    with engine.connect() as connection:
        wave = queries.waves(connection, survey)[0]
    for person in range(first, first + 10_000):
        answer_in_order(engine, wave, range(person, person + 1))
        print(person, flush=True)
        if person % 3 == 0:
            mix_closed(engine, wave.id)


if __name__ == "__main__":
    run(sys.argv[1], sys.argv[2], int(sys.argv[3]))
