"""YAML that a person wrote: read with the place of every key, so that a fault can be named where it stands."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from ruamel.yaml import YAML
from ruamel.yaml.comments import CommentedMap, CommentedSeq
from ruamel.yaml.error import MarkedYAMLError, YAMLError

from trustsurvey.errors import Fault, FaultsError


def parse(text: str, *, file: str, raising: type[FaultsError], shape: str) -> CommentedMap:
    """The mapping in ``text``. Raises ``raising`` with the place of what is no YAML; ``shape`` says what the file should be."""
    try:
        document = YAML(typ="rt").load(text)
    except MarkedYAMLError as error:
        mark = error.problem_mark
        line, column = (mark.line + 1, mark.column + 1) if mark else (0, 0)
        problem = " ".join(str(error.problem or error.context or "it can't be read").split())
        raise raising([Fault(f"this is not YAML: {problem}", file=file, line=line, column=column)]) from error
    except YAMLError as error:
        raise raising([Fault(f"this is not YAML: {' '.join(str(error).split())}", file=file)]) from error
    if not isinstance(document, CommentedMap):
        raise raising([Fault(shape, file=file, line=1, column=1)])
    return document


@dataclass(frozen=True, slots=True)
class Place:
    """Where something stands: line and column from 1, and the steps that lead to it."""

    line: int
    column: int
    steps: tuple[str | int, ...]


def place(document: CommentedMap, path: Sequence[str | int]) -> Place:
    """The deepest part of ``path`` that the document has.

    Steps that it doesn't have are passed over: pydantic names the branches of a union among them.
    """
    node: Any = document
    line, column = 0, 0
    steps: list[str | int] = []
    for step in path:
        if isinstance(node, CommentedSeq) and isinstance(step, int) and step < len(node):
            line, column = node.lc.item(step)
            node = node[step]
        elif isinstance(node, CommentedMap) and (key := next((k for k in node if text_of(k) == step), None)) is not None:
            line, column = node.lc.key(key)
            node = node[key]
        else:
            continue
        steps.append(step)
    return Place(line + 1, column + 1, tuple(steps))


def text_of(key: Any) -> str:
    """A key as a text: ``yes`` and ``18`` are codes like any other."""
    return str(key).lower() if isinstance(key, bool) else str(key)


def plain(node: Any) -> Any:
    """The document as dicts and lists, with texts for keys."""
    if isinstance(node, CommentedMap):
        return {text_of(key): plain(value) for key, value in node.items()}
    if isinstance(node, CommentedSeq):
        return [plain(value) for value in node]
    return node
