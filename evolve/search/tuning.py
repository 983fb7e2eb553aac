"""Constants of a program that may be tuned: found in its syntax tree, or declared by its author.

`x = 0.5  # tune: 0.1..10 log` declares the number on that line and its range; if any is declared, only those
are tuned. Else it is numbers that the module names at its top, or else numbers that are assigned, passed,
added, multiplied or compared, but for 0 and 1, which mostly mean a place.
"""

import ast
import io
import math
import re
import tokenize
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Final

from evolve.search.syntax import Program, Replacement, program

MOST: Final = 24
"""Constants beyond which no sampler finds its way in a few hundred evaluations; the first ones are taken."""

_SPREAD: Final = 4.0
"""A found constant is searched from a quarter to four times its value, or within as much of 0."""
_DECLARED: Final = re.compile(r"#\s*tune\s*:\s*(?P<range>.*)$")
_RANGE: Final = re.compile(
    r"^(?P<low>[-+]?[\d.]+(?:e[-+]?\d+)?)\s*\.\.\s*(?P<high>[-+]?[\d.]+(?:e[-+]?\d+)?)\s*(?P<log>log)?\s*$",
    re.IGNORECASE,
)
_DIGITS: Final = 6


class NotTunable(ValueError):  # noqa: N818 - reads as what happened
    """A program has nothing to tune, or declares it wrongly; the message says where."""


@dataclass(frozen=True, slots=True)
class Knob:
    """A constant and the values it may take.

    Attributes:
        name: What it is assigned to or passed as, and its line.
        start: Byte offset of the number in the source, its sign included.
        end: Byte offset behind it.
        whole: Whether it is an integer.
        log: Whether values are tried evenly by factors, for what spans orders of magnitude.
    """

    name: str
    start: int
    end: int
    value: float
    low: float
    high: float
    whole: bool
    log: bool


def knobs(source: str) -> tuple[Knob, ...]:
    """Finds what may be tuned, in the order of the source.

    Raises:
        NotTunable: It does not parse, has no constant, or declares a range that means nothing.
    """
    parsed = program(source)
    if parsed is None:
        raise NotTunable("the policy does not parse, so no constant can be found in it")
    numbers = sorted(_numbers(parsed), key=lambda number: number.start)
    declared = _declarations(parsed.source)
    if declared:
        return _apart([_declared(line, text, numbers) for line, text in declared.items()])
    named = [number for number in numbers if number.is_named]
    found = [_found(number) for number in named or numbers if number.is_named or number.is_amount]
    if not found:
        raise NotTunable("no constant to tune was found; declare one as in: x = 0.5  # tune: 0.1..10 log")
    return _apart(found[:MOST])


def _apart(found: Sequence[Knob]) -> tuple[Knob, ...]:
    """Numbers those that would share a name, being unnamed on one line."""
    seen, apart = Counter[str](), []
    for knob in found:
        seen[knob.name] += 1
        count = seen[knob.name]
        apart.append(knob if count == 1 else replace(knob, name=f"{knob.name} #{count}"))
    return tuple(apart)


def with_values(source: str, chosen: Sequence[Knob], values: Sequence[float]) -> str:
    """Writes a program with other constants; everything else keeps its form."""
    parsed = program(source)
    if parsed is None:
        raise NotTunable("the policy does not parse")
    texts = (
        str(round(value)) if knob.whole else repr(float(f"{value:.{_DIGITS}g}"))
        for knob, value in zip(chosen, values, strict=True)
    )
    replacements = (Replacement(knob.start, knob.end, text) for knob, text in zip(chosen, texts, strict=True))
    return parsed.replaced(replacements)


@dataclass(frozen=True, slots=True)
class _Number:
    """A literal where it stands."""

    name: str
    line: int
    start: int
    end: int
    value: int | float
    is_named: bool
    is_amount: bool

    @property
    def title(self) -> str:
        return f"{self.name} (line {self.line})" if self.name else f"line {self.line}"


