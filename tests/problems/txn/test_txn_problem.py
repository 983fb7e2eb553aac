import subprocess
import sys

import pytest

from problems.base import Split
from problems.datasets import DataFolder
from problems.txn import PROBLEM, load


def test_the_brief_names_every_rule() -> None:
    forbidden = PROBLEM.brief.split("### Forbidden")[1].split("## Context")[0]
    for rule in ("wrong_length", "index_out_of_range", "duplicate_index", "missing_index"):
        assert f"`{rule}`" in forbidden


def test_limits_are_one_second_and_a_hundred_on_the_published_set() -> None:
    limits = {split: PROBLEM.limits[split].solve_cpu_s for split in Split}
    assert limits == {**dict.fromkeys(Split, 1.0), Split.PUBLISHED: 100.0}


def test_real_data_is_the_published_split_only() -> None:
    assert PROBLEM.workloads["real"] == (Split.PUBLISHED,)
    with pytest.raises(ValueError, match="only the split published, but got 'search'"):
        load("real", Split.SEARCH, DataFolder.find())


def test_importing_the_problem_imports_no_scipy() -> None:
    code = "import sys, problems.txn; sys.exit('scipy' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
