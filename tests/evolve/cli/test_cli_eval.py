import hashlib
from pathlib import Path

import pytest

from tests.evolve.cli.conftest import Adrs

KEYS = [
    "problem", "version", "split", "workload", "score", "complete", "faults", "dialects", "gap", "printed",
    "metrics", "instances", "sandbox", "sandbox_notes", "limits", "usage",
]  # fmt: skip

PUBLISHED_FORM = """
def order(lengths, weights):
    return sorted(range(len(lengths)), key=lambda i: lengths[i] / weights[i])
"""


@pytest.fixture
def data(tmp_path: Path) -> Path:
    """Measured orders on which Smith's rule is right and coming first is not."""
    folder = tmp_path / "data" / "toy"
    folder.mkdir(parents=True)
    rows = [f"{split},set-{i},9 1 20,{i + 1} 3 20" for split in ("published", "smoke") for i in range(3)]
    content = "\n".join(rows).encode()
    (folder / "orders.csv").write_bytes(content)
    (folder / "SHA256SUMS").write_text(f"{hashlib.sha256(content).hexdigest()}  orders.csv\n")
    return folder


def test_a_baseline_reaches_the_score_that_its_problem_states(adrs: Adrs) -> None:
    ended = adrs("eval", "toy-order", "--baseline", "weighted", "--json")
    found = ended.json
    assert ended.code == 0
    assert list(found) == KEYS
    assert found["score"] == pytest.approx(0.8153, abs=5e-5)
    assert (found["split"], found["workload"], found["complete"]) == ("validation", "generated", True)
    assert found["faults"] == []
    assert found["dialects"] == {"lb": None, "sd": None}
    assert len(found["instances"]) == 10
    assert set(found["instances"][0]) == {"name", "score", "metrics"}
    assert found["metrics"]["late"] == sum(i["metrics"]["late"] for i in found["instances"]) / 10
    assert found["limits"]["solve_cpu_s"] == 0.2
    assert set(found["usage"]) == {"cpu_s", "wall_s", "peak_bytes"}
    assert found["sandbox"] in {"full", "strong"}


def test_a_stepwise_policy_is_measured_alike_by_one_worker_and_by_two(adrs: Adrs) -> None:
    words = ["eval", "toy-gate", "--baseline", "eager", "--json"]
    one, two = (adrs(*words, "--workers", n).json for n in (1, 2))
    assert one["score"] == pytest.approx(0.83, abs=5e-5)
    assert one["instances"] == two["instances"]


def test_people_get_the_score_the_table_and_the_limits(adrs: Adrs) -> None:
    ended = adrs("eval", "toy-order", "--baseline", "idle", "--workers", 1)
    lines = [line.rstrip() for line in ended.out.splitlines()]
    assert lines[0] == "idle on toy-order validation, generated workload"
    assert "score  0.5527" in lines
    assert "late   101 in all" in lines
    assert sum(line.startswith("drawn-") for line in lines) == 10
    assert "200 ms CPU a solve" in ended.out


def test_a_published_policy_gets_its_published_scores(adrs: Adrs, data: Path, tmp_path: Path) -> None:
    (tmp_path / "smith.py").write_text(PUBLISHED_FORM)
    words = ["eval", "toy-order", "smith.py", "--form", "published", "--split", "published"]
    found = adrs(*words, "--json").json
    assert found["score"] == 1.0
    assert found["dialects"] == {"lb": 100.0, "sd": 100.0}
    assert "lb" in adrs(*words, "--workload", "real").out


def test_a_holdout_look_is_written_down_and_counted(adrs: Adrs) -> None:
    words = ["eval", "toy-order", "--baseline", "idle", "--split", "holdout", "--workers", 1]
    assert "looked at once" in adrs(*words, "--json").err
    assert "looked at 2 times" in adrs(*words).err
    assert adrs("runs", "--json").json == {"runs": []}


def test_another_split_makes_no_store(adrs: Adrs, tmp_path: Path) -> None:
    adrs("eval", "toy-order", "--baseline", "idle", "--split", "smoke")
    assert not (tmp_path / "results").exists()


def test_a_long_table_is_shortened_in_the_middle(adrs: Adrs) -> None:
    out = adrs("eval", "toy-gate", "--baseline", "idle").out
    assert "... 2 more" in out
    assert "all instances: --json" in out
    assert "day-8-opening-8" in out
    assert "day-4-opening-2" not in out
