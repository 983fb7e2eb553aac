"""When are two sources the same policy? A fingerprint that formatting, comments and names do not change."""

import ast
import hashlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from types import MappingProxyType

from evolve.search.syntax import normal_lines, parse

ENTRIES = frozenset({"solve", "Policy"})
"""Names the sandbox looks up, which therefore mean something."""
_REFLECTION = frozenset({"dir", "eval", "exec", "globals", "locals", "vars"})
"""Builtins through which a variable's name can matter; where one is used, names stay."""

_BINDING: Mapping[type[ast.AST], str] = MappingProxyType(
    {ast.ExceptHandler: "name", ast.MatchAs: "name", ast.MatchStar: "name", ast.MatchMapping: "rest"}
)
"""Fields that bind a variable without a node for its name."""


@lru_cache(maxsize=64)  # a step asks three times for the same source
def fingerprint(source: str) -> str:
    """Hashes what a source does rather than how it is written, in hexadecimal.

    Sources that differ only in comments, docstrings, formatting, annotations of functions, names of
    variables and functions that no keyword or attribute refers to, or the order of keyword arguments
    without effects, have the same fingerprint. A source that does not parse is hashed as text. Cost is linear
    in the length.
    """
    text = normal_lines(source)
    tree = parse(text)
    if tree is None:
        return hashlib.sha256(b"text" + text.encode("utf-8", "surrogatepass")).hexdigest()
    tokens = "".join(f"{len(token)}:{token}" for token in _Reader(tree).tokens())
    return hashlib.sha256(b"tree" + tokens.encode("utf-8", "surrogatepass")).hexdigest()


@dataclass(slots=True, eq=False)
class _Scope:
    """A region of names; those of a class are attributes, so they keep their names."""

    parent: "_Scope | None"
    is_class: bool = False
    is_comprehension: bool = False
    bound: set[str] = field(default_factory=set)
    outer: dict[str, "_Scope"] = field(default_factory=dict)
    """Names declared `global` or `nonlocal`, and where to look for them."""

    @property
    def module(self) -> "_Scope":
        return self if self.parent is None else self.parent.module

    @property
    def binding(self) -> "_Scope":
        """Where `:=` binds: outside of comprehensions."""
        return self.parent.binding if self.is_comprehension and self.parent else self

    def owner(self, name: str) -> "_Scope | None":
        """Finds the scope that a name belongs to when it is used in this one; None for a builtin."""
        scope: _Scope | None = self.outer.get(name, self)
        first = True
        while scope is not None:
            if name in scope.bound and (first or not scope.is_class):
                return scope
            scope, first = scope.parent, False
        return None


@dataclass(frozen=True, slots=True)
class _Use:
    """A name where it is used, to be resolved when every binding is known."""

    name: str
    scope: _Scope


