"""Guesses what the expressions of a program are, from how it uses them."""

import ast
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass

from evolve.search.offline.kind import Kind
from evolve.search.offline.vocabulary import Vocabulary
from evolve.search.syntax import walk

_NUMERIC_CALLS = frozenset(
    {
        "abs",
        "ceil",
        "exp",
        "float",
        "floor",
        "int",
        "len",
        "log",
        "log2",
        "round",
        "sqrt",
        "sum",
        "mean",
        "perf",
    }
)
_ARRAY_CALLS = frozenset(
    {
        "arange",
        "array",
        "asarray",
        "cumsum",
        "diff",
        "full",
        "linspace",
        "maximum",
        "minimum",
        "ones",
        "where",
        "zeros",
    }
)
_ARITHMETIC = (ast.Sub, ast.Mult, ast.Div, ast.FloorDiv, ast.Pow, ast.Mod)
_ORDERING = (ast.Lt, ast.LtE, ast.Gt, ast.GtE)
_CONTAINERS = (ast.JoinedStr, ast.List, ast.Tuple, ast.Dict, ast.Set, ast.ListComp, ast.SetComp, ast.DictComp)


@dataclass(frozen=True, slots=True)
class Kinds:
    """Guesses kinds for one program, from how it uses its variables.

    Attributes:
        known: Text of a variable or attribute to its kind; a name after a dot stands for that attribute of
            anything.
    """

    known: Mapping[str, Kind]
    enumerations: Collection[str] = ()

    def of(self, node: ast.expr) -> Kind:
        """Guesses the kind of an expression."""
        match node:
            case ast.BinOp(left=left, right=right):
                return self._arithmetic(node, left, right)
            case ast.BoolOp(values=[first, *_]) | ast.IfExp(body=first):
                return self.of(first)
            case ast.Call():
                return self._call(node)
            case ast.Attribute(value=ast.Name(id=owner)) if owner in self.enumerations:
                return Kind.CHOICE
            case _:
                return _evident(node) or self.known.get(reference(node) or "", Kind.OTHER)

    def _arithmetic(self, node: ast.BinOp, left: ast.expr, right: ast.expr) -> Kind:
        if any(isinstance(side, _CONTAINERS) or _is_text(side) for side in (left, right)):
            return Kind.OTHER
        sides = {self.of(left), self.of(right)}
        if Kind.ARRAY in sides:
            return Kind.ARRAY
        return Kind.NUMBER if isinstance(node.op, _ARITHMETIC) or Kind.NUMBER in sides else Kind.OTHER

    def _call(self, node: ast.Call) -> Kind:
        name = reference(node.func) or ""
        last = name.rpartition(".")[2]
        if last in _ARRAY_CALLS:
            return Kind.ARRAY
        if last in {"any", "all", "isinstance", "bool"}:
            return Kind.TRUTH
        if last in {"list", "range", "sorted", "tuple"}:
            return Kind.ROW
        if last in {"min", "max"} and not any(k.arg == "key" for k in node.keywords):
            numbers = all(self.of(a) is Kind.NUMBER for a in node.args) and len(node.args) > 1
            return Kind.NUMBER if numbers else Kind.OTHER
        return Kind.NUMBER if last in _NUMERIC_CALLS else self.known.get(f"{name}()", Kind.OTHER)


def _evident(node: ast.expr) -> Kind | None:
    """The kind that the sort of a node alone tells."""
    match node:
        case ast.Constant(value=bool()) | ast.Compare() | ast.UnaryOp(op=ast.Not()):
            return Kind.TRUTH
        case ast.Constant(value=int() | float()) | ast.UnaryOp(op=ast.USub()):
            return Kind.NUMBER
        case ast.List() | ast.ListComp() | ast.Tuple() | ast.Subscript(slice=ast.Slice()):
            return Kind.ROW
        case _:
            return None


def _is_text(node: ast.expr) -> bool:
    return isinstance(node, ast.Constant) and isinstance(node.value, str | bytes)


def reference(node: ast.expr) -> str | None:
    """Names a variable, `.` and an attribute; what is called or indexed is followed by `()` or `[]`."""
    match node:
        case ast.Name(id=name):
            return name
        case ast.Attribute(attr=name):
            return f".{name}"
        case ast.Subscript(value=value, slice=index) if not isinstance(index, ast.Slice):
            owner = reference(value)
            return f"{owner}[]" if owner else None
        case ast.Call(func=func):
            owner = reference(func)
            return f"{owner}()" if owner else None
        case _:
            return None


def infer(tree: ast.Module, words: Vocabulary) -> Kinds:
    """Guesses kinds of variables from annotations, arithmetic, comparisons and assignments, in order."""
    known = {f".{name}": kind for fields in words.fields.values() for name, kind in fields.items()}
    known |= {form: kind for name, kind in words.calls.items() for form in (f"{name}()", f".{name}()")}
    kinds = Kinds(known, words.members)
    nodes = tuple(walk(tree))
    for node in nodes:
        for name, kind in _annotated(node, words):
            known.setdefault(name, kind)
    for _ in range(2):  # the second round sees what the first found further down
        for node in nodes:
            for operand, kind in _evidence(node, kinds):
                found = reference(operand)
                if found is not None:
                    known.setdefault(found, kind)
    for node in nodes:
        if isinstance(node, ast.Subscript) and kinds.of(node.slice) is Kind.ARRAY:
            known[reference(node.slice) or "_"] = Kind.OTHER  # an index is no quantity
    return kinds


def _annotated(node: ast.AST, words: Vocabulary) -> Iterator[tuple[str, Kind]]:
    """Yields what annotations say of parameters, of calls, and of what is returned."""
    match node:
        case ast.arg(arg=name, annotation=annotation) if words.kind(annotation) is not Kind.OTHER:
            yield name, words.kind(annotation)
        case ast.FunctionDef(name=name, returns=returns) if words.kind(returns) is not Kind.OTHER:
            yield f"{name}()", words.kind(returns)
            yield f".{name}()", words.kind(returns)
            for inner in walk(node):
                if isinstance(inner, ast.Return) and inner.value is not None:
                    yield reference(inner.value) or "_", words.kind(returns)
        case _:
            return


def _evidence(node: ast.AST, kinds: Kinds) -> Iterator[tuple[ast.expr, Kind]]:
    """Yields what the use of an expression says of it."""
    match node:
        case ast.BinOp(left=left, right=right) if kinds.of(node) is Kind.NUMBER:
            yield left, Kind.NUMBER
            yield right, Kind.NUMBER
        case ast.Compare(left=left, ops=[op], comparators=[right]) if isinstance(op, _ORDERING):
            sides = (left, right)
            if not any(isinstance(side, _CONTAINERS) or kinds.of(side) is Kind.ARRAY for side in sides):
                yield from ((side, Kind.NUMBER) for side in sides)
        case ast.AugAssign(target=target, value=value) if kinds.of(value) is Kind.NUMBER:
            yield target, Kind.NUMBER
        case ast.Assign(targets=[target], value=value) if kinds.of(value) is not Kind.OTHER:
            yield target, kinds.of(value)
        case ast.For(target=target, iter=ast.Call(func=ast.Name(id="range"))):
            yield target, Kind.NUMBER
        case _:
            return
