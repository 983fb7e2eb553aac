"""Cheats that work on any problem: texts that are appended to a policy, each of which says what it tries."""

import ast
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from problems.base import Problem

LEAK: Final = "leaked: "
"""What a cheat that searches says when it has found something."""

NOT_APPLICABLE: Final = "not applicable: "
"""What a cheat says where an answer has nothing for it to change."""

_FOLDER = Path(__file__).parent / "cheats"
_FIELD = re.compile(r"^([A-Z][a-z]+): (.+)$", re.MULTILINE)
_OURS = ("evaluators", "evolve", "problems")


@dataclass(frozen=True, slots=True)
class Attack:
    """One way to score without solving.

    Attributes:
        aim: What it tries, in words.
        edits: It changes one part of an honest answer, so somewhere the result may be an honest one, too.
        slow: One instance of it takes about as long as the limits allow.
        text: What is appended to a policy.
        fields: What its docstring says besides, such as the rule that it should break.
    """

    name: str
    aim: str
    edits: bool
    slow: bool
    text: str
    fields: Mapping[str, str]

    def on(self, source: str, problem: Problem) -> str:
        """Source of a policy that does as the given one, and attacks."""
        trusted = sorted({*_OURS, problem.interface.__name__.partition(".")[0]})
        head = f"_one_shot, _trusted = {problem.one_shot}, {trusted}\n"
        return f"{source}\n\n{_renamed(head + self.text + (frame('_edits') if self.edits else ''))}"


def carrying(source: str, problem: Problem, carried: Mapping[str, Any]) -> str:
    """Source of a policy that does as the given one but where it recognises what it has an answer to.

    Args:
        carried: Plain answers, or of a step-wise problem lists of lives: pairs of an observation's key and a
            decision; by the key of a task or setup.
    """
    head = f"_one_shot, _CARRIED = {problem.one_shot}, {dict(carried)}\n"
    return f"{source}\n\n{_renamed(head + frame('_carried'))}"


def frame(name: str) -> str:
    """Reads a text that is part of several attacks."""
    return _body((_FOLDER / f"{name}.py").read_text(encoding="utf-8"))


def attacks() -> Iterator[Attack]:
    """Reads all of them, in alphabetical order."""
    for path in sorted(_FOLDER.glob("[!_]*.py")):
        text = path.read_text(encoding="utf-8")
        said = ast.get_docstring(ast.parse(text)) or ""
        fields = dict(_FIELD.findall(said))
        yield Attack(
            name=path.stem,
            aim=said.partition("\n")[0].removeprefix("Cheat: "),
            edits=fields.get("Way") == "edits",
            slow=fields.get("Pace") == "slow",
            text=_body(text),
            fields=fields,
        )


def _body(text: str) -> str:
    """Drops the docstring, which in the middle of a policy would be an idle statement."""
    first = ast.parse(text).body[0]
    assert isinstance(first, ast.Expr), "a cheat begins with its docstring"
    return "".join(text.splitlines(keepends=True)[first.end_lineno or 0 :])


def _renamed(text: str) -> str:
    """Gives the names of a cheat a prefix, since the policy before it may have the same ones."""
    bound = {name for node in ast.walk(ast.parse(text)) for name in _bound(node)}
    names = {name for name in bound if re.match("_[a-zA-Z]", name)}
    pattern = "|".join(sorted(names, key=len, reverse=True))
    return re.sub(rf"\b(?<!\.)({pattern})\b", r"_cheat\1", text)


def _bound(node: ast.AST) -> Iterator[str]:
    if isinstance(node, ast.FunctionDef | ast.ClassDef):
        yield node.name
    elif isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store):
        yield node.id
