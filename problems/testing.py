"""What every problem is held to, for authors of problems: subclass, and say which problem is meant.

    class TestMine(ProblemTestCase):
        @pytest.fixture
        def problem(self) -> Problem:
            return PROBLEM

These tests look at a problem's trusted side and its texts. `evaluators.testing` adds those that measure
policies in the sandbox, which this floor knows nothing of.
"""

import ast
import enum
import re
import subprocess
import sys
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path
from typing import Any, ClassVar

import numpy as np

from problems.base import Instance, Limits, Problem, Split, groups
from problems.datasets import DataFolder
from problems.registry import get
from problems.variants import PREFIX, Variant

GENERATED = (Split.SMOKE, Split.SEARCH, Split.VALIDATION, Split.HOLDOUT)
"""Splits that every problem makes without data."""

FEWEST_BLOCKS = 8
"""On VALIDATION; under so many nothing is claimed of a champion."""

LOOKED_AT = 8
"""Groups of a split whose neighbours are searched for what they share; the search follows every object."""

HEADINGS = ["## Problem", "## Evaluation", "### Forbidden", "## Context", "## Hints"]
"""Of a brief, in their order: prompts are cut at them."""

_NOWHERE = DataFolder(Path("/nowhere"))
_DIGESTS = """
import sys
from pathlib import Path
from problems.base import Split
from problems.datasets import DataFolder
from problems.registry import get
for instance in get(sys.argv[1]).load("generated", Split(sys.argv[2]), DataFolder(Path("/nowhere"))):
    print(instance.digest, instance.name)
"""


class ProblemTestCase:
    """The rules that need no sandbox; a subclass has a fixture `problem`.

    Attributes:
        splits: What is looked at closely; a subclass may leave out what takes long to generate.
    """

    splits: ClassVar[tuple[Split, ...]] = GENERATED

    def test_it_is_installed_under_its_name(self, problem: Problem) -> None:
        """The entry point leads to this very problem."""
        assert get(problem.name) is problem, f"entry point {problem.name!r} leads to another problem"

    def test_generated_splits_are_made_without_data(self, problem: Problem) -> None:
        """Each of the four splits has instances; VALIDATION has blocks enough for a claim."""
        missing = set(GENERATED) - set(problem.workloads.get("generated", ()))
        assert not missing, f"workload generated lacks {', '.join(sorted(missing))}"
        for split in self.splits:
            instances = generated(problem, split)
            names = [i.name for i in instances]
            assert names, f"{split} has no instances"
            assert len(set(names)) == len(names), f"{split} has two instances of one name"
            if split is Split.VALIDATION:
                blocks = len({i.block for i in instances})
                assert blocks >= FEWEST_BLOCKS, f"validation has {blocks} blocks, and needs {FEWEST_BLOCKS}"

    def test_variants_can_be_called_and_have_blocks(self, problem: Problem) -> None:
        """Each perturbation has a name that can be called, a sentence, and blocks enough for a claim."""
        for name, shift in problem.perturbations.items():
            assert Variant.of(PREFIX + name, problem.perturbations), (
                f"a perturbation is named in small letters, digits, dots and dashes, but got {name!r}"
            )
            assert shift.endswith("."), f"perturbation {name!r} needs a sentence, but got {shift!r}"
            if Split.VALIDATION in self.splits:
                made = problem.load(PREFIX + name, Split.VALIDATION, _NOWHERE)
                blocks = len({i.block for i in made})
                assert blocks >= FEWEST_BLOCKS, f"{name} has {blocks} blocks, and needs {FEWEST_BLOCKS}"

    def test_another_process_makes_the_same_instances(self, problem: Problem) -> None:
        """Nothing depends on the clock, on the order of sets, or on generators that nobody seeded."""
        for split in self.splits:
            here = [f"{i.digest} {i.name}" for i in generated(problem, split)]
            call = [sys.executable, "-c", _DIGESTS, problem.name, split]
            there = subprocess.run(call, check=True, capture_output=True, text=True)  # noqa: S603 - our own call
            assert there.stdout.splitlines() == here, f"{split} has other instances in another process"

    def test_splits_share_no_instance(self, problem: Problem) -> None:
        """Digests tell."""
        seen: dict[str, tuple[Split, str]] = {}
        for split in self.splits:
            for instance in generated(problem, split):
                where = seen.setdefault(instance.digest, (split, instance.name))
                assert where[0] is split, f"{instance.name} of {split} is {where[1]} of {where[0]}"

    def test_groups_stand_together_in_one_block(self, problem: Problem) -> None:
        """A group is measured in one process, so a one-shot instance is a group of its own."""
        for split in self.splits:
            for group in groups(generated(problem, split)):
                what = f"group {group[0].group} of {split}"
                assert len({i.block for i in group}) == 1, f"{what} has instances of several blocks"
                assert len(group) == 1 or not problem.one_shot, f"{what} has several one-shot instances"

    def test_a_policy_receives_nothing_of_another_group(self, problem: Problem) -> None:
        """What it receives leads to no `Instance`, and to nothing that only another group's data lead to."""
        for split in self.splits:
            firsts = [group[0] for group in groups(generated(problem, split))]
            for one, other in pairwise(firsts[:LOOKED_AT]):
                check_isolation(problem, one, other)
                check_isolation(problem, other, one)

    def test_the_interface_imports_only_what_every_policy_may(self, problem: Problem) -> None:
        """It is executed beside the policy, where nothing of ours is."""
        strange = set(imported(problem.interface_text)) - sys.stdlib_module_names - {"numpy"}
        assert not strange, f"interface imports {sorted(strange)}, beyond the standard library and numpy"
        wanted = ("Task", "Answer") if problem.one_shot else ("Setup", "Observation", "Decision")
        missing = [name for name in wanted if not hasattr(problem.interface, name)]
        assert not missing, f"interface does not define {missing}"

    def test_the_brief_has_its_parts(self, problem: Problem) -> None:
        """Prompts are cut at its headings, and hints are released one by one."""
        headings = re.findall(r"^##+ .+$", problem.brief, flags=re.MULTILINE)
        assert headings == HEADINGS, f"expected the headings {HEADINGS}, but got {headings}"
        hints = re.findall(r"^(\d+)\. ", problem.brief.split("## Hints")[1], flags=re.MULTILINE)
        assert len(hints) >= 2, f"expected two hints at least, but got {len(hints)}"
        assert hints == [str(n + 1) for n in range(len(hints))], f"hints are numbered from 1, but got {hints}"

    def test_limits_are_stated_for_each_split(self, problem: Problem) -> None:
        """A split without limits cannot be measured."""
        for split in {split for splits in problem.workloads.values() for split in splits}:
            assert split in problem.limits, f"no limits are stated for {split}"
            check_limits(problem.limits[split], split)

    def test_baselines_are_two_at_least_and_seeds_are_baselines(self, problem: Problem) -> None:
        """The first is the idle policy; scores were measured on VALIDATION."""
        names = [b.name for b in problem.baselines]
        assert len(set(names)) == len(names) >= 2, f"expected two baselines, or more, but got {names}"
        assert problem.seeds, "expected the name of a baseline among the seeds, but there is none"
        assert set(problem.seeds) <= set(names), f"seeds {problem.seeds} are not all among {names}"
        for baseline in problem.baselines:
            assert 0.0 <= baseline.score <= 1.0, f"score {baseline.score} of {baseline.name} is not in [0, 1]"

    def test_the_archive_has_axes(self, problem: Problem) -> None:
        """Each has an edge at least, or it would tell nothing apart."""
        assert problem.axes, "expected an axis, but there is none"
        for axis in problem.axes:
            assert axis.edges, f"axis {axis.metric!r} has no edges"


