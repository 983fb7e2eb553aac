"""What keeps `while` loops finite, so that operators leave it alone."""

import ast
from collections.abc import Iterator

from evolve.search.syntax import walk

EXITS = (ast.Break, ast.Return, ast.Raise)
_HARMLESS = frozenset({"abs", "float", "int", "len", "max", "min", "range", "round", "sorted", "sum", "zip"})
"""Builtins that change none of their arguments."""
_COUNTS = frozenset({"combinations", "islice", "permutations", "product", "range", "repeat"})
"""Functions whose arguments say how often something is done."""


def progress(tree: ast.Module) -> frozenset[ast.AST]:
    """Finds, in every `while` loop, what its end depends on: its test, its exits, and what moves its test.

    Returns:
        Tests (expressions) and simple statements that no edit may touch. It is a heuristic: an edit
        elsewhere can still make a loop endless, and then the sandbox ends it.
    """
    return frozenset(
        node for loop in walk(tree) if isinstance(loop, ast.While) for node in _progress_of(loop)
    )


def counts(tree: ast.Module) -> tuple[frozenset[ast.AST], frozenset[str]]:
    """Finds what says how often a loop runs.

    Returns:
        Nodes inside the arguments of `range` and its like or in a `while` test, and the variables and
        attributes named in them, whose values deserve the same care.
    """
    nodes: set[ast.AST] = set()
    for node in walk(tree):
        if isinstance(node, ast.Call) and called(node) in _COUNTS:
            nodes.update(inner for argument in node.args for inner in walk(argument))
        elif isinstance(node, ast.While):
            nodes.update(walk(node.test))
    return frozenset(nodes), frozenset(name for node in nodes if (name := named(node)) is not None)


def called(call: ast.Call) -> str | None:
    """The last name of what is called: `nsmallest` of `heapq.nsmallest(...)`."""
    return named(call.func)


def named(node: ast.AST) -> str | None:
    """The last name of a variable or attribute; None for any other node."""
    match node:
        case ast.Name(id=name) | ast.Attribute(attr=name):
            return name
        case _:
            return None


def _progress_of(loop: ast.While) -> Iterator[ast.AST]:
    yield loop.test
    movers = _names(loop.test)
    for node in _inside(loop):
        if isinstance(node, ast.If) and any(isinstance(inner, EXITS) for inner in walk(node)):
            yield node
            yield node.test
            if isinstance(loop.test, ast.Constant):
                movers |= _names(node.test)
    for node in _inside(loop):
        if isinstance(node, EXITS) or (_is_simple(node) and not movers.isdisjoint(_moved(node))):
            yield node


def _names(test: ast.expr) -> set[str]:
    found = {name for node in walk(test) if (name := named(node)) is not None}
    return found - {"self", "cls"}


def _inside(loop: ast.While) -> Iterator[ast.stmt]:
    for statement in loop.body:
        for node in walk(statement):
            if isinstance(node, ast.stmt):
                yield node


def _is_simple(node: ast.stmt) -> bool:
    return isinstance(node, ast.Assign | ast.AnnAssign | ast.AugAssign | ast.Delete | ast.Expr)


def _moved(statement: ast.stmt) -> Iterator[str]:
    """Names that a statement assigns, deletes, or hands to a call that could change them."""
    for node in walk(statement):
        match node:
            case (
                ast.Name(id=name, ctx=ast.Store() | ast.Del())
                | ast.Attribute(attr=name, ctx=ast.Store() | ast.Del())
            ):
                yield name
            case ast.Subscript(value=value, ctx=ast.Store() | ast.Del()):
                yield named(value) or ""
            case ast.Call() if called(node) not in _HARMLESS:
                touched = [*node.args, node.func.value] if isinstance(node.func, ast.Attribute) else node.args
                yield from (named(argument) or "" for argument in touched)
            case _:
                pass
