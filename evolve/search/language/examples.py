"""An edit block made of a program's own lines, so that a model sees the form where it has to use it."""

import ast
from functools import lru_cache
from typing import Final

from evolve.search.syntax import program

_LONGEST: Final = 88
_PLAIN: Final = (ast.Assign, ast.AugAssign, ast.Return)
_ANY: Final = "    return best"


@lru_cache(maxsize=64)
def example(source: str) -> str:
    """Shows how a line of a program would be changed; the change itself is nothing but a comment."""
    line = _line(source) or _ANY
    return f"<<<<<<< SEARCH\n{line}\n=======\n{line}  # changed\n>>>>>>> REPLACE"


def _line(source: str) -> str | None:
    """Picks the first short statement within a function whose line stands in the program once."""
    found = program(source)
    if found is None:
        return None
    lines = found.source.split("\n")
    for node in ast.walk(found.tree):
        for statement in node.body if isinstance(node, ast.FunctionDef) else ():
            line = lines[statement.lineno - 1]
            is_short = statement.lineno == statement.end_lineno and len(line) <= _LONGEST
            is_clear = line.isprintable() and "#" not in line and lines.count(line) == 1
            if isinstance(statement, _PLAIN) and is_short and is_clear:
                return line
    return None
