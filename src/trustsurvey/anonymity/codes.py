"""Codes of invitations: five short words that belong to no language, for reading aloud and typing on a phone.

*babad-nuzok-gutih-tugad-zusil*: consonant, vowel, consonant, vowel, consonant, each word 16 bits (D. S. Wilkerson, “A Proposal for
Proquints: Identifiers that are Readable, Spellable, and Pronounceable”, arXiv:0901.4016). Four words are 64 random bits, the fifth checks
them. Words of a language would help its speakers and nobody else, and a list for each language would need one for every one that is
added. Letters and digits mixed (Crockford's base 32) are shorter, 14 signs against 25, but a phone's keyboard has to be switched for each
change between them, and they can't be said. These words need no letter beyond a to z, no capital, and none of c, e, q, w, x and y.
"""

from __future__ import annotations

import binascii
import hmac
import re
import secrets
import unicodedata
from collections.abc import Callable, Iterator

CONSONANTS = "bdfghjklmnprstvz"
VOWELS = "aiou"
RANDOM = 8
"""Random bytes of a code."""

LETTERS = 25
HEARD = str.maketrans("cqwye", "kkvii")
"""Letters that no code has, as what someone who heard it may have meant."""

UNWELCOME = frozenset({"fagot", "hamas", "jihad", "kafir", "kufar", "nazis", "nigar", "nigor", "pijas", "pijos", "putas", "putos", "sodom"})
"""Words that would be read as a message. A code with one of them is drawn again."""

Random = Callable[[int], bytes]


def make(random: Random = secrets.token_bytes) -> str:
    """A code of 64 random bits with its check word, as it is printed."""
    while True:
        code = write(random(RANDOM))
        if UNWELCOME.isdisjoint(code.split("-")):
            return code


def write(number: bytes) -> str:
    """The code of these 8 bytes."""
    checked = number + _check(number)
    return "-".join(_word(int.from_bytes(checked[n : n + 2])) for n in range(0, len(checked), 2))


def read(text: str) -> str | None:
    """The code in ``text`` as it is printed, whatever stands between its letters; None when a letter is missing or wrong.

    Any one word that is mistyped is found out; of other mistakes one in 65,536 isn't, and then the code is unknown.
    """
    folded = unicodedata.normalize("NFKD", text).lower()
    letters = re.sub(r"[^a-z]", "", folded).translate(HEARD)
    if len(letters) != LETTERS:
        return None
    found = b"".join(_bytes(letters))
    code = write(found[:RANDOM])
    return code if code.replace("-", "") == letters else None


def keyed_hash(code: str, key: str) -> bytes:
    """32 bytes by which the database knows ``code`` (as ``read`` gives it): HMAC-SHA-256 under the instance's key.

    Without that key, a stolen table can't be searched for a code found on paper.
    """
    return hmac.digest(key.encode(), b"trustsurvey invitation\n" + code.encode(), "sha256")


def _check(number: bytes) -> bytes:
    """CRC-16-CCITT: finds every error that lies within 16 bits, so within one word."""
    return binascii.crc_hqx(number, 0xFFFF).to_bytes(2)


def _word(value: int) -> str:
    a, b, c, d, e = value >> 12, value >> 10 & 3, value >> 6 & 15, value >> 4 & 3, value & 15
    return CONSONANTS[a] + VOWELS[b] + CONSONANTS[c] + VOWELS[d] + CONSONANTS[e]


def _bytes(letters: str) -> Iterator[bytes]:
    """Two bytes a word; a letter in the wrong place counts as the first of its kind, and the comparison finds it out."""
    for start in range(0, LETTERS, 5):
        a, b, c, d, e = (
            max(0, kind.find(letter))
            for kind, letter in zip((CONSONANTS, VOWELS, CONSONANTS, VOWELS, CONSONANTS), letters[start : start + 5], strict=True)
        )
        yield (a << 12 | b << 10 | c << 6 | d << 4 | e).to_bytes(2)
