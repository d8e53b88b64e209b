"""What the rest of the program asks the database. Every function takes an open connection and neither commits nor rolls back."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from typing import Any

from sqlalchemy import Connection, RowMapping, Select, func, insert, select, update

from trustsurvey.analysis import release as releases
from trustsurvey.analysis.release import Release
from trustsurvey.errors import NotFound, ReleaseError
from trustsurvey.questionnaire import loader
from trustsurvey.questionnaire import notice as notices
from trustsurvey.questionnaire.notice import Notice
from trustsurvey.questionnaire.schema import Questionnaire
from trustsurvey.store.tables import area, area_set, comment, questionnaire, release, response, survey, wave


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
    connection.execute(
        insert(area),
        [
            {
                "area_set_id": key,
                "code": r.code,
                "name": r.name,
                "geometry": json.dumps(r.geometry),
                "adults": r.adults,
                "part_of": r.part_of,
            }
            for r in rows
        ],
    )
    return key


def areas(connection: Connection, area_set_id: int) -> tuple[AreaRow, ...]:
    """The areas of a set, by name."""
    rows = connection.execute(select(area).where(area.c.area_set_id == area_set_id).order_by(area.c.name)).mappings()
    return tuple(AreaRow(r["code"], r["name"], json.loads(r["geometry"]), r["adults"], r["part_of"]) for r in rows)


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
    }
    return int(connection.execute(insert(wave).values(values).returning(wave.c.id)).scalar_one())


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
    )


@lru_cache(maxsize=32)
def _loaded(source: str) -> Questionnaire:
    return loader.load(source)


def is_open(connection: Connection, wave_id: int) -> bool:
    """Whether the wave takes responses, as the database has it now."""
    return connection.scalar(select(wave.c.state).where(wave.c.id == wave_id)) == "open"


def mark_closed(connection: Connection, wave_id: int, closed: date) -> None:
    connection.execute(update(wave).where(wave.c.id == wave_id).values(state="closed", closed=closed))


def set_margins(connection: Connection, wave_id: int, margins: Mapping[str, Mapping[str, float]]) -> None:
    connection.execute(update(wave).where(wave.c.id == wave_id).values(margins=json.dumps(margins)))


# ---------------------------------------------------------------- responses


def add_response(connection: Connection, *, wave_id: int, key: bytes, area_code: str, mode: str, answers: str) -> None:
    """Store one response. No time, no address, no sequence: there is no column for them."""
    connection.execute(insert(response).values(wave_id=wave_id, id=key, area_code=area_code, mode=mode, answers=answers))


def add_responses(connection: Connection, rows: Sequence[Mapping[str, Any]]) -> None:
    """Store many at once (imports, the demo)."""
    connection.execute(insert(response), list(rows))


def add_comment(connection: Connection, *, wave_id: int, key: bytes, sealed: bytes) -> None:
    connection.execute(insert(comment).values(wave_id=wave_id, id=key, sealed=sealed))


def comments(connection: Connection, wave_id: int) -> tuple[bytes, ...]:
    """The sealed comments of a wave, in the order of their random keys."""
    return tuple(connection.scalars(select(comment.c.sealed).where(comment.c.wave_id == wave_id).order_by(comment.c.id)))


def count_responses(connection: Connection, wave_id: int) -> int:
    return connection.scalar(select(func.count()).select_from(response).where(response.c.wave_id == wave_id)) or 0


def records(connection: Connection, wave_id: int, *, chunk: int = 100_000) -> Iterator[tuple[list[str], bytes]]:
    """A wave's records in chunks: ``(area codes, the answers joined into one ASCII string)``, with flat memory."""
    statement = select(response.c.area_code, response.c.answers).where(response.c.wave_id == wave_id)
    result = connection.execute(statement, execution_options={"stream_results": True, "yield_per": chunk})
    for rows in result.partitions(chunk):
        codes, answers = zip(*rows, strict=True)
        yield list(codes), "".join(answers).encode("ascii")


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
    return releases.from_json(body)
