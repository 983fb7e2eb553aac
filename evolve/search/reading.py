"""A syntax tree as tokens: what a program does, without how it is written."""

import ast
from collections.abc import Callable, Mapping, Sequence
from types import MappingProxyType

from evolve.search.scopes import Scope, Use

ENTRIES = frozenset({"solve", "Policy"})
"""Names the sandbox looks up, which therefore mean something."""
_REFLECTION = frozenset({"dir", "eval", "exec", "globals", "locals", "vars"})
"""Builtins through which a variable's name can matter; where one is used, names stay."""

_BINDING: Mapping[type[ast.AST], str] = MappingProxyType(
    {ast.ExceptHandler: "name", ast.MatchAs: "name", ast.MatchStar: "name", ast.MatchMapping: "rest"}
)
"""Fields that bind a variable without a node for its name."""


def tokens(tree: ast.Module) -> str:
    """Writes a tree of `syntax.parse` as tokens, each behind its length, in time linear in its size.

    Variables come out as numbers in order of first use, docstrings and annotations of functions not at all.
    """
    return _Reader().text(tree)


class _Reader:
    """Reads a tree once, into tokens and uses of names.

    Every candidate is read, so this is fast before it is short: kinds of nodes are looked up in tables, and
    nothing is made of a node but its tokens. It is recursive: a parsed tree has at most `MAX_DEPTH` levels,
    at two calls each.

    Attributes:
        found: Tokens, each behind its length, and names to be resolved.
        kept: Names that keep their names wherever they are used.
        renames: Whether any name may be another.
    """

    __slots__ = ("found", "kept", "renames")

    def __init__(self) -> None:
        self.found: list[str | Use] = []
        self.kept = set(ENTRIES)
        self.renames = True

    def text(self, tree: ast.Module) -> str:
        """Joins the tokens; variables come out as numbers in order of first use."""
        _node(self, tree, Scope(None))
        numbers: dict[tuple[Scope, str], int] = {}
        return "".join(
            [
                token if isinstance(token, str) else token.token or self._resolved(token, numbers)
                for token in self.found
            ]
        )

    def _resolved(self, use: Use, numbers: dict[tuple[Scope, str], int]) -> str:
        owner = self._renamed(use)
        if owner is None:
            use.token = _token(f"name {use.name}")
        else:
            use.token = _token(f"variable {numbers.setdefault((owner, use.name), len(numbers))}")
        return use.token

    def _renamed(self, use: Use) -> Scope | None:
        if not self.renames or use.name in self.kept or use.name.startswith("__"):
            return None
        owner = use.scope.owner(use.name)
        return None if owner is None or owner.is_class else owner

    def read(self, item: object, scope: Scope) -> None:
        """Reads a node, a list, or a plain value."""
        _READERS[type(item)](self, item, scope)

    def items(self, items: Sequence[object], scope: Scope) -> None:
        """Reads a list."""
        self.found.append("1:[")
        for item in items:
            _READERS[type(item)](self, item, scope)
        self.found.append("1:]")


def _token(text: str) -> str:
    return f"{len(text)}:{text}"


def _node(reader: _Reader, node: ast.AST, scope: Scope) -> None:
    """Reads the fields that hold anything; Python versions differ in which empty ones there are."""
    head, marks = _SHAPES[type(node)]
    found = reader.found
    found.append(head)
    for name, mark in marks:
        value = getattr(node, name, None)
        if value is not None and value != []:
            found.append(mark)
            _READERS[type(value)](reader, value, scope)
    found.append("1:;")


def _nothing(reader: _Reader, item: object, scope: Scope) -> None:
    """Passes over what says nothing, or what the node around it says already."""


def _text(reader: _Reader, text: str, scope: Scope) -> None:
    reader.found.append(f"{len(text)}:{text}")


def _value(reader: _Reader, value: object, scope: Scope) -> None:
    reader.found.append(_token(_constant(value)))


def _use(reader: _Reader, use: Use, scope: Scope) -> None:
    reader.found.append(use)


