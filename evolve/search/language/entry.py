"""Whether a program defines what the sandbox will call."""

import ast
from functools import lru_cache

from evolve.search.syntax import parse


@lru_cache(maxsize=64)  # a reply's program is looked at when it is found and when it is checked
def defines(source: str, entry: str) -> bool:
    """Whether a source parses and defines the entry so that it can be called.

    `solve` must take one positional argument; `Policy` must have a `step` that takes one besides itself, its
    own or that of a base class. What is bound in another way, by an import or an assignment, is believed.
    """
    tree = parse(source)
    if tree is None:
        return False
    verdicts = [verdict for node in tree.body if (verdict := _verdict(node, entry)) is not None]
    return bool(verdicts) and verdicts[-1]


def _verdict(node: ast.stmt, entry: str) -> bool | None:
    """Judges a statement that binds the entry; None for any other."""
    match node:
        case ast.FunctionDef(name=name, args=arguments) if name == entry:
            return entry == "solve" and _takes(arguments, 1)
        case ast.ClassDef(name=name) if name == entry:
            return entry == "Policy" and _steps(node)
        case ast.AsyncFunctionDef(name=name) if name == entry:
            return False
        case ast.If() | ast.Try():
            inner = [
                _verdict(child, entry) for child in ast.iter_child_nodes(node) if isinstance(child, ast.stmt)
            ]
            return next((verdict for verdict in reversed(inner) if verdict is not None), None)
        case _:
            return True if entry in _bound(node) else None


def _bound(node: ast.stmt) -> list[str]:
    """Names that a plain statement binds."""
    match node:
        case ast.Assign(targets=targets):
            return [target.id for target in targets if isinstance(target, ast.Name)]
        case ast.AnnAssign(target=ast.Name(id=name), value=ast.expr()):
            return [name]
        case ast.Import(names=names) | ast.ImportFrom(names=names):
            return [alias.asname or alias.name for alias in names]
        case _:
            return []


def _steps(node: ast.ClassDef) -> bool:
    methods = (ast.FunctionDef, ast.AsyncFunctionDef)
    steps = [n for n in node.body if isinstance(n, methods) and n.name == "step"]
    if not steps:
        return any(map(_may_step, node.bases)) or any("step" in _bound(n) for n in node.body)
    last = steps[-1]
    names = {d.id for d in last.decorator_list if isinstance(d, ast.Name)}
    return isinstance(last, ast.FunctionDef) and _takes(last.args, 1 if "staticmethod" in names else 2)


def _may_step(base: ast.expr) -> bool:
    return not (isinstance(base, ast.Name) and base.id in {"ABC", "object"})


def _takes(arguments: ast.arguments, count: int) -> bool:
    """Whether a function can be called with so many positional arguments and nothing else."""
    positional = len(arguments.posonlyargs) + len(arguments.args)
    required = positional - len(arguments.defaults)
    keywords = any(default is None for default in arguments.kw_defaults)
    return required <= count and (count <= positional or arguments.vararg is not None) and not keywords
