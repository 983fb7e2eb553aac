import shutil
from pathlib import Path

import pytest

from tests.evolve.cli.conftest import Adrs


@pytest.fixture
def store(adrs: Adrs, finished: Path, tmp_path: Path) -> Path:
    """Two runs of one problem with different seeds, and one of another problem."""
    db = tmp_path / "runs.db"
    shutil.copy(finished, db)
    for name, problem, seed in (("again", "toy-order", 5), ("gated", "toy-gate", 0)):
        options = ("--max-evals", 6, "--workers", 1, "--seed", seed, "--name", name, "--db", db)
        assert adrs("run", problem, *options).code == 0
    return db


def test_runs_are_compared_with_the_first_by_their_champions(adrs: Adrs, store: Path) -> None:
    done, again, gated = adrs("compare", "done", "again", "gated", "--db", store, "--json").json["runs"]
    assert (done["over_first"], done["not_compared"]) == (None, "the first")
    assert again["over_first"]["difference"] == pytest.approx(again["validation"] - done["validation"])
    assert again["not_compared"] is None
    assert (gated["over_first"], gated["not_compared"]) == (
        None,
        "not comparable: another problem or workload",
    )
    assert done["over_baseline"]["difference"] == pytest.approx(done["validation"] - 0.8153, abs=0.2)


def test_people_see_a_row_a_run_and_how_sure_it_is(adrs: Adrs, store: Path) -> None:
    shown = adrs("compare", "done", "again", "gated", "--db", store).out
    assert [line.split()[:3] for line in shown.splitlines()[1:4]] == [
        ["done", "toy-order", "0"],
        ["again", "toy-order", "5"],
        ["gated", "toy-gate", "0"],
    ]
    assert "paired bootstrap by blocks, 95 %, not corrected for several runs" in shown


@pytest.mark.parametrize(
    ("names", "told"),
    [
        (("done",), "expected two runs or more, each once, but got: done"),
        (("done", "done"), "expected two runs or more, each once, but got: done done"),
        (("done", "gone"), "has no run 'gone'"),
    ],
)
def test_what_cannot_be_compared_is_said(
    adrs: Adrs, finished: Path, names: tuple[str, ...], told: str
) -> None:
    ended = adrs("compare", *names, "--db", finished)
    assert ended.code == 2
    assert told in ended.err


def test_runs_of_another_sandbox_mode_are_not_compared(adrs: Adrs, finished: Path, tmp_path: Path) -> None:
    db = tmp_path / "runs.db"
    shutil.copy(finished, db)
    options = ("--max-evals", 3, "--workers", 1, "--sandbox", "none", "--name", "open", "--db", db)
    assert adrs("run", "toy-order", *options).code == 0
    found = adrs("compare", "done", "open", "--db", db, "--json").json["runs"][1]
    assert (found["over_first"], found["not_compared"]) == (None, "not comparable: another sandbox mode")
