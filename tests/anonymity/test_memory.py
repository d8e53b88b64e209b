"""What is refused, or fails, leaves as little in the server's memory as what is stored."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Mapping

import pytest
from benchmarks.anonymity.place import Phones, Place, Shown, compact, listed, opened, phone
from benchmarks.anonymity.seizure import memory
from sqlalchemy import text

from trustsurvey.anonymity import sealing

SURVEY = "refused"
FORM = f"/s/{SURVEY}/en"


@pytest.mark.slow
def test_what_was_refused_is_forgotten(file_place: Place) -> None:
    """Words that nobody else says, in every way in which they may be turned away: none of them stands in memory afterwards."""
    opened(file_place.engine, SURVEY, sealing.make_keys())
    phones = Phones(file_place, SURVEY)
    said: list[str] = []
    people = itertools.count(1_000_000)

    def shown() -> Shown:
        return phone(next(people), with_script=False)

    def words(times: int = 1) -> str:
        said.append(f"unheard {len(said)} quokka")
        return f"{said[-1]} " * times

    def by_script(body: str, key: str = "k" * 20, **headers: str) -> int:
        sent = {"Content-Type": "application/json", "Idempotency-Key": key, **headers}
        return phones.ask(shown(), "POST", f"/api/v1/surveys/{SURVEY}/responses", body, sent)[0]

    def by_form(comment: str, path: str = FORM, **changed: str) -> int:
        return phones.post(shown(), path, {"ticket": phones.ticket, "area": "a1", "fp_respect": "1", "comment": comment, **changed})[0]

    def sent(comment: str, ticket: str = "", **changed: str) -> str:
        answers: Mapping[str, str] = {"area": "a1", "fp_respect": "1", "comment": comment, **changed}
        return compact({"locale": "en", "ticket": ticket or phones.ticket, "answers": listed(answers)})

    phones.look(shown())
    ways: list[tuple[int, Callable[[], int]]] = [
        (422, lambda: by_script(sent(words(), area="nowhere"))),
        (422, lambda: by_script(sent(words(), ticket="1.x"))),
        (422, lambda: by_script(sent(words() + "206 555 0199"))),
        (422, lambda: by_script(sent(words(), area="outside"))),
        (400, lambda: by_script('{"comment": "' + words())),
        (400, lambda: by_script(sent(words()), key="short")),
        (403, lambda: by_script(sent(words()), **{"Sec-Fetch-Site": "cross-site"})),
        (413, lambda: by_script(sent(words(5000)))),
        (422, lambda: by_form(words(), area="nowhere")),
        (422, lambda: by_form(words() + "206 555 0199")),
        (422, lambda: by_form(words(), name="Rosa")),
        (413, lambda: by_form(words(5000))),
        (405, lambda: by_form(words(), path=f"{FORM}/thanks")),
        (200, lambda: by_form(words(), path=f"{FORM}/language", to="en")),
        (415, lambda: phones.ask(shown(), "POST", FORM, words(), {"Content-Type": "text/plain"})[0]),
    ]
    assert [way() for _, way in ways] == [status for status, _ in ways]
    with file_place.engine.begin() as connection:
        connection.execute(text("ALTER TABLE sealed_response RENAME TO gone"))
    assert [by_script(sent(words())), by_form(words())] == [500, 500]
    taken = memory(file_place)
    assert [one for one in said if one.encode() in taken] == []
    assert len(said) == len(ways) + 2
