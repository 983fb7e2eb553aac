"""Measures one policy on one instance group: decisions come from the sandbox, numbers from here."""

import hashlib
import logging
import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Any, cast

from evaluators.job import Played
from evaluators.lockstep import Lockstep
from evaluators.values import Measurement, Usage
from problems.base import Instance, InvalidAnswer, Limits, OneShot, Outcome, Problem, Stepwise
from sandbox import Child, ChildLimits, ForkServer, ForkServerEnded, Interface, Runtime
from sandbox.faults import Fault, FaultKind

_log = logging.getLogger(__name__)

_TRIES = 3


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
    """Measurements of one group and what they took.

    Attributes:
        call_s: The child's mean CPU seconds of a call, of `solve` or of a step, what the wire costs included.
        ready_s: Its CPU seconds before the first call: the layers, the source, each `Policy.__init__`.
        calls_s: Its CPU seconds of each call, if the task asked for them.
        played: What was decided on each instance; empty for a one-shot problem.
    """

    measurements: tuple[Measurement, ...]
    usage: Usage
    call_s: float = 0.0
    ready_s: float = 0.0
    calls_s: tuple[float, ...] = ()
    played: tuple[Played, ...] = ()


@dataclass(frozen=True, slots=True)
class GroupTask:
    """What is to be measured: one group under its stage's limits.

    Attributes:
        repeats: By instance, what a first measurement decided before it ran out of time.
        timed: Whether to take the time of each call, which costs two calls of the system.
    """

    group: Sequence[Instance]
    limits: Limits
    repeats: Sequence[Played] = ()
    timed: bool = False


def measure_group(bench: Bench, problem: Problem, source: str, task: GroupTask) -> GroupResult:
    """Runs a policy in a fresh child on the instances of one group.

    The policy's faults become measurements with score 0.0. Exceptions are ours: an outcome that is not
    finite, or whatever the sandbox raises when it cannot work. If the fork server is killed meanwhile, the
    group is measured again from its start, twice at most.
    """
    for _ in range(_TRIES - 1):
        try:
            return _measured_once(bench, problem, source, task)
        except ForkServerEnded as error:
            _log.warning("%s; the group is measured again", error)
    return _measured_once(bench, problem, source, task)


def _measured_once(bench: Bench, problem: Problem, source: str, task: GroupTask) -> GroupResult:
    group, limits, scale = task.group, task.limits, bench.cpu_scale
    interface = Interface(problem.interface_text, _entry(problem), _answer_type(problem))
    child_limits = _child_limits(limits, scale, one_shot=problem.one_shot, size=len(group))
    played, calls_s = tuple[Played, ...](), tuple[float, ...]()
    with bench.server.open(source, interface, child_limits, seed=_seed(source, group)) as child:
        if problem.one_shot:
            ready_s = child.cpu_s()
            results = [_solve(child, cast("OneShot", problem.evaluator), i, limits) for i in group]
            call_s = max(child.cpu_s() - ready_s, 0.0) / len(group)
            calls_s = (call_s,)
        else:
            lockstep = Lockstep(child, cast("Stepwise", problem.evaluator), group, limits, timed=task.timed)
            results = lockstep.run(task.repeats, scale=scale)
            call_s, ready_s, played = lockstep.step_s, lockstep.ready_s, lockstep.played
            calls_s = tuple(lockstep.calls_s)
            results = _judge_mean(results, call_s - bench.wire_s(len(group)), limits, scale)
        used = child.close()
        printed = str(child.printed())
    measurements = _told([_measurement(i, r) for i, r in zip(group, results, strict=True)], printed)
    usage = Usage(used.cpu_s, used.wall_s, used.peak_bytes)
    return GroupResult(measurements, usage, call_s, ready_s, calls_s, played)


def runtime(limits: Limits, also: Sequence[str] = ()) -> Runtime:
    """What policies find around them under these limits, and some modules more."""
    return Runtime((*limits.preload, *also), limits.importable, limits.threads)


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
    """Seeds the child from (policy, group), so that a policy that draws numbers is measured repeatably.

    From the group's names, not its content: a seed must not verify a guess at what a policy cannot see.
    """
    text = "\0".join(
        [hashlib.sha256(source.encode("utf-8", "surrogatepass")).hexdigest(), *(i.name for i in group)]
    )
    return int.from_bytes(hashlib.sha256(text.encode()).digest()[:4], "little")


def _solve(child: Child, evaluator: OneShot, instance: Instance, limits: Limits) -> Outcome | Fault:
    answer = child.solve(evaluator.task(instance, limits))
    if isinstance(answer, Fault):
        return answer
    try:
        return evaluator.measure(instance, answer)
    except InvalidAnswer as error:
        return Fault(FaultKind.INVALID, error.rule, str(error), error.element)


def _judge_mean(
    results: list[Outcome | Fault], step_s: float, limits: Limits, scale: float
) -> list[Outcome | Fault]:
    """Turns every outcome of a group into a fault if the policy's mean step took too long."""
    allowed = limits.step_mean_cpu_s * scale
    if step_s <= allowed:
        return results
    message = (
        f"a step took {step_s * 1e6:.0f} us of CPU on average, net of the wire; this problem allows "
        f"{limits.step_mean_cpu_s * 1e6:.0f} us on the reference core, {allowed * 1e6:.0f} us on this one "
        "(limit `step_mean_cpu_s`)"
    )
    late = Fault(FaultKind.TIMED_OUT, "step_mean_cpu", message)
    return [r if isinstance(r, Fault) else late for r in results]


def _told(measurements: Sequence[Measurement], printed: str) -> tuple[Measurement, ...]:
    """Notes what the group's child printed, where someone will look for it."""
    if not printed:
        return tuple(measurements)
    faulty = (i for i, m in enumerate(measurements) if m.fault is not None)
    place = next(faulty, 0)
    return tuple(replace(m, printed=printed) if i == place else m for i, m in enumerate(measurements))


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
