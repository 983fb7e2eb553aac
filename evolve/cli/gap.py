"""Holds a policy's score on PUBLISHED against its score on VALIDATION, beside the best baseline."""

from contextlib import suppress

from evaluators.gap import Gap, gap
from evolve.cli.measuring import Bench, Means
from evolve.cli.report import Report
from evolve.runs.setting import Setting
from problems.base import Split
from problems.datasets import DataMissing
from problems.workloads import NotInWorkload


async def gap_of(report: Report, source: str, setting: Setting, bench: Bench, *, means: Means) -> Gap | None:
    """Measures what a complete report on PUBLISHED lacks for the comparison.

    Gives None if the policy is the best baseline itself, or too many instances ran out of time.
    """
    reference = setting.problem.best_baseline
    if source == reference.source or report.found is None:
        return None
    validation = _validation(setting)
    there = await bench.measure(reference.name, reference.source, Split.PUBLISHED)
    async with Bench.started(validation, means) as here:
        ours = await here.measure(report.policy, source, Split.VALIDATION)
        theirs = await here.measure(reference.name, reference.source, Split.VALIDATION)
    pairs = ((report.found, there), (ours, theirs))
    if not all(found.evaluation.complete for pair in pairs for found in pair):
        return None
    published, held_back = ((a.evaluation.measurements, b.evaluation.measurements) for a, b in pairs)
    return gap(published, held_back)


def _validation(setting: Setting) -> Setting:
    """VALIDATION of the same workload, or the generated one if that has none or its data is not there."""
    with suppress(NotInWorkload, DataMissing):
        found = Setting.load(setting.problem.name, setting.workload, [Split.VALIDATION])
        if found.stages[Split.VALIDATION]:
            return found
    return Setting.load(setting.problem.name, "generated", [Split.VALIDATION])
