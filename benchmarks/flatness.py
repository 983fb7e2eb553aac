"""Whether the 10,000th candidate costs what the 100th did, everything included, and what it costs to store.

Every candidate goes the whole path: proposal, sandbox, archive, log. With `--proposer numbered` (the default)
all do the same work under different texts, so that a drift could only be the harness's; with `offline` they
are what the search really makes, and their own work drifts too. Time is the wall between two commits.
"""

import asyncio
import tempfile
import time
from pathlib import Path
from statistics import median

import numpy as np

from benchmarks.report import Row, arguments, show
from benchmarks.search import Silent
from evolve.runs.proposing import Proposing
from evolve.runs.session import Ending, Session
from evolve.runs.spec import RunSpec
from evolve.runs.state import State
from evolve.runs.store import Store
from evolve.search.candidate import Candidate
from evolve.search.offline import portfolio
from evolve.search.operators import Context, Operator, Plan, Proposal
from sandbox import Mode

_SPAN = 400
_SEED = "shortest_first"


class Numbered:
    """Proposes its parent with another number at the end: a new candidate that does the same."""

    name = "numbered"

    def plan(self, context: Context, rng: np.random.Generator, /) -> Plan:
        """Appends a constant."""
        parent, number = context.parents[0].candidate, rng.integers(1 << 62)
        source = parent.source.partition("\nNUMBER = ")[0] + f"\nNUMBER = {number}\n"
        return Plan(self.name, (parent.id,), lambda _: Candidate(source, (parent.id,), self.name))

    def tell(self, proposal: Proposal, score: float | None, accepted: bool, /) -> None:
        """Learns nothing."""


class Stopwatch(Silent):
    """Notes the time of every evaluated candidate."""

    def __init__(self) -> None:
        self.times: list[float] = []
        self._evaluated = 0

    def committed(self, state: State, /) -> None:
        """Notes the time if another candidate was evaluated."""
        if state.evaluated > self._evaluated:
            self._evaluated = state.evaluated
            self.times.append(time.perf_counter())


async def search(path: Path, watch: Stopwatch, operator: Operator, evals: int) -> Ending:
    """Runs one search into a store of its own."""
    spec = RunSpec("txn", max_evals=evals, sandbox=Mode.AUTO, seeds=(_SEED,))
    with Store.open(path) as store:
        interrupted = asyncio.Event()
        proposing = Proposing(operator=operator)
        session = Session(store, watch, clock=time.time, interrupted=interrupted, proposing=proposing)
        return await session.start("flat", spec, sources={})


def main() -> None:
    """Runs the search and prints time per iteration early and late."""
    parser = arguments(__doc__ or "")
    parser.add_argument("--evals", type=int, default=10_000)
    parser.add_argument("--proposer", choices=["numbered", "offline"], default="numbered")
    chosen = parser.parse_args()
    watch = Stopwatch()
    operator: Operator = Numbered() if chosen.proposer == "numbered" else portfolio()
    with tempfile.TemporaryDirectory() as folder:
        ending = asyncio.run(search(Path(folder) / "flat.db", watch, operator, chosen.evals))
        size = sum(path.stat().st_size for path in Path(folder).iterdir())
    gaps = [(b - a) * 1e3 for a, b in zip(watch.times, watch.times[1:], strict=False)]
    spans = {"100": gaps[100 : 100 + _SPAN], f"{chosen.evals:,}": gaps[-_SPAN:]}
    early = sum(spans["100"]) / _SPAN
    rows: list[Row] = [
        {
            "candidate": at,
            "mean ms": sum(span) / _SPAN,
            "median ms": median(span),
            "ratio": sum(span) / _SPAN / early,
        }
        for at, span in spans.items()
    ]
    evaluated = ending.state.evaluated
    note = (
        f"{evaluated:,} candidates in {watch.times[-1] - watch.times[0]:.0f} s, {len(ending.state.archive)} "
        f"elites; store {size / evaluated / 1e3:.2f} kB a candidate; means over {_SPAN} candidates"
    )
    show(f"flatness ({chosen.proposer})", rows, as_json=chosen.json, note=note)


if __name__ == "__main__":
    main()
