"""Measures what `adrs verify` planned: the policy beside its rivals, part by part."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from evaluators.gap import Gap, gap
from evaluators.intervals import paired
from evolve.cli.constants import Sampling, sought
from evolve.cli.evaluate import measured
from evolve.cli.measuring import Bench, Means
from evolve.cli.report import Report
from evolve.cli.verify.plan import Part, Plan
from evolve.runs.setting import Setting
from evolve.runs.verifications import Lead
from evolve.search.tuning import NotTunable, knobs, with_values
from problems.base import Split


@dataclass(frozen=True, slots=True)
class Entry:
    """A policy that takes part: the one that is verified, or a baseline.

    Attributes:
        tuned: Whether its constants were sought first.
    """

    name: str
    source: str
    tuned: bool = False


@dataclass(frozen=True, slots=True)
class Beside:
    """The policy and some rivals on one part."""

    part: Part
    own: Report
    theirs: Sequence[tuple[Entry, Report]]

    def leads(self, seed: int, number: int) -> list[Lead]:
        """The policy's lead over each rival that was measured completely."""
        if not self.own.complete:
            return []
        found = []
        for place, (rival, report) in enumerate(self.theirs):
            if report.complete:
                rng = np.random.default_rng(np.random.SeedSequence(seed, spawn_key=(number, place)))
                lead = paired(self.own.measurements, report.measurements, rng)
                found.append(
                    Lead(
                        against=rival.name,
                        tuned=rival.tuned,
                        difference=lead.difference,
                        low=lead.low,
                        high=lead.high,
                        blocks=lead.blocks,
                    )
                )
        return found


@dataclass(frozen=True, slots=True)
class Measured:
    """All that was measured.

    Attributes:
        differing: Instances of VALIDATION on which two fresh measurements disagree.
        gap: None where there is no published set, or too few blocks.
        looks: At HOLDOUT, this one included.
        notes: What was left out, and why.
    """

    parts: tuple[Beside, ...]
    differing: int
    gap: Gap | None
    looks: int
    notes: tuple[str, ...]


class Verifier:
    """Measures one policy by a plan.

    Args:
        look: Writes a look at HOLDOUT down and says how many there were; called before its score is used.
    """

    def __init__(self, plan: Plan, policy: Entry, bench: Bench, look: Callable[[Report], int]) -> None:
        self._plan = plan
        self._policy = policy
        self._bench = bench
        self._look = look
        self._notes: list[str] = []
        self._looks = 0

    async def measure(self, sampling: Sampling | None, means: Means) -> Measured:
        """Measures everything; no more than VALIDATION if the policy fails there.

        Raises:
            DataMissing, SandboxUnavailable, WorkerBroken: As the benches do.
        """
        plan = self._plan
        rivals = [Entry(baseline.name, baseline.source) for baseline in plan.rivals]
        first = await self._beside(plan.validation, rivals)
        if first.own.faults or not first.own.complete:
            self._notes.append("the policy fails on validation, so nothing else was measured")
            return Measured((first,), 0, None, 0, tuple(self._notes))
        if sampling is not None:
            tuned = await self._tuned(rivals, sampling)
            more = [(rival, await self._report(plan.validation, rival)) for rival in tuned]
            first = Beside(first.part, first.own, (*first.theirs, *more))
        strongest = max(first.theirs, key=lambda pair: pair[1].score or 0.0)[0]
        found = [first]
        for part in plan.parts[1:]:
            beside = [rival for rival, _ in first.theirs] if part.decides else [strongest]
            found.append(await self._beside(part, beside))
        differing = await self._differing(first.own, means)
        return Measured(tuple(found), differing, _gap(found, strongest), self._looks, tuple(self._notes))

    async def _beside(self, part: Part, rivals: Sequence[Entry]) -> Beside:
        own = await self._report(part, self._policy)
        if part.split is Split.HOLDOUT:
            self._looks = self._look(own)
        return Beside(part, own, [(rival, await self._report(part, rival)) for rival in rivals])

    async def _report(self, part: Part, entry: Entry) -> Report:
        name = f"{entry.name}, tuned" if entry.tuned else entry.name
        report = Report(part.setting.problem, part.split, part.setting.workload, name)
        return await measured(report, entry.source, part.setting, self._bench)

    async def _tuned(self, rivals: Sequence[Entry], sampling: Sampling) -> list[Entry]:
        own = self._plan.validation.setting
        setting = Setting.load(own.problem.name, own.workload, [Split.SEARCH])
        found = []
        for rival in rivals:
            try:
                chosen = knobs(rival.source)
            except NotTunable:
                self._notes.append(f"{rival.name} has no constants to tune")
                continue
            best = await sought(self._bench, setting, rival.source, sampling, name=rival.name)
            if best.best > best.own:
                source = with_values(rival.source, chosen, best.values)
                found.append(Entry(rival.name, source, tuned=True))
            else:
                self._notes.append(f"no other constants of {rival.name} did better on search")
        return found

    async def _differing(self, first: Report, means: Means) -> int:
        """Counts instances on which fresh workers measure something else."""
        part = self._plan.validation
        async with Bench.started(part.setting, means) as fresh:
            again = await fresh.measure(f"{self._policy.name}, again", self._policy.source, part.split)
        pairs = zip(first.measurements, again.evaluation.measurements, strict=False)
        alike = sum(one.score == other.score and one.metrics == other.metrics for one, other in pairs)
        return len(part.instances) - alike


def _gap(found: Sequence[Beside], reference: Entry) -> Gap | None:
    """Holds the lead over the strongest rival on the own PUBLISHED set against that on VALIDATION."""
    validation = _pair(found[0], reference)
    published = next((_pair(b, reference) for b in found if b.part.split is Split.PUBLISHED), None)
    if validation is None or published is None:
        return None
    ours, theirs = ((a.measurements, b.measurements) for a, b in (published, validation))
    return gap(ours, theirs)


def _pair(beside: Beside, reference: Entry) -> tuple[Report, Report] | None:
    theirs = next((report for rival, report in beside.theirs if rival == reference), None)
    if theirs is None or not theirs.complete or not beside.own.complete:
        return None
    return beside.own, theirs
