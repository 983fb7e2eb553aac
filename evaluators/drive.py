"""Measures one policy on one instance group: decisions come from the sandbox, numbers from here."""

import hashlib
import math
from collections.abc import Callable, Generator, Sequence
from dataclasses import dataclass
from typing import Any, cast

from evaluators.values import Measurement, Usage
from problems.base import Instance, InvalidAnswer, Limits, OneShot, Outcome, Problem, Stepwise
from sandbox import Child, ChildLimits, ForkServer, Interface
from sandbox.faults import Fault, FaultKind

SCORE_SLACK = 1e-9
"""A score above 1 by more than this is a hole of ours."""


@dataclass(frozen=True, slots=True)
class Bench:
    """Where policies are measured.

    Attributes:
        server: The fork server.
        cpu_scale: CPU seconds of this core per second of the reference core; limits are multiplied by it.
        wire_s: CPU seconds that one step of the idle policy costs in a group of n: all of it is ours.
    """

    server: ForkServer
    cpu_scale: float
    wire_s: Callable[[int], float] = lambda _: 0.0


@dataclass(frozen=True, slots=True)
class GroupResult:
    """Measurements of one group and what they took; `step_s` is the child's mean CPU time of a step."""

    measurements: tuple[Measurement, ...]
    usage: Usage
    step_s: float = 0.0


def measure_group(
    bench: Bench, problem: Problem, source: str, *, group: Sequence[Instance], limits: Limits
) -> GroupResult:
    """Runs a policy in a fresh child on the instances of one group.

    The policy's faults become measurements with score 0.0. Exceptions are ours: an outcome that is not
    finite, or whatever the sandbox raises when it cannot work.
    """
    interface = Interface(problem.interface_text, _entry(problem), _answer_type(problem))
    child_limits = _child_limits(limits, bench.cpu_scale, one_shot=problem.one_shot, size=len(group))
    with bench.server.open(source, interface, child_limits, seed=_seed(source, group)) as child:
        if problem.one_shot:
            results = [_solve(child, cast("OneShot", problem.evaluator), i, limits) for i in group]
            step_s = 0.0
        else:
            lockstep = _Lockstep(child, cast("Stepwise", problem.evaluator), group, limits)
            results, step_s = lockstep.run(), lockstep.step_s
            results = _judge_mean(results, step_s - bench.wire_s(len(group)), limits, bench.cpu_scale)
        used = child.close()
    measurements = tuple(_measurement(i, r) for i, r in zip(group, results, strict=True))
    return GroupResult(measurements, Usage(used.cpu_s, used.wall_s, used.peak_bytes), step_s)


def _entry(problem: Problem) -> str:
    return "solve" if problem.one_shot else "Policy"


def _answer_type(problem: Problem) -> Any:  # noqa: ANN401 - a type expression such as tuple[int, ...]
    return problem.interface.Answer if problem.one_shot else problem.interface.Decision


def _child_limits(limits: Limits, scale: float, *, one_shot: bool, size: int) -> ChildLimits:
    call = limits.solve_cpu_s if one_shot else limits.step_cpu_s
    total = limits.init_cpu_s * (size + 1) + (call * size if one_shot else 60.0)
    return ChildLimits(
        init_cpu_s=limits.init_cpu_s * scale,
        call_cpu_s=call * scale,
        total_cpu_s=total * scale,
        memory_bytes=limits.memory_bytes,
        answer_bytes=limits.answer_bytes,
    )


def _seed(source: str, group: Sequence[Instance]) -> int:
    """Seeds the child from (policy, group), so that a policy that draws numbers is measured repeatably."""
    text = "\0".join(
        [hashlib.sha256(source.encode("utf-8", "surrogatepass")).hexdigest(), *(i.digest for i in group)]
    )
    return int.from_bytes(hashlib.sha256(text.encode()).digest()[:4], "little")


def _solve(child: Child, evaluator: OneShot, instance: Instance, limits: Limits) -> Outcome | Fault:
    answer = child.solve(evaluator.task(instance, limits))
    if isinstance(answer, Fault):
        return answer
    try:
        return evaluator.measure(instance, answer)
    except InvalidAnswer as error:
        return _invalid(error)


def _invalid(error: InvalidAnswer) -> Fault:
    return Fault(FaultKind.INVALID, error.rule, str(error), error.element)


class _Lockstep:
    """Drives the simulators of a group together: one message carries the group's observations."""

    def __init__(self, child: Child, evaluator: Stepwise, group: Sequence[Instance], limits: Limits) -> None:
        self._child = child
        self._evaluator = evaluator
        self._group = group
        self._limits = limits
        self._results: dict[int, Outcome | Fault] = {}
        self.step_s = 0.0

    def run(self) -> list[Outcome | Fault]:
        live = [run for run in map(self._start, range(len(self._group))) if run is not None]
        before, steps = self._child.cpu_s(), 0
        step, results = self._child.step, self._results
        while live:
            steps += len(live)
            decisions = step([(handle, observation) for _, handle, _, observation in live])
            going = []
            for run, decision in zip(live, decisions, strict=True):
                if isinstance(decision, Fault):
                    results[run[0]] = decision
                    continue
                try:
                    run[3] = run[2].send(decision)
                except StopIteration as end:
                    results[run[0]] = end.value
                except InvalidAnswer as error:
                    results[run[0]] = _invalid(error)
                else:
                    going.append(run)
            live = going
        self.step_s = max(self._child.cpu_s() - before, 0.0) / max(steps, 1)
        return [results[i] for i in range(len(self._group))]

    def _start(self, index: int) -> list[Any] | None:
        """Starts one instance: [index, handle, simulation, observation], or None if it ended at once."""
        instance = self._group[index]
        handle = self._child.start(self._evaluator.setup(instance, self._limits))
        if isinstance(handle, Fault):
            self._results[index] = handle
            return None
        simulation: Generator[Any, Any, Outcome] = self._evaluator.simulate(instance)
        try:
            return [index, handle, simulation, next(simulation)]
        except StopIteration as end:
            self._results[index] = end.value
        return None


def _judge_mean(
    results: list[Outcome | Fault], step_s: float, limits: Limits, scale: float
) -> list[Outcome | Fault]:
    """Turns every outcome of a group into a fault if the policy's mean step took too long."""
    allowed = limits.step_mean_cpu_s * scale
    if step_s <= allowed:
        return results
    message = (
        f"a step took {step_s * 1e6:.0f} us of CPU on average, net of the wire; this problem allows "
        f"{limits.step_mean_cpu_s * 1e6:.0f} us on the reference core, {allowed * 1e6:.0f} us on this one"
    )
    late = Fault(FaultKind.TIMED_OUT, "step_mean_cpu", message)
    return [r if isinstance(r, Fault) else late for r in results]


def _measurement(instance: Instance, result: Outcome | Fault) -> Measurement:
    if isinstance(result, Fault):
        return Measurement(instance.name, instance.group, instance.block, 0.0, {}, result)
    figures = {"score": result.score, **result.metrics}
    wrong = [name for name, value in figures.items() if not math.isfinite(value)]
    if wrong or result.score < 0.0:
        raise ValueError(
            f"the evaluator gave {wrong or 'a score'} of {figures} on {instance.name}: a hole of ours"
        )
    return Measurement(instance.name, instance.group, instance.block, result.score, dict(result.metrics))
