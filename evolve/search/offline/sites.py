"""Places in a program where an edit can happen: expressions, and statements in their blocks."""

import ast
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

Scopes = tuple[ast.AST, ...]
_SCOPES = (ast.FunctionDef, ast.AsyncFunctionDef, ast.Lambda, ast.ClassDef)
_UNTOUCHED = (ast.Import, ast.ImportFrom, ast.Global, ast.Nonlocal, ast.JoinedStr, ast.pattern)
# Positions inside f-strings are wrong before Python 3.12; the others mean something to the whole module.


@dataclass(frozen=True, slots=True, eq=False)
class Site:
    """An expression that may be replaced.

    Attributes:
        scopes: Functions, lambdas, classes and comprehensions around it, outermost first.
    """

    node: ast.expr
    parent: ast.AST
    statement: ast.stmt
    scopes: Scopes

    @property
    def path(self) -> str:
        """Qualified name of the function around it, such as `Policy.step`; empty at module level."""
        return path(self.scopes)


@dataclass(frozen=True, slots=True, eq=False)
class Block:
    """A run of statements inside a function that may be edited; some of them may not.

    Attributes:
        body: All statements of the block, docstring included.
        free: Those of them that may be taken away or moved.
    """

    body: tuple[ast.stmt, ...]
    free: tuple[ast.stmt, ...]
    scopes: Scopes


def path(scopes: Scopes) -> str:
    """Joins the names of functions and classes."""
    return ".".join(
        s.name for s in scopes if isinstance(s, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef)
    )


def survey(tree: ast.Module, frozen: frozenset[ast.AST]) -> tuple[tuple[Site, ...], tuple[Block, ...]]:
    """Lists expressions and blocks in the order of the source, without `frozen` nodes and what is in them."""
    found: list[Site] = []
    blocks: list[Block] = []
    todo: list[tuple[ast.AST, ast.AST, ast.stmt | None, Scopes]] = [(tree, tree, None, ())]
    while todo:
        node, parent, statement, scopes = todo.pop()
        if isinstance(node, ast.stmt):
            statement = node
        elif isinstance(node, ast.expr) and statement is not None and _replaceable(node, parent):
            found.append(Site(node, parent, statement, scopes))
        blocks += _blocks(node, scopes, frozen)
        children = [c for c in _children(node, scopes) if _open(c[0], frozen)]
        todo += [(child, node, statement, inner) for child, inner in reversed(children)]
    return tuple(found), tuple(blocks)


def _open(node: ast.AST, frozen: frozenset[ast.AST]) -> bool:
    """Whether to look inside; a frozen `if` is frozen as a whole only, its branches are open."""
    return not isinstance(node, _UNTOUCHED) and (node not in frozen or isinstance(node, ast.If))


def _replaceable(node: ast.expr, parent: ast.AST) -> bool:
    match parent:
        case ast.Attribute() | ast.Starred() | ast.Expr():
            return False
        case ast.Call(func=func) if func is node:
            return False
        case _:
            pass
    match node:
        case ast.Name(id="self" | "cls") | ast.Slice() | ast.Starred() | ast.GeneratorExp() | ast.NamedExpr():
            return False
        case ast.Yield() | ast.YieldFrom() | ast.Await() | ast.Lambda():
            return False
        case ast.Name(ctx=ctx) | ast.Attribute(ctx=ctx) | ast.Subscript(ctx=ctx) | ast.Tuple(ctx=ctx):
            return isinstance(ctx, ast.Load) and not (
                isinstance(node, ast.Tuple) and isinstance(parent, ast.Subscript)
            )
        case _:
            return True


def _children(node: ast.AST, scopes: Scopes) -> Iterator[tuple[ast.AST, Scopes]]:
    match node:
        case ast.FunctionDef(args=args) | ast.AsyncFunctionDef(args=args) | ast.Lambda(args=args):
            defaults = (*args.defaults, *(default for default in args.kw_defaults if default))
            yield from _within(defaults, scopes)
            body = node.body if isinstance(node.body, list) else [node.body]
            yield from _within(body, (*scopes, node))
        case ast.ClassDef(body=body):
            yield from _within(body, (*scopes, node))
        case ast.ListComp() | ast.SetComp() | ast.DictComp() | ast.GeneratorExp():
            yield from _comprehension(node, scopes)
        case ast.AnnAssign(target=target, value=value):
            yield from _within((target, value) if value else (target,), scopes)
        case ast.Expr(value=ast.Constant()):
            return
        case ast.arguments():
            return
        case _:
            yield from _within(ast.iter_child_nodes(node), scopes)


def _comprehension(
    node: ast.ListComp | ast.SetComp | ast.DictComp | ast.GeneratorExp, scopes: Scopes
) -> Iterator[tuple[ast.AST, Scopes]]:
    inner = (*scopes, node)
    elements = (node.key, node.value) if isinstance(node, ast.DictComp) else (node.elt,)
    yield from _within(elements, inner)
    for number, generator in enumerate(node.generators):
        yield generator.iter, inner if number else scopes
        yield from _within(generator.ifs, inner)


def _within(nodes: Iterable[ast.AST], scopes: Scopes) -> Iterator[tuple[ast.AST, Scopes]]:
    return ((node, scopes) for node in nodes)


def _blocks(node: ast.AST, scopes: Scopes, frozen: frozenset[ast.AST]) -> Iterator[Block]:
    """Yields the blocks of a statement, if they are inside a function."""
    inner = (*scopes, node) if isinstance(node, _SCOPES) else scopes
    if not any(isinstance(scope, ast.FunctionDef) for scope in inner) or isinstance(
        node, ast.expr | ast.ClassDef
    ):
        return
    for name in ("body", "orelse", "finalbody"):
        body = getattr(node, name, None)
        if isinstance(body, list) and body:
            yield Block(tuple(body), tuple(s for s in body if _free(s, frozen)), inner)


def _free(statement: ast.stmt, frozen: frozenset[ast.AST]) -> bool:
    match statement:
        case ast.Import() | ast.ImportFrom() | ast.Global() | ast.Nonlocal() | ast.Pass():
            return False
        case ast.Expr(value=ast.Constant()):
            return False
        case ast.While():
            return True
        case _:
            return statement not in frozen
