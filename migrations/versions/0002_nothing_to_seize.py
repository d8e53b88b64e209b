"""Sealed waves, passes, retention, and on PostgreSQL a part of each table for every wave"""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"

MODE_KNOWN = "mode IN ('web', 'paper', 'kiosk', 'import')"
RANDOM_KEY = "length(id) = 16"


def upgrade() -> None:
    op.add_column("wave", sa.Column("pass_key", sa.Text(), nullable=True))
    op.add_column("wave", sa.Column("pass_public", sa.Text(), nullable=True))
    op.add_column("wave", sa.Column("sealing_key", sa.LargeBinary(), nullable=True))
    op.add_column("wave", sa.Column("hold", sa.Text(), nullable=True))
    op.add_column("wave", sa.Column("destroyed", sa.Date(), nullable=True))
    on_postgresql = op.get_bind().dialect.name == "postgresql"
    if on_postgresql:
        _take_aside("response", "comment")
        _response("response")
        _comment("comment")
        _response("response_pool")
        _comment("comment_pool")
        _sealed_response("sealed_response_pool")
    _sealed_response("sealed_response")
    _table(
        "invitation",
        sa.Column("code_hash", sa.LargeBinary(), nullable=False),
        sa.Column("blinded_hash", sa.LargeBinary(), nullable=True),
        checks={"code_is_hashed": "length(code_hash) = 32", "message_is_hashed": "blinded_hash IS NULL OR length(blinded_hash) = 32"},
    )
    _table("spent_pass", sa.Column("pass_hash", sa.LargeBinary(), nullable=False), checks={"pass_is_hashed": "length(pass_hash) = 32"})
    _table("sent", sa.Column("key_hash", sa.LargeBinary(), nullable=False), checks={"key_is_hashed": "length(key_hash) = 32"})
    if on_postgresql:
        _parts_of_waves()
        _put_back("response", "comment")


def _response(name: str) -> None:
    _table(
        name,
        sa.Column("id", sa.LargeBinary(), nullable=False),
        sa.Column("area_code", sa.Text(), nullable=False),
        sa.Column("mode", sa.Text(), nullable=False),
        sa.Column("answers", sa.Text(), nullable=False),
        checks={"has_a_random_key": RANDOM_KEY, "mode_known": MODE_KNOWN},
    )


def _sealed_response(name: str) -> None:
    _table(
        name,
        sa.Column("id", sa.LargeBinary(), nullable=False),
        sa.Column("mode", sa.Text(), nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=False),
        checks={"has_a_random_key": RANDOM_KEY, "mode_known": MODE_KNOWN},
    )


def _comment(name: str) -> None:
    _table(
        name,
        sa.Column("id", sa.LargeBinary(), nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=False),
        checks={"has_a_random_key": RANDOM_KEY},
    )


def _table(name: str, *columns: sa.Column, checks: dict[str, str]) -> None:
    key = columns[0].name
    op.create_table(
        name,
        sa.Column("wave_id", sa.Integer(), nullable=False),
        *columns,
        *(sa.CheckConstraint(text, name=op.f(f"ck_{name}_{constraint}")) for constraint, text in checks.items()),
        sa.ForeignKeyConstraint(["wave_id"], ["wave.id"], name=op.f(f"fk_{name}_wave_id_wave")),
        sa.PrimaryKeyConstraint("wave_id", key, name=op.f(f"pk_{name}")),
        sqlite_strict=True,
        sqlite_with_rowid=False,
        postgresql_partition_by="LIST (wave_id)",
    )


def _take_aside(*tables: str) -> None:
    """Records of before, in a temporary table while a partitioned one takes the place of theirs."""
    for name in tables:
        op.execute(f"CREATE TEMPORARY TABLE {name}_before ON COMMIT DROP AS SELECT * FROM {name}")  # noqa: S608 - our own names
        op.drop_table(name)


def _parts_of_waves() -> None:
    """As `trustsurvey.store.partitions` makes them when a wave opens."""
    names = ("response", "sealed_response", "comment", "invitation", "spent_pass", "sent")
    for wave in op.get_bind().execute(sa.text("SELECT id FROM wave")).scalars().all():
        for name in (*names, "response_pool", "sealed_response_pool", "comment_pool"):
            op.execute(f"CREATE TABLE {name}_w{wave} PARTITION OF {name} FOR VALUES IN ({wave})")
            for column in sa.inspect(op.get_bind()).get_columns(name):
                op.execute(f"ALTER TABLE {name}_w{wave} ALTER COLUMN {column['name']} SET STATISTICS 0")


def _put_back(*tables: str) -> None:
    for name in tables:
        op.execute(f"INSERT INTO {name} SELECT * FROM {name}_before ORDER BY id")  # noqa: S608 - our own names
