"""Every table. ``docs/privacy.md`` lists each column and why it exists; a test compares the two.

The one table that holds what residents say, ``response``, has a random key and nothing that tells when, from where, by whom or in which
order. On SQLite it is ``STRICT, WITHOUT ROWID``: pages are ordered by the random key, so the file keeps no arrival order.
"""

from __future__ import annotations

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
    UniqueConstraint("survey_id", "number"),
    CheckConstraint("state IN ('open', 'closed')", name="state_known"),
    CheckConstraint("(state = 'closed') = (closed IS NOT NULL)", name="closed_has_a_day"),
)

response = Table(
    "response",
    metadata,
    Column("wave_id", ForeignKey("wave.id"), primary_key=True),
    Column("id", LargeBinary, primary_key=True),  # 128 random bits
    Column("area_code", Text, nullable=False),
    Column("mode", Text, nullable=False),
    Column("answers", Text, nullable=False),  # the fixed-column record
    CheckConstraint("mode IN ('web', 'paper', 'kiosk', 'import')", name="mode_known"),
    CheckConstraint("length(id) = 16", name="has_a_random_key"),
    sqlite_strict=True,
    sqlite_with_rowid=False,
)

comment = Table(
    "comment",
    metadata,
    Column("wave_id", ForeignKey("wave.id"), primary_key=True),
    Column("id", LargeBinary, primary_key=True),  # 128 random bits, not those of any response
    Column("sealed", LargeBinary, nullable=False),  # X25519 sealed box, padded; the area is inside
    CheckConstraint("length(id) = 16", name="has_a_random_key"),
    sqlite_strict=True,
    sqlite_with_rowid=False,
)

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
