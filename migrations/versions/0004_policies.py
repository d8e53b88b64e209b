"""The policies of a survey, around whose dates a release says what changed"""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"


def upgrade() -> None:
    op.add_column("survey", sa.Column("policies", sa.Text(), nullable=True))
