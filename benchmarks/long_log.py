"""A log as long as wanted, made in a moment: real events of a search whose scores follow a seeded law.

    python -m benchmarks.long_log results/long.db --steps 10000

Sources, scores and metrics are drawn, everything else is as a run writes it: the same state, the same
challenges, the same records. For what reads logs; it says nothing of any policy.
"""

import argparse
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from evaluators.values import Evaluation, Measurement, Usage
from evolve.runs import records
from evolve.runs.events import STOPPED, Draft
from evolve.runs.header import Header
from evolve.runs.setting import Setting
from evolve.runs.spec import RunSpec
from evolve.runs.state import State
from evolve.runs.store import Store
from evolve.runs.trial import OutcomeKind, Trial
from evolve.search.candidate import SEED, Candidate
from problems.base import Axis, Split
from sandbox.faults import Fault, FaultKind

_OPERATORS = ("edit", "crossover", "constants", "rewrite")
_FAULTY = 0.15
_BATCH = 200
_SECONDS_A_STEP = 0.05


@dataclass(slots=True)
class _Law:
    """How scores are drawn: a child is near its parent, seldom above it.

    Attributes:
        levels: By candidate id, what its scores scatter around.
    """

    setting: Setting
    rng: np.random.Generator
    levels: dict[str, float]

    def trial(self, step: int, parents: Sequence[Candidate], state: State) -> Trial:
        """Draws one step."""
        parent = parents[int(self.rng.integers(len(parents)))] if parents else None
        operator = SEED if parent is None else _OPERATORS[int(self.rng.integers(len(_OPERATORS)))]
        source = f"# step {step}\ndef solve(task):\n    return {self.rng.integers(1 << 30)}\n"
        candidate = Candidate(source, () if parent is None else (parent.id,), operator, None)
        before = 0.3 if parent is None else self.levels[parent.id]
        level = self.levels[candidate.id] = float(
            np.clip(before + self.rng.normal(-0.02, 0.03) * (1.0 - before), 0.0, 0.97)
        )
        faulty = bool(self.rng.random() < _FAULTY)
        stages = [Split.SMOKE] if faulty else [Split.SMOKE, Split.SEARCH]
        evaluations = {split: self._evaluation(split, level, faulty=faulty) for split in stages}
        champion = state.champion
        search = evaluations.get(Split.SEARCH)
        if search is not None and (
            champion is None or (search.score or 0.0) > (champion.search.score or 0.0)
        ):
            evaluations[Split.VALIDATION] = self._evaluation(Split.VALIDATION, level, faulty=False)
        usage = dict.fromkeys(evaluations, Usage(0.02, 0.03, 30 << 20))
        reason = "faulty" if faulty else "measured"
        return Trial(
            step, OutcomeKind.EVALUATED, reason, operator, candidate, f"{step:064x}", evaluations, usage,
            candidate.parents,
        )  # fmt: skip

    def _evaluation(self, split: Split, level: float, *, faulty: bool) -> Evaluation:
        return Evaluation.of(
            split, tuple(self._measurement(i, level, faulty=faulty) for i in self.setting.stages[split])
        )

    def _measurement(self, instance: object, level: float, *, faulty: bool) -> Measurement:
        name, group, block = (getattr(instance, key) for key in ("name", "group", "block"))
        if faulty:
            fault = Fault(FaultKind.RAISED, "exception", "ZeroDivisionError: division by zero")
            return Measurement(name, group, block, 0.0, {}, fault)
        score = float(np.clip(level + self.rng.normal(0.0, 0.05), 0.0, 1.0))
        metrics = {
            axis.metric: float(self.rng.choice(axis.edges) + self.rng.normal(0, 0.05)) for axis in self._axes
        }
        return Measurement(name, group, block, score, {**metrics, "spare": 1.0 - score})

    @property
    def _axes(self) -> Sequence[Axis]:
        return self.setting.problem.axes


def write(db: Path, *, run: str, problem: str, steps: int, seed: int = 0) -> None:
    """Writes a run of so many steps into a store."""
    setting = Setting.load(problem, "generated")
    spec = RunSpec(problem, max_evals=steps, seed=seed, seeds=setting.problem.seeds)
    header, state = Header.new(setting, spec, {}, 1.0, None), State.empty(setting.problem.axes)
    law = _Law(setting, np.random.default_rng(seed), {})
    with Store.open(db) as store:
        store.create(run, [header.draft()], at=0.0)
        drafts, texts = list[Draft](), list[str]()
        for step in range(steps):
            elites = [elite.candidate for elite in state.archive.grid]
            trial = law.trial(step, [] if step < len(spec.seeds) else elites, state)
            challenge = state.challenge(trial, np.random.default_rng(step))
            status = state.apply(trial, challenge)
            parents = [state.steps[parent] for parent in trial.parents]
            drafts += records.drafts(trial, challenge, parents=parents, status=int(status))
            texts += records.texts(trial)
            if step % _BATCH == _BATCH - 1:
                store.append(run, drafts, at=_SECONDS_A_STEP * step, texts=texts)
                drafts, texts = [], []
        ended = Draft(STOPPED, None, {"reason": "max_evals"})
        store.append(run, [*drafts, ended], at=_SECONDS_A_STEP * steps, texts=texts)


def main() -> None:
    """Runs from the command line."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("db", type=Path)
    parser.add_argument("--run", default="long")
    parser.add_argument("--problem", default="prism")
    parser.add_argument("--steps", type=int, default=10_000)
    given = parser.parse_args()
    write(given.db, run=given.run, problem=given.problem, steps=given.steps)


if __name__ == "__main__":
    main()