def _numbers(parsed: Program) -> Iterator[_Number]:
    parents = {child: node for node in ast.walk(parsed.tree) for child in ast.iter_child_nodes(node)}
    for node in ast.walk(parsed.tree):
        if not isinstance(node, ast.Constant) or type(node.value) not in {int, float}:
            continue
        if any(isinstance(above, ast.JoinedStr) for above in _above(node, parents)):
            continue  # positions in f-strings are wrong before Python 3.12
        outer: ast.expr = node
        value: int | float = node.value  # type: ignore[assignment]
        sign = parents.get(node)
        if isinstance(sign, ast.UnaryOp) and isinstance(sign.op, ast.USub):
            outer, value = sign, -value
        if math.isfinite(value):
            place = (_name(outer, parents), node.lineno, *parsed.span(outer))
            named = parents.get(parents.get(outer, outer)) is parsed.tree and bool(place[0])
            yield _Number(*place, value, named, _is_amount(outer, value, parents))


def _above(node: ast.AST, parents: Mapping[ast.AST, ast.AST]) -> Iterator[ast.AST]:
    while (node := parents.get(node, node)) in parents:
        yield node


def _name(node: ast.expr, parents: Mapping[ast.AST, ast.AST]) -> str:
    match parents.get(node):
        case ast.Assign(targets=[ast.Name(id=name)]) | ast.AnnAssign(target=ast.Name(id=name)):
            return name
        case ast.Assign(targets=[ast.Attribute(attr=name)]) | ast.keyword(arg=str(name)):
            return name
        case _:
            return ""


def _is_amount(node: ast.expr, value: float, parents: Mapping[ast.AST, ast.AST]) -> bool:
    """Whether a number says how much of something, and not which or how often."""
    if isinstance(value, int) and abs(value) <= 1:
        return False
    match parents.get(node):
        case ast.Assign() | ast.AnnAssign() | ast.keyword() | ast.arguments() | ast.Compare():
            return True
        case ast.BinOp(op=ast.Add() | ast.Sub() | ast.Mult() | ast.Div()):
            within = (type(above) for above in _above(node, parents))
            return not any(issubclass(kind, ast.Subscript | ast.Slice) for kind in within)
        case _:
            return False


def _declarations(source: str) -> dict[int, str]:
    """The text of each declaration, by line."""
    found = {}
    for token in tokenize.generate_tokens(io.StringIO(source).readline):
        if token.type == tokenize.COMMENT and (match := _DECLARED.match(token.string)):
            found[token.start[0]] = match["range"].strip()
    return found


def _declared(line: int, text: str, numbers: Sequence[_Number]) -> Knob:
    match = _RANGE.match(text)
    if match is None:
        raise NotTunable(f"line {line}: expected a range as in 0.1..10 or 0.1..10 log, but got {text!a}")
    here = [number for number in numbers if number.line == line]
    if len(here) != 1:
        raise NotTunable(f"line {line}: expected one number beside a declaration, but there are {len(here)}")
    (number,), low, high, log = here, float(match["low"]), float(match["high"]), match["log"] is not None
    if not low < high or (log and low <= 0):
        raise NotTunable(f"line {line}: a range must rise, and with log start above 0, but got {text!a}")
    if not low <= number.value <= high:
        raise NotTunable(f"line {line}: {number.value:g} lies outside of its own range {text!a}")
    whole = isinstance(number.value, int) and low == round(low) and high == round(high)
    return Knob(number.title, number.start, number.end, number.value, low, high, whole, log)


def _found(number: _Number) -> Knob:
    value, whole = number.value, isinstance(number.value, int)
    if value == 0:
        low, high, log = (-1.0, 1.0, False) if not whole else (0.0, _SPREAD, False)
    else:
        ends = sorted((value / _SPREAD, value * _SPREAD))
        low, high, log = ends[0], ends[1], value > 0 and not whole
    if whole:
        low, high = math.floor(low), math.ceil(high)
    return Knob(number.title, number.start, number.end, value, low, high, whole, log)
