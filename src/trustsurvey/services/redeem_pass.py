"""An invitation's code for a pass, and a pass for one response."""

from __future__ import annotations

import hashlib
import secrets

from sqlalchemy import Connection

from trustsurvey.anonymity import codes, passes
from trustsurvey.anonymity.passes import Pass
from trustsurvey.errors import NotFound, StateError
from trustsurvey.services.issue_passes import public_key
from trustsurvey.store import once, queries
from trustsurvey.store.queries import WaveRow

REFUSED = "this invitation can't be used: it was used before, or was sent for another survey"
"""Said of unknown and of used codes, of forged and of spent passes: which it was is nobody's business."""


def redeem(connection: Connection, wave: WaveRow, *, code: str, blinded: bytes, key: str) -> bytes:
    """Sign ``blinded`` in exchange for ``code`` (as ``codes.read`` gives it), which is used from then on; ``key`` is the instance's.

    The same message is signed again for the same code, so that a lost reply doesn't burn it. Raises StateError when the wave asks for no
    passes or is closed, for a message that can't be signed, and for a code that is unknown or was used for another message; then nothing
    is stored.
    """
    public_key(wave)
    private = once.pass_key(connection, wave.id)
    if private is None or not queries.is_open(connection, wave.id):
        raise StateError(f"wave {wave.number} of {wave.survey.code} is closed")
    code_hash, blinded_hash = codes.keyed_hash(code, key), hashlib.sha256(blinded).digest()
    try:
        before = once.redeemed_for(connection, wave.id, code_hash)
    except NotFound as error:
        raise StateError(REFUSED) from error
    if before != blinded_hash and not (before is None and once.mark_redeemed(connection, wave.id, code_hash, blinded_hash)):
        raise StateError(REFUSED)
    return passes.sign(private, blinded)


def verify(connection: Connection, wave: WaveRow, text: str) -> None:
    """Check the pass in ``text`` (``Pass`` as ``str`` writes it) and spend it, in the transaction that stores the response.

    Raises StateError when the wave asks for no passes, and when this is no pass of the wave or was spent; then nothing is stored.
    """
    public = public_key(wave)
    presented = passes.read(text, public)
    if presented is None or not passes.verify(public, presented) or not once.spend_pass(connection, wave.id, presented.digest):
        raise StateError(REFUSED)


def redeem_and_spend(connection: Connection, wave: WaveRow, *, code: str, key: str) -> None:
    """Take ``code`` itself for a response: what the phone would do is done here. For phones without script, and weaker.

    Code and response arrive in one request, so whoever watched the server then could tie them. What is stored is the same as on the other
    way: no table says who came without script. Raises StateError as ``redeem`` does.
    """
    public = public_key(wave)
    prepared = passes.prepare(secrets.token_bytes(passes.MESSAGE))
    blinding = passes.blind(public, prepared)
    signed = redeem(connection, wave, code=code, blinded=blinding.blinded, key=key)
    made: Pass = passes.finalize(public, prepared, signed, blinding.inverse)
    verify(connection, wave, str(made))
