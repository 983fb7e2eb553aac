"""Edits of statements; each turns a specimen into replacements, or None where it finds no place."""

import ast
from collections.abc import Iterator, Mapping, Sequence
from itertools import pairwise

import numpy as np

from evolve.search.draws import one_of, weighted
from evolve.search.offline.expressions import COEFFICIENTS
from evolve.search.offline.kind import Kind
from evolve.search.offline.loops import named
from evolve.search.offline.sites import Block, Scopes, path
from evolve.search.offline.specimen import Specimen, fitting
from evolve.search.syntax import Replacement, walk

_ONE_LINERS = (ast.Assign, ast.AugAssign, ast.Expr, ast.Continue, ast.Break)


def delete(specimen: Specimen, rng: np.random.Generator, /) -> tuple[Replacement, ...] | None:
    """Deletes a statement; the last one of a block becomes `pass`."""
    uses = _uses(specimen.program.tree)
    places = [(b, s) for b in specimen.blocks for s in b.free if not _bears(s, uses)]
    if not places:
        return None
    block, statement = one_of(rng, places)
    start, end = specimen.program.span(statement)
    if len(block.body) == 1 or specimen.program.indent(statement) is None:
        return (Replacement(start, end, "pass"),)
    line = specimen.program.whole(statement)[0]
    newline = specimen.program.raw.find(b"\n", end)
    stop = len(specimen.program.raw) if newline < 0 else newline + 1
    rest = specimen.program.between(end, stop).strip()
    if rest and not rest.startswith("#"):
        return (Replacement(start, end, "pass"),)
    return (Replacement(line, stop, ""),)


def _uses(tree: ast.Module) -> Mapping[str, tuple[int, int]]:
    """How often each variable or attribute is assigned, and how often it is read."""
    uses: dict[str, tuple[int, int]] = {}
    for node in walk(tree):
        name = named(node)
        if isinstance(node, ast.AugAssign) and (target := named(node.target)) is not None:
            stored, read = uses.get(target, (0, 0))
            uses[target] = (stored - 1, read + 1)  # it binds nothing that was not bound before
        elif name is not None:
            stored, read = uses.get(name, (0, 0))
            is_stored = isinstance(getattr(node, "ctx", None), ast.Store)
            uses[name] = (stored + is_stored, read + (not is_stored))
    return uses


def _bears(statement: ast.stmt, uses: Mapping[str, tuple[int, int]]) -> bool:
    """Whether a program could hardly run without a statement: it returns, or alone binds what is read."""
    if isinstance(statement, ast.FunctionDef | ast.ClassDef | ast.Return):
        return True
    if isinstance(statement, ast.AugAssign):
        return False
    stored = (n for n in walk(statement) if isinstance(getattr(n, "ctx", None), ast.Store))
    counts = (uses.get(named(node) or "", (2, 0)) for node in stored)
    return any(times == 1 and read > 0 for times, read in counts)


def exchange(specimen: Specimen, rng: np.random.Generator, /) -> tuple[Replacement, ...] | None:
    """Exchanges two neighbouring statements."""
    pairs = [
        (first, second)
        for block in specimen.blocks
        for first, second in pairwise(block.body)
        if first in block.free and second in block.free and not _jumps(first) and not _jumps(second)
    ]
    if not pairs:
        return None
    program = specimen.program
    first, second = one_of(rng, pairs)
    return (
        Replacement(*program.span(first), program.text(second)),
        Replacement(*program.span(second), program.text(first)),
    )


def _jumps(statement: ast.stmt) -> bool:
    return isinstance(statement, ast.Return | ast.Break | ast.Continue | ast.Raise)


def guard(specimen: Specimen, rng: np.random.Generator, /) -> tuple[Replacement, ...] | None:
    """Lets a simple statement happen only under a condition."""
    uses = _uses(specimen.program.tree)
    places = [
        (b, s) for b in specimen.blocks for s in b.free if isinstance(s, _ONE_LINERS) and not _bears(s, uses)
    ]
    if not places:
        return None
    block, statement = one_of(rng, places)
    indent = specimen.program.indent(statement)
    condition = _condition(specimen, block.scopes, statement, rng)
    if indent is None or condition is None or statement.lineno != statement.end_lineno:
        return None
    start = specimen.program.span(statement)[0]
    return (Replacement(start, start, f"if {condition}:\n{_deeper(indent)}"),)


