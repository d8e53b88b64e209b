"""Blind signatures against the RFC's own vectors, and what an attacker of either side may try."""

from __future__ import annotations

import json
import secrets
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat, PublicFormat

from trustsurvey.anonymity import passes
from trustsurvey.errors import StateError

VECTORS = json.loads((Path(__file__).parents[1] / "reference" / "rfc9474_vectors.json").read_text())  # RFC 9474, appendix A
KEY = passes.make_key()
PUBLIC = passes.public_of(KEY)


def pem(key: Any) -> str:
    return key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode()


def keys_of(vector: dict[str, str]) -> tuple[str, str]:
    """The vector's private and public key as PEM."""
    p, q, n, e, d = (int(vector[name], 16) for name in ("p", "q", "n", "e", "d"))
    numbers = rsa.RSAPrivateNumbers(
        p, q, d, rsa.rsa_crt_dmp1(d, p), rsa.rsa_crt_dmq1(d, q), rsa.rsa_crt_iqmp(p, q), rsa.RSAPublicNumbers(e, n)
    )
    private = pem(numbers.private_key())
    return private, passes.public_of(private)


def made(public: str = PUBLIC, private: str = KEY) -> passes.Pass:
    """A pass got as a phone gets it."""
    prepared = passes.prepare(secrets.token_bytes(passes.MESSAGE))
    blinding = passes.blind(public, prepared)
    return passes.finalize(public, prepared, passes.sign(private, blinding.blinded), blinding.inverse)


@pytest.mark.parametrize("vector", VECTORS, ids=lambda vector: vector["name"])
def test_every_step_gives_the_numbers_of_the_rfc(vector: dict[str, str]) -> None:
    private, public = keys_of(vector)
    n, salt = int(vector["n"], 16), bytes.fromhex(vector["salt"])
    prepared = passes.prepare(bytes.fromhex(vector["msg"]), prefix=bytes.fromhex(vector["msg_prefix"]))
    assert prepared.hex() == vector["prepared_msg"]
    blinding = passes.blind(public, prepared, salt=salt, factor=pow(int(vector["inv"], 16), -1, n))
    assert blinding.blinded.hex() == vector["blinded_msg"]
    assert blinding.inverse == int(vector["inv"], 16)
    signed = passes.sign(private, blinding.blinded)
    assert signed.hex() == vector["blind_sig"]
    finished = passes.finalize(public, prepared, signed, blinding.inverse, salt_length=len(salt))
    assert finished.signature.hex() == vector["sig"]
    assert passes.modulus(public) == vector["n"]


@pytest.mark.parametrize("bits", [2048, 2056, 3072])
def test_a_pass_holds_under_its_own_key_and_no_other(bits: int) -> None:
    private = passes.make_key(bits)
    public = passes.public_of(private)
    one = made(public, private)
    assert passes.verify(public, one)
    assert not passes.verify(PUBLIC, one)
    assert passes.read(f" {one}\n", public) == one


def test_a_pass_is_spent_once_however_it_was_signed() -> None:
    prepared = passes.prepare(bytes(32))
    twice = []
    for _ in range(2):
        blinding = passes.blind(PUBLIC, prepared)
        twice.append(passes.finalize(PUBLIC, prepared, passes.sign(KEY, blinding.blinded), blinding.inverse))
    assert twice[0].signature != twice[1].signature
    assert twice[0].digest == twice[1].digest
    assert made().digest != made().digest


def test_signing_the_same_message_gives_the_same_signature() -> None:
    blinded = passes.blind(PUBLIC, passes.prepare(bytes(32))).blinded
    assert passes.sign(KEY, blinded) == passes.sign(KEY, blinded)


def test_what_the_signer_sees_says_nothing_of_the_message() -> None:
    prepared, salt = passes.prepare(bytes(32)), bytes(48)
    assert len({passes.blind(PUBLIC, prepared, salt=salt).blinded for _ in range(20)}) == 20
    # Any blinded message fits any pass: for each pair there is a factor that leads from one to the other.
    n, signed, one = int(passes.modulus(PUBLIC), 16), passes.blind(PUBLIC, passes.prepare(b"another")), made()
    encoded = pow(int.from_bytes(one.signature), passes.EXPONENT, n)
    ratio = int.from_bytes(signed.blinded) * pow(encoded, -1, n) % n
    factor = int.from_bytes(passes.sign(KEY, ratio.to_bytes(256)))
    assert encoded * pow(factor, passes.EXPONENT, n) % n == int.from_bytes(signed.blinded)


