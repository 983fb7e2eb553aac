"""What a method needs of its object, and how it gets it in another class."""

import ast
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from evolve.search.offline.loops import named
from evolve.search.syntax import walk

Method = ast.FunctionDef | ast.AsyncFunctionDef


@dataclass(frozen=True, slots=True, eq=False)
class Members:
    """Members of one class that another must take over.

    Attributes:
        methods: To stand after `last`, a method of the taking class.
        fields: Assignments to attributes, to stand after `last_field` in its `__init__`.
    """

    methods: tuple[Method, ...] = ()
    fields: tuple[ast.stmt, ...] = ()
    last: ast.stmt | None = None
    last_field: ast.stmt | None = None


def required(host: ast.ClassDef | None, donor: ast.ClassDef | None, method: Method) -> Members | None:
    """Finds what the host's class lacks for a method of the donor's.

    Returns:
        Nothing to take over for functions; None if something is neither a method of the donor's class nor
        assigned by a statement of its `__init__` that means the same in the host's.
    """
    if host is None or donor is None:
        return Members()
    there, lent = set(offered(host)), _methods(donor)
    if method.name == "__init__":
        there |= _assigned(method)
        if not _assigned(_methods(host)["__init__"]) <= _assigned(method):
            return None  # other methods of the host would miss their attributes
    methods: list[Method] = []
    fields: list[ast.stmt] = []
    todo = _read(method)
    for name in todo:  # it grows on the way
        if name in there:
            continue
        there.add(name)
        if name in lent:
            methods.append(lent[name])
            todo += _read(lent[name])
        elif (field := _field(donor, name)) is not None and field.col_offset == _depth(host):
            fields.append(field)
            todo += _read_in([field], _self(_methods(donor)["__init__"]))
        else:
            return None
    return _placed(host, donor, methods, fields)


def _placed(
    host: ast.ClassDef, donor: ast.ClassDef, methods: list[Method], fields: list[ast.stmt]
) -> Members | None:
    """Sorts what is taken over as the donor has it, and checks that the host has a place for it."""
    ours, theirs = _methods(host).get("__init__"), _methods(donor).get("__init__")
    fields.sort(key=lambda field: field.lineno)
    methods.sort(key=lambda method: method.lineno)
    if any(method.decorator_list or method.col_offset != _column(host) for method in methods):
        return None
    if fields and (ours is None or theirs is None or not _understood(fields, ours, theirs)):
        return None
    return Members(tuple(methods), tuple(fields), host.body[-1], ours.body[-1] if ours else None)


def _understood(fields: Iterable[ast.stmt], ours: Method, theirs: Method) -> bool:
    """Whether assignments use no local of their `__init__` but parameters that both have."""
    shared = {a.arg for a in ours.args.args} & {a.arg for a in theirs.args.args}
    local = {a.arg for a in theirs.args.args} | {
        n.id for n in walk(theirs) if isinstance(n, ast.Name) and isinstance(n.ctx, ast.Store)
    }
    used = {n.id for field in fields for n in walk(field) if isinstance(n, ast.Name)}
    return not used & (local - shared)


def _methods(owner: ast.ClassDef) -> dict[str, Method]:
    return {node.name: node for node in owner.body if isinstance(node, Method)}


def _column(owner: ast.ClassDef) -> int:
    return owner.body[0].col_offset


def _depth(owner: ast.ClassDef) -> int:
    """Column of the statements of a class's `__init__`; -1 if it has none."""
    method = _methods(owner).get("__init__")
    return method.body[0].col_offset if method else -1


def offered(owner: ast.ClassDef) -> Iterator[str]:
    """Names of methods, of attributes of the class, and of those assigned in its methods."""
    for node in owner.body:
        if isinstance(node, Method):
            yield node.name
            yield from sorted(_assigned(node))
        else:
            stored = (n for n in walk(node) if isinstance(n, ast.Name) and isinstance(n.ctx, ast.Store))
            yield from (n.id for n in stored)


def _assigned(method: Method) -> set[str]:
    return {n.attr for n in _attributes([method], _self(method)) if isinstance(n.ctx, ast.Store)}


def _field(owner: ast.ClassDef, name: str) -> ast.stmt | None:
    """The statement of `__init__` that assigns one attribute, on one line of its own."""
    method = _methods(owner).get("__init__")
    for statement in method.body if method else ():
        match statement:
            case (
                ast.Assign(targets=[ast.Attribute() as target])
                | ast.AnnAssign(target=ast.Attribute() as target)
            ):
                if named(target) == name and statement.lineno == statement.end_lineno:
                    return statement
            case _:
                pass
    return None


def _read(method: Method) -> list[str]:
    return _read_in([method], _self(method))


def _read_in(nodes: Iterable[ast.AST], owner: str) -> list[str]:
    """Names of the attributes of an object that are read, in order."""
    return [node.attr for node in _attributes(nodes, owner) if not isinstance(node.ctx, ast.Store)]


def _attributes(nodes: Iterable[ast.AST], owner: str) -> Iterator[ast.Attribute]:
    for node in (inner for outer in nodes for inner in walk(outer)):
        if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name) and node.value.id == owner:
            yield node


def _self(method: Method) -> str:
    """What a method calls its object."""
    first = (*method.args.posonlyargs, *method.args.args)
    return first[0].arg if first else ""
