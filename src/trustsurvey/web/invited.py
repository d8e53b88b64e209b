"""Waves by invitation: what the page carries for them, and the exchange of a code for a blind signature.

The page is still the same for everyone: it holds the wave's public key and no code.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum
from typing import Any

from flask import Response, jsonify
from flask_babel import gettext as _

from trustsurvey.anonymity import codes, passes
from trustsurvey.errors import StateError
from trustsurvey.publish.invitations import grouped
from trustsurvey.services import redeem_pass
from trustsurvey.services.open_wave import WaveRow
from trustsurvey.web.edge import site, transaction

FIELDS = ("pass", "code")
"""Names of the form's fields: a pass, which the script puts in; or the code itself, from a phone without script."""


@dataclass(frozen=True, slots=True)
class Invitation:
    """What the page shows: the public key, its fingerprint in groups of four, and what came back with a form that was not stored."""

    modulus: str
    fingerprint: str
    presented: str
    code: str


class Refusal(Enum):
    """Why a response was not admitted; no more is said than what the person can do about it."""

    MISSING = "missing"
    MISTYPED = "mistyped"
    UNUSABLE = "unusable"

    @property
    def words(self) -> tuple[str, str]:
        """A heading, and the sentences below it."""
        match self:
            case Refusal.MISSING:
                return _("Please type your code"), _("Each invitation is good for one answer. Its code, five words, is on the paper.")
            case Refusal.MISTYPED:
                return _("Please look at your code again"), _("A letter of the code is missing or wrong. The code is five words.")
            case Refusal.UNUSABLE:
                said = _("It was used before, or it is not for this survey. If you have sent your answers already, they have arrived.")
                return _("This invitation can’t be used"), said


class NotAdmittedError(Exception):
    """Rolls back what a response without a good invitation began to store."""

    def __init__(self, refusal: Refusal) -> None:
        self.refusal = refusal
        super().__init__(refusal.value)


def invitation(wave: WaveRow, sent: Mapping[str, str], *, refusal: Refusal | None = None) -> Invitation | None:
    """What the page of ``wave`` carries; None where anyone may answer. A refused pass is not shown again."""
    if wave.pass_public is None:
        return None
    presented = "" if refusal else sent.get("pass", "").strip()
    if presented and passes.read(presented, wave.pass_public) is None:
        presented = ""
    fingerprint = grouped(passes.fingerprint(wave.pass_public))
    return Invitation(passes.modulus(wave.pass_public), fingerprint, presented, sent.get("code", "").strip())


def fields(wave: WaveRow) -> tuple[str, ...]:
    """Names that a form of ``wave`` may carry beside its questions."""
    return FIELDS if wave.pass_public is not None else ()


def admit(connection: Any, wave: WaveRow, sent: Mapping[str, str]) -> None:
    """Spend the pass or the code that a response came with, in the transaction that stores the response. Raises NotAdmittedError."""
    if wave.pass_public is None:
        return
    presented, typed = sent.get("pass", "").strip(), sent.get("code", "").strip()
    code = codes.read(typed)
    if not presented and code is None:
        raise NotAdmittedError(Refusal.MISTYPED if typed else Refusal.MISSING)
    try:
        if presented:
            redeem_pass.verify(connection, wave, presented)
        elif code is not None:
            redeem_pass.redeem_and_spend(connection, wave, code=code, key=site().settings.key())
    except StateError as error:
        raise NotAdmittedError(Refusal.UNUSABLE) from error


def exchange(wave: WaveRow, sent: Mapping[str, str]) -> Response:
    """A blind signature (hexadecimal) for `code` and `blinded`, or the sentences that the page shows. The same message is signed again."""
    typed = sent.get("code", "")
    code = codes.read(typed)
    if code is None:
        return _refused(Refusal.MISTYPED if typed.strip() else Refusal.MISSING, 422)
    try:
        blinded = bytes.fromhex(sent.get("blinded", ""))
        with transaction() as connection:
            signature = redeem_pass.redeem(connection, wave, code=code, blinded=blinded, key=site().settings.key())
    except (StateError, ValueError):
        return _refused(Refusal.UNUSABLE, 409)
    site().settle()
    return jsonify(signature=signature.hex())


def _refused(refusal: Refusal, status: int) -> Response:
    heading, text = refusal.words
    response = jsonify(error=f"{heading}\n{text}")
    response.status_code = status
    return response
