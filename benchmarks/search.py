"""What a search without a model finds: several seeds of the main job, judged on HOLDOUT.

For every seed: one run as `make run` does it, then champion and best seed on HOLDOUT, unseen by the run.
"""

import asyncio
import tempfile
import time
from pathlib import Path

import numpy as np

from benchmarks.report import Row, arguments, show
from evaluators.calibration import cpu_scale
from evaluators.intervals import paired
from evaluators.pool import Pool
from evolve.runs.comparison import Comparison
from evolve.runs.session import Ending, Session
from evolve.runs.setting import Setting
from evolve.runs.spec import RunSpec
from evolve.runs.state import State
from evolve.runs.store import Store
from problems.base import Split
from problems.registry import get
from sandbox import Mode


class Silent:
    """A watcher that says nothing."""

    def began(self, run: str, spec: RunSpec, state: State, /) -> None:
        """Nothing to say."""

    def committed(self, state: State, /) -> None:
        """Nothing to say."""

    def comparing(self, split: Split, /) -> None:
        """Nothing to say."""


async def search(problem: str, seed: int, evals: int, folder: Path) -> tuple[Ending, float]:
    """Runs one search; gives back its ending and wall seconds."""
    found = get(problem)
    spec = RunSpec(problem, seed=seed, max_evals=evals, sandbox=Mode.AUTO, seeds=found.seeds)
    started = time.perf_counter()
    with Store.open(folder / f"{problem}-{seed}.db") as store:
        session = Session(store, Silent(), clock=time.time, interrupted=asyncio.Event())
        ending = await session.start(f"{problem}-{seed}", spec, sources={})
    return ending, time.perf_counter() - started


async def judge(problem: str, seed: int, ending: Ending) -> Row:
    """Measures champion and best seed on HOLDOUT."""
    setting = Setting.load(problem, "generated", [Split.HOLDOUT])
    champion = ending.state.champion
    assert champion is not None, "a run of our own seeds has a champion"
    async with Pool.started(problem, workers=2, mode=Mode.AUTO, cpu_scale=cpu_scale()) as pool:
        comparison = Comparison(setting, pool, seed=seed)
        ours = await comparison.evaluate(champion.candidate.source)
        sources = [setting.problem.baseline(name).source for name in setting.problem.seeds]
        seeds = [await comparison.evaluate(source) for source in sources]
    best = max(seeds, key=lambda e: e.score or 0.0)
    lead = paired(ours.measurements, best.measurements, np.random.default_rng(seed))
    return {
        "seed": seed,
        "champion step": champion.step,
        "operator": champion.candidate.operator,
        "holdout": ours.score,
        "best seed": best.score,
        "lead": lead.difference,
        "low": lead.low,
        "high": lead.high,
        "won": "yes" if champion.candidate.operator != "seed" and lead.above_zero else "no",
    }


async def main() -> None:
    """Runs every seed, then prints what was found."""
    parser = arguments(__doc__ or "")
    parser.add_argument("--problem", default="txn")
    parser.add_argument("--seeds", type=int, default=5)
    parser.add_argument("--evals", type=int, default=200)
    chosen = parser.parse_args()
    rows: list[Row] = []
    tallies: dict[str, list[int]] = {}
    with tempfile.TemporaryDirectory() as folder:
        for seed in range(chosen.seeds):
            ending, wall_s = await search(chosen.problem, seed, chosen.evals, Path(folder))
            rows.append({**await judge(chosen.problem, seed, ending), "seconds": round(wall_s, 1)})
            for name, tally in ending.state.tallies.items():
                counts = tallies.setdefault(name, [0, 0, 0, 0])
                found = (tally.proposed, tally.evaluated, tally.accepted, tally.promoted)
                tallies[name] = [a + b for a, b in zip(counts, found, strict=True)]
    note = "; ".join(
        f"{name}: {n[0]} proposed, {n[1]} evaluated, {n[2]} accepted ({n[2] / max(n[1], 1):.0%}), "
        f"{n[3]} promoted"
        for name, n in sorted(tallies.items())
    )
    show(f"search {chosen.problem}", rows, as_json=chosen.json, note=note)


if __name__ == "__main__":
    asyncio.run(main())
