"""How far an open wave has come, as the last night's count has it, and in which languages its page was answered"""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"


def upgrade() -> None:
    op.create_table(
        "progress",
        sa.Column("wave_id", sa.Integer(), nullable=False),
        sa.Column("counted", sa.Date(), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["wave_id"], ["wave.id"], name=op.f("fk_progress_wave_id_wave")),
        sa.PrimaryKeyConstraint("wave_id", name=op.f("pk_progress")),
    )
    op.create_table(
        "page_language",
        sa.Column("wave_id", sa.Integer(), nullable=False),
        sa.Column("locale", sa.Text(), nullable=False),
        sa.Column("answers", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["wave_id"], ["wave.id"], name=op.f("fk_page_language_wave_id_wave")),
        sa.PrimaryKeyConstraint("wave_id", "locale", name=op.f("pk_page_language")),
    )