def _name(reader: _Reader, node: ast.Name, scope: Scope) -> None:
    name = node.id
    if name in _REFLECTION:
        reader.renames = False
    if type(node.ctx) is not ast.Load:
        scope.bind(name)
    reader.found.append(scope.uses.get(name) or scope.use(name))


def _literal(reader: _Reader, node: ast.Constant, scope: Scope) -> None:
    reader.found.append(_token(_constant(node.value)))


def _attribute(reader: _Reader, node: ast.Attribute, scope: Scope) -> None:
    reader.found.append("9:Attribute6:.value")
    _READERS[type(node.value)](reader, node.value, scope)
    reader.found.append(f"5:.attr{len(node.attr)}:{node.attr}1:;")


def _expression(reader: _Reader, node: ast.Expr, scope: Scope) -> None:
    if not isinstance(node.value, ast.Constant):  # a docstring, or as good as one
        _node(reader, node, scope)


def _binder(
    reader: _Reader, node: ast.ExceptHandler | ast.MatchAs | ast.MatchStar | ast.MatchMapping, scope: Scope
) -> None:
    head, marks = _SHAPES[type(node)]
    reader.found.append(head)
    for part, mark in marks:
        value = getattr(node, part, None)
        if value is not None and value != []:
            if part == _BINDING[type(node)]:
                scope.bind(value)
                value = scope.use(value)
            reader.found.append(mark)
            reader.read(value, scope)
    reader.found.append("1:;")


def _function(
    reader: _Reader, node: ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda, scope: Scope
) -> None:
    inner, arguments = Scope(scope), node.args
    reader.found.append(_SHAPES[type(node)][0])
    if not isinstance(node, ast.Lambda):
        scope.bind(node.name)
        reader.found.append(scope.use(node.name))
        reader.items(node.decorator_list, scope)
    lists = (arguments.posonlyargs, arguments.args, arguments.kwonlyargs)
    groups = (*lists, [arguments.vararg], [arguments.kwarg])
    names = [[a.arg for a in group if a is not None] for group in groups]
    inner.bound.update(*names)
    reader.items(arguments.defaults, scope)
    reader.items(arguments.kw_defaults, scope)
    for group in names:
        reader.items([inner.use(name) for name in group], inner)
    reader.read(node.body, inner)
    reader.found.append("1:;")


def _comprehension(
    reader: _Reader, node: ast.ListComp | ast.SetComp | ast.DictComp | ast.GeneratorExp, scope: Scope
) -> None:
    # The first iterable is evaluated outside.
    inner = Scope(scope, is_comprehension=True)
    first, *others = node.generators
    reader.found.append(_SHAPES[type(node)][0])
    reader.read(first.iter, scope)
    reader.read(first.target, inner)
    reader.items(first.ifs, inner)
    reader.read(str(first.is_async), inner)
    reader.items(others, inner)
    for element in (node.key, node.value) if isinstance(node, ast.DictComp) else (node.elt,):
        reader.read(element, inner)
    reader.found.append("1:;")


def _class(reader: _Reader, node: ast.ClassDef, scope: Scope) -> None:
    scope.bind(node.name)
    reader.found += [_SHAPES[ast.ClassDef][0], scope.use(node.name)]
    for outside in (node.decorator_list, node.bases, node.keywords):
        reader.items(outside, scope)
    reader.items(node.body, Scope(scope, is_class=True))
    reader.found.append("1:;")


def _annotated(reader: _Reader, node: ast.AnnAssign, scope: Scope) -> None:
    if scope.is_class:
        _node(reader, node, scope)
    elif node.value is not None:
        _node(reader, ast.Assign(targets=[node.target], value=node.value), scope)
    elif isinstance(node.target, ast.Name):
        scope.bind(node.target.id)  # a bare annotation still makes the name local


