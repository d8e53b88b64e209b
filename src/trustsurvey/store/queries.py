"""What the rest of the program asks the database. Every function takes an open connection and neither commits nor rolls back."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from typing import Any

from sqlalchemy import (
    CompoundSelect,
    Connection,
    Executable,
    Row,
    RowMapping,
    Select,
    Table,
    delete,
    func,
    insert,
    select,
    union_all,
    update,
)

from trustsurvey.analysis import release as releases
from trustsurvey.analysis.release import Release
from trustsurvey.errors import NotFound, ReleaseError
from trustsurvey.questionnaire import loader
from trustsurvey.questionnaire import notice as notices
from trustsurvey.questionnaire.notice import Notice
from trustsurvey.questionnaire.schema import Questionnaire
from trustsurvey.store import fieldwork, partitions
from trustsurvey.store.tables import (
    POOLS,
    area,
    area_set,
    comment,
    questionnaire,
    release,
    response,
    sealed_response,
    sent,
    survey,
    wave,
)


@dataclass(frozen=True, slots=True)
class AreaRow:
    """One neighborhood of a set. ``geometry`` is a GeoJSON geometry; ``adults`` its adult residents where known."""

    code: str
    name: str
    geometry: Mapping[str, Any]
    adults: int | None
    part_of: str | None


@dataclass(frozen=True, slots=True)
class SurveyRow:
    id: int
    code: str
    title: str
    place: str
    area_set_id: int
    area_set: str
    synthetic: bool


@dataclass(frozen=True, slots=True)
class WaveRow:
    """One wave, with its survey and the exact questionnaire it asks."""

    id: int
    survey: SurveyRow
    number: int
    label: str
    state: str
    opened: date
    closed: date | None
    locales: tuple[str, ...]
    notices: Mapping[str, Notice]
    margins: Mapping[str, Mapping[str, float]] | None
    comment_key: bytes | None
    questionnaire: Questionnaire
    pass_public: str | None = None
    sealing_key: bytes | None = None
    hold: str | None = None
    destroyed: date | None = None

    @property
    def is_sealed(self) -> bool:
        return self.sealing_key is not None

    @property
    def is_open(self) -> bool:
        return self.state == "open"


@dataclass(frozen=True, slots=True)
class ReleaseRow:
    """A release in a list; ``release`` reads the whole."""

    id: int
    survey: str
    wave: int
    label: str
    number: int
    released: date


# ---------------------------------------------------------------- areas


def area_set_named(connection: Connection, code: str) -> int:
    """The id of an area set. Raises NotFound."""
    found = connection.scalar(select(area_set.c.id).where(area_set.c.code == code))
    if found is None:
        known = connection.scalars(select(area_set.c.code)).all()
        raise NotFound(f"there is no area set {code!r}; there are: {', '.join(known) or 'none (trustsurvey areas import FILE)'}")
    return int(found)


def add_area_set(connection: Connection, code: str, place: str, rows: Sequence[AreaRow]) -> int:
    """Store a set of areas; returns its id."""
    key: int = connection.execute(insert(area_set).values(code=code, place=place).returning(area_set.c.id)).scalar_one()
    _add_areas(connection, key, rows)
    return key


def _add_areas(connection: Connection, area_set_id: int, rows: Sequence[AreaRow]) -> None:
    connection.execute(
        insert(area),
        [
            {
                "area_set_id": area_set_id,
                "code": r.code,
                "name": r.name,
                "geometry": json.dumps(r.geometry),
                "adults": r.adults,
                "part_of": r.part_of,
            }
            for r in rows
        ],
    )


def areas(connection: Connection, area_set_id: int) -> tuple[AreaRow, ...]:
    """The areas of a set, by name."""
    rows = connection.execute(select(area).where(area.c.area_set_id == area_set_id).order_by(area.c.name)).mappings()
    return tuple(AreaRow(r["code"], r["name"], json.loads(r["geometry"]), r["adults"], r["part_of"]) for r in rows)


def is_area_set_asked(connection: Connection, area_set_id: int) -> bool:
    """Whether a wave of any survey was opened with the set."""
    asked = select(wave.c.id).join(survey).where(survey.c.area_set_id == area_set_id).limit(1)
    return connection.scalar(asked) is not None


def replace_areas(connection: Connection, area_set_id: int, rows: Sequence[AreaRow]) -> None:
    """Store ``rows`` in the place of a set's areas."""
    connection.execute(delete(area).where(area.c.area_set_id == area_set_id))
    _add_areas(connection, area_set_id, rows)


# ---------------------------------------------------------------- surveys and waves


def add_survey(connection: Connection, *, code: str, title: str, area_set_id: int, synthetic: bool) -> None:
    connection.execute(insert(survey).values(code=code, title=title, area_set_id=area_set_id, synthetic=synthetic))


def surveys(connection: Connection) -> tuple[SurveyRow, ...]:
    """Every survey, in the order made."""
    return tuple(_survey(row) for row in connection.execute(_survey_select().order_by(survey.c.id)).mappings())


