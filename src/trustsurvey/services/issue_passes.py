"""Invitations: codes that are each good for one pass, so for one response."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from sqlalchemy import Connection

from trustsurvey.anonymity import codes, passes
from trustsurvey.errors import StateError
from trustsurvey.store import once, queries
from trustsurvey.store.queries import WaveRow

MOST = 1_000_000
"""Invitations that are made at once, at most."""


@dataclass(frozen=True, slots=True)
class Issued:
    """New invitations. ``codes`` exist here and on paper only; ``fingerprint`` of the wave's key goes on each."""

    wave: WaveRow
    codes: Sequence[str] = field(repr=False)
    fingerprint: str


def ask_for_passes(connection: Connection, wave: WaveRow) -> WaveRow:
    """Make the key that signs the passes of ``wave``: from now on a response needs one. Returns the wave.

    Raises StateError when the wave is closed, or has responses from an open link: some people would have answered twice.
    """
    if not queries.is_open(connection, wave.id):
        raise StateError(f"wave {wave.number} of {wave.survey.code} is closed")
    if queries.count_responses(connection, wave.id):
        raise StateError(
            f"wave {wave.number} of {wave.survey.code} has responses by its open link; "
            "passes can be asked for only before the first response. Close it, and open the next wave with passes"
        )
    private = passes.make_key()
    public = passes.public_of(private)
    once.set_pass_keys(connection, wave.id, private=private, public=public)
    return replace(wave, pass_public=public)


def issue_passes(connection: Connection, survey: str, *, count: int, key: str) -> Issued:
    """Make ``count`` invitations to the open wave of ``survey``, and keep their codes' hashes under the instance's ``key``.

    Raises NotFound for an unknown survey, and StateError for a count that can't be made, when no wave is open, and when the open wave was
    opened without passes.
    """
    if not 1 <= count <= MOST:
        raise StateError(f"{count:,} invitations can't be made at once; take 1 to {MOST:,}")
    wave = next((found for found in queries.waves(connection, survey) if found.is_open), None)
    if wave is None:
        raise StateError(f"no wave of {survey} is open; invitations are made for an open wave (trustsurvey wave open)")
    public = public_key(wave)
    made = tuple(codes.make() for _ in range(count))
    once.add_invitations(connection, wave.id, [codes.keyed_hash(code, key) for code in made])
    return Issued(wave, made, passes.fingerprint(public))


def public_key(wave: WaveRow) -> str:
    """The key that the passes of ``wave`` are checked with (PEM). Raises StateError when it asks for none."""
    if wave.pass_public is None:
        raise StateError(f"wave {wave.number} of {wave.survey.code} takes answers from anyone: it was opened without --passes")
    return wave.pass_public
