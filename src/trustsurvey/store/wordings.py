"""What the program asks the database about words: those of each wave, and each change of a translation."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Literal

from sqlalchemy import Connection, RowMapping, insert, select, update

from trustsurvey.errors import NotFound
from trustsurvey.store.tables import area, area_set, questionnaire, wave, wave_wording, wording_revision


@dataclass(frozen=True, slots=True)
class Revision:
    """One change of a translation: ``old`` and ``new`` are its forms (empty: none). ``account`` is None for a change in a file."""

    id: int
    locale: str
    domain: str
    context: str
    msgid: str
    old: tuple[str, ...]
    new: tuple[str, ...]
    day: date
    source: Literal["file", "workbench"]
    reason: str
    account: int | None
    reviewed: date | None


@dataclass(frozen=True, slots=True)
class Wording:
    """The questionnaire's words as residents of a wave read them in ``locale``, from ``since`` on: text by context."""

    wave_id: int
    locale: str
    number: int
    hash: str
    since: date
    body: Mapping[str, str]


def add_revision(
    connection: Connection,
    *,
    locale: str,
    domain: str,
    key: tuple[str, str],
    old: Sequence[str],
    new: Sequence[str],
    day: date,
    source: Literal["file", "workbench"],
    reason: str,
    account: int | None,
) -> int:
    """Keep a change of the string ``key`` (context, source text); returns its number."""
    values = {
        "locale": locale,
        "domain": domain,
        "context": key[0],
        "msgid": key[1],
        "old": json.dumps(list(old), ensure_ascii=False),
        "new": json.dumps(list(new), ensure_ascii=False),
        "day": day,
        "source": source,
        "reason": reason,
        "account": account,
    }
    return int(connection.execute(insert(wording_revision).values(values).returning(wording_revision.c.id)).scalar_one())


def revision(connection: Connection, number: int) -> Revision:
    """Raises NotFound."""
    row = connection.execute(select(wording_revision).where(wording_revision.c.id == number)).mappings().first()
    if row is None:
        raise NotFound(f"there is no change {number}")
    return _revision(row)


def revisions(
    connection: Connection,
    *,
    locale: str | None = None,
    domain: str | None = None,
    key: tuple[str, str] | None = None,
    after: int = 0,
    waiting: bool = False,
    limit: int | None = None,
) -> tuple[Revision, ...]:
    """Changes, newest first: of a locale, of a file, of one string, after the change ``after``, or only those that nobody reviewed."""
    table = wording_revision.c
    query = select(wording_revision).where(table.id > after).order_by(table.id.desc())
    if locale is not None:
        query = query.where(table.locale == locale)
    if domain is not None:
        query = query.where(table.domain == domain)
    if key is not None:
        query = query.where(table.context == key[0], table.msgid == key[1])
    if waiting:
        query = query.where(table.reviewed.is_(None))
    return tuple(_revision(row) for row in connection.execute(query.limit(limit) if limit else query).mappings())


def revisions_between(connection: Connection, first: date, last: date, locales: Sequence[str]) -> tuple[Revision, ...]:
    """The questionnaire's changes in ``locales`` from ``first`` to ``last``, oldest first."""
    table = wording_revision.c
    found = connection.execute(
        select(wording_revision)
        .where(table.day >= first, table.day <= last, table.domain == "questionnaire", table.locale.in_(list(locales)))
        .order_by(table.id)
    )
    return tuple(_revision(row) for row in found.mappings())


def mark_reviewed(connection: Connection, numbers: Sequence[int], day: date) -> None:
    connection.execute(update(wording_revision).where(wording_revision.c.id.in_(list(numbers))).values(reviewed=day))


def _revision(row: RowMapping) -> Revision:
    values: dict[str, Any] = {**row, "old": tuple(json.loads(row["old"])), "new": tuple(json.loads(row["new"]))}
    return Revision(**values)


# ---------------------------------------------------------------- the words of a wave


def add_wording(connection: Connection, found: Wording) -> None:
    """Keep the words of a wave. Raises IntegrityError when another process has just kept them."""
    connection.execute(
        insert(wave_wording).values(
            wave_id=found.wave_id,
            locale=found.locale,
            number=found.number,
            hash=found.hash,
            since=found.since,
            body=json.dumps(dict(found.body), ensure_ascii=False),
        )
    )


def wordings(connection: Connection, wave_id: int) -> tuple[Wording, ...]:
    """Every wording of a wave, by locale, first to last."""
    table = wave_wording.c
    query = select(wave_wording).where(table.wave_id == wave_id).order_by(table.locale, table.number)
    return tuple(Wording(**{**row, "body": json.loads(row["body"])}) for row in connection.execute(query).mappings())


def latest_hashes(connection: Connection, wave_id: int) -> Mapping[str, tuple[int, str]]:
    """Number and hash of the newest wording of each locale."""
    table = wave_wording.c
    query = select(table.locale, table.number, table.hash).where(table.wave_id == wave_id).order_by(table.number)
    return {row.locale: (row.number, row.hash) for row in connection.execute(query)}


# ---------------------------------------------------------------- what there is to translate here


def area_names(connection: Connection) -> tuple[tuple[str, str], ...]:
    """``(context, name)`` of every place, district and neighborhood, in the order of their sets."""
    places = [("place", name) for name in connection.scalars(select(area_set.c.place).order_by(area_set.c.id))]
    rows = connection.execute(select(area.c.code, area.c.name, area.c.part_of).order_by(area.c.area_set_id, area.c.name)).all()
    districts = sorted({row.part_of for row in rows if row.part_of})
    areas = [(f"area:{row.code}", row.name) for row in rows]
    return tuple(dict.fromkeys([*places, *(("district", name) for name in districts), *areas]))


def questionnaires(connection: Connection) -> tuple[str, ...]:
    """The sources of the questionnaires that waves ask, newest wave last."""
    query = select(questionnaire.c.source).join(wave, wave.c.questionnaire_hash == questionnaire.c.hash).order_by(wave.c.id)
    return tuple(dict.fromkeys(connection.scalars(query)))