@pytest.mark.parametrize("change", ["message", "signature", "swapped", "zero", "one", "beyond"])
def test_forged_passes_are_refused(change: str) -> None:
    one, n = made(), int(passes.modulus(PUBLIC), 16)
    forged = {
        "message": passes.Pass(bytes([one.prepared[0] ^ 1]) + one.prepared[1:], one.signature),
        "signature": passes.Pass(one.prepared, one.signature[:-1] + bytes([one.signature[-1] ^ 1])),
        "swapped": passes.Pass(one.prepared, made().signature),
        "zero": passes.Pass(one.prepared, bytes(256)),
        "one": passes.Pass(one.prepared, (1).to_bytes(256)),
        "beyond": passes.Pass(one.prepared, ((int.from_bytes(one.signature) + n) % 2**2048).to_bytes(256)),
    }[change]
    assert not passes.verify(PUBLIC, forged)


@pytest.mark.parametrize("text", ["", ".", "ab", "zz" * 64 + "." + "zz" * 256, "00" * 63 + "." + "00" * 256, "00" * 64 + "." + "00" * 255])
def test_what_is_no_pass_is_read_as_none(text: str) -> None:
    assert passes.read(text, PUBLIC) is None


@pytest.mark.parametrize(
    "blinded", [b"", bytes(256), bytes(255) + b"", bytes(257), b"\xff" * 256], ids=["none", "zero", "short", "long", "beyond"]
)
def test_what_is_no_blinded_message_is_not_signed(blinded: bytes) -> None:
    with pytest.raises(StateError, match="not a blinded message"):
        passes.sign(KEY, blinded)


def test_an_answer_that_is_no_signature_is_found_out() -> None:
    prepared = passes.prepare(bytes(32))
    blinding = passes.blind(PUBLIC, prepared)
    signed = passes.sign(KEY, blinding.blinded)
    with pytest.raises(StateError, match="did not sign"):
        passes.finalize(PUBLIC, prepared, signed[:-1] + bytes([signed[-1] ^ 1]), blinding.inverse)
    with pytest.raises(StateError, match="255 bytes instead of 256"):
        passes.finalize(PUBLIC, prepared, signed[1:], blinding.inverse)


def test_a_faulty_computation_never_leaves(monkeypatch: pytest.MonkeyPatch) -> None:
    """One wrong half of the remainders would give the key away: gcd(sᵉ − m, n) (Boneh, DeMillo and Lipton 1997)."""
    blinded = passes.blind(PUBLIC, passes.prepare(bytes(32))).blinded
    key = passes._private(KEY).private_numbers()
    bent = rsa.RSAPrivateNumbers(key.p, key.q, key.d, key.dmp1 ^ 2, key.dmq1, key.iqmp, key.public_numbers)

    class Bent:
        def private_numbers(self) -> rsa.RSAPrivateNumbers:
            return bent

    monkeypatch.setattr(passes, "_private", lambda _pem: Bent())
    with pytest.raises(ArithmeticError, match="came out wrong"):
        passes.sign(KEY, blinded)


def test_weak_and_strange_keys_are_refused() -> None:
    with pytest.raises(StateError, match="too weak"):
        passes.make_key(1024)
    for key, words in (
        (rsa.generate_private_key(65537, 1024), "1024 bits"),
        (rsa.generate_private_key(3, 2048), "exponent is 3"),
        (ec.generate_private_key(ec.SECP256R1()), "another kind"),
    ):
        public = key.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo).decode()
        with pytest.raises(StateError, match=words):
            passes.public_of(pem(key))
        with pytest.raises(StateError, match=words):
            passes.fingerprint(public)
    for wrong in ("", "-----BEGIN PUBLIC KEY-----\nAAAA\n-----END PUBLIC KEY-----\n"):
        with pytest.raises(StateError, match="not a public key"):
            passes.modulus(wrong)
        with pytest.raises(StateError, match="not a private key"):
            passes.public_of(wrong)


def test_the_fingerprint_says_which_key_it_is() -> None:
    other = passes.public_of(passes.make_key())
    assert passes.fingerprint(PUBLIC) == passes.fingerprint(PUBLIC)
    assert passes.fingerprint(PUBLIC) != passes.fingerprint(other)
    assert len(bytes.fromhex(passes.fingerprint(PUBLIC))) == 16
