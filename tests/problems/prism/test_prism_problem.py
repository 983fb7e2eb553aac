import re
import subprocess
import sys

import pytest

from problems.base import Split
from problems.datasets import DataFolder
from problems.prism import PROBLEM, load

RULES = ("gpu_out_of_range", "model_out_of_range", "model_repeated", "model_missing", "memory_exceeded")


@pytest.mark.parametrize("rule", RULES)
def test_the_brief_names_every_rule(rule: str) -> None:
    forbidden = PROBLEM.brief.split("### Forbidden")[1].split("## Context")[0]
    assert f"`{rule}`" in forbidden


def test_the_brief_states_the_strength_of_every_baseline() -> None:
    said = PROBLEM.brief.split("On other instances")[1].split("### Forbidden")[0]
    assert re.findall(r"0\.\d\d", said) == [f"{baseline.score:.2f}" for baseline in PROBLEM.baselines]


def test_every_split_allows_a_fifth_of_a_second() -> None:
    assert {limits.solve_cpu_s for limits in PROBLEM.limits.values()} == {0.2}
    assert set(PROBLEM.limits) == set(Split)


def test_the_only_workload_has_all_splits_and_needs_no_data(tmp_path: object) -> None:
    assert PROBLEM.workloads == {"generated": tuple(Split)}
    assert all(load("generated", split, DataFolder(tmp_path)) for split in Split)  # type: ignore[arg-type]


def test_there_is_no_measured_workload() -> None:
    with pytest.raises(ValueError, match="only the workload generated, but got 'real'"):
        load("real", Split.SEARCH, DataFolder.find())


def test_importing_the_problem_imports_nothing_heavy() -> None:
    heavy = "{'scipy', 'pandas', 'networkx', 'torch'}"
    code = f"import sys, problems.prism; sys.exit(bool({heavy} & {{*sys.modules}}))"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
