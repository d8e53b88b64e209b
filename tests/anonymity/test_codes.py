"""Codes: enough of them, read however they are typed, and no slip of the finger taken for another's code."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from trustsurvey.anonymity import codes

NUMBERS = st.binary(min_size=codes.RANDOM, max_size=codes.RANDOM)
LETTERS = "abcdefghijklmnopqrstuvwxyz"


def test_the_words_are_those_of_the_proposal() -> None:
    """127.0.0.1 is lusab-babad in the paper; two of them fill four words."""
    assert codes.write(bytes([127, 0, 0, 1, 63, 84, 220, 193])).startswith("lusab-babad-gutih-tugad-")


@given(NUMBERS)
def test_a_code_is_read_as_it_was_written(number: bytes) -> None:
    code = codes.write(number)
    assert codes.read(code) == code
    assert all(word.isalpha() and len(word) == 5 for word in code.split("-"))


@pytest.mark.parametrize("way", [str.upper, str.title, lambda code: code.replace("-", " "), lambda code: code.replace("-", ""),
                                 lambda code: f"  {code.replace('-', '–')}.\n", lambda code: code.replace("k", "c").replace("v", "w"),
                                 lambda code: "".join(chr(ord(c) + 0xFEE0) if c.isalpha() else "・" for c in code)])  # fmt: skip
def test_a_code_is_read_however_it_is_typed(way: object) -> None:
    code = codes.write(bytes([2, 91, 17, 244, 63, 84, 220, 193]))
    assert codes.read(way(code)) == code  # type: ignore[operator]


@given(NUMBERS, st.data())
def test_a_mistyped_word_is_found_out(number: bytes, data: st.DataObject) -> None:
    code = codes.write(number)
    words = code.split("-")
    at = data.draw(st.integers(0, 4))
    words[at] = data.draw(st.text(LETTERS, min_size=5, max_size=5))
    assert codes.read("-".join(words)) in (None, code)


@pytest.mark.parametrize("text", ["", "lusab", "12345", "lusab-babad-gutih-tugad", "lusab babad gutih tugad lusab lusab", "سلام", "é" * 25])
def test_what_is_no_code_is_read_as_none(text: str) -> None:
    assert codes.read(text) is None


def test_a_code_never_carries_an_unwelcome_word() -> None:
    drawn = iter([codes_of("hamas") + bytes(6), bytes(range(8))])
    assert codes.make(lambda _n: next(drawn)) == codes.write(bytes(range(8)))


def codes_of(word: str) -> bytes:
    """The two bytes of one word."""
    return next(n.to_bytes(2) for n in range(65536) if codes.write(n.to_bytes(2) + bytes(6)).startswith(word))


def test_codes_differ_and_their_hashes_need_the_key() -> None:
    drawn = {codes.make() for _ in range(1000)}
    assert len(drawn) == 1000
    code = drawn.pop()
    assert codes.keyed_hash(code, "one key") != codes.keyed_hash(code, "another")
    assert len(codes.keyed_hash(code, "one key")) == 32
