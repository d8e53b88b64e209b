"""Comments, and the records of sealed waves, sealed to a public key: the database can't read them, and no length tells which is whose.

X25519 sealed boxes (libsodium ``crypto_box_seal``, by PyNaCl), padded by ISO/IEC 7816-4 to one size. Comments and records have keys of
their own: whoever reads comments need not be able to read answers.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
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
    """What is inside a seal: the area and home language only tell, once it is opened, whether the area may be shown."""

    area: str
    text: str
    language: str = ""


@dataclass(frozen=True, slots=True)
class Record:
    """What a sealed wave's box holds: an area's code and the fixed-column record."""

    area: str
    answers: str


def make_keys() -> KeyPair:
    key = PrivateKey.generate()
    return KeyPair(bytes(key.public_key), bytes(key))


def seal(comment: Comment, public_key: bytes) -> bytes:
    """Seal to ``public_key``. Always the same length; a text too long for it is cut at a character."""
    text = comment.text
    while len(body := json.dumps([comment.area, comment.language, text], ensure_ascii=False).encode()) >= PADDED:
        text = text[: len(text) - max(1, (len(body) - PADDED) // 4)]
    return _sealed(body, public_key, PADDED)


def open_sealed(sealed: bytes, private_key: bytes) -> Comment:
    """Open with the private key. Raises StateError when it isn't the key that the comment was sealed to."""
    area, language, text = json.loads(_opened(sealed, private_key, "comments"))
    return Comment(area, text, language)


def record_size(areas: Iterable[str], width: int) -> int:
    """Bytes of every record of a wave before sealing: those of one from the area with the longest code."""
    return 1 + max(len(_record_body(Record(area, "-" * width))) for area in areas)


def seal_record(record: Record, public_key: bytes, size: int) -> bytes:
    """Seal to a wave's ``public_key``; ``size`` is ``record_size`` of the wave, so that no length tells the area."""
    return _sealed(_record_body(record), public_key, size)


def open_record(sealed: bytes, private_key: bytes) -> Record:
    """Open with the wave's private key. Raises StateError when it isn't the key that the record was sealed to."""
    area, answers = json.loads(_opened(sealed, private_key, "answers"))
    return Record(area, answers)


def is_pair(private_key: bytes, public_key: bytes) -> bool:
    """Whether ``private_key`` opens what was sealed to ``public_key``."""
    return bytes(PrivateKey(private_key).public_key) == public_key


def _record_body(record: Record) -> bytes:
    return json.dumps([record.area, record.answers], ensure_ascii=False).encode()


def _sealed(body: bytes, public_key: bytes, size: int) -> bytes:
    if len(body) >= size:
        raise ValueError(f"{len(body)} bytes don't fit into {size} with their padding")
    return SealedBox(PublicKey(public_key)).encrypt(body + b"\x80" + b"\x00" * (size - len(body) - 1))


def _opened(sealed: bytes, private_key: bytes, what: str) -> bytes:
    try:
        padded = SealedBox(PrivateKey(private_key)).decrypt(sealed)
    except CryptoError as error:
        raise StateError(f"this key does not open the {what} of this wave: was the wave opened with another one?") from error
    return padded[: padded.rindex(b"\x80")]
