"""Other constants for a policy, asked of a sampler and measured on SEARCH."""

from collections.abc import Sequence
from dataclasses import dataclass
from importlib.util import find_spec
from typing import TYPE_CHECKING

from evaluators.values import Evaluation
from evolve.cli.bar import bar
from evolve.cli.exits import ExtraMissing, Misuse
from evolve.cli.measuring import Bench, Measuring
from evolve.cli.names import choose
from evolve.runs.setting import Setting
from evolve.search.tuning import Knob, knobs, with_values
from problems.base import Split

if TYPE_CHECKING:
    import optuna

SAMPLERS = ("tpe", "cmaes")
FEWEST = 2
"""The policy as it is, and one other."""


@dataclass(frozen=True, slots=True)
class Sampling:
    """How constants are sought.

    Attributes:
        evals: Evaluations on SEARCH, that of the policy as it is included.
    """

    evals: int
    sampler: str = "tpe"
    seed: int = 0

    def refuse_unready(self) -> None:
        """Looks whether all that it needs is there.

        Raises:
            Misuse: There is no such sampler, or there are too few evaluations.
            ExtraMissing: A package is not installed.
        """
        choose(self.sampler, SAMPLERS, "sampler")
        if self.evals < FEWEST:
            raise Misuse(f"tuning needs {FEWEST} evaluations at least, but got --evals {self.evals}")
        needed = ("optuna", "cmaes") if self.sampler == "cmaes" else ("optuna",)
        missing = [package for package in needed if find_spec(package) is None]
        if missing:
            raise ExtraMissing(
                f"tuning needs {', '.join(missing)}, which is not installed; install it with: "
                "python -m pip install 'adrs[tune]'"
            )


@dataclass(frozen=True, slots=True)
class Sought:
    """What came of it.

    Attributes:
        values: The best on SEARCH; those of the policy itself if none did better.
        own: Score on SEARCH of the policy as it is.
        best: Of the policy with these values.
        first: The policy as it is, measured on SEARCH; if it failed there, no other was tried.
    """

    values: tuple[float, ...]
    own: float
    best: float
    first: Measuring


async def sought(
    bench: Bench, setting: Setting, source: str, sampling: Sampling, *, name: str = ""
) -> Sought:
    """Asks the sampler for constants, the policy's own first, and measures each on SEARCH.

    Args:
        name: Of the policy, for the bar.

    Raises:
        NotTunable: It has no constants.
    """
    chosen = knobs(source)
    original = tuple(knob.value for knob in chosen)
    first = await bench.measure("the policy", source, Split.SEARCH, setting, quiet=True)
    own = best = _value(first.evaluation, setting)
    if first.evaluation.faults or not first.evaluation.complete:
        return Sought(original, own, best, first)
    values = original
    with bar(f"tuning {name}".rstrip()) as progress:
        study = _study(sampling, chosen)
        _tell(study, chosen, original, own)
        for done in range(1, sampling.evals):
            progress(done, sampling.evals)
            trial = study.ask(_space(chosen))
            drawn = tuple(float(trial.params[knob.name]) for knob in chosen)
            other = with_values(source, chosen, drawn)
            found = await bench.measure("other constants", other, Split.SEARCH, setting, quiet=True)
            value = _value(found.evaluation, setting)
            study.tell(trial, value)
            if value > best:
                best, values = value, drawn
    return Sought(values, own, best, first)


def _value(evaluation: Evaluation, setting: Setting) -> float:
    """The mean score on SEARCH; what was not measured, since too much ran out of time, counts as 0."""
    return sum(m.score for m in evaluation.measurements) / len(setting.stages[Split.SEARCH])


def _study(sampling: Sampling, chosen: Sequence[Knob]) -> "optuna.Study":
    import optuna

    optuna.logging.set_verbosity(optuna.logging.ERROR)
    if sampling.sampler == "cmaes" and len(chosen) > 1:
        own = {knob.name: knob.value for knob in chosen}
        sampler: optuna.samplers.BaseSampler = optuna.samplers.CmaEsSampler(x0=own, seed=sampling.seed)
    else:
        # With a single constant CMA-ES has nothing to learn the shape of, and optuna refuses it.
        sampler = optuna.samplers.TPESampler(seed=sampling.seed)
    return optuna.create_study(direction="maximize", sampler=sampler)


def _space(chosen: Sequence[Knob]) -> "dict[str, optuna.distributions.BaseDistribution]":
    from optuna.distributions import FloatDistribution, IntDistribution

    return {
        knob.name: IntDistribution(int(knob.low), int(knob.high))
        if knob.whole
        else FloatDistribution(knob.low, knob.high, log=knob.log)
        for knob in chosen
    }


def _tell(study: "optuna.Study", chosen: Sequence[Knob], values: Sequence[float], value: float) -> None:
    import optuna

    named = {knob.name: int(v) if knob.whole else float(v) for knob, v in zip(chosen, values, strict=True)}
    study.add_trial(optuna.trial.create_trial(params=named, distributions=_space(chosen), value=value))
