"""Made-up locales that layouts are tested with: ``en_XA``, accented and 35 % longer, and ``ar_XB``, the same from right to left.

A page that holds in both holds in every language it can be translated into; and a word without accents is one that nobody can translate.
"""

from __future__ import annotations

import math
import re

from trustsurvey.i18n.locales import MADE_UP

PSEUDO = tuple(MADE_UP)

LONGER = 0.35
"""How much longer than the English: what German or Finnish would need."""

ACCENTED = str.maketrans("aceginorsuyzACEGINORSUYZ", "áçéğíñöřšúýžÁÇÉĞÍÑÖŘŠÚÝŽ")
RIGHT_TO_LEFT, END = "\u202e", "\u202c"

_HELD = re.compile(r"(%\(\w+\)[#0\- +]?\d*(?:\.\d+)?[a-zA-Z%]|%%|\s+)")


def lengthened(text: str) -> str:
    """``text`` with accents, 35 % longer; its placeholders stay as they are."""
    pieces = _HELD.split(text)
    letters = sum(len(piece) for piece in pieces[::2])
    left = math.ceil(letters * LONGER)
    for n in range(0, len(pieces), 2):
        share = min(left, math.ceil(len(pieces[n]) * LONGER))
        left -= share
        pieces[n] = _stretched(pieces[n], share).translate(ACCENTED)
    return "".join(pieces)


def _stretched(word: str, more: int) -> str:
    """``word`` with ``more`` of its letters doubled, from the first."""
    made = []
    for letter in word:
        made.append(letter * 2 if more > 0 and letter.isalpha() else letter)
        more -= letter.isalpha()
    return "".join(made)


def mirrored(text: str) -> str:
    """``text`` lengthened, and set from right to left whatever its letters say."""
    return f"{RIGHT_TO_LEFT}{lengthened(text)}{END}"
