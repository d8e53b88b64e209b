"""What may happen once only: an invitation used, a pass spent, answers stored under the key a phone made. And the keys that sign passes.

As in ``queries``, every function takes an open connection and neither commits nor rolls back.
"""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import Connection, Table, func, insert, select, update
from sqlalchemy.dialects import postgresql, sqlite

from trustsurvey.errors import NotFound
from trustsurvey.store import partitions
from trustsurvey.store.tables import invitation, sent, spent_pass, wave


def add_invitations(connection: Connection, wave_id: int, code_hashes: Sequence[bytes]) -> None:
    """Keep the keyed hashes (32 bytes) of new invitations' codes, in the order of the hashes: it isn't that of the printed sheet."""
    connection.execute(insert(invitation), [{"wave_id": wave_id, "code_hash": found} for found in sorted(code_hashes)])


def count_invitations(connection: Connection, wave_id: int) -> tuple[int, int]:
    """How many invitations a wave has, and how many of them were used."""
    row = connection.execute(select(func.count(), func.count(invitation.c.blinded_hash)).where(invitation.c.wave_id == wave_id)).one()
    return row[0], row[1]


def redeemed_for(connection: Connection, wave_id: int, code_hash: bytes) -> bytes | None:
    """Hash of the blinded message that was signed for an invitation; None before it is used. Raises NotFound for an unknown code.

    Until the transaction ends nobody else redeems it.
    """
    partitions.hold(connection, wave_id, invitation)
    statement = select(invitation.c.blinded_hash).where(invitation.c.wave_id == wave_id, invitation.c.code_hash == code_hash)
    row = connection.execute(statement.with_for_update()).first()
    if row is None:
        raise NotFound("there is no such invitation")
    return None if row[0] is None else bytes(row[0])


def mark_redeemed(connection: Connection, wave_id: int, code_hash: bytes, blinded_hash: bytes) -> bool:
    """Use an invitation for one blinded message (its hash, 32 bytes); False when there is none or it was used before."""
    done = connection.execute(
        update(invitation)
        .where(invitation.c.wave_id == wave_id, invitation.c.code_hash == code_hash, invitation.c.blinded_hash.is_(None))
        .values(blinded_hash=blinded_hash)
    )
    return done.rowcount == 1


def spend_pass(connection: Connection, wave_id: int, pass_hash: bytes) -> bool:
    """Spend a pass (its hash, 32 bytes); False when it is spent already, whoever else is spending it at this moment."""
    return _once(connection, spent_pass, wave_id=wave_id, pass_hash=pass_hash)


def remember_sent(connection: Connection, wave_id: int, key_hash: bytes) -> bool:
    """Remember that answers came with this key (its hash, 32 bytes) until the wave closes; False when they came before."""
    return _once(connection, sent, wave_id=wave_id, key_hash=key_hash)


def _once(connection: Connection, table: Table, **values: object) -> bool:
    """Insert; False when the row is there. The primary key decides, so two at once can't both be first."""
    kind = sqlite.insert if connection.dialect.name == "sqlite" else postgresql.insert
    statement = kind(table).values(values).on_conflict_do_nothing()
    return connection.execute(statement, execution_options={"preserve_rowcount": True}).rowcount == 1  # psycopg forgets it: -1


def set_pass_keys(connection: Connection, wave_id: int, *, private: str, public: str) -> None:
    """Give a wave the key that signs its passes (PEM). The private half goes when the wave closes."""
    connection.execute(update(wave).where(wave.c.id == wave_id).values(pass_key=private, pass_public=public))


def pass_key(connection: Connection, wave_id: int) -> str | None:
    """The private key that signs a wave's passes (PEM); None for a wave without passes, and after it closed."""
    found: str | None = connection.scalar(select(wave.c.pass_key).where(wave.c.id == wave_id))
    return found
