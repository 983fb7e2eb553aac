"""Wherever a score is shown, so is the sandbox mode in which it was measured."""

from pathlib import Path

import pytest

from sandbox import PROMISES, Mode
from tests.evolve.cli.conftest import Adrs


@pytest.fixture(scope="module", params=[Mode.STRONG, Mode.NONE])
def mode(request: pytest.FixtureRequest) -> Mode:
    return Mode(request.param)


def test_a_run_shows_its_mode_wherever_it_shows_a_score(adrs: Adrs, tmp_path: Path, mode: Mode) -> None:
    db = ("--db", tmp_path / "runs.db")
    options = ("--max-evals", 3, "--workers", 1, "--sandbox", mode, "--name", "moded")
    started = adrs("run", "toy-order", *options, *db)
    promise = PROMISES[mode]
    assert f"sandbox {mode} ({promise})" in started.out
    assert adrs("runs", "--json", *db).json["runs"][0]["sandbox"] == mode
    assert f"  {mode}  " in adrs("runs", *db).out
    assert f"{mode}; {promise}" in " ".join(adrs("show", "moded", *db).out.split())
    assert f"{mode}; {promise}" in " ".join(adrs("show", "moded", 0, *db).out.split())
    assert adrs("show", "moded", 0, "--json", *db).json["sandbox"] == mode
    assert adrs("show", "moded", "--json", *db).json["spec"]["sandbox"] == mode


def test_an_evaluation_shows_its_mode_and_what_is_to_be_known_of_it(adrs: Adrs, mode: Mode) -> None:
    words = ("eval", "toy-order", "--baseline", "weighted", "--split", "smoke", "--sandbox", mode)
    told = adrs(*words, "--json").json
    shown = " ".join(adrs(*words).out.split())
    assert told["sandbox"] == mode
    assert "; ".join([mode, PROMISES[mode], *told["sandbox_notes"]]) in shown


def test_times_and_tuning_show_their_mode(adrs: Adrs, tmp_path: Path, mode: Mode) -> None:
    policy = tmp_path / "mine.py"
    policy.write_text("A = 2\ndef solve(task): return tuple(range(len(task.jobs)))\n")
    for words in (("time", "--pairs", 6), ("tune", "--evals", 2, "--workers", 1)):
        shown = adrs(words[0], "toy-order", policy, *words[1:], "--sandbox", mode).out
        assert f"{mode}; {PROMISES[mode]}" in " ".join(shown.split())
