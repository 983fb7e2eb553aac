"""Cheats as candidate files: what each does stands in its docstring, what becomes of it in fields below."""

import ast
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from problems.base import Baseline, Problem
from problems.registry import get

HERE = Path(__file__).parent
PROBLEMS = ("cloudcast", "eplb", "llm_sql", "prism", "spot", "spot_multi", "txn")

_FIELD = re.compile(r"^([A-Z][a-z]+): (.+)$", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Cheat:
    """A candidate that tries to score without solving.

    Attributes:
        rules: What it breaks, one of them at least; empty if the cheat is merely of no use.
        honest: The baseline that it must not beat.
        kinds: Faults that it may end with, where its rules differ by problem; empty if `rules` says it all.
        published: Whether it is written for the published form.
        slow: Whether one instance of it takes so long that SMOKE has to do.
    """

    name: str
    problem: str
    source: str
    rules: frozenset[str]
    honest: Baseline
    kinds: frozenset[str]
    published: bool
    slow: bool


def fields(text: str) -> dict[str, str]:
    """Reads the fields at the end of a file's docstring."""
    return dict(_FIELD.findall(ast.get_docstring(ast.parse(text)) or ""))


def specific() -> Iterator[Cheat]:
    """Every cheat that was written against one problem."""
    for name in PROBLEMS:
        for path in sorted((HERE / name).glob("*.py")):
            yield _cheat(path, get(name), path.read_text(encoding="utf-8"))


def generic() -> Iterator[Cheat]:
    """Every cheat that wraps an honest policy of any problem, against each problem that it fits."""
    for path in sorted((HERE / "generic").glob("*.py")):
        text = path.read_text(encoding="utf-8")
        for name in fields(text).get("Only", " ".join(PROBLEMS)).split():
            problem = get(name)
            yield _cheat(path, problem, f"{problem.baselines[0].source}\n\n{_without_docstring(text)}")


def _cheat(path: Path, problem: Problem, source: str) -> Cheat:
    found = fields(path.read_text(encoding="utf-8"))
    rule = found.get("Rule", "none")
    return Cheat(
        name=f"{problem.name}-{path.stem}",
        problem=problem.name,
        source=source,
        rules=frozenset() if rule == "none" else frozenset(re.findall(r"\w+", rule)),
        honest=problem.baseline(found.get("Honest", problem.baselines[0].name)),
        kinds=frozenset(found.get("Fault", "").split()),
        published=found.get("Form") == "published",
        slow=found.get("Pace") == "slow",
    )


def _without_docstring(text: str) -> str:
    """Drops the docstring, since in the middle of a policy it would be an idle statement."""
    tree = ast.parse(text)
    assert isinstance(tree.body[0], ast.Expr), "a cheat begins with its docstring"
    return "".join(text.splitlines(keepends=True)[tree.body[0].end_lineno or 0 :])
