"""Moves a function from one program into another, with all it needs."""

import ast
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from evolve.search.members import Members, required
from evolve.search.syntax import Program, Replacement

Definition = ast.FunctionDef | ast.AsyncFunctionDef
_HEAD = re.compile(r"(?:async\s+def|def|class)\s+")


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
    theirs, ours = _definitions(donor), _definitions(host)
    needed = _needed(theirs, moved, other.statement)
    fresh = [name for name in needed if name == function.path or not _same(name, ours, theirs)]
    names = {name: _unused(name, ours, theirs) for name in fresh if name in ours}
    if other.name != function.name:
        names[other.name] = function.name
    definitions = [theirs[name] for name in fresh]
    if not _renamable((*moved, *definitions), names):
        return None
    brought = _brought(donor, {name: theirs[name] for name in fresh}, names)
    place = _above(host, function.statement)
    return host.replaced(
        (
            Replacement(place, place, "".join(f"{text}\n\n\n" for text in brought)),
            Replacement(
                *host.span(function.node), _renamed(donor, donor.span(other.node), other.node, names)
            ),
            *_joined(host, donor, members, names),
        )
    )


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
            texts = [_renamed(donor, donor.span(node), node, names) for node in nodes]
            yield Replacement(end, end, "".join(f"{gap}{indent}{text}" for text in texts))


def _above(program: Program, statement: ast.stmt) -> int:
    """Where the line of a statement starts, or that of the comments right above it."""
    start = program.whole(statement)[0]
    line = program.starts.index(start)
    while line > 0 and program.raw[program.starts[line - 1] :].startswith(b"#"):
        line -= 1
    return program.starts[line]


def _definitions(program: Program) -> Mapping[str, ast.stmt]:
    """What a module binds at its top level: name to the last statement that binds it."""
    return {name: statement for statement in program.tree.body for name in _binds(statement)}


def _binds(statement: ast.stmt) -> Iterator[str]:
    match statement:
        case ast.FunctionDef(name=name) | ast.AsyncFunctionDef(name=name) | ast.ClassDef(name=name):
            yield name
        case ast.Import(names=aliases) | ast.ImportFrom(names=aliases):
            yield from (_alias_name(alias) for alias in aliases)
        case _:
            stored = (
                n for n in ast.walk(statement) if isinstance(n, ast.Name) and isinstance(n.ctx, ast.Store)
            )
            yield from (node.id for node in stored)


def _alias_name(alias: ast.alias) -> str:
    return alias.asname or alias.name.partition(".")[0]


def _needed(definitions: Mapping[str, ast.stmt], moved: Sequence[ast.AST], home: ast.stmt) -> list[str]:
    """Names of a module that some of its nodes use, themselves or through others; not what they are in."""
    found: dict[str, None] = {}  # a set that keeps its order
    todo = list(moved)
    while todo:
        for node in ast.walk(todo.pop()):
            if isinstance(node, ast.Name) and node.id in definitions and node.id not in found:
                definition = definitions[node.id]
                if definition is not home:
                    found[node.id] = None
                    todo.append(definition)
    return list(found)


def _same(name: str, ours: Mapping[str, ast.stmt], theirs: Mapping[str, ast.stmt]) -> bool:
    return name in ours and _meaning(name, ours[name]) == _meaning(name, theirs[name])


def _meaning(name: str, statement: ast.stmt) -> str:
    """What a name is bound to, as text."""
    return _import_of(name, statement) or ast.dump(statement)


def _import_of(name: str, statement: ast.stmt) -> str | None:
    """Writes the import of one name alone; None if the statement is no import."""
    match statement:
        case ast.Import(names=aliases):
            head = "import"
        case ast.ImportFrom(names=aliases, module=module, level=level):
            head = f"from {'.' * level}{module or ''} import"
        case _:
            return None
    alias = next(alias for alias in aliases if _alias_name(alias) == name)
    return f"{head} {alias.name}" + (f" as {alias.asname}" if alias.asname else "")


def _unused(name: str, *taken: Mapping[str, ast.stmt]) -> str:
    number = 2
    while any(f"{name}_{number}" in names for names in taken):
        number += 1
    return f"{name}_{number}"


def _renamable(nodes: Iterable[ast.AST], names: Mapping[str, str]) -> bool:
    """Whether names can be changed in place: not as parameters or in f-strings, and no imports."""
    for node in (inner for outer in nodes for inner in ast.walk(outer)):
        match node:
            case ast.arg(arg=name) if name in names:
                return False
            case ast.Global(names=found) if not names.keys().isdisjoint(found):
                return False
            case ast.JoinedStr() if any(isinstance(n, ast.Name) and n.id in names for n in ast.walk(node)):
                return False  # positions inside f-strings are wrong before Python 3.12
            case ast.alias() if _alias_name(node) in names:
                return False
            case _:
                pass
    return True


def _brought(donor: Program, definitions: Mapping[str, ast.stmt], names: Mapping[str, str]) -> list[str]:
    """Texts of definitions, in the donor's order, each statement once; of imports only what is needed."""
    found: dict[str, None] = {}
    for name, statement in sorted(definitions.items(), key=lambda item: (item[1].lineno, item[0])):
        text = _import_of(name, statement)
        found[text or _renamed(donor, donor.whole(statement), statement, names)] = None
    return list(found)


def _renamed(program: Program, span: tuple[int, int], node: ast.stmt, names: Mapping[str, str]) -> str:
    """The text of a statement with variables, functions and classes renamed."""
    changes = []
    for inner in ast.walk(node):
        match inner:
            case ast.Name(id=name) if name in names:
                changes.append(Replacement(*program.span(inner), names[name]))
            case ast.FunctionDef(name=name) | ast.AsyncFunctionDef(name=name) | ast.ClassDef(name=name):
                if name in names and inner is node:
                    changes.append(_head(program, inner, names[name]))
            case _:
                pass
    return program.excerpt(*span, changes)


def _head(program: Program, node: Definition | ast.ClassDef, name: str) -> Replacement:
    """Renames what a definition defines."""
    start, end = program.span(node)
    head = _HEAD.match(program.between(start, end))
    offset = start + (head.end() if head else 0)
    return Replacement(offset, offset + len(node.name.encode("utf-8")), name)
