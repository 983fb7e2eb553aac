"""Drives the simulators of a group together: one message carries the group's observations."""

import hashlib
import time
from collections.abc import Generator, Sequence
from dataclasses import dataclass, field
from typing import Any

import msgspec
import numpy as np

from evaluators.job import Played
from problems.base import Instance, InvalidAnswer, Limits, Outcome, Stepwise
from sandbox import Child
from sandbox.faults import Fault, FaultKind

_GRACE_S = 10.0
"""Wall seconds of a group before waiting is looked at."""
_WAITING = 20.0
"""So many times its CPU allowance a group may take by the wall: a busy machine, but no sleeper."""


@dataclass(slots=True)
class _Run:
    """One instance while it goes on."""

    index: int
    handle: int
    simulation: Generator[Any, Any, Outcome]
    observation: Any
    decisions: list[Any] = field(default_factory=list)


class Lockstep:
    """A policy on the instances of one group, step by step.

    Attributes:
        step_s: The child's mean CPU seconds of a step, after `run`.
        ready_s: Its CPU seconds before the first step, after `run`.
        calls_s: Its mean CPU seconds of a step, message by message, if these are timed.
        played: What was decided on each instance, after `run`.
    """

    def __init__(
        self,
        child: Child,
        evaluator: Stepwise,
        group: Sequence[Instance],
        limits: Limits,
        *,
        timed: bool = False,
    ) -> None:
        self._child = child
        self._evaluator = evaluator
        self._group = group
        self._limits = limits
        self._repeats: Sequence[Played] = ()
        self._results: dict[int, Outcome | Fault] = {}
        self.step_s = self.ready_s = 0.0
        self.calls_s: list[float] = []
        self._timed = timed
        self.played: tuple[Played, ...] = ()

    def run(self, repeats: Sequence[Played], *, scale: float) -> list[Outcome | Fault]:
        """Runs every instance to its end or its fault.

        Args:
            repeats: What a first measurement decided before it ran out of time; anything else is a fault now.
            scale: CPU seconds of this core per second of the reference core.
        """
        self._repeats = repeats
        runs = [run for run in map(self._start, range(len(self._group))) if run is not None]
        live, steps, before, began = runs, 0, self._child.cpu_s(), time.monotonic()
        while live:
            steps += len(live)
            live = self._timed_step(live) if self._timed else self._step(live)
            allowed_s = _GRACE_S + _WAITING * steps * self._limits.step_mean_cpu_s * scale
            if time.monotonic() - began > allowed_s:
                self._stop(live, allowed_s)
                break
        self.step_s = max(self._child.cpu_s() - before, 0.0) / max(steps, 1)
        self.ready_s = before
        decided = {run.index: run.decisions for run in runs}
        self.played = tuple(_played(decided.get(i, [])) for i in range(len(self._group)))
        return [self._results[i] for i in range(len(self._group))]

    def _start(self, index: int) -> _Run | None:
        """Starts one instance; None if it ended at once."""
        instance = self._group[index]
        handle = self._child.start(self._evaluator.setup(instance, self._limits))
        if isinstance(handle, Fault):
            self._results[index] = handle
            return None
        simulation = self._evaluator.simulate(instance)
        try:
            return _Run(index, handle, simulation, next(simulation))
        except StopIteration as end:
            self._results[index] = end.value
        return None

    def _timed_step(self, live: list[_Run]) -> list[_Run]:
        before = self._child.cpu_s()
        going = self._step(live)
        self.calls_s.append((self._child.cpu_s() - before) / len(live))
        return going

    def _step(self, live: list[_Run]) -> list[_Run]:
        """Asks for one decision of each run and gives back those that go on."""
        decisions = self._child.step([(run.handle, run.observation) for run in live])
        going = []
        for run, decision in zip(live, decisions, strict=True):
            if isinstance(decision, Fault):
                self._results[run.index] = decision
                continue
            run.decisions.append(decision)
            try:
                run.observation = run.simulation.send(decision)
            except StopIteration as end:
                self._results[run.index] = self._repeated(run, end.value, ended=True)
            except InvalidAnswer as error:
                self._results[run.index] = Fault(FaultKind.INVALID, error.rule, str(error), error.element)
            else:
                going.append(run)
        return [run for run in going if self._goes_on(run)] if self._repeats else going

    def _goes_on(self, run: _Run) -> bool:
        found = self._repeated(run, None, ended=False)
        if found is not None:
            self._results[run.index] = found
        return found is None

    def _repeated(self, run: _Run, outcome: Any, *, ended: bool) -> Any:  # noqa: ANN401 - what is passed comes back
        """Gives back the outcome, or a fault where the first measurement was not repeated."""
        if not self._repeats:
            return outcome
        first = self._repeats[run.index]
        wanting = ended and len(run.decisions) < first.decisions
        if wanting or (len(run.decisions) == first.decisions and _played(run.decisions) != first):
            return Fault(
                FaultKind.TIMED_OUT,
                "not_repeatable",
                f"the policy ran out of time after {first.decisions} steps, and decided otherwise when it "
                "was measured again; what it saw the first time must not serve it the second",
            )
        return outcome

    def _stop(self, live: Sequence[_Run], allowed_s: float) -> None:
        message = (
            f"the policy kept its group waiting for more than {allowed_s:.3g} s, mostly without computing"
        )
        for run in live:
            self._results[run.index] = Fault(FaultKind.TIMED_OUT, "wall_limit", message)


def _played(decisions: Sequence[Any]) -> Played:
    try:
        raw = msgspec.msgpack.encode(list(decisions), enc_hook=_plain)
    except OverflowError:  # an integer beyond 64 bits, which no simulator takes but any policy may try
        raw = repr(decisions).encode("utf-8", "backslashreplace")
    return Played(len(decisions), hashlib.sha256(raw).hexdigest()[:32])


def _plain(value: object) -> object:
    if isinstance(value, np.ndarray):
        return [value.dtype.str, value.shape, value.tobytes()]
    raise TypeError(f"a decision holds {type(value).__name__}, which no interface may define")
