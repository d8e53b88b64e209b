"""Estimate a closed wave and freeze what may be shown of it."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import date

from sqlalchemy import Connection

from trustsurvey.analysis.pipeline import Chunk, Ledger, PolicyDate, ReleaseContext, make_release, plan_for, read_records
from trustsurvey.analysis.release import Area, Instrument, Release, Wave
from trustsurvey.anonymity import sealing
from trustsurvey.errors import NotFound, StateError
from trustsurvey.services.keep_wording import with_wordings
from trustsurvey.store import policies, queries
from trustsurvey.store.queries import AreaRow, WaveRow

Step = Callable[[int], None]


def publish_release(
    connection: Connection,
    survey: str,
    *,
    wave: int | None = None,
    released: date,
    private_key: bytes | None = None,
    step: Step = lambda _: None,
) -> Release:
    """Make and store the next release of ``survey``, of its newest closed wave unless ``wave`` names another; returns it.

    Adult residents by neighborhood, where the boundaries came with them, are a margin unless the wave's margins say otherwise.
    ``private_key`` opens the records of a sealed wave, chunk by chunk in memory; nothing but the release is stored (not even the tally: its
    smallest cells are people). ``step`` is called with the number of records read since.

    Raises NotFound when there is no such wave; StateError when it is still open, its records were destroyed, or the key isn't the one it
    was sealed to; RakingError when the weights can't meet a margin.
    """
    waves = queries.waves(connection, survey)
    found = _chosen(survey, waves, wave)
    check_key(found, private_key)
    rows = queries.areas(connection, found.survey.area_set_id)
    plan = plan_for(found.questionnaire, margins=_margins(found, rows), answers=True)
    records = _counted(_records(connection, found, private_key), step)
    tallied = read_records(found.questionnaire, plan, records, areas=[row.code for row in rows])
    before = queries.release_list(connection, survey)
    history = _history(connection, found, waves, before)
    made = make_release(
        tallied,
        plan,
        areas=[Area(code=row.code, name=row.name, geometry=row.geometry) for row in rows],
        context=ReleaseContext(
            survey=survey,
            title=found.survey.title,
            place=found.survey.place,
            number=max((row.number for row in before), default=0) + 1,
            released=released,
            synthetic=found.survey.synthetic,
            instrument=Instrument(code=found.questionnaire.code, version=found.questionnaire.version, hash=found.questionnaire.hash),
            wave=Wave(
                number=found.number,
                label=found.label,
                opened=found.opened,
                closed=found.closed or released,
                languages=found.locales,
                waves=len([w for w in waves if w.number <= found.number]),
            ),
            previous=history[-1:],
            history=history,
            policies=tuple(PolicyDate(day=p.day, label=p.label, areas=p.areas) for p in policies.policies(connection, survey)),
            ledger=Ledger(published=tuple(queries.release_body(connection, row.id) for row in before if row.wave == found.number)),
        ),
    )
    made = with_wordings(connection, found, made)
    queries.add_release(connection, found.id, made)
    return made


def check_key(wave: WaveRow, private_key: bytes | None) -> None:
    """Raise StateError when the records of ``wave`` are gone, or can't be read with this key (None: without one)."""
    name = f"wave {wave.number} of {wave.survey.code}"
    if wave.destroyed is not None:
        raise StateError(f"the records of {name} were destroyed on {wave.destroyed}; the releases made before stay")
    if wave.sealing_key is None and private_key is not None:
        raise StateError(f"{name} is not sealed; no key is needed")
    if wave.sealing_key is not None and private_key is None:
        raise StateError(f"{name} is sealed: bring its private key (--key FILE)")
    if wave.sealing_key is not None and private_key is not None and not sealing.is_pair(private_key, wave.sealing_key):
        raise StateError(f"this is not the key that {name} is sealed to")


def _records(connection: Connection, wave: WaveRow, private_key: bytes | None) -> Iterator[Chunk]:
    if private_key is None:
        yield from queries.records(connection, wave.id)
        return
    for sealed in queries.sealed_records(connection, wave.id):
        opened = [sealing.open_record(one, private_key) for one in sealed]
        yield [record.area for record in opened], "".join(record.answers for record in opened).encode("ascii")


def _chosen(survey: str, waves: Sequence[WaveRow], number: int | None) -> WaveRow:
    if not waves:
        raise NotFound(f"{survey} has no wave yet; open one with `trustsurvey wave open`")
    if number is None:
        closed = [wave for wave in waves if not wave.is_open]
        if not closed:
            raise StateError(f"wave {waves[-1].number} of {survey} is open; close it first (trustsurvey wave close)")
        return closed[-1]
    for wave in waves:
        if wave.number == number:
            if wave.is_open:
                raise StateError(f"wave {number} of {survey} is open; close it first (trustsurvey wave close)")
            return wave
    raise NotFound(f"{survey} has no wave {number}; it has {len(waves)}")


def _margins(wave: WaveRow, rows: Sequence[AreaRow]) -> Mapping[str, Mapping[str, float]]:
    margins = dict(wave.margins or {})
    adults = {row.code: float(row.adults) for row in rows if row.adults}
    if "area" not in margins and len(adults) == len(rows):
        margins["area"] = adults
    return margins


def _counted(chunks: Iterator[Chunk], step: Step) -> Iterator[Chunk]:
    for chunk in chunks:
        yield chunk
        step(len(chunk[0]))


def _history(connection: Connection, wave: WaveRow, waves: Sequence[WaveRow], before: Sequence[queries.ReleaseRow]) -> tuple[Release, ...]:
    """The newest release of every earlier wave that asked the same questionnaire, first wave first: the last is what change is measured
    against."""
    same = {w.number for w in waves if w.number < wave.number and w.questionnaire.code == wave.questionnaire.code}
    newest: dict[int, queries.ReleaseRow] = {}
    for row in before:  # newest first
        if row.wave in same:
            newest.setdefault(row.wave, row)
    return tuple(queries.release_body(connection, newest[number].id) for number in sorted(newest))
