"""A run's first event: what it was asked, and what its scores depend on."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import msgspec

from evaluators.machine import machine
from evolve.runs.digests import digests
from evolve.runs.events import RESUMED, RUN_STARTED, Draft
from evolve.runs.packing import Layout, unpack
from evolve.runs.setting import Setting
from evolve.runs.spec import RunSpec
from evolve.runs.store import Store
from evolve.search.candidate import Candidate
from evolve.search.operators import Reference
from problems.base import Problem, Split


@dataclass(frozen=True, slots=True)
class Header:
    """What stands at the head of a run's log.

    Attributes:
        spec: With the budgets of the latest resumption.
        digests: What scores depend on, by name.
        layouts: Names of each stage's instances.
        sources: Source by seed name, of those seeds that are no baselines.
        machine: Where the run was started, its CPU scale included.
        reference: Name of the best baseline and its packed SEARCH evaluation; None where no model is asked.
    """

    spec: RunSpec
    digests: Mapping[str, str]
    layouts: Mapping[Split, Layout]
    sources: Mapping[str, str]
    machine: Mapping[str, Any]
    reference: tuple[str, Mapping[str, Any]] | None = None

    @staticmethod
    def new(
        setting: Setting,
        spec: RunSpec,
        sources: Mapping[str, str],
        scale: float,
        reference: tuple[str, Mapping[str, Any]] | None,
    ) -> "Header":
        """Makes the header of a run as things are now on this machine."""
        layouts = {split: Layout.of(instances) for split, instances in setting.stages.items()}
        found = digests(setting.problem, setting.stages)
        return Header(spec, found, layouts, sources, {**machine(), "cpu_scale": scale}, reference)

    def noting(self, notes: Sequence[str]) -> "Header":
        """With why the sandbox is not the strongest one, if it is not."""
        return replace(self, machine={**self.machine, "sandbox_notes": list(notes)}) if notes else self

    def draft(self) -> Draft:
        """The first event of a run."""
        return Draft(RUN_STARTED, None, msgspec.to_builtins(self))

    @staticmethod
    def read(store: Store, run: str) -> "Header":
        """Reads a run's header.

        Raises:
            StoreError: There is no such run, or the store cannot be read.
        """
        header, budgets = None, dict[str, Any]()
        for event in store.events(run, kinds=(RUN_STARTED, RESUMED)):
            if event.kind == RUN_STARTED and header is None:
                header = msgspec.convert(event.body, Header)
            elif event.kind == RESUMED:
                budgets |= event.body["budgets"]
        if header is None:
            raise ValueError(f"run {run!r} has no {RUN_STARTED} event: a defect of ours")
        spec = msgspec.convert({**msgspec.to_builtins(header.spec), **budgets}, RunSpec)
        return replace(header, spec=spec)

    def seeds(self, problem: Problem) -> Sequence[Candidate]:
        """Makes the candidates that start the search, in order."""
        names = self.spec.seeds
        return [Candidate(self.sources.get(n) or problem.baseline(n).source) for n in names]

    def best_baseline(self) -> Reference | None:
        """Reads what parents are held against."""
        if self.reference is None:
            return None
        name, packed = self.reference
        return Reference(name, unpack(packed, self.layouts))
