"""The champion beside every baseline: the table that ends a run."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from evaluators.intervals import Interval, paired
from evaluators.job import Job
from evaluators.values import Evaluation
from evolve.runs.step import Measurer
from problems.base import Instance, Outcome, Problem, Split


@dataclass(frozen=True, slots=True)
class Standing:
    """One policy on one split.

    Attributes:
        score: Mean strict score.
        lead: Champion minus this policy, paired; None for the champion itself.
        counts: Sums of the metrics that the problem names, such as runs that were late.
        dialects: Published scores, on PUBLISHED only and only without a fault.
    """

    name: str
    split: Split
    score: float
    faults: int
    lead: Interval | None
    counts: Mapping[str, float]
    dialects: Mapping[str, float]


def dialects(problem: Problem, instances: Sequence[Instance], evaluation: Evaluation) -> Mapping[str, float]:
    """Computes an evaluation's published scores: only on PUBLISHED, complete and without a fault."""
    whole = evaluation.complete and not evaluation.faults
    if problem.dialects is None or evaluation.stage is not Split.PUBLISHED or not whole:
        return {}
    return problem.dialects(instances, [Outcome(m.score, m.metrics) for m in evaluation.measurements])


class Comparison:
    """Measures policies on whole splits and ranks them against a champion."""

    def __init__(self, problem: Problem, workload: str, measurer: Measurer, *, seed: int) -> None:
        self._problem = problem
        self._workload = workload
        self._measurer = measurer
        self._seed = seed

    async def evaluate(self, source: str, split: Split, *, groups: int) -> Evaluation:
        """Measures a policy on every group of a split, whatever its faults."""
        job = Job(source, self._problem.name, self._workload, split, tuple(range(groups)))
        measured = await self._measurer.measure(job)
        return Evaluation(split, tuple(m for group in measured.groups for m in group))

    async def standings(
        self, name: str, source: str, split: Split, *, instances: Sequence[Instance]
    ) -> list[Standing]:
        """Measures the champion and every baseline, best first; of equals the champion comes last."""
        groups = len({i.group for i in instances})
        champion = await self.evaluate(source, split, groups=groups)
        rows = [self._standing(name, champion, None, instances)]
        for baseline in self._problem.baselines:
            evaluation = await self.evaluate(baseline.source, split, groups=groups)
            rng = np.random.default_rng(np.random.SeedSequence(self._seed, spawn_key=(0, len(rows))))
            lead = paired(champion.measurements, evaluation.measurements, rng)
            rows.append(self._standing(baseline.name, evaluation, lead, instances))
        return sorted(rows, key=lambda row: (-row.score, row.lead is None))

    def _standing(
        self, name: str, evaluation: Evaluation, lead: Interval | None, instances: Sequence[Instance]
    ) -> Standing:
        counts = {
            metric: sum(m.metrics.get(metric, 0.0) for m in evaluation.measurements)
            for metric in self._problem.counts
        }
        found = dialects(self._problem, instances, evaluation)
        score, faults = evaluation.score or 0.0, len(evaluation.faults)
        return Standing(name, evaluation.stage, score, faults, lead, counts, found)
