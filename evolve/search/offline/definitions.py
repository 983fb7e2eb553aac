"""What a module defines at its top level, and how it is carried into another module."""

import ast
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence

from evolve.search.syntax import Program, Replacement, walk

_HEAD = re.compile(r"(?:async\s+def|def|class)\s+")


def definitions(program: Program) -> Mapping[str, ast.stmt]:
    """What a module binds at its top level: name to the last statement that binds it."""
    return {name: statement for statement in program.tree.body for name in _binds(statement)}


def _binds(statement: ast.stmt) -> Iterator[str]:
    match statement:
        case ast.FunctionDef(name=name) | ast.AsyncFunctionDef(name=name) | ast.ClassDef(name=name):
            yield name
        case ast.Import(names=aliases) | ast.ImportFrom(names=aliases):
            yield from (_alias_name(alias) for alias in aliases)
        case _:
            stored = (n for n in walk(statement) if isinstance(n, ast.Name) and isinstance(n.ctx, ast.Store))
            yield from (node.id for node in stored)


def _alias_name(alias: ast.alias) -> str:
    return alias.asname or alias.name.partition(".")[0]


def needed(definitions: Mapping[str, ast.stmt], moved: Sequence[ast.AST], home: ast.stmt) -> list[str]:
    """Names of a module that some of its nodes use, themselves or through others; not what they are in."""
    found: dict[str, None] = {}  # a set that keeps its order
    todo = list(moved)
    while todo:
        for node in walk(todo.pop()):
            if isinstance(node, ast.Name) and node.id in definitions and node.id not in found:
                definition = definitions[node.id]
                if definition is not home:
                    found[node.id] = None
                    todo.append(definition)
    return list(found)


def same(name: str, ours: Mapping[str, ast.stmt], theirs: Mapping[str, ast.stmt]) -> bool:
    """Whether two modules mean the same by a name, wherever they import or define it."""
    return name in ours and _meaning(name, ours[name]) == _meaning(name, theirs[name])


def _meaning(name: str, statement: ast.stmt) -> str:
    """What a name is bound to, as text."""
    return import_of(name, statement) or ast.dump(statement)


def import_of(name: str, statement: ast.stmt) -> str | None:
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


def unused(name: str, *taken: Mapping[str, ast.stmt]) -> str:
    """Finds a name like the given one that no module binds."""
    number = 2
    while any(f"{name}_{number}" in names for names in taken):
        number += 1
    return f"{name}_{number}"


def renamable(nodes: Iterable[ast.AST], names: Mapping[str, str]) -> bool:
    """Whether names can be changed in place: not as parameters or in f-strings, and no imports."""
    for node in (inner for outer in nodes for inner in walk(outer)):
        match node:
            case ast.arg(arg=name) if name in names:
                return False
            case ast.Global(names=found) if not names.keys().isdisjoint(found):
                return False
            case ast.JoinedStr() if any(isinstance(n, ast.Name) and n.id in names for n in walk(node)):
                return False  # positions inside f-strings are wrong before Python 3.12
            case ast.alias() if _alias_name(node) in names:
                return False
            case _:
                pass
    return True


def renamed(program: Program, statement: ast.stmt, names: Mapping[str, str]) -> str:
    """The text of a statement, decorators included, with variables, functions and classes renamed."""
    changes = []
    for node in walk(statement):
        match node:
            case ast.Name(id=name) if name in names:
                changes.append(Replacement(*program.span(node), names[name]))
            case ast.FunctionDef(name=name) | ast.AsyncFunctionDef(name=name) | ast.ClassDef(name=name):
                if name in names and node is statement:
                    changes.append(_head(program, node, names[name]))
            case _:
                pass
    start, end = program.span(statement)
    if getattr(statement, "decorator_list", []):
        start = program.whole(statement)[0]
    return program.excerpt(start, end, changes)


def _head(
    program: Program, node: ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef, name: str
) -> Replacement:
    """Renames what a definition defines."""
    start, end = program.span(node)
    head = _HEAD.match(program.between(start, end))
    offset = start + (head.end() if head else 0)
    return Replacement(offset, offset + len(node.name.encode("utf-8")), name)