def survey_named(connection: Connection, code: str) -> SurveyRow:
    """Raises NotFound."""
    row = connection.execute(_survey_select().where(survey.c.code == code)).mappings().first()
    if row is None:
        known = ", ".join(found.code for found in surveys(connection))
        raise NotFound(f"there is no survey {code!r}; there are: {known or 'none (trustsurvey survey create)'}")
    return _survey(row)


def _survey_select() -> Select[Any]:
    return select(
        survey.c.id,
        survey.c.code,
        survey.c.title,
        survey.c.area_set_id,
        survey.c.synthetic,
        area_set.c.place,
        area_set.c.code.label("area_set"),
    ).join(area_set)


def _survey(row: RowMapping) -> SurveyRow:
    return SurveyRow(row["id"], row["code"], row["title"], row["place"], row["area_set_id"], row["area_set"], row["synthetic"])


def add_questionnaire(connection: Connection, found: Questionnaire, source: str) -> None:
    """Keep the exact wording, once."""
    if connection.scalar(select(questionnaire.c.hash).where(questionnaire.c.hash == found.hash)) is None:
        connection.execute(insert(questionnaire).values(hash=found.hash, code=found.code, version=found.version, source=source))


def add_wave(connection: Connection, row: WaveRow) -> int:
    """Store a wave (its ``id`` is ignored); returns its id. The questionnaire must be there already."""
    values = {
        "survey_id": row.survey.id,
        "number": row.number,
        "label": row.label,
        "questionnaire_hash": row.questionnaire.hash,
        "state": row.state,
        "opened": row.opened,
        "closed": row.closed,
        "locales": json.dumps(row.locales),
        "notice": notices.dump(row.notices),
        "margins": json.dumps(row.margins) if row.margins is not None else None,
        "comment_key": row.comment_key,
        "sealing_key": row.sealing_key,
    }
    key = int(connection.execute(insert(wave).values(values).returning(wave.c.id)).scalar_one())
    partitions.make(connection, key)
    return key


def waves(connection: Connection, survey_code: str) -> tuple[WaveRow, ...]:
    """Every wave of a survey, first to last. Raises NotFound when there is no such survey."""
    found = survey_named(connection, survey_code)
    rows = connection.execute(
        select(wave, questionnaire.c.source).join(questionnaire).where(wave.c.survey_id == found.id).order_by(wave.c.number)
    ).mappings()
    return tuple(_wave(found, row) for row in rows)


def _wave(found: SurveyRow, row: RowMapping) -> WaveRow:
    return WaveRow(
        id=row["id"],
        survey=found,
        number=row["number"],
        label=row["label"],
        state=row["state"],
        opened=row["opened"],
        closed=row["closed"],
        locales=tuple(json.loads(row["locales"])),
        notices=notices.read(row["notice"]),
        margins=json.loads(row["margins"]) if row["margins"] else None,
        comment_key=row["comment_key"],
        questionnaire=_loaded(row["source"]),
        pass_public=row["pass_public"],
        sealing_key=row["sealing_key"],
        hold=row["hold"],
        destroyed=row["destroyed"],
    )


@lru_cache(maxsize=32)
def _loaded(source: str) -> Questionnaire:
    return loader.load(source)


def is_open(connection: Connection, wave_id: int) -> bool:
    """Whether the wave takes responses, as the database has it now; it stays so until the transaction ends."""
    return connection.scalar(select(wave.c.state).where(wave.c.id == wave_id).with_for_update(read=True)) == "open"


def mark_closed(connection: Connection, wave_id: int, closed: date) -> None:
    """Close the wave. The key that signs passes and the keys of what was sent have done their work, and go, and so do its counts."""
    connection.execute(update(wave).where(wave.c.id == wave_id).values(state="closed", closed=closed, pass_key=None))
    connection.execute(delete(sent).where(sent.c.wave_id == wave_id))
    fieldwork.forget(connection, wave_id)


def set_margins(connection: Connection, wave_id: int, margins: Mapping[str, Mapping[str, float]]) -> None:
    connection.execute(update(wave).where(wave.c.id == wave_id).values(margins=json.dumps(margins)))


# ---------------------------------------------------------------- responses


def add_response(connection: Connection, *, wave_id: int, key: bytes, area_code: str, mode: str, answers: str) -> None:
    """Store one response. No time, no address, no sequence: there is no column for them."""
    add_responses(connection, [{"wave_id": wave_id, "id": key, "area_code": area_code, "mode": mode, "answers": answers}])


def add_responses(connection: Connection, rows: Sequence[Mapping[str, Any]]) -> None:
    """Store many at once (imports, the demo)."""
    connection.execute(insert(_arrivals(connection, response)), list(rows))


def add_sealed_response(connection: Connection, *, wave_id: int, key: bytes, mode: str, sealed: bytes) -> None:
    """Store one response to a sealed wave."""
    connection.execute(insert(_arrivals(connection, sealed_response)).values(wave_id=wave_id, id=key, mode=mode, sealed=sealed))


def add_comment(connection: Connection, *, wave_id: int, key: bytes, sealed: bytes) -> None:
    connection.execute(insert(_arrivals(connection, comment)).values(wave_id=wave_id, id=key, sealed=sealed))


