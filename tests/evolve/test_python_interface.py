"""The calls for programs and notebooks, and the page that shows them."""

import asyncio
import re
import subprocess
import sys
from pathlib import Path

import pytest

import evaluators
import evolve
import problems
from evolve.runs.errors import RunExists, StoreError
from evolve.runs.recorded import RecordedRun
from evolve.runs.spec import RunSpec
from problems.registry import UnknownProblem
from problems.workloads import NotInWorkload

PAGE = Path(__file__).parents[2] / "docs" / "python.md"
pytestmark = pytest.mark.usefixtures("toy")


@pytest.mark.slow
def test_the_page_runs_from_top_to_bottom(tmp_path: Path) -> None:
    (program,) = re.findall(r"```python\n(.*?)```", PAGE.read_text(encoding="utf-8"), re.DOTALL)
    done = subprocess.run(
        [sys.executable, "-c", program], cwd=tmp_path, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    lines = done.stdout.splitlines()
    assert lines[1] == "['identity', 'shortest_first', 'conflict_greedy', 'sampled_greedy']"
    assert lines[3].startswith("0.0 index 0 stands at [0] already")
    assert lines[-1] == "['run_started', 'asked', 'asked']"


@pytest.fixture
def run(tmp_path: Path) -> RecordedRun:
    return evolve.run(RunSpec("toy-order", max_evals=6, workers=1), "mine", db=tmp_path / "runs.db")


def test_a_run_is_a_table_with_a_row_a_step(run: RecordedRun) -> None:
    table = run.frame()
    assert list(table.index) == list(range(len(table)))
    assert (table["outcome"] == "evaluated").sum() == 6
    best = run.best()
    assert best is not None
    assert table.loc[best.step, "validation"] == best.validation
    assert table.loc[best.step, "promoted"]


def test_the_same_run_is_opened_by_name(run: RecordedRun) -> None:
    opened = evolve.open("mine", db=run.db)
    assert opened == run
    assert next(event.kind for event in opened.events()) == "run_started"


def test_a_name_is_taken_once_and_a_run_that_is_not_there_is_named(run: RecordedRun) -> None:
    with pytest.raises(RunExists):
        evolve.run("toy-order", "mine", db=run.db)
    with pytest.raises(StoreError, match="no run 'gone'"):
        evolve.open("gone", db=run.db)


async def test_it_works_inside_a_running_loop_as_notebooks_have_one() -> None:
    assert asyncio.get_running_loop().is_running()
    found = evaluators.measure(problems.get("toy-order").baseline("weighted").source, "toy-order", "smoke")
    assert found.score is not None
    assert found.complete


@pytest.mark.parametrize(
    ("words", "error", "told"),
    [
        (("toy-order", "holdout"), ValueError, "every look at holdout is counted"),
        (("toy-order", "dev"), ValueError, "dev"),
        (("toy-ordre", "smoke"), UnknownProblem, "toy-ordre"),
    ],
)
def test_what_cannot_be_measured_is_said(words: tuple[str, str], error: type[Exception], told: str) -> None:
    with pytest.raises(error, match=told):
        evaluators.measure("", *words)


def test_a_workload_that_is_not_there_is_named_with_those_that_are() -> None:
    with pytest.raises(NotInWorkload, match="'toy-order' has no workload 'none'; it has: generated, real"):
        evaluators.measure("", "toy-order", "smoke", workload="none")
