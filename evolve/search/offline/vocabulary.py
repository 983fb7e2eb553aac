"""What an interface offers, so that edits can use what no parent uses yet."""

import ast
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache

from evolve.search.offline.kind import Kind
from evolve.search.syntax import parse, walk

Definition = ast.FunctionDef | ast.AsyncFunctionDef
_CONVENTION = {("solve", 0): "Task", ("__init__", 1): "Setup", ("step", 1): "Observation"}
"""What a parameter receives by its place, for sources without annotations."""
_KINDS = {"int": Kind.NUMBER, "float": Kind.NUMBER, "ndarray": Kind.ARRAY, "bool": Kind.TRUTH}


@dataclass(frozen=True, slots=True)
class Function:
    """A function of the interface.

    Attributes:
        classes: Classes of the parameters that have no default.
        kind: Of what it returns.
    """

    name: str
    classes: tuple[str, ...]
    kind: Kind


@dataclass(frozen=True, slots=True)
class Vocabulary:
    """What the interface says about itself.

    Attributes:
        fields: Class to the kinds of its fields, those of kind OTHER left out.
        functions: Functions whose parameters are all of classes of the interface.
        members: Enumeration to the names of its members.
        calls: Name of a function or method to the kind it returns.
    """

    fields: Mapping[str, Mapping[str, Kind]]
    functions: tuple[Function, ...]
    members: Mapping[str, tuple[str, ...]]
    calls: Mapping[str, Kind]

    def kind(self, annotation: ast.expr | None) -> Kind:
        """The kind that an annotation tells."""
        name = class_name(annotation)
        return Kind.CHOICE if name in self.members else _KINDS.get(name, Kind.OTHER)

    def holders(self, function: Definition, owner: ast.ClassDef | None) -> Iterator[tuple[str, str]]:
        """Yields what a function holds of the interface's classes: an expression and its class.

        These are its own parameters and, in a method, those of `__init__` that were kept as attributes.
        """
        yield from self._parameters(function)
        methods = [node for node in owner.body if isinstance(node, Definition)] if owner else []
        start = next((method for method in methods if method.name == "__init__"), None)
        if start is None or start is function or not function.args.args:
            return
        kept = dict(self._parameters(start))
        for node in walk(start):
            match node:
                case ast.Assign(
                    targets=[ast.Attribute(value=ast.Name(), attr=attr)], value=ast.Name(id=name)
                ):
                    if name in kept:
                        yield f"{function.args.args[0].arg}.{attr}", kept[name]
                case _:
                    pass

    def _parameters(self, function: Definition) -> Iterator[tuple[str, str]]:
        for place, argument in enumerate(function.args.args):
            said = class_name(argument.annotation)
            found = said if said in self.fields else _CONVENTION.get((function.name, place), "")
            if found in self.fields:
                yield argument.arg, found

    def offers(self, function: Definition, owner: ast.ClassDef | None) -> Iterator[tuple[str, Kind, bool]]:
        """Yields expressions over what a function holds, their kinds, and whether they call anything."""
        held: dict[str, str] = {}
        for text, name in self.holders(function, owner):
            held.setdefault(name, text)
            for field, kind in self.fields[name].items():
                yield f"{text}.{field}", kind, False
        for known in self.functions:
            if all(name in held for name in known.classes):
                yield f"{known.name}({', '.join(held[name] for name in known.classes)})", known.kind, True


def class_name(annotation: ast.expr | None) -> str:
    """The last name of an annotation: `ndarray` of `np.ndarray`; empty if it is more than a name."""
    match annotation:
        case ast.Name(id=name) | ast.Attribute(attr=name):
            return name
        case _:
            return ""


@lru_cache(maxsize=16)  # one interface per problem
def vocabulary(interface: str) -> Vocabulary:
    """Reads an interface; an empty vocabulary if it does not parse."""
    tree = parse(interface)
    body = tree.body if tree else []
    classes = [node for node in body if isinstance(node, ast.ClassDef)]
    members = {node.name: tuple(_members(node)) for node in classes if _is_enumeration(node)}
    bare = Vocabulary({}, (), members, {})
    fields = {node.name: dict(_fields(node, bare)) for node in classes if node.name not in members}
    inner = [*body, *(method for node in classes for method in node.body)]
    definitions = [node for node in inner if isinstance(node, Definition)]
    calls = {node.name: bare.kind(node.returns) for node in definitions}
    functions = [_function(node, calls[node.name]) for node in body if isinstance(node, Definition)]
    known = tuple(
        f for f in functions if f.kind is not Kind.OTHER and f.classes and set(f.classes) <= fields.keys()
    )
    return Vocabulary(fields, known, members, {n: k for n, k in calls.items() if k is not Kind.OTHER})


def _is_enumeration(node: ast.ClassDef) -> bool:
    return any(class_name(base).endswith(("Enum", "Flag")) for base in node.bases)


def _members(node: ast.ClassDef) -> Iterator[str]:
    for statement in node.body:
        if isinstance(statement, ast.Assign):
            yield from (target.id for target in statement.targets if isinstance(target, ast.Name))


def _fields(node: ast.ClassDef, words: Vocabulary) -> Iterator[tuple[str, Kind]]:
    for statement in node.body:
        match statement:
            case ast.AnnAssign(target=ast.Name(id=name), annotation=annotation):
                if words.kind(annotation) is not Kind.OTHER:
                    yield name, words.kind(annotation)
            case _:
                pass


def _function(node: Definition, kind: Kind) -> Function:
    needed = node.args.args[: len(node.args.args) - len(node.args.defaults)]
    return Function(node.name, tuple(class_name(argument.annotation) for argument in needed), kind)
