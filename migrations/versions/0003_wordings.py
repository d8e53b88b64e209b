"""What residents read in each language of a wave, and each change of a translation"""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    op.create_table(
        "wave_wording",
        sa.Column("wave_id", sa.Integer(), nullable=False),
        sa.Column("locale", sa.Text(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("hash", sa.Text(), nullable=False),
        sa.Column("since", sa.Date(), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["wave_id"], ["wave.id"], name=op.f("fk_wave_wording_wave_id_wave")),
        sa.PrimaryKeyConstraint("wave_id", "locale", "number", name=op.f("pk_wave_wording")),
    )
    op.create_table(
        "wording_revision",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("locale", sa.Text(), nullable=False),
        sa.Column("domain", sa.Text(), nullable=False),
        sa.Column("context", sa.Text(), nullable=False),
        sa.Column("msgid", sa.Text(), nullable=False),
        sa.Column("old", sa.Text(), nullable=False),
        sa.Column("new", sa.Text(), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("account", sa.Integer(), nullable=True),
        sa.Column("reviewed", sa.Date(), nullable=True),
        sa.CheckConstraint("source IN ('file', 'workbench')", name=op.f("ck_wording_revision_source_known")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_wording_revision")),
    )
