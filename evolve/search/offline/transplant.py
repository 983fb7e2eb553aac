"""Moves a function from one program into another, with all it needs."""

import ast
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from evolve.search.offline.definitions import definitions, import_of, needed, renamable, renamed, same, unused
from evolve.search.offline.members import Members, required
from evolve.search.syntax import Program, Replacement

Definition = ast.FunctionDef | ast.AsyncFunctionDef


@dataclass(frozen=True, slots=True, eq=False)
class Function:
    """A function of a module, or a method of one of its classes.

    Attributes:
        owner: The class of a method.
        statement: The statement of the module that it is or is in.
    """

    node: Definition
    owner: ast.ClassDef | None
    statement: ast.stmt

    @property
    def name(self) -> str:
        """Its name without its class's."""
        return self.node.name

    @property
    def path(self) -> str:
        """Its name with its class's."""
        return f"{self.owner.name}.{self.name}" if self.owner else self.name


def functions(tree: ast.Module) -> list[Function]:
    """Lists functions and methods, not those nested in functions, nor decorated ones."""
    found = []
    for statement in tree.body:
        if isinstance(statement, Definition):
            found.append(Function(statement, None, statement))
        elif isinstance(statement, ast.ClassDef):
            found += [Function(m, statement, statement) for m in statement.body if isinstance(m, Definition)]
    return [function for function in found if not function.node.decorator_list]


def transplant(host: Program, function: Function, donor: Program, other: Function) -> str | None:
    """Puts `other` of `donor` in the place of `function` of `host`; both must be indented alike.

    What it needs comes along: imports, constants, functions and classes of the donor's module, and methods
    and attributes of its class. Names that the host's module uses for something else are changed.

    Returns:
        The new source; None if what it needs cannot be moved.
    """
    members = required(function.owner, other.owner, other.node)
    if members is None:
        return None
    moved = (other.node, *members.methods, *members.fields)
    theirs, ours = definitions(donor), definitions(host)
    wanted = needed(theirs, moved, other.statement)
    fresh = {n: theirs[n] for n in wanted if n == function.path or not same(n, ours, theirs)}
    names = {name: unused(name, ours, theirs) for name in fresh if name in ours}
    if other.name != function.name:
        names[other.name] = function.name
    if not renamable((*moved, *fresh.values()), names):
        return None
    place = Replacement(*host.span(function.node), renamed(donor, other.node, names))
    joined = _joined(host, donor, members, names)
    return host.replaced((*_brought(host, function.statement, donor, fresh, names), place, *joined))


def _joined(
    host: Program, donor: Program, members: Members, names: Mapping[str, str]
) -> Iterator[Replacement]:
    """Puts methods after the last of the host's class, and attributes at the end of its `__init__`."""
    for anchor, nodes, gap in (
        (members.last, members.methods, "\n\n"),
        (members.last_field, members.fields, "\n"),
    ):
        if anchor is not None and nodes:
            end = host.span(anchor)[1]
            indent = " " * anchor.col_offset
            texts = [renamed(donor, node, names) for node in nodes]
            yield Replacement(end, end, "".join(f"{gap}{indent}{text}" for text in texts))


def _above(program: Program, statement: ast.stmt) -> int:
    """Where the line of a statement starts, or that of the comments right above it."""
    start = program.whole(statement)[0]
    line = program.starts.index(start)
    while line > 0 and program.raw[program.starts[line - 1] :].startswith(b"#"):
        line -= 1
    return program.starts[line]


def _brought(
    host: Program, above: ast.stmt, donor: Program, fresh: Mapping[str, ast.stmt], names: Mapping[str, str]
) -> Iterator[Replacement]:
    """Puts imports after the host's, and other definitions in the donor's order above a statement."""
    imports: dict[str, None] = {}  # sets that keep their order
    others: dict[str, None] = {}
    for name, statement in sorted(fresh.items(), key=lambda item: (item[1].lineno, item[0])):
        text = import_of(name, statement)
        if text is not None:
            imports[f"{text}\n"] = None
        else:
            others[f"{renamed(donor, statement, names)}\n\n\n"] = None
    place = _above(host, above)
    last = max(
        (s.end_lineno or 0 for s in host.tree.body if _is_import(s) and s.lineno < above.lineno), default=0
    )
    start = min(host.starts[last], len(host.raw)) if last else place
    yield Replacement(start, start, "".join(imports))
    yield Replacement(place, place, "".join(others))


def _is_import(statement: ast.stmt) -> bool:
    return isinstance(statement, ast.Import | ast.ImportFrom)