def generated(problem: Problem, split: Split) -> tuple[Instance, ...]:
    """Instances of a generated split, made as on a machine that has no data."""
    return tuple(problem.load("generated", split, _NOWHERE))


def imported(source: str) -> Iterator[str]:
    """Packages that a source imports anywhere, a relative import as `.`."""
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Import):
            yield from (alias.name.split(".")[0] for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            yield "." if node.level else str(node.module).split(".")[0]


def check_limits(limits: Limits, split: Split) -> None:
    """Asserts that whatever is limited may be more than nothing."""
    cpu = ("solve_cpu_s", "init_cpu_s", "step_mean_cpu_s", "step_cpu_s")
    for name in (*cpu, "memory_bytes", "answer_bytes"):
        assert getattr(limits, name) > 0, f"{name} of {split} must be above 0"


def check_isolation(problem: Problem, one: Instance, other: Instance) -> None:
    """Asserts that a policy on one instance receives nothing that only another instance's data lead to."""
    limits = problem.limits[Split.SMOKE]
    evaluator: Any = problem.evaluator
    given = evaluator.task(one, limits) if problem.one_shot else evaluator.setup(one, limits)
    received = _reachable(given)
    whole = any(isinstance(found, Instance) for found in received.values())
    assert not whole, f"on {one.name} the policy receives an Instance, with all that it must not know"
    leaked = received.keys() & _reachable(other.data).keys() - _reachable(one.data).keys()
    kinds = sorted({type(received[key]).__name__ for key in leaked})
    assert not leaked, f"on {one.name} the policy receives data of {other.name}: {', '.join(kinds)}"


def _reachable(value: object) -> dict[int, object]:
    """Containers, arrays and records that a value leads to, by identity; all share the empty ones."""
    found: dict[int, object] = {}
    waiting = [value]
    while waiting:
        here = waiting.pop()
        if id(here) in found or isinstance(here, type | enum.Enum):
            continue  # types and members of an enumeration are everybody's
        inner = list(_parts(here))
        if inner or isinstance(here, np.ndarray):
            found[id(here)] = here
        waiting += inner
    return found


def _parts(value: object) -> Iterator[object]:
    if isinstance(value, dict):
        yield from (part for item in value.items() for part in item)
    elif isinstance(value, list | tuple | set | frozenset):
        yield from value
    elif isinstance(value, np.ndarray):
        if value.base is not None:
            yield value.base
    elif hasattr(value, "__dataclass_fields__"):
        yield from (getattr(value, name) for name in value.__dataclass_fields__)
    elif hasattr(value, "__dict__"):
        yield from vars(value).values()
