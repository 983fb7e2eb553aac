"""Runs beside each other: best so far, pooled over seeds, and what they are held against."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from dashboard.data import RunLog, Step
from evolve.figures.medians import Band, Curve, band
from evolve.figures.pools import pooled, pooling
from evolve.runs.spec import Proposer
from evolve.search.candidate import SEED
from problems.base import Split

EVALUATIONS: Final = "evaluations"
DOLLARS: Final = "dollars"
TIME: Final = "time"
OVER: Final = (EVALUATIONS, DOLLARS, TIME)


@dataclass(frozen=True, slots=True)
class Arm:
    """One line: a run, or several that differ by their seed alone.

    Attributes:
        band: Of one run, the median is its score and the band has no width.
        is_control: Whether it proposes without a model, beside runs of the same problem that ask one.
        is_flat: Whether it spent no dollars, so that over dollars it is one level.
    """

    label: str
    runs: tuple[RunLog, ...]
    band: Band
    is_control: bool
    is_flat: bool

    @property
    def pooling(self) -> str:
        """A sentence on what its median is of."""
        is_cut = len({run.state.evaluated for run in self.runs}) > 1
        return pooling(self.label, self.runs, is_cut=is_cut)


@dataclass(frozen=True, slots=True)
class Reference:
    """What runs are held against.

    Attributes:
        noise_floor: By so much a lead over it comes and goes with the draw of instances; 0 if unknown.
    """

    label: str
    score: float
    noise_floor: float


def arms(logs: Sequence[RunLog], split: Split, over: str) -> list[Arm]:
    """Pools runs into lines, in their order; those without a score on the split are left out."""
    found = list[Arm]()
    drawn = [log for log in logs if any(_score(step, split) is not None for step in log.steps)]
    asking = {_asked(log) for log in drawn if log.header.spec.proposer is not Proposer.OFFLINE}
    for pool in pooled(drawn):
        is_control = pool[0].header.spec.proposer is Proposer.OFFLINE and _asked(pool[0]) in asking
        together = band([_curve(run, split, over) for run in pool])
        if together is not None:
            found.append(Arm(_label(pool, is_control), pool, together, is_control, _is_flat(pool, over)))
            continue
        for run in pool:  # they have no stretch in common
            alone = band([_curve(run, split, over)])
            if alone is not None:
                found.append(
                    Arm(_label((run,), is_control), (run,), alone, is_control, _is_flat((run,), over))
                )
    return found


def _label(pool: Sequence[RunLog], is_control: bool) -> str:
    others = len(pool) - 1
    told = f" and {others} more seed{'s' if others > 1 else ''}" if others else ""
    return f"{pool[0].name}{told}, {pool[0].header.spec.proposer}{' (control arm)' if is_control else ''}"


def references(logs: Sequence[RunLog], split: Split) -> list[Reference]:
    """The best baseline of each problem and workload that the runs have, where it is known."""
    found = dict[tuple[str, str], Reference]()
    for log in logs:
        best = _best_baseline(log, split)
        if best is not None:
            name, score = best
            label = f"best baseline of {log.problem.name}: {name} {score:.4f}"
            floor = log.problem.noise_floor if split is Split.VALIDATION else 0.0
            found.setdefault(_asked(log), Reference(label, score, floor))
    return list(found.values())


def _asked(log: RunLog) -> tuple[str, str]:
    return log.problem.name, log.header.spec.workload


def _is_flat(pool: Sequence[RunLog], over: str) -> bool:
    return over == DOLLARS and not any(run.steps[-1].usd_total for run in pool)


def _score(step: Step, split: Split) -> float | None:
    return step.champion if split is Split.VALIDATION else step.best


def _curve(log: RunLog, split: Split, over: str) -> Curve:
    start = log.steps[0].at
    points = [
        (_x(step, over, start), score)
        for step in log.steps
        if step.evaluated and (score := _score(step, split)) is not None
    ]
    return Curve.rising(points)


def _x(step: Step, over: str, start: float) -> float:
    if over == DOLLARS:
        return step.usd_total
    return step.at - start if over == TIME else float(step.evaluated)


def _best_baseline(log: RunLog, split: Split) -> tuple[str, float] | None:
    """Name and score: of the comparison at its end, of what parents were held against, or as recorded."""
    ranked = [row for row in log.standings if row.split is split and row.lead is not None]
    if ranked:
        best = max(ranked, key=lambda row: row.score)
        return best.name, best.score
    if split is Split.VALIDATION and log.header.spec.workload == "generated":
        recorded = log.problem.best_baseline
        return recorded.name, recorded.score
    return _best_on_search(log) if split is Split.SEARCH else None


def _best_on_search(log: RunLog) -> tuple[str, float] | None:
    reference = log.header.best_baseline()
    if reference is not None and reference.search.score is not None:
        return reference.name, reference.search.score
    seeds = log.header.spec.seeds
    baselines = {baseline.name for baseline in log.problem.baselines}
    scored = [
        (seeds[step.step], step.search)
        for step in log.steps[: len(seeds)]
        if step.operator == SEED and step.search is not None and seeds[step.step] in baselines
    ]
    return max(scored, key=lambda each: each[1], default=None)
