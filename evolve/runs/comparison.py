"""The champion beside every baseline: the table that ends a run."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from evaluators.intervals import Interval, paired
from evaluators.job import Job
from evaluators.values import Evaluation, with_one_output
from evolve.runs.setting import Setting
from evolve.runs.step import Measurer
from problems.base import Outcome, Split


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


def dialects(setting: Setting, evaluation: Evaluation) -> Mapping[str, float]:
    """Computes an evaluation's published scores: only on PUBLISHED, complete and without a fault.

    Args:
        setting: What was measured, `by_published_rules`.
    """
    problem, whole = setting.problem, evaluation.complete and not evaluation.faults
    if problem.dialects is None or evaluation.stage is not Split.PUBLISHED or not whole:
        return {}
    outcomes = [Outcome(m.score, m.metrics) for m in evaluation.measurements]
    return problem.dialects(setting.stages[Split.PUBLISHED], outcomes)


class Comparison:
    """Measures policies on the one split of a setting and ranks them against a champion."""

    def __init__(self, setting: Setting, measurer: Measurer, *, seed: int) -> None:
        ((self._split, self._instances),) = setting.stages.items()
        self._setting = setting
        self._measurer = measurer
        self._seed = seed

    async def evaluate(self, source: str, setting: Setting | None = None) -> Evaluation:
        """Measures a policy on every group of the split, whatever its faults; of another setting if named."""
        where, split = setting or self._setting, self._split
        groups = tuple(range(where.groups()[split]))
        measured = await self._measurer.measure(
            Job(source, where.problem.name, where.workload, split, groups)
        )
        return Evaluation.of(split, with_one_output([m for group in measured.groups for m in group]))

    async def standings(self, name: str, source: str) -> list[Standing]:
        """Measures the champion and every baseline, best first; of equals the champion comes last."""
        champion = await self.evaluate(source)
        rows = [await self._standing(name, source, champion, None)]
        for baseline in self._setting.problem.baselines:
            evaluation = await self.evaluate(baseline.source)
            rng = np.random.default_rng(np.random.SeedSequence(self._seed, spawn_key=(0, len(rows))))
            lead = paired(champion.measurements, evaluation.measurements, rng)
            rows.append(await self._standing(baseline.name, baseline.source, evaluation, lead))
        return sorted(rows, key=lambda row: (-row.score, row.lead is None))

    async def _standing(
        self, name: str, source: str, evaluation: Evaluation, lead: Interval | None
    ) -> Standing:
        counts = {
            metric: sum(m.metrics.get(metric, 0.0) for m in evaluation.measurements)
            for metric in self._setting.problem.counts
        }
        found = await self._dialects(source, evaluation)
        score, faults = evaluation.score or 0.0, len(evaluation.faults)
        return Standing(name, evaluation.stage, score, faults, lead, counts, found)

    async def _dialects(self, source: str, evaluation: Evaluation) -> Mapping[str, float]:
        if self._split is not Split.PUBLISHED:
            return {}
        rules = self._setting.by_published_rules()
        theirs = evaluation if rules is self._setting else await self.evaluate(source, rules)
        return dialects(rules, theirs)