def comments(connection: Connection, wave_id: int) -> tuple[bytes, ...]:
    """The sealed comments of a wave, in the order of their random keys."""
    found = _rows_of(connection, comment, wave_id, "id", "sealed").subquery()
    return tuple(connection.scalars(select(found.c.sealed).order_by(found.c.id)))


def count_responses(connection: Connection, wave_id: int) -> int:
    """How many responses a wave has, sealed ones too."""
    return sum(_count(connection, table, wave_id) for table in (response, sealed_response))


def count_comments(connection: Connection, wave_id: int) -> int:
    return _count(connection, comment, wave_id)


def _count(connection: Connection, table: Table, wave_id: int) -> int:
    return connection.scalar(select(func.count()).select_from(_rows_of(connection, table, wave_id, "id").subquery())) or 0


def records(connection: Connection, wave_id: int, *, chunk: int = 50_000) -> Iterator[tuple[list[str], bytes]]:
    """A wave's records in chunks of about ``chunk``: ``(area codes, the answers joined into one ASCII string)``, with flat memory.

    The database joins the strings, a range of the random key at a time: four times as fast as reading rows. Nothing of a sealed wave: see
    ``sealed_records``.
    """
    for part in _parts(connection, response, wave_id):
        here = part.c.wave_id == wave_id
        size = connection.scalar(select(func.count()).select_from(part).where(here)) or 0
        ranges = max(1, min(2**16, size // chunk))
        edges = [(2**16 * k // ranges).to_bytes(2, "big") for k in range(ranges)]
        for low, high in zip(edges, [*edges[1:], b"\xff" * 17], strict=True):  # a key has 16 bytes: the last edge is above all
            joined = select(func.aggregate_strings(part.c.area_code, " "), func.aggregate_strings(part.c.answers, ""))
            codes, answers = connection.execute(joined.where(here, part.c.id >= low, part.c.id < high)).one()
            if codes is not None:
                yield codes.split(" "), answers.encode("ascii")


def sealed_records(connection: Connection, wave_id: int, *, chunk: int = 10_000) -> Iterator[list[bytes]]:
    """A sealed wave's records in chunks, as sealed as they are stored."""
    for rows in _streamed(connection, _rows_of(connection, sealed_response, wave_id, "sealed"), chunk):
        yield [bytes(row.sealed) for row in rows]


def _streamed(connection: Connection, statement: Executable, chunk: int) -> Iterator[Sequence[Row[Any]]]:
    return connection.execute(statement, execution_options={"stream_results": True, "yield_per": chunk}).partitions(chunk)


def _arrivals(connection: Connection, table: Table) -> Table:
    """Where a record of ``table`` is put: on PostgreSQL the pool, from which batches are mixed into the table."""
    return POOLS[table] if partitions.has_partitions(connection) else table


def _rows_of(connection: Connection, table: Table, wave_id: int, *columns: str) -> Select[Any] | CompoundSelect[Any]:
    """A wave's rows of all ``_parts``."""
    parts = _parts(connection, table, wave_id)
    rows = [select(*(part.c[name] for name in columns)).where(part.c.wave_id == wave_id) for part in parts]
    return rows[0] if len(rows) == 1 else union_all(*rows)


def _parts(connection: Connection, table: Table, wave_id: int) -> list[Table]:
    """Where a wave's rows are: at rest and, on PostgreSQL, waiting. Held, so that none is missed or read twice while a batch moves."""
    parts = [table, POOLS[table]] if partitions.has_partitions(connection) else [table]
    partitions.hold(connection, wave_id, *parts)
    return parts


# ---------------------------------------------------------------- releases


def add_release(connection: Connection, wave_id: int, made: Release) -> None:
    """Store a release. Raises ReleaseError for one that has no number or day (an analysis of microdata, not a release of a wave)."""
    if made.number is None or made.released is None or made.precision != "published":
        raise ReleaseError("only a release of a wave, at published precision, with its number and day, can be stored")
    body = releases.to_json(made).decode()
    connection.execute(insert(release).values(wave_id=wave_id, number=made.number, released=made.released, body=body))


def release_list(connection: Connection, survey_code: str) -> tuple[ReleaseRow, ...]:
    """The releases of a survey, newest first."""
    rows = connection.execute(
        select(release.c.id, release.c.number, release.c.released, wave.c.number.label("wave"), wave.c.label)
        .join(wave, release.c.wave_id == wave.c.id)
        .join(survey, wave.c.survey_id == survey.c.id)
        .where(survey.c.code == survey_code)
        .order_by(release.c.number.desc())
    )
    return tuple(ReleaseRow(r.id, survey_code, r.wave, r.label, r.number, r.released) for r in rows)


def release_body(connection: Connection, release_id: int) -> Release:
    """The whole release. Raises NotFound."""
    body = connection.scalar(select(release.c.body).where(release.c.id == release_id))
    if body is None:
        raise NotFound("there is no such release")
    return _released(body)


@lru_cache(maxsize=16)
def _released(body: str) -> Release:
    """Read once: every page of results asks for it, and a release of a hundred neighborhoods takes 10 ms to read."""
    return releases.from_json(body)
