"""The examples of docs/method.md run as they are printed."""

from __future__ import annotations

import doctest
from pathlib import Path

DOCUMENT = Path(__file__).parents[2] / "docs" / "method.md"


def test_the_examples_of_the_method_run() -> None:
    result = doctest.testfile(
        str(DOCUMENT), module_relative=False, optionflags=doctest.NORMALIZE_WHITESPACE | doctest.IGNORE_EXCEPTION_DETAIL
    )
    assert result.attempted > 25
    assert result.failed == 0
