"""What a policy did on one instance, row by row, and where another first did otherwise."""

import enum
import hashlib
import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, fields, is_dataclass
from itertools import zip_longest
from typing import Any, Final

import numpy as np

from evaluators.decisions import Decided
from problems.base import Problem
from sandbox.faults import FaultKind

Cell = str | int | float | bool
Row = Mapping[str, Cell]

DECISION: Final = "decision"
"""Column of what was decided; of a decision of several parts, the columns that begin with it."""

_LONGEST: Final = 8
"""Elements of a sequence that become columns of their own; a longer one becomes a fingerprint."""
_MARK_DIGITS: Final = 12
_LONGEST_TEXT: Final = 200


@dataclass(frozen=True, slots=True)
class Parting:
    """Where two policies first decide differently on an instance.

    Attributes:
        index: Row of both timelines.
        rows: What each has there; None where its timeline has ended.
        seen: First row at which they see something different, as a consequence; None if that never happens,
            and of one-shot problems, which show a policy no consequences.
    """

    index: int
    rows: tuple[Row | None, Row | None]
    seen: int | None


def timeline(problem: Problem, decided: Decided) -> tuple[Row, ...]:
    """Tells an instance row by row, as far as it went.

    A step-wise problem has a row a decision: `step`, the observation's scalars, the decision, and what the
    problem adds. A one-shot problem has a row a part of its answer: `position`, the decision about it, and
    what the problem adds. What broke a rule is told as it came.
    """
    told = _told(problem, decided)
    if not problem.one_shot:
        return tuple(
            {"step": i, **_observed(observation), **dict(_cells(DECISION, decision)), **told.get(i, {})}
            for i, (observation, decision) in enumerate(
                zip(decided.observations, decided.decisions, strict=False)
            )
        )
    if told:
        return tuple({"position": i, **row} for i, row in told.items())
    return tuple(
        {"position": i, **row} for answer in decided.decisions for i, row in enumerate(_elements(answer))
    )


def parting(problem: Problem, one: Decided, other: Decided) -> Parting | None:
    """Finds where two policies on the same instance first decide differently; None if they never do."""
    pairs = zip_longest(timeline(problem, one), timeline(problem, other))
    for index, rows in enumerate(pairs):
        if _differ(*rows):
            return Parting(index, rows, _seen_apart(one.observations, other.observations))
    return None


def _differ(first: Row | None, second: Row | None) -> bool:
    return first is None or second is None or _decision(first) != _decision(second)


def _decision(row: Row) -> dict[str, Cell]:
    """The columns of a row that were decided; of a row without such columns, all."""
    found = {key: cell for key, cell in row.items() if key == DECISION or key.startswith(f"{DECISION}_")}
    return found or dict(row)


def _seen_apart(one: Sequence[Any], other: Sequence[Any]) -> int | None:
    pairs = enumerate(zip_longest(one, other))
    return next((i for i, (a, b) in pairs if repr(_plain(a)) != repr(_plain(b))), None)


def _told(problem: Problem, decided: Decided) -> dict[int, Row]:
    """What the problem adds, by row; a decision that broke a rule is none of its business.

    That is the last one, unless something was seen after it: then it was the next that could not be read.
    """
    fault, decisions = decided.measurement.fault, decided.decisions
    is_invalid = fault is not None and fault.kind is FaultKind.INVALID
    if is_invalid and len(decided.observations) <= len(decisions):
        decisions = decisions[:-1]
    if problem.timeline is None or not decisions:
        return {}
    rows = problem.timeline(decided.instance, decided.observations[: len(decisions)], decisions)
    return {i: {key: _scalar(cell) for key, cell in row.items()} for i, row in enumerate(rows)}


def _observed(observation: object) -> dict[str, Cell]:
    """The scalars of an observation and of its short sequences, by name."""
    return {name: cell for name, cell in _cells("", observation) if not is_mark(cell)}


def _elements(answer: object) -> Iterator[Row]:
    """The parts of an answer for which the problem has no rows of its own."""
    parts = _parts(answer)
    if parts is not None:
        named = parts
    elif isinstance(answer, Mapping):
        named = list(answer.items())
    elif isinstance(answer, list | tuple | np.ndarray):
        named = [("", part) for part in answer]
    else:
        named = [("", answer)]
    for name, part in named:
        yield {**({"key": _scalar(name)} if name != "" else {}), **dict(_cells(DECISION, part))}


def _cells(name: str, value: object) -> Iterator[tuple[str, Cell]]:
    """Lays a value out as named columns; what is too long becomes a fingerprint."""
    parts = _parts(value)
    if parts is None and isinstance(value, list | tuple | np.ndarray) and _is_short(value):
        parts = [(str(i), part) for i, part in enumerate(value)]
    if parts is not None:
        for inner, part in parts:
            yield from _cells(f"{name}_{inner}" if name else inner, part)
    elif isinstance(value, list | tuple | np.ndarray | Mapping | bytes) or _is_long(value):
        yield name, _mark(value)
    else:
        yield name, _scalar(value)


def _parts(value: object) -> list[tuple[str, Any]] | None:
    """Names and values of a record's fields; None if it is no record."""
    names = getattr(value, "_fields", None)
    if isinstance(value, tuple) and names is not None:
        return list(zip(names, value, strict=True))
    if is_dataclass(value) and not isinstance(value, type):
        return [(field.name, getattr(value, field.name)) for field in fields(value)]
    return None


def _is_short(value: Sequence[Any] | np.ndarray) -> bool:
    return len(value) <= _LONGEST and not any(
        isinstance(part, list | tuple | np.ndarray | Mapping) for part in value
    )


def _is_long(value: object) -> bool:
    return isinstance(value, str) and len(value) > _LONGEST_TEXT


def _scalar(value: object) -> Cell:
    """A value as a cell: enumerations by name, what is no number and no text as text."""
    if isinstance(value, enum.Enum):
        return value.name.lower()
    if isinstance(value, np.generic):
        value = value.item()
    if isinstance(value, bool | str):
        return value
    if isinstance(value, int) and abs(value) < 1 << 63:
        return value
    if isinstance(value, float) and math.isfinite(value):
        return value
    return "" if value is None else str(value)


def _mark(value: object) -> str:
    """Stands for a long value: equal values have equal ones."""
    raw = repr(_plain(value)).encode("utf-8", "backslashreplace")
    return f"#{hashlib.sha256(raw).hexdigest()[:_MARK_DIGITS]}"


def is_mark(cell: Cell) -> bool:
    """Whether a cell stands for a value that is too long to be told."""
    return isinstance(cell, str) and cell.startswith("#")


def _plain(value: object) -> object:
    """A value as lists and scalars whose text tells all of it."""
    parts = _parts(value)
    if parts is not None:
        return [_plain(part) for _, part in parts]
    if isinstance(value, np.ndarray):
        return value.tolist()
    if isinstance(value, Mapping):
        return [[_plain(key), _plain(part)] for key, part in value.items()]
    if isinstance(value, list | tuple):
        return [_plain(part) for part in value]
    return value
