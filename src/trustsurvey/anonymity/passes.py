"""Passes: one person, one response, no link. Blind RSA signatures by RFC 9474, RSABSSA-SHA384-PSS-Randomized.

The phone makes a random message, blinds it and has it signed in exchange for an invitation's code; unblinded, message and signature are a
pass that the signer can check and has never seen. Sections and names in the docstrings are those of F. Denis, F. Jacobs and C. A. Wood,
“RSA Blind Signatures”, RFC 9474 (2023), with EMSA-PSS from RFC 8017, section 9.1.

``cryptography`` makes the keys and checks signatures. It has no raw RSA, so the private operation is here, in Python's integers: on a
message blinded again by the signer, with exponents that differ each time, the same steps for every message, and checked before it leaves.
"""

from __future__ import annotations

import hashlib
import math
import secrets
from dataclasses import dataclass, field
from functools import lru_cache

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric import padding, rsa
from cryptography.hazmat.primitives.hashes import SHA384
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
    load_pem_private_key,
    load_pem_public_key,
)

from trustsurvey.errors import StateError

BITS = 2048
"""The smallest key that is taken."""

EXPONENT = 65537
"""Of every key: the page's script has it written in, so that the modulus alone is the key, and a fingerprint of it says all."""

PREFIX, MESSAGE = 32, 32
"""Bytes: the random prefix of the Randomized variants, and our random message behind it."""

SALT = HASH = 48
"""Bytes of the PSS salt and of SHA-384."""

MASK_BITS = 128
"""Of the random multiple of p − 1 that is added to an exponent before it is used."""


@dataclass(frozen=True, slots=True)
class Pass:
    """What a response is sent with: the prepared message (64 bytes) and the signature on it (as many bytes as the key's modulus)."""

    prepared: bytes
    signature: bytes

    def __str__(self) -> str:
        return f"{self.prepared.hex()}.{self.signature.hex()}"

    @property
    def digest(self) -> bytes:
        """32 bytes that stand for the pass once it is spent.

        Of the message alone: a signature could be written in another way, or be made twice on one message, and would still be one pass.
        """
        return hashlib.sha256(b"trustsurvey spent pass\n" + self.prepared).digest()


@dataclass(frozen=True, slots=True)
class Blinding:
    """A blinded message (``blinded``, for the signer) and what only its maker may know (``inverse``, to unblind the signature)."""

    blinded: bytes
    inverse: int = field(repr=False)


# ---------------------------------------------------------------- keys


def make_key(bits: int = BITS) -> str:
    """A wave's private key as PEM (PKCS #8). Raises StateError under 2048 bits."""
    if bits < BITS:
        raise StateError(f"a key of {bits} bits is too weak for passes: take {BITS} or more")
    key = rsa.generate_private_key(EXPONENT, bits)
    return key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode()


def public_of(private: str) -> str:
    """The public key of ``private``, both PEM. Raises StateError for what is no key of ours."""
    return _private(private).public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo).decode()


def modulus(public: str) -> str:
    """The public key as the page carries it: the modulus in lowercase hexadecimal, two digits a byte."""
    return _modulus(public).hex()


def fingerprint(public: str) -> str:
    """What is printed on an invitation: 32 hexadecimal digits, the first 128 bits of SHA-384 over the modulus's bytes (big-endian).

    128 bits, so that nobody can make two keys with the same one (2⁶⁴ trials) to tell two groups of people apart.
    """
    return hashlib.sha384(_modulus(public)).hexdigest()[:32]


def _modulus(public: str) -> bytes:
    n = _public(public).public_numbers().n
    return n.to_bytes(_size(n))


@lru_cache(maxsize=64)
def _public(pem: str) -> rsa.RSAPublicKey:
    try:
        key = load_pem_public_key(pem.encode())
    except ValueError as error:
        raise StateError("this is not a public key: it should be PEM, as `wave open` makes it") from error
    if not isinstance(key, rsa.RSAPublicKey):
        raise StateError("this is a key of another kind; passes take RSA")
    _check(key)
    return key


def _private(pem: str) -> rsa.RSAPrivateKey:
    """Read each time and not kept: a closed wave's key must be gone from memory too.

    Without OpenSSL's trial of the primes, which takes longer than ten signatures; a key that was damaged fails the check in ``sign``.
    """
    try:
        key = load_pem_private_key(pem.encode(), password=None, unsafe_skip_rsa_key_validation=True)
    except ValueError as error:
        raise StateError("this is not a private key: it should be PEM, as `wave open` makes it") from error
    if not isinstance(key, rsa.RSAPrivateKey):
        raise StateError("this is a key of another kind; passes take RSA")
    _check(key.public_key())
    return key


def _check(key: rsa.RSAPublicKey) -> None:
    if key.key_size < BITS:
        raise StateError(f"this key has {key.key_size} bits; passes take {BITS} or more")
    if (exponent := key.public_numbers().e) != EXPONENT:
        raise StateError(f"this key's exponent is {exponent}; passes take {EXPONENT} alone")


# ---------------------------------------------------------------- the phone's side


