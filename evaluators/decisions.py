"""What a policy decided: its measurements on some instances, and every decision that went into them."""

from collections.abc import Generator, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import Any, cast

from evaluators.drive import Bench, GroupTask, measure_group, runtime
from evaluators.values import Measurement
from evaluators.worker import open_bench
from problems.base import Instance, Limits, OneShot, Outcome, Problem, Split, Stepwise, groups
from sandbox import ForkServer, Mode


@dataclass(frozen=True, slots=True)
class Decided:
    """One instance as a policy left it.

    Attributes:
        decisions: In order of time; of a one-shot problem its one answer. Up to the fault, if there was one.
        observations: What was known at each decision, and at one that failed; of a one-shot problem none.
    """

    instance: Instance
    measurement: Measurement
    decisions: tuple[Any, ...]
    observations: tuple[Any, ...] = ()


class Recorder:
    """A problem's trusted side that keeps what it is told, and is otherwise the same."""

    def __init__(self, evaluator: OneShot | Stepwise) -> None:
        self._one_shot = cast("OneShot", evaluator)
        self._stepwise = cast("Stepwise", evaluator)
        self.decisions: dict[str, list[Any]] = {}
        self.observations: dict[str, list[Any]] = {}

    def setup(self, instance: Instance, limits: Limits, /) -> Any:  # noqa: ANN401 - each problem's own type
        """Passes on."""
        return self._stepwise.setup(instance, limits)

    def simulate(self, instance: Instance, /) -> Generator[Any, Any, Outcome]:
        """Passes observations on, and keeps them and the decisions that come back."""
        kept, seen = self.decisions[instance.name], self.observations[instance.name] = [], []
        simulation = self._stepwise.simulate(instance)
        try:
            observation = next(simulation)
            while True:
                seen.append(observation)
                decision = yield observation
                kept.append(decision)
                observation = simulation.send(decision)
        except StopIteration as end:
            return cast("Outcome", end.value)

    def task(self, instance: Instance, limits: Limits, /) -> Any:  # noqa: ANN401 - each problem's own type
        """Passes on."""
        return self._one_shot.task(instance, limits)

    def measure(self, instance: Instance, answer: Any, /) -> Outcome:  # noqa: ANN401 - each problem's own type
        """Keeps the answer, and passes it on."""
        self.decisions[instance.name] = [answer]
        return self._one_shot.measure(instance, answer)


def decided(
    problem: Problem, source: str, instances: Sequence[Instance], split: Split, bench: Bench
) -> list[Decided]:
    """Measures a policy on instances of a split, group by group, and keeps its decisions.

    Raises:
        SandboxUnavailable: Ours.
    """
    recorder = Recorder(problem.evaluator)
    recording = replace(problem, evaluator=recorder)
    found = []
    for group in groups(instances):
        result = measure_group(bench, recording, source, GroupTask(group, problem.limits[split]))
        found += [
            Decided(
                instance,
                measurement,
                tuple(recorder.decisions.get(instance.name, ())),
                tuple(recorder.observations.get(instance.name, ())),
            )
            for instance, measurement in zip(group, result.measurements, strict=True)
        ]
    return found


@contextmanager
def opened(problem: Problem, split: Split, *, mode: Mode, cpu_scale: float) -> Iterator[Bench]:
    """Starts a fork server of this process's own, for policies under the limits of a split.

    Raises:
        SandboxUnavailable: Ours.
    """
    with ForkServer.start(mode, runtime=runtime(problem.limits[split])) as server:
        yield open_bench(problem, server, cpu_scale)
