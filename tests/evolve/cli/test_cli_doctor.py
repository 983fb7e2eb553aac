from pathlib import Path

import pytest

from tests.evolve.cli.conftest import Adrs, Ended

LAYERS = ["namespaces", "landlock", "seccomp", "rlimits", "identity", "environment", "descriptors"]
ROWS = [*LAYERS, "cpu_watch", "wall_watch", "answer_watch", "output_watch", "together"]


@pytest.mark.slow
def test_the_doctor_ends_with_code_5_exactly_where_a_required_layer_fails(adrs: Adrs) -> None:
    ended = adrs("doctor", "--sandbox", "full", "--json")
    found = ended.json
    failed = [c for c in found["sandbox"] if c["required"] and c["state"] != "works"]
    assert [check["layer"] for check in found["sandbox"]] == ROWS
    assert all(check["required"] for check in found["sandbox"])
    assert all(check["remedies"] for check in failed)
    assert found["usable"] is not bool(failed)
    assert found["mode"] == (None if failed else "full")
    assert ended.code == (5 if failed else 0)
    assert found["packages"]["numpy"]
    assert found["machine"]["cpu_scale"] > 0


def row(ended: Ended, layer: str) -> str:
    return next(line for line in ended.out.splitlines() if line.startswith(layer))


@pytest.mark.slow
def test_a_layer_that_the_mode_does_without_is_marked_so(adrs: Adrs) -> None:
    ended = adrs("doctor", "--sandbox", "weak")
    assert "not in weak" in row(ended, "namespaces")
    assert "not in weak" in row(ended, "landlock")
    assert "not in weak" not in row(ended, "seccomp")


@pytest.mark.slow
def test_the_doctor_says_why_a_store_cannot_be_used_and_where_data_was_looked_for(
    adrs: Adrs, tmp_path: Path
) -> None:
    (tmp_path / "diary").write_text("dear diary")
    ended = adrs("doctor", "--sandbox", "none", "--db", "diary")
    assert ended.code == 2
    assert "expected a store of runs" in ended.out
    assert f"none in {tmp_path}/data" in ended.out
