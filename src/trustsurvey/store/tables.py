"""Every table. ``docs/privacy.md`` lists each column and why it exists; a test compares the two.

The tables that hold what residents send (``MIXED``) have a random key and nothing that tells when, from where, by whom or in which
order. On SQLite they are ``STRICT, WITHOUT ROWID``: pages are ordered by the random key, so the file keeps no arrival order. On PostgreSQL
each has a partition for every wave (``store.partitions``), and some have a pool beside them, where records wait to be mixed.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import (
    Boolean,
    CheckConstraint,
    Column,
    Date,
    ForeignKey,
    ForeignKeyConstraint,
    Integer,
    LargeBinary,
    MetaData,
    Table,
    Text,
    UniqueConstraint,
)

metadata = MetaData(
    naming_convention={
        "ix": "ix_%(column_0_label)s",
        "uq": "uq_%(table_name)s_%(column_0_name)s",
        "ck": "ck_%(table_name)s_%(constraint_name)s",
        "fk": "fk_%(table_name)s_%(column_0_name)s_%(referred_table_name)s",
        "pk": "pk_%(table_name)s",
    }
)

area_set = Table(
    "area_set",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("code", Text, nullable=False, unique=True),
    Column("place", Text, nullable=False),
    comment="A set of neighborhoods that a survey is asked in",
)

area = Table(
    "area",
    metadata,
    Column("area_set_id", ForeignKey("area_set.id"), primary_key=True),
    Column("code", Text, primary_key=True),
    Column("name", Text, nullable=False),
    Column("geometry", Text, nullable=False),  # simplified GeoJSON geometry, WGS 84
    Column("adults", Integer),  # adult residents, where known: the default margin
    Column("part_of", Text),  # the district above it, where known
    CheckConstraint("adults IS NULL OR adults >= 0", name="adults_not_negative"),
)

questionnaire = Table(
    "questionnaire",
    metadata,
    Column("hash", Text, primary_key=True),  # SHA-256 of this exact wording
    Column("code", Text, nullable=False),
    Column("version", Integer, nullable=False),
    Column("source", Text, nullable=False),  # the YAML as loaded
)

survey = Table(
    "survey",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("code", Text, nullable=False, unique=True),
    Column("title", Text, nullable=False),
    Column("area_set_id", ForeignKey("area_set.id"), nullable=False),
    Column("synthetic", Boolean, nullable=False),  # made-up data: every page and report says so
    Column("policies", Text),  # JSON: [{"day", "label", "areas"}] whose dates releases look at what changed around
)

wave = Table(
    "wave",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("survey_id", ForeignKey("survey.id"), nullable=False),
    Column("number", Integer, nullable=False),
    Column("label", Text, nullable=False),
    Column("questionnaire_hash", ForeignKey("questionnaire.hash"), nullable=False),
    Column("state", Text, nullable=False),
    Column("opened", Date, nullable=False),
    Column("closed", Date),
    Column("locales", Text, nullable=False),  # JSON list: languages offered
    Column("notice", Text, nullable=False),  # JSON: who asks, contact, who sees what, consent, help lines, by locale
    Column("margins", Text),  # JSON: {margin: {category: total}}
    Column("comment_key", LargeBinary),  # X25519 public key that comments are sealed to; none: no comment is asked
    Column("pass_key", Text),  # RSA private key (PEM) that signs passes; destroyed when the wave closes
    Column("pass_public", Text),  # its public half (PEM); none: the wave asks for no pass
    Column("sealing_key", LargeBinary),  # X25519 public key that records are sealed to; none: the wave isn't sealed
    Column("hold", Text),  # why the records must be kept beyond their time (a legal hold)
    Column("destroyed", Date),  # the day the records were destroyed
    UniqueConstraint("survey_id", "number"),
    CheckConstraint("state IN ('open', 'closed')", name="state_known"),
    CheckConstraint("(state = 'closed') = (closed IS NOT NULL)", name="closed_has_a_day"),
)


RANDOM_KEY = "length(id) = 16"
MODE_KNOWN = "mode IN ('web', 'paper', 'kiosk', 'import')"


def _of_residents(name: str, *columns: Column[Any], checks: Mapping[str, str], only: str = "") -> Table:
    """A table of what residents send; ``only`` names the one kind of database that has it."""
    return Table(
        name,
        metadata,
        Column("wave_id", ForeignKey("wave.id"), primary_key=True),
        *columns,
        *(CheckConstraint(text, name=constraint) for constraint, text in checks.items()),
        sqlite_strict=True,
        sqlite_with_rowid=False,
        postgresql_partition_by="LIST (wave_id)",
        info={"only": only},
    )


def _response(name: str, only: str = "") -> Table:
    return _of_residents(
        name,
        Column("id", LargeBinary, primary_key=True),  # 128 random bits
        Column("area_code", Text, nullable=False),
        Column("mode", Text, nullable=False),
        Column("answers", Text, nullable=False),  # the fixed-column record
        checks={"has_a_random_key": RANDOM_KEY, "mode_known": MODE_KNOWN},
        only=only,
    )


def _sealed_response(name: str, only: str = "") -> Table:
    return _of_residents(
        name,
        Column("id", LargeBinary, primary_key=True),  # 128 random bits
        Column("mode", Text, nullable=False),
        Column("sealed", LargeBinary, nullable=False),  # X25519 sealed box, padded; area and answers are inside
        checks={"has_a_random_key": RANDOM_KEY, "mode_known": MODE_KNOWN},
        only=only,
    )


def _comment(name: str, only: str = "") -> Table:
    return _of_residents(
        name,
        Column("id", LargeBinary, primary_key=True),  # 128 random bits, not those of any response
        Column("sealed", LargeBinary, nullable=False),  # X25519 sealed box, padded; the area is inside
        checks={"has_a_random_key": RANDOM_KEY},
        only=only,
    )


response = _response("response")
sealed_response = _sealed_response("sealed_response")
comment = _comment("comment")

POSTGRESQL = "postgresql"
response_pool = _response("response_pool", only=POSTGRESQL)
sealed_response_pool = _sealed_response("sealed_response_pool", only=POSTGRESQL)
comment_pool = _comment("comment_pool", only=POSTGRESQL)

invitation = _of_residents(
    "invitation",
    Column("code_hash", LargeBinary, primary_key=True),  # keyed hash of an invitation's code
    Column("blinded_hash", LargeBinary),  # hash of the blinded message that was signed for it; none: not used yet
    checks={"code_is_hashed": "length(code_hash) = 32", "message_is_hashed": "blinded_hash IS NULL OR length(blinded_hash) = 32"},
)

spent_pass = _of_residents(
    "spent_pass",
    Column("pass_hash", LargeBinary, primary_key=True),  # hash of a pass that a response came with
    checks={"pass_is_hashed": "length(pass_hash) = 32"},
)

sent = _of_residents(
    "sent",
    Column("key_hash", LargeBinary, primary_key=True),  # hash of the random key a phone sent its answers with, so that they count once
    checks={"key_is_hashed": "length(key_hash) = 32"},
)

progress = Table(
    "progress",
    metadata,
    Column("wave_id", ForeignKey("wave.id"), primary_key=True),
    Column("counted", Date, nullable=False),  # the night of the newest count; the one before is gone
    Column("body", Text, nullable=False),  # JSON: counts rounded down to five, by margin and language of the page
)

page_language = Table(
    "page_language",
    metadata,
    Column("wave_id", ForeignKey("wave.id"), primary_key=True),
    Column("locale", Text, primary_key=True),
    Column("answers", Integer, nullable=False),  # how many, written down for twenty at a time
)

POOLS: Mapping[Table, Table] = {response: response_pool, sealed_response: sealed_response_pool, comment: comment_pool}
"""Where records wait, on PostgreSQL, until a batch is mixed into the table."""

MIXED: Sequence[Table] = (response, sealed_response, comment, invitation, spent_pass, sent)
"""Every table whose rows lie in the order of their random keys or hashes, and not as they came."""

release = Table(
    "release",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("wave_id", ForeignKey("wave.id"), nullable=False),
    Column("number", Integer, nullable=False),  # counts within the survey
    Column("released", Date, nullable=False),
    Column("body", Text, nullable=False),  # the Release as JSON
    UniqueConstraint("wave_id", "number"),
)

wave_wording = Table(
    "wave_wording",
    metadata,
    Column("wave_id", ForeignKey("wave.id"), primary_key=True),
    Column("locale", Text, primary_key=True),
    Column("number", Integer, primary_key=True),  # counts from 1: the words at the opening, then after each change
    Column("hash", Text, nullable=False),  # SHA-256 of the body
    Column("since", Date, nullable=False),
    Column("body", Text, nullable=False),  # JSON: {context: words} of the questionnaire as residents read it
)

wording_revision = Table(
    "wording_revision",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("locale", Text, nullable=False),
    Column("domain", Text, nullable=False),  # messages, questionnaire or areas
    Column("context", Text, nullable=False),
    Column("msgid", Text, nullable=False),
    Column("old", Text, nullable=False),  # JSON list: the forms before
    Column("new", Text, nullable=False),  # JSON list: the forms after
    Column("day", Date, nullable=False),
    Column("source", Text, nullable=False),
    Column("reason", Text, nullable=False),
    Column("account", Integer),  # who changed it in the workbench, so that somebody else reviews it; none: a file
    Column("reviewed", Date),
    CheckConstraint("source IN ('file', 'workbench')", name="source_known"),
)

account = Table(
    "account",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("email", Text, nullable=False, unique=True),
    Column("password", Text, nullable=False),  # argon2id
    Column("active", Boolean, nullable=False),
    Column("fs_uniquifier", Text, nullable=False, unique=True),  # changes to end every session of the account
)

role = Table(
    "role",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("name", Text, nullable=False, unique=True),
    Column("description", Text),
    Column("permissions", Text),
)

account_role = Table(
    "account_role",
    metadata,
    Column("account_id", Integer, primary_key=True),
    Column("role_id", Integer, primary_key=True),
    ForeignKeyConstraint(["account_id"], ["account.id"], ondelete="CASCADE"),
    ForeignKeyConstraint(["role_id"], ["role.id"], ondelete="CASCADE"),
)
