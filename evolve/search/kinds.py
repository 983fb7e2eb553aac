"""A guess at what an expression is: a number, a truth value, or something else."""

import ast
import enum
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache

from evolve.search.syntax import parse


class Kind(enum.Enum):
    """What may stand in for what."""

    NUMBER = "number"
    TRUTH = "truth"
    OTHER = "other"


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
_ARITHMETIC = (ast.Sub, ast.Mult, ast.Div, ast.FloorDiv, ast.Pow, ast.Mod)
_ORDERING = (ast.Lt, ast.LtE, ast.Gt, ast.GtE)
_CONTAINERS = (ast.JoinedStr, ast.List, ast.Tuple, ast.Dict, ast.Set, ast.ListComp, ast.SetComp, ast.DictComp)
_ANNOTATIONS = {"int": Kind.NUMBER, "float": Kind.NUMBER, "bool": Kind.TRUTH}
_CONVENTION = {("solve", 0): "Task", ("__init__", 1): "Setup", ("step", 1): "Observation"}
"""What a parameter receives by its place, for sources without annotations."""


@dataclass(frozen=True, slots=True)
class Vocabulary:
    """What the interface says about its classes.

    Attributes:
        fields: Class to the kinds of its fields, those of kind OTHER left out.
        members: Enumeration to the names of its members.
    """

    fields: Mapping[str, Mapping[str, Kind]]
    members: Mapping[str, tuple[str, ...]]

    def attributes(self) -> Mapping[str, Kind]:
        """Kinds by field name alone, for expressions whose class is not known."""
        return {name: kind for fields in self.fields.values() for name, kind in fields.items()}


@lru_cache(maxsize=16)  # one interface per problem
def vocabulary(interface: str) -> Vocabulary:
    """Reads an interface; an empty vocabulary if it does not parse."""
    fields: dict[str, Mapping[str, Kind]] = {}
    members: dict[str, tuple[str, ...]] = {}
    tree = parse(interface)
    for node in tree.body if tree else ():
        if isinstance(node, ast.ClassDef) and any("Enum" in ast.unparse(base) for base in node.bases):
            names = (
                t.id
                for s in node.body
                if isinstance(s, ast.Assign)
                for t in s.targets
                if isinstance(t, ast.Name)
            )
            members[node.name] = tuple(names)
        elif isinstance(node, ast.ClassDef):
            fields[node.name] = dict(_annotated(node))
    return Vocabulary(fields, members)


def _annotated(node: ast.ClassDef) -> Iterator[tuple[str, Kind]]:
    for statement in node.body:
        match statement:
            case ast.AnnAssign(target=ast.Name(id=name), annotation=ast.Name(id=annotation)):
                if annotation in _ANNOTATIONS:
                    yield name, _ANNOTATIONS[annotation]
            case _:
                pass


def parameter_fields(
    function: ast.FunctionDef | ast.AsyncFunctionDef, words: Vocabulary
) -> Iterator[tuple[str, Kind]]:
    """Yields what the interface's parameters of a function offer, such as `observation.elapsed_s`."""
    for place, argument in enumerate(function.args.args):
        annotation = argument.annotation
        said = annotation.id if isinstance(annotation, ast.Name) else getattr(annotation, "attr", None)
        owner = said if said in words.fields else _CONVENTION.get((function.name, place))
        for name, kind in words.fields.get(owner or "", {}).items():
            yield f"{argument.arg}.{name}", kind


@dataclass(frozen=True, slots=True)
class Kinds:
    """Guesses kinds for one program, from how it uses its variables.

    Attributes:
        known: Text of a variable or attribute to its kind; a name after a dot stands for that attribute of
            anything.
    """

    known: Mapping[str, Kind]

    def of(self, node: ast.expr) -> Kind:
        """Guesses the kind of an expression."""
        match node:
            case ast.Constant(value=bool()) | ast.Compare() | ast.UnaryOp(op=ast.Not()):
                return Kind.TRUTH
            case ast.Constant(value=int() | float()) | ast.UnaryOp(op=ast.USub()):
                return Kind.NUMBER
            case ast.BinOp(left=left, right=right):
                return self._arithmetic(node, left, right)
            case ast.BoolOp(values=[first, *_]) | ast.IfExp(body=first):
                return self.of(first)
            case ast.Call():
                return self._call(node)
            case _:
                return self.known.get(reference(node) or "", Kind.OTHER)

    def _arithmetic(self, node: ast.BinOp, left: ast.expr, right: ast.expr) -> Kind:
        if any(isinstance(side, _CONTAINERS) or _is_text(side) for side in (left, right)):
            return Kind.OTHER
        if isinstance(node.op, _ARITHMETIC) or Kind.NUMBER in {self.of(left), self.of(right)}:
            return Kind.NUMBER
        return Kind.OTHER

    def _call(self, node: ast.Call) -> Kind:
        name = reference(node.func) or ""
        last = name.rpartition(".")[2]
        if last in {"any", "all", "isinstance", "bool"}:
            return Kind.TRUTH
        if last in {"min", "max"} and not any(k.arg == "key" for k in node.keywords):
            numbers = all(self.of(a) is Kind.NUMBER for a in node.args) and len(node.args) > 1
            return Kind.NUMBER if numbers else Kind.OTHER
        return Kind.NUMBER if last in _NUMERIC_CALLS else Kind.OTHER


def _is_text(node: ast.expr) -> bool:
    return isinstance(node, ast.Constant) and isinstance(node.value, str | bytes)


def reference(node: ast.expr) -> str | None:
    """Names a variable, `.` and an attribute, or what it is an item of followed by `[]`."""
    match node:
        case ast.Name(id=name):
            return name
        case ast.Attribute(attr=name):
            return f".{name}"
        case ast.Subscript(value=value, slice=index) if not isinstance(index, ast.Slice):
            owner = reference(value)
            return f"{owner}[]" if owner else None
        case _:
            return None


def infer(tree: ast.Module, words: Vocabulary) -> Kinds:
    """Guesses kinds of variables from annotations, arithmetic, comparisons and assignments, in order."""
    known = {f".{name}": kind for name, kind in words.attributes().items()}
    kinds = Kinds(known)
    nodes = tuple(ast.walk(tree))
    for _ in range(2):  # the second round sees what the first found further down
        for node in nodes:
            for operand, kind in _evidence(node, kinds):
                name = reference(operand)
                if name is not None:
                    known.setdefault(name, kind)
    return kinds


def _evidence(node: ast.AST, kinds: Kinds) -> Iterator[tuple[ast.expr, Kind]]:
    match node:
        case ast.BinOp(left=left, right=right) if kinds.of(node) is Kind.NUMBER:
            yield left, Kind.NUMBER
            yield right, Kind.NUMBER
        case ast.Compare(left=left, ops=[op], comparators=[right]) if isinstance(op, _ORDERING):
            if not isinstance(left, _CONTAINERS) and not isinstance(right, _CONTAINERS):
                yield left, Kind.NUMBER
                yield right, Kind.NUMBER
        case ast.AugAssign(target=target, value=value) if kinds.of(value) is Kind.NUMBER:
            yield target, Kind.NUMBER
        case ast.Assign(targets=[target], value=value) if kinds.of(value) is not Kind.OTHER:
            yield target, kinds.of(value)
        case ast.For(target=target, iter=ast.Call(func=ast.Name(id="range"))):
            yield target, Kind.NUMBER
        case ast.arg(arg=name, annotation=ast.Name(id=annotation)) if annotation in _ANNOTATIONS:
            yield ast.Name(id=name), _ANNOTATIONS[annotation]
        case _:
            return
