from collections.abc import Callable
from pathlib import Path

import pytest

from problems.base import Instance, Outcome
from problems.datasets import DataFolder, DataMissing
from problems.txn import PROBLEM, published
from problems.txn.interface import IDLE, READ, WRITE, Answer, Task, Transaction, makespan

Solve = Callable[[Task], Answer]

TASK = Task(
    transactions=(((READ, 1), (IDLE, -1), (WRITE, 2)), ((WRITE, 1),), ((READ, 2), (WRITE, 3))), cpu_s=1.0
)

PUBLIC = '''"""A policy in the public form."""
from __future__ import annotations

import os
import sys

repo_root = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(
    0,
    os.path.join(repo_root, "somewhere"),
)
from txn_simulator import Workload
from workloads import WORKLOAD_1


def get_best_schedule(workload, num_seqs):
    assert workload.num_txns == len(workload.txns) == 3
    assert workload.txns[0] == [("r", "1", 1, 3), ("w", "2", 3, 3)]
    order = sorted(range(3), key=lambda i: -workload.txns[i][0][3])
    assert workload.get_opt_seq_cost(order[:1]) == 3
    return 0, order


def get_random_costs():
    return Workload(WORKLOAD_1)
'''


def outcomes(*makespans: float) -> list[Outcome]:
    return [Outcome(score=0.5, metrics={"makespan": value}) for value in makespans]


def test_orders_of_arrival_take_537_steps(workloads: tuple[Instance, ...]) -> None:
    spans = [makespan(case.data, range(100)) for case in workloads]
    assert spans == [452, 38, 47]


def test_longest_transactions_take_46_steps(workloads: tuple[Instance, ...]) -> None:
    assert [max(map(len, case.data)) for case in workloads] == [16, 21, 9]


def test_published_instances_have_names_and_100_transactions(workloads: tuple[Instance, ...]) -> None:
    assert [case.name for case in workloads] == ["workload-1", "workload-2", "workload-3"]
    assert [len(case.data) for case in workloads] == [100, 100, 100]


@pytest.mark.parametrize(
    ("total", "lb"), [(537, 0.0), (352, 41.8647), (223, 71.0568), (46, 100.0), (900, 0.0)]
)
def test_lb_is_the_leaderboards_formula_clamped(total: int, lb: float) -> None:
    assert _dialects(total)["lb"] == pytest.approx(lb, abs=5e-5)


def test_sd_is_a_million_over_one_plus_the_total() -> None:
    assert _dialects(537)["sd"] == pytest.approx(1e6 / 538, rel=1e-12)


def _dialects(total: int) -> dict[str, float]:
    cases = [Instance(name=n, group=n, block=n, digest=n, data=()) for n in ("a", "b")]
    return dict(published.dialects(cases, outcomes(total - 20, 20)))


def test_dialects_refuse_a_set_that_is_not_measured_whole() -> None:
    case = Instance(name="a", group="a", block="a", digest="a", data=())
    with pytest.raises(ValueError, match="outcome for each of 2 instances, but got 1"):
        published.dialects([case, case], outcomes(5))


def test_a_source_in_the_public_form_is_measured_unchanged(policy: Callable[[str], Solve]) -> None:
    assert policy(published.adapt(PUBLIC))(TASK) == (0, 2, 1)


def test_a_helper_that_is_called_solve_stays_the_programs_own(policy: Callable[[str], Solve]) -> None:
    source = (
        "def get_best_schedule(workload, num_seqs):\n    return 0, solve(workload)\n\n\n"
        "def solve(workload):\n    return range(workload.num_txns)[::-1]\n"
    )
    assert policy(published.adapt(source))(TASK) == (2, 1, 0)


def test_adapting_keeps_line_numbers() -> None:
    before, after = PUBLIC.splitlines(), published.adapt(PUBLIC).splitlines()
    kept = [number for number, line in enumerate(before) if line == after[number]]
    changed = set(range(len(before))) - set(kept)
    assert changed == set(range(6, 13))
    assert all(after[number] == "" for number in changed)


def test_a_source_that_is_no_python_is_left_for_the_sandbox_to_judge() -> None:
    with pytest.raises(SyntaxError) as error:
        compile(published.adapt("x = 1\ndef broken(:\n"), "policy.py", "exec")
    assert error.value.lineno == 2


def test_missing_data_is_said_and_never_scored(tmp_path: Path) -> None:
    with pytest.raises(DataMissing, match=r"txn/workloads\.json is needed"):
        published.load(DataFolder(tmp_path))


def test_another_file_than_the_published_one_is_refused(tmp_path: Path) -> None:
    (tmp_path / "txn").mkdir()
    (tmp_path / "txn" / "workloads.json").write_text('{"WORKLOAD_1": ["r-1"]}')
    (tmp_path / "txn" / "SHA256SUMS").write_text(f"{'0' * 64}  workloads.json\n")
    with pytest.raises(DataMissing, match="checksum"):
        published.load(DataFolder(tmp_path))


def test_the_problem_offers_adapter_and_dialects() -> None:
    assert PROBLEM.published_form is not None
    assert PROBLEM.published_form.adapt is published.adapt
    assert PROBLEM.dialects is published.dialects


def test_operations_are_read_as_written(workloads: tuple[Instance, ...]) -> None:
    first: Transaction = workloads[2].data[0]
    assert first == ((READ, 4), *((IDLE, -1),) * 7, (WRITE, 6))
