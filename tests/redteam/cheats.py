"""Cheats as candidate files: what each does stands in its docstring, what becomes of it in fields below."""

import ast
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from evaluators.audit.attacks import attacks
from problems.base import Baseline, Problem
from problems.registry import get

HERE = Path(__file__).parent
PROBLEMS = ("cloudcast", "eplb", "llm_sql", "prism", "spot", "spot_multi", "txn")

OF_ITEMS = ("drops_an_item", "invents_an_item", "repeats_an_item")
WITHOUT_ITEMS = ("spot", "spot_multi")
"""Their decisions are single choices, so there is no item to drop, invent or repeat."""

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
            text = path.read_text(encoding="utf-8")
            yield _cheat(path.stem, get(name), text, fields(text))


def generic() -> Iterator[Cheat]:
    """Every attack of `adrs audit` on the idle policy of each problem that it fits."""
    for attack in attacks():
        for name in PROBLEMS:
            if attack.name not in OF_ITEMS or name not in WITHOUT_ITEMS:
                problem = get(name)
                source = attack.on(problem.baselines[0].source, problem)
                yield _cheat(attack.name, problem, source, attack.fields)


def _cheat(name: str, problem: Problem, source: str, found: Mapping[str, str]) -> Cheat:
    rule = found.get("Rule", "none")
    return Cheat(
        name=f"{problem.name}-{name}",
        problem=problem.name,
        source=source,
        rules=frozenset() if rule == "none" else frozenset(re.findall(r"\w+", rule)),
        honest=problem.baseline(found.get("Honest", problem.baselines[0].name)),
        kinds=frozenset(found.get("Fault", "").split()),
        published=found.get("Form") == "published",
        slow=found.get("Pace") == "slow",
    )
