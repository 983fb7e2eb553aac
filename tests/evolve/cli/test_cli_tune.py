from pathlib import Path

import pytest

from tests.evolve.cli.conftest import Adrs

POLICY = """
POWER = 0.0  # tune: -2..2

def solve(task):
    def urgency(i):
        job = task.jobs[i]
        return job.length_s / job.weight ** POWER
    return tuple(sorted(range(len(task.jobs)), key=urgency))
"""


@pytest.fixture
def policy(tmp_path: Path) -> Path:
    """Orders jobs by length alone; with a power of 1 it is Smith's rule, which is optimal."""
    path = tmp_path / "mine.py"
    path.write_text(POLICY)
    return path


@pytest.mark.parametrize("sampler", ["tpe", "cmaes"])
def test_better_constants_are_found_judged_and_written(
    adrs: Adrs, policy: Path, tmp_path: Path, sampler: str
) -> None:
    out = tmp_path / "tuned.py"
    ended = adrs(
        "tune",
        "toy-order",
        policy,
        "--evals",
        25,
        "--sampler",
        sampler,
        "--out",
        out,
        "--json",
        "--workers",
        1,
    )
    found = ended.json
    assert ended.code == 0
    (constant,) = found["constants"]
    assert (constant["name"], constant["now"], constant["low"], constant["high"]) == (
        "POWER (line 2)",
        0,
        -2,
        2,
    )
    assert 0.5 < constant["best"] < 2.0
    assert found["search"]["best"] > found["search"]["now"]
    assert found["validation"]["difference"] > 0
    assert found["verdict"] == "the tuned constants are better on validation"
    written = float(f"{constant['best']:.6g}")
    assert out.read_text() == POLICY.replace("POWER = 0.0", f"POWER = {written!r}")


def test_the_same_seed_finds_the_same(adrs: Adrs, policy: Path) -> None:
    words = ("tune", "toy-order", policy, "--evals", 8, "--seed", 3, "--json")
    assert adrs(*words, "--workers", 1).json["constants"] == adrs(*words, "--workers", 2).json["constants"]


def test_a_policy_that_cannot_be_bettered_keeps_its_constants(adrs: Adrs, policy: Path) -> None:
    policy.write_text(POLICY.replace("0.0  # tune: -2..2", "1.0  # tune: 0.999..1.001"))
    shown = adrs("tune", "toy-order", policy, "--evals", 3, "--workers", 1).out
    assert "verdict  no other constants did better on search" in shown


def test_a_policy_that_fails_is_not_tuned(adrs: Adrs, policy: Path) -> None:
    policy.write_text("A = 2\ndef solve(task): return ()\n")
    ended = adrs("tune", "toy-order", policy, "--evals", 3, "--workers", 1)
    assert ended.code == 1
    assert "missing_index" in ended.out
    assert "fails on search, so there is nothing to tune" in ended.err


@pytest.mark.parametrize(
    ("options", "told"),
    [
        (("--evals", 1), "tuning needs 2 evaluations at least, but got --evals 1"),
        (("--evals", -5), "but got --evals -5"),
        (("--sampler", "grid"), "expected a sampler, but got 'grid'; there are: "),
        (("--baseline", "weighted"), "expected one policy to tune: either a file or --baseline NAME"),
        (("--workload", "none"), "has no workload 'none'"),
    ],
)
def test_what_cannot_be_tuned_is_said_before_anything_is(
    adrs: Adrs, policy: Path, options: tuple[object, ...], told: str
) -> None:
    ended = adrs("tune", "toy-order", policy, *options)
    assert ended.code == 2
    assert told in ended.err


def test_a_file_is_overwritten_by_force_alone(adrs: Adrs, policy: Path) -> None:
    ended = adrs("tune", "toy-order", policy, "--evals", 2, "--out", policy)
    assert ended.code == 2
    assert "exists and was not touched; choose another file, or add --force" in ended.err
    assert policy.read_text() == POLICY


def test_a_policy_without_constants_is_told_how_to_declare_one(adrs: Adrs, policy: Path) -> None:
    policy.write_text("def solve(task): return tuple(range(len(task.jobs)))\n")
    ended = adrs("tune", "toy-order", policy, "--evals", 2)
    assert ended.code == 2
    assert (
        "mine.py: no constant to tune was found; declare one as in: x = 0.5  # tune: 0.1..10 log" in ended.err
    )


def test_a_missing_extra_is_named_with_how_to_install_it(
    adrs: Adrs, policy: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("evolve.cli.constants.find_spec", lambda name: None if name == "cmaes" else object())
    ended = adrs("tune", "toy-order", policy, "--sampler", "cmaes")
    assert ended.code == 6
    assert "tuning needs cmaes, which is not installed; install it with: python -m pip install" in ended.err