def _call(reader: _Reader, node: ast.Call, scope: Scope) -> None:
    keywords = node.keywords
    if keywords:
        reader.kept.update(k.arg for k in keywords if k.arg is not None)
        if all(k.arg is not None and _without_effect(k.value) for k in keywords):
            keywords = sorted(keywords, key=lambda k: str(k.arg))
    reader.found.append("4:Call")
    _READERS[type(node.func)](reader, node.func, scope)
    reader.items(node.args, scope)
    reader.items(keywords, scope)
    reader.found.append("1:;")


def _f_string(reader: _Reader, node: ast.JoinedStr, scope: Scope) -> None:
    reader.found.append("9:JoinedStr")
    reader.items(_pieces(node), scope)
    reader.found.append("1:;")


def _alias(reader: _Reader, node: ast.alias, scope: Scope) -> None:
    if node.name == "*":
        _node(reader, node, scope)
        return
    bound = node.asname or node.name.partition(".")[0]
    scope.bind(bound)
    reader.found += [
        _token(f"alias {node.name} {node.asname is None and '.' in node.name}"),
        scope.use(bound),
    ]


def _declaration(reader: _Reader, node: ast.Global | ast.Nonlocal, scope: Scope) -> None:
    target = scope.module if isinstance(node, ast.Global) else scope.parent or scope
    scope.outer.update(dict.fromkeys(node.names, target))
    if isinstance(node, ast.Global):
        target.bound.update(node.names)


def _named(reader: _Reader, node: ast.NamedExpr, scope: Scope) -> None:
    reader.found.append("9:NamedExpr")
    reader.read(node.target, scope.binding)
    reader.read(node.value, scope)


def _class_pattern(reader: _Reader, node: ast.MatchClass, scope: Scope) -> None:
    reader.kept.update(node.kwd_attrs)
    _node(reader, node, scope)


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


def _constant(value: object) -> str:
    """Writes a constant with its type; integers in base 16, as long ones have no decimal form."""
    return f"int {value:x}" if type(value) is int else f"{type(value).__name__} {value!r}"


def _without_effect(node: ast.expr) -> bool:
    """Whether evaluating an expression earlier or later cannot matter."""
    return isinstance(node, ast.Constant | ast.Name | ast.Lambda) or (
        isinstance(node, ast.UnaryOp) and isinstance(node.operand, ast.Constant)
    )


_KINDS = tuple(kind for kind in vars(ast).values() if isinstance(kind, type) and issubclass(kind, ast.AST))
_SHAPES: Mapping[type[ast.AST], tuple[str, tuple[tuple[str, str], ...]]] = MappingProxyType(
    {
        kind: (
            _token(kind.__name__),
            tuple((name, _token(f".{name}")) for name in kind._fields if name != "ctx"),
        )
        for kind in _KINDS
    }
)
"""The token that opens a node of a kind, and its fields with the tokens before them."""
_READERS: dict[type, Callable[..., None]] = {
    **dict.fromkeys(_KINDS, _node),
    **dict.fromkeys((ast.Pass, ast.Load, ast.Store, ast.Del, ast.TypeIgnore), _nothing),
    **dict.fromkeys((int, bool, type(None)), _value),
    **dict.fromkeys(_BINDING, _binder),
    **dict.fromkeys((ast.FunctionDef, ast.AsyncFunctionDef, ast.Lambda), _function),
    **dict.fromkeys((ast.ListComp, ast.SetComp, ast.DictComp, ast.GeneratorExp), _comprehension),
    **dict.fromkeys((ast.Global, ast.Nonlocal), _declaration),
    str: _text,
    list: _Reader.items,
    Use: _use,
    ast.Name: _name,
    ast.Constant: _literal,
    ast.Attribute: _attribute,
    ast.Expr: _expression,
    ast.ClassDef: _class,
    ast.AnnAssign: _annotated,
    ast.Call: _call,
    ast.JoinedStr: _f_string,
    ast.alias: _alias,
    ast.NamedExpr: _named,
    ast.MatchClass: _class_pattern,
}
"""How each kind of node, and of what stands in their fields, is read."""