def prepare(message: bytes, *, prefix: bytes | None = None) -> bytes:
    """``message`` behind 32 random bytes (PrepareRandomize, section 4.1). ``prefix`` is given by tests only."""
    return (secrets.token_bytes(PREFIX) if prefix is None else prefix) + message


def blind(public: str, prepared: bytes, *, salt: bytes | None = None, factor: int | None = None) -> Blinding:
    """Blind ``prepared`` for signing (Blind, section 4.2). ``salt`` (48 random bytes) and ``factor`` (1 to n − 1) are given by tests only.

    Raises StateError in the case that the encoded message or the factor shares a divisor with the modulus: a broken key.
    """
    numbers = _public(public).public_numbers()
    n = numbers.n
    encoded = int.from_bytes(_encode(prepared, n.bit_length() - 1, secrets.token_bytes(SALT) if salt is None else salt))
    factor = 1 + secrets.randbelow(n - 1) if factor is None else factor
    if math.gcd(encoded, n) != 1 or math.gcd(factor, n) != 1:
        raise StateError("this key is broken: its modulus has a small divisor. Open the wave with another")
    blinded = encoded * pow(factor, numbers.e, n) % n
    return Blinding(blinded.to_bytes(_size(n)), pow(factor, -1, n))


def finalize(public: str, prepared: bytes, blind_signature: bytes, inverse: int, *, salt_length: int = SALT) -> Pass:
    """Unblind what the signer answered (Finalize, section 4.4). Raises StateError when it is no signature on ``prepared``."""
    n = _public(public).public_numbers().n
    if len(blind_signature) != _size(n):
        raise StateError(f"the blind signature has {len(blind_signature)} bytes instead of {_size(n)}")
    signature = (int.from_bytes(blind_signature) * inverse % n).to_bytes(_size(n))
    made = Pass(prepared, signature)
    if not verify(public, made, salt_length=salt_length):
        raise StateError("the signer did not sign this message")
    return made


def _encode(message: bytes, bits: int, salt: bytes) -> bytes:
    """EMSA-PSS-ENCODE with SHA-384 and MGF1 (RFC 8017, section 9.1.1): ``bits`` bits in ⌈bits / 8⌉ bytes."""
    length = (bits + 7) // 8
    hashed = hashlib.sha384(bytes(8) + hashlib.sha384(message).digest() + salt).digest()
    data = bytes(length - len(salt) - HASH - 2) + b"\x01" + salt
    mask = b"".join(hashlib.sha384(hashed + n.to_bytes(4)).digest() for n in range(math.ceil(len(data) / HASH)))
    masked = bytearray(a ^ b for a, b in zip(data, mask, strict=False))
    masked[0] &= 0xFF >> (8 * length - bits)
    return bytes(masked) + hashed + b"\xbc"


# ---------------------------------------------------------------- the server's side


def sign(private: str, blinded: bytes) -> bytes:
    """Sign without seeing (BlindSign, section 4.3); as many bytes as the modulus.

    Raises StateError for bytes that are no blinded message under this key, and ArithmeticError when the computation was faulty: what it
    gave would betray the key and is thrown away.
    """
    key = _private(private).private_numbers()
    e, n = key.public_numbers.e, key.public_numbers.n
    message = int.from_bytes(blinded)
    if len(blinded) != _size(n) or not 0 < message < n:
        raise StateError(f"this is not a blinded message: it should be {_size(n)} bytes and a number below the key's modulus")
    factor = 1 + secrets.randbelow(n - 1)
    hidden = message * pow(factor, e, n) % n  # what is computed on is random: its time says nothing of the key
    at_p = pow(hidden, key.dmp1 + secrets.randbits(MASK_BITS) * (key.p - 1), key.p)
    at_q = pow(hidden, key.dmq1 + secrets.randbits(MASK_BITS) * (key.q - 1), key.q)
    signed = at_q + (at_p - at_q) * key.iqmp % key.p * key.q  # Garner
    signature = signed * pow(factor, -1, n) % n
    if pow(signature, e, n) != message:
        raise ArithmeticError("a blind signature came out wrong (a fault of memory or processor); it was not sent")
    return signature.to_bytes(_size(n))


def read(text: str, public: str) -> Pass | None:
    """The pass that a form sent, as ``str`` writes it; None for text that can't be a pass under this key."""
    prepared, dot, signature = text.strip().partition(".")
    if not dot or len(prepared) != 2 * (PREFIX + MESSAGE) or len(signature) != 2 * _size(_public(public).public_numbers().n):
        return None
    try:
        return Pass(bytes.fromhex(prepared), bytes.fromhex(signature))
    except ValueError:
        return None


def verify(public: str, presented: Pass, *, salt_length: int = SALT) -> bool:
    """Whether the pass was signed with this key (RSASSA-PSS-VERIFY, RFC 8017, section 8.1.2)."""
    scheme = padding.PSS(mgf=padding.MGF1(SHA384()), salt_length=salt_length)
    try:
        _public(public).verify(presented.signature, presented.prepared, scheme, SHA384())
    except InvalidSignature:
        return False
    return True


def _size(n: int) -> int:
    return (n.bit_length() + 7) // 8
