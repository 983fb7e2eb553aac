"""How long it takes to attack an answer: `adrs verify` and `adrs audit` of each problem, and an interval.

    python -m benchmarks.evidence [PROBLEM ...] [--json]

Each row is one call from the command line, start of the program included, on all cores. `verify` holds the
second best baseline against the best on every set at hand, without tuning (`--evals 0`), which costs as much
as is asked for; what it predicted comes from its first line. `audit` attacks the problem, `audit a policy`
that baseline, too. `interval` is the mean of three bootstraps of a paired lead over 100 blocks.
"""

import os
import re
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from benchmarks.report import Row, arguments, show
from evaluators.intervals import paired
from evaluators.values import Measurement
from problems.base import Baseline
from problems.registry import get, names

BLOCKS = 100
ENDED = {0, 1, 7}
"""Exit codes of what was carried out, whatever it found."""
PREDICTED = re.compile(r"takes about (.*?) on")
UNITS = {"s": 1.0, "min": 60.0, "h": 3600.0}


def called(words: Sequence[str], folder: Path) -> tuple[float, str]:
    """Calls `adrs`; gives wall seconds, and what it said beside its answer.

    Raises:
        RuntimeError: It could not be carried out.
    """
    environment = {**os.environ, "ADRS_DB": str(folder / "runs.db")}
    started = time.monotonic()
    ended = subprocess.run(
        [sys.executable, "-m", "evolve", *words], capture_output=True, text=True, check=False, env=environment
    )
    wall_s = time.monotonic() - started
    if ended.returncode not in ENDED:
        raise RuntimeError(f"adrs {' '.join(words)} ended with {ended.returncode}: {ended.stderr[-500:]}")
    return wall_s, ended.stderr


def second(problem: str) -> Baseline:
    """The baseline behind the best."""
    return sorted(get(problem).baselines, key=lambda baseline: -baseline.score)[1]


def seconds(said: str) -> float | None:
    """Reads the predicted seconds out of what `verify` says first."""
    found = PREDICTED.search(said)
    if found is None:
        return None
    return sum(float(number) * UNITS[unit] for number, unit in re.findall(r"([\d.]+) (\w+)", found[1]))


def rows(problem: str, folder: Path) -> list[Row]:
    """Every command on one problem."""
    baseline = second(problem)
    policy = folder / f"{baseline.name}.py"
    policy.write_text(baseline.source, encoding="utf-8")
    calls = {
        "verify": ["verify", problem, str(policy), "--evals", "0", "--json"],
        "audit": ["audit", problem, "--json"],
        "audit a policy": ["audit", problem, "--policy", str(policy), "--json"],
    }
    found: list[Row] = []
    for what, words in calls.items():
        wall_s, said = called(words, folder)
        times = {"predicted s": seconds(said), "wall s": round(wall_s, 1)}
        found.append({"problem": problem, "what": what, **times})
    return found


def interval() -> Row:
    """10,000 resamples of as many blocks as any split has."""
    rng = np.random.default_rng(0)
    ours, theirs = (
        [Measurement(str(i), "", str(i), float(score), {}) for i, score in enumerate(rng.random(BLOCKS))]
        for _ in range(2)
    )
    started = time.perf_counter()
    for seed in range(3):
        paired(ours, theirs, np.random.default_rng(seed))
    each_s = (time.perf_counter() - started) / 3
    return {"problem": f"{BLOCKS} blocks", "what": "interval", "predicted s": None, "wall s": each_s}


def main() -> None:
    """Measures every problem of ours, or those named."""
    parser = arguments(__doc__ or "")
    parser.add_argument("problems", nargs="*", help="all, if none is named")
    given = parser.parse_args()
    found = []
    with tempfile.TemporaryDirectory() as folder:
        for problem in given.problems or names():
            found += rows(problem, Path(folder))
    found.append(interval())
    show("evidence", found, as_json=given.json, note="verify: without tuning, bounds shipped")


if __name__ == "__main__":
    main()
