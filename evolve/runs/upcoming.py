"""What would be asked next, without asking it: of a run, or at the start of one."""

from dataclasses import dataclass

from evaluators.calibration import cpu_scale
from evaluators.pool import Pool
from evolve.models.model_spec import Price
from evolve.runs.asking import Asker, Asking, Purpose, generator
from evolve.runs.comparison import Comparison
from evolve.runs.header import Header
from evolve.runs.history import open_steps, rebuild
from evolve.runs.proposing import INBOX
from evolve.runs.setting import Setting
from evolve.runs.spec import RunSpec
from evolve.runs.state import State
from evolve.runs.store import Store
from evolve.search.candidate import Candidate
from evolve.search.language import Draft, Language, Sections
from evolve.search.operators import Context, Reference
from problems.base import Split
from sandbox import Mode


class NothingToImprove(Exception):  # noqa: N818 - reads as what happened
    """No candidate is complete and without fault, so nothing would be asked."""


@dataclass(frozen=True, slots=True)
class Upcoming:
    """The next step of a run that asks models, or of one that would.

    Attributes:
        spec: The run's.
    """

    step: int
    spec: RunSpec
    context: Context

    def draft(self, operator: str | None = None) -> Draft:
        """Draws and renders the step; with a named operator, as if only that one had a share.

        Raises:
            ValueError: There is no operator of that name.
        """
        shares = self.spec.operators if operator is None else {operator: 1.0}
        proposer = Language.of(
            self.spec.models or (INBOX,),
            shares=shares,
            sections=Sections.of(self.spec.sections),
            most_changed_lines=self.spec.most_changed_lines,
        )
        return proposer.draft(self.context, generator(self.spec.seed, self.step, Purpose.PROPOSE))

    def price(self, model: str) -> Price | None:
        """The price of a model of the run."""
        return next((m.price for m in self.spec.models if m.name == model), None)


def of_run(store: Store, run: str) -> Upcoming:
    """Finds what a run would ask next, from all that it has committed.

    Raises:
        NothingToImprove: Its archive is empty.
        StoreError: There is no such run.
    """
    header = Header.read(store, run)
    problem = Setting.load(header.spec.problem, header.spec.workload, ()).problem
    state = rebuild(store, run, header, problem.axes)
    asked = state.commits + len(open_steps(store, run))
    return _upcoming(header.spec, state, asked, header.best_baseline())


async def of_start(spec: RunSpec) -> Upcoming:
    """Finds what a run would ask first; its seeds and the best baseline are measured on SEARCH.

    Raises:
        NothingToImprove: No seed is without fault.
        SandboxUnavailable, DataMissing: As for a run.
    """
    setting = Setting.load(spec.problem, spec.workload, [Split.SEARCH])
    problem, state = setting.problem, State.empty(setting.problem.axes)
    async with Pool.started(
        spec.problem, workers=spec.workers, mode=Mode(spec.sandbox), cpu_scale=cpu_scale()
    ) as pool:
        comparison = Comparison(setting, pool, seed=spec.seed)
        for name in problem.seeds:
            source = problem.baseline(name).source
            state.archive.add(Candidate(source), await comparison.evaluate(source))
        best = problem.best_baseline
        reference = Reference(best.name, await comparison.evaluate(best.source))
    return _upcoming(spec, state, len(problem.seeds), reference)


def _upcoming(spec: RunSpec, state: State, asked: int, reference: Reference | None) -> Upcoming:
    setting = Setting.load(spec.problem, spec.workload, ())
    if not len(state.archive):
        raise NothingToImprove(f"no candidate of {spec.problem!r} is complete and without fault so far")
    proposer = Language.of(spec.models or (INBOX,))
    asker = Asker(Asking(setting.problem, spec, (), proposer, reference), state)
    asker.asked = asked
    return Upcoming(asked, spec, asker.context())
