import subprocess
import sys

import pytest

from problems.base import Split
from problems.datasets import DataFolder
from problems.llm_sql import PROBLEM, load

RULES = (
    "wrong_rows",
    "too_many_orders",
    "order_out_of_range",
    "wrong_columns",
    "column_out_of_range",
    "column_repeated",
    "column_missing",
    "merged_columns_apart",
)


@pytest.mark.parametrize("rule", RULES)
def test_the_brief_names_every_rule(rule: str) -> None:
    assert f"`{rule}`" in PROBLEM.brief.split("### Forbidden")[1].split("## Context")[0]


def test_limits_are_three_seconds_and_twelve_on_the_published_table() -> None:
    limits = {split: PROBLEM.limits[split].solve_cpu_s for split in Split}
    assert limits == {**dict.fromkeys(Split, 3.0), Split.PUBLISHED: 12.0}
    assert {PROBLEM.limits[split].memory_bytes for split in Split} == {1 << 30}


def test_the_largest_answer_fits() -> None:
    # An order of nine columns for each of 28,479 rows, written as digits and commas.
    assert PROBLEM.limits[Split.PUBLISHED].answer_bytes > 28_479 * (2 * 9 + 2 + 6)


def test_real_data_is_the_published_split_only() -> None:
    assert PROBLEM.workloads["real"] == (Split.PUBLISHED,)
    with pytest.raises(ValueError, match="only the split published, but got 'search'"):
        load("real", Split.SEARCH, DataFolder.find())


def test_importing_the_problem_imports_nothing_heavy() -> None:
    heavy = {"scipy", "pandas", "networkx", "torch"}
    code = f"import sys, problems.llm_sql; sys.exit(bool({heavy} & set(sys.modules)))"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