class _Reader:
    """Reads a tree once, without recursion, into tokens and uses of names."""

    def __init__(self, tree: ast.Module) -> None:
        # The order of `found` is the order of the tree; `_todo` is a stack, so children go on it reversed.
        self._found: list[str | _Use] = []
        self._todo: list[tuple[object, _Scope]] = [(tree, _Scope(None))]
        self._kept = set(ENTRIES)
        self._renames = True

    def tokens(self) -> Iterator[str]:
        """Yields the tokens; variables come out as numbers in order of first use."""
        while self._todo:
            item, scope = self._todo.pop()
            self._read(item, scope)
        numbers: dict[tuple[_Scope, str], int] = {}
        for token in self._found:
            if isinstance(token, str):
                yield token
            elif (owner := self._renamed(token)) is None:
                yield f"name {token.name}"
            else:
                yield f"variable {numbers.setdefault((owner, token.name), len(numbers))}"

    def _renamed(self, use: _Use) -> _Scope | None:
        if not self._renames or use.name in self._kept or use.name.startswith("__"):
            return None
        owner = use.scope.owner(use.name)
        return None if owner is None or owner.is_class else owner

    def _read(self, item: object, scope: _Scope) -> None:
        if isinstance(item, str | _Use):
            self._found.append(item)
        elif isinstance(item, list):
            self._push([("[", scope), *((child, scope) for child in item), ("]", scope)])
        elif not isinstance(item, ast.AST):
            self._found.append(_constant(item))
        elif not _is_idle(item):
            self._node(item, scope)

    def _push(self, items: list[tuple[object, _Scope]]) -> None:
        self._todo += reversed(items)

    def _node(self, node: ast.AST, scope: _Scope) -> None:
        match node:
            case ast.Name(id=name):
                if name in _REFLECTION:
                    self._renames = False
                if not isinstance(node.ctx, ast.Load):
                    _bind(scope, name)
                self._found.append(_Use(name, scope))
            case ast.Constant(value=value):
                self._found.append(_constant(value))
            case ast.FunctionDef() | ast.AsyncFunctionDef() | ast.Lambda():
                self._function(node, scope)
            case ast.ListComp() | ast.SetComp() | ast.DictComp() | ast.GeneratorExp():
                self._comprehension(node, scope)
            case ast.ClassDef():
                self._class(node, scope)
            case ast.AnnAssign() if not scope.is_class:
                self._annotated(node, scope)
            case ast.Call():
                self._call(node, scope)
            case ast.JoinedStr():
                self._push([("JoinedStr", scope), (_pieces(node), scope), (";", scope)])
            case _:
                self._other(node, scope)

    def _fields(self, node: ast.AST, scope: _Scope) -> None:
        """Reads the fields that hold anything; Python versions differ in which empty ones there are."""
        items: list[object] = [type(node).__name__]
        for name in node._fields:
            value = getattr(node, name, None)
            if value is None or value == [] or name == "ctx":
                continue
            if name == _BINDING.get(type(node)):
                _bind(scope, value)
                value = _Use(value, scope)
            items += [f".{name}", value]
        self._push([(item, scope) for item in (*items, ";")])

    def _function(self, node: ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda, scope: _Scope) -> None:
        inner = _Scope(scope)
        items: list[tuple[object, _Scope]] = [(type(node).__name__, scope)]
        if not isinstance(node, ast.Lambda):
            _bind(scope, node.name)
            items += [(_Use(node.name, scope), scope), (node.decorator_list, scope)]
        items += [(node.args.defaults, scope), (node.args.kw_defaults, scope)]
        arguments = node.args
        lists = (arguments.posonlyargs, arguments.args, arguments.kwonlyargs)
        groups = (*lists, [arguments.vararg], [arguments.kwarg])
        for group in groups:
            names = [a.arg for a in group if a is not None]
            inner.bound.update(names)
            items.append(([_Use(name, inner) for name in names], inner))
        self._push([*items, (node.body, inner), (";", scope)])

    def _comprehension(
        self, node: ast.ListComp | ast.SetComp | ast.DictComp | ast.GeneratorExp, scope: _Scope
    ) -> None:
        # The first iterable is evaluated outside.
        inner = _Scope(scope, is_comprehension=True)
        first, *others = node.generators
        items: list[tuple[object, _Scope]] = [(type(node).__name__, scope), (first.iter, scope)]
        items += [(first.target, inner), (first.ifs, inner), (str(first.is_async), inner), (others, inner)]
        elements = (node.key, node.value) if isinstance(node, ast.DictComp) else (node.elt,)
        self._push([*items, *((element, inner) for element in elements), (";", scope)])

    def _class(self, node: ast.ClassDef, scope: _Scope) -> None:
        _bind(scope, node.name)
        inner = _Scope(scope, is_class=True)
        outside = [(x, scope) for x in ("ClassDef", _Use(node.name, scope), node.decorator_list)]
        self._push([*outside, (node.bases, scope), (node.keywords, scope), (node.body, inner), (";", scope)])

    def _annotated(self, node: ast.AnnAssign, scope: _Scope) -> None:
        if node.value is not None:
            self._other(ast.Assign(targets=[node.target], value=node.value), scope)
        elif isinstance(node.target, ast.Name):
            _bind(scope, node.target.id)  # a bare annotation still makes the name local

    def _call(self, node: ast.Call, scope: _Scope) -> None:
        self._kept.update(k.arg for k in node.keywords if k.arg is not None)
        keywords = node.keywords
        if all(k.arg is not None and _without_effect(k.value) for k in keywords):
            keywords = sorted(keywords, key=lambda k: str(k.arg))
        self._push([(x, scope) for x in ("Call", node.func, node.args, keywords, ";")])

    def _other(self, node: ast.AST, scope: _Scope) -> None:
        match node:
            case ast.alias(name=name, asname=asname) if name != "*":
                bound = asname or name.partition(".")[0]
                _bind(scope, bound)
                self._push(
                    [(f"alias {name} {asname is None and '.' in name}", scope), (_Use(bound, scope), scope)]
                )
            case ast.Global(names=names) | ast.Nonlocal(names=names):
                target = scope.module if isinstance(node, ast.Global) else scope.parent or scope
                scope.outer.update(dict.fromkeys(names, target))
                if isinstance(node, ast.Global):
                    target.bound.update(names)
            case ast.NamedExpr(target=target, value=value):
                self._push([("NamedExpr", scope), (target, scope.binding), (value, scope)])
            case ast.MatchClass(kwd_attrs=names):
                self._kept.update(names)
                self._fields(node, scope)
            case _:
                self._fields(node, scope)


def _is_idle(node: ast.AST) -> bool:
    """Whether a node says nothing: `pass`, a docstring, or what the node around it says already."""
    if isinstance(node, ast.Expr):
        return isinstance(node.value, ast.Constant)
    return isinstance(node, ast.Pass | ast.expr_context | ast.type_ignore)


def _pieces(node: ast.JoinedStr) -> list[ast.expr | str]:
    """Parts of an f-string with texts side by side joined, which some Python versions leave apart."""
    pieces: list[ast.expr | str] = []
    text = ""
    for value in node.values:
        if isinstance(value, ast.Constant):
            text += str(value.value)
        else:
            pieces += [f"text {text!r}", value]
            text = ""
    return [*pieces, f"text {text!r}"]


def _bind(scope: _Scope, name: str) -> None:
    if name not in scope.outer:
        scope.bound.add(name)


def _constant(value: object) -> str:
    """Writes a constant with its type; integers in base 16, as long ones have no decimal form."""
    return f"int {value:x}" if type(value) is int else f"{type(value).__name__} {value!r}"


def _without_effect(node: ast.expr) -> bool:
    """Whether evaluating an expression earlier or later cannot matter."""
    return isinstance(node, ast.Constant | ast.Name | ast.Lambda) or (
        isinstance(node, ast.UnaryOp) and isinstance(node.operand, ast.Constant)
    )
