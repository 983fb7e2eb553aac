import subprocess
import sys

from problems.base import Split
from problems.cloudcast import PROBLEM

RULES = (
    *("wrong_destinations", "wrong_partitions", "walk_empty", "edge_out_of_range"),
    *("walk_wrong_start", "walk_broken", "walk_revisits", "walk_wrong_end"),
)


def test_the_brief_names_every_rule() -> None:
    forbidden = PROBLEM.brief.split("### Forbidden")[1].split("## Context")[0]
    assert all(f"`{rule}`" in forbidden for rule in RULES)


def test_limits_are_one_second_and_sixty_on_the_published_set() -> None:
    limits = {split: PROBLEM.limits[split].solve_cpu_s for split in Split}
    assert limits == {**dict.fromkeys(Split, 1.0), Split.PUBLISHED: 60.0}
    assert {PROBLEM.limits[split].memory_bytes for split in Split} == {1 << 30}


def test_both_workloads_have_every_split() -> None:
    assert PROBLEM.workloads == {"generated": tuple(Split), "real": tuple(Split)}


def test_importing_the_problem_imports_nothing_heavy() -> None:
    heavy = "{'scipy', 'pandas', 'networkx', 'torch'}"
    code = f"import sys, problems.cloudcast; sys.exit(bool({heavy} & sys.modules.keys()))"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