def leave_early(specimen: Specimen, rng: np.random.Generator, /) -> tuple[Replacement, ...] | None:
    """Inserts a rule, `if condition: return value`, with a value that the function returns elsewhere."""
    places = [(b, s) for b in specimen.blocks for s in b.body if not _is_docstring(s)]
    if not places:
        return None
    block, statement = one_of(rng, places)
    indent = specimen.program.indent(statement)
    condition = _condition(specimen, block.scopes, statement, rng)
    value = _value(specimen, block, statement, rng)
    if indent is None or condition is None or value is None or getattr(statement, "decorator_list", []):
        return None
    start = specimen.program.span(statement)[0]
    rule = f"if {condition}:\n{_deeper(indent)}return {value}\n{indent}"
    return (Replacement(start, start, rule),)


def _is_docstring(statement: ast.stmt) -> bool:
    return isinstance(statement, ast.Expr) and isinstance(statement.value, ast.Constant)


def _deeper(indent: str) -> str:
    return indent + ("\t" if "\t" in indent else "    ")


def _condition(
    specimen: Specimen, scopes: Scopes, statement: ast.stmt, rng: np.random.Generator
) -> str | None:
    """Takes a condition from the program or the interface, or compares two numbers in sight."""
    names = specimen.visible(scopes, statement)
    truths = specimen.material(scopes, Kind.TRUTH)
    numbers = [donor for donor in specimen.material(scopes, Kind.NUMBER) if not donor.calls]
    drawn = weighted(rng, (2, 3, 1, 1))
    if drawn == 0:
        truth = fitting(rng, truths, names)
        return None if truth is None else one_of(rng, (truth.closed, f"not {truth.closed}"))
    if drawn == 3:
        return _choice(specimen, scopes, names, rng)
    left = fitting(rng, numbers, names)
    if left is None:
        return None
    right = fitting(rng, numbers, names, unlike=left.text) if drawn == 1 else None
    factor, sign = one_of(rng, COEFFICIENTS), one_of(rng, ("<", ">"))
    if right is None:
        return f"{left.closed} {sign} {factor}"
    return f"{left.closed} {sign} {factor} * {right.closed}"


def _choice(
    specimen: Specimen, scopes: Scopes, names: frozenset[str], rng: np.random.Generator
) -> str | None:
    """Compares a choice in sight with a member of its enumeration; None if there are several enumerations."""
    donor = fitting(rng, specimen.material(scopes, Kind.CHOICE), names)
    seen = [name for name in specimen.words.members if name in names]
    if donor is None or len(seen) != 1:
        return None
    members = specimen.words.members[seen[0]]
    return f"{donor.closed} {one_of(rng, ('==', '!='))} {seen[0]}.{one_of(rng, members)}"


def _value(specimen: Specimen, block: Block, statement: ast.stmt, rng: np.random.Generator) -> str | None:
    """Draws something that the function around returns and that is bound here, or a fellow member of it."""
    names = specimen.visible(block.scopes, statement)
    fits: dict[str, None] = {}  # a set that keeps its order
    for value in _returned(specimen.blocks, path(block.scopes)):
        if {n.id for n in walk(value) if isinstance(n, ast.Name)} <= names:
            fits[specimen.program.text(value)] = None
        match value:
            case ast.Attribute(value=ast.Name(id=owner)):
                fits |= {f"{owner}.{member}": None for member in specimen.words.members.get(owner, ())}
            case _:
                pass
    texts = [text for text in fits if "\n" not in text]
    return one_of(rng, texts) if texts else None


def _returned(blocks: Sequence[Block], function: str) -> Iterator[ast.expr]:
    for block in blocks:
        for statement in block.body if path(block.scopes) == function else ():
            if isinstance(statement, ast.Return) and statement.value is not None:
                yield statement.value
