"""An edit block made of a program's own lines, so that a model sees the form where it has to use it."""

import ast
from functools import lru_cache
from typing import Final

from evolve.search.syntax import normal_lines, parse

_LONGEST: Final = 88
_FALLBACK: Final = "def helper():\n    return 1"


@lru_cache(maxsize=64)
def example(source: str) -> str:
    """Shows how a line of a program would be changed; the change itself is nothing but a comment."""
    text = normal_lines(source)
    line = _line(text) or _FALLBACK.split("\n")[1]
    return f"<<<<<<< SEARCH\n{line}\n=======\n{line}  # changed\n>>>>>>> REPLACE"


def _line(text: str) -> str | None:
    """Picks a short one-line statement within a function that stands in the program once."""
    tree, lines = parse(text), text.split("\n")
    if tree is None:
        return None
    for node in ast.walk(tree):
        if not isinstance(node, ast.FunctionDef):
            continue
        for statement in node.body:
            line = lines[statement.lineno - 1]
            is_plain = isinstance(statement, ast.Assign | ast.AugAssign | ast.Return)
            fits = statement.lineno == statement.end_lineno and len(line) <= _LONGEST and "#" not in line
            if is_plain and fits and lines.count(line) == 1:
                return line
    return None
