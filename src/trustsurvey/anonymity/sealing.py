"""Comments sealed to a public key: the database can't read them, and no length tells which is whose.

X25519 sealed boxes (libsodium ``crypto_box_seal``, by PyNaCl), padded by ISO/IEC 7816-4 to one size.
"""

from __future__ import annotations

import json
from dataclasses import dataclass

from nacl.exceptions import CryptoError
from nacl.public import PrivateKey, PublicKey, SealedBox

from trustsurvey.errors import StateError

PADDED = 4096
"""Bytes of every comment before sealing. 1,000 characters of any script fit: the longest UTF-8 character takes four."""


@dataclass(frozen=True, slots=True)
class KeyPair:
    """Both 32 bytes. The private key never comes near the server."""

    public: bytes
    private: bytes


@dataclass(frozen=True, slots=True)
class Comment:
    """What is inside a seal."""

    area: str
    text: str


def make_keys() -> KeyPair:
    key = PrivateKey.generate()
    return KeyPair(bytes(key.public_key), bytes(key))


def seal(comment: Comment, public_key: bytes) -> bytes:
    """Seal to ``public_key``. Always the same length; a text too long for it is cut at a character."""
    text = comment.text
    while len(body := json.dumps([comment.area, text], ensure_ascii=False).encode()) >= PADDED:
        text = text[: len(text) - max(1, (len(body) - PADDED) // 4)]
    return SealedBox(PublicKey(public_key)).encrypt(body + b"\x80" + b"\x00" * (PADDED - len(body) - 1))


def open_sealed(sealed: bytes, private_key: bytes) -> Comment:
    """Open with the private key. Raises StateError when it isn't the key that the comment was sealed to."""
    try:
        padded = SealedBox(PrivateKey(private_key)).decrypt(sealed)
    except CryptoError as error:
        raise StateError("this key does not open the comments of this wave: was the wave opened with another one?") from error
    area, text = json.loads(padded[: padded.rindex(b"\x80")].decode())
    return Comment(area, text)
