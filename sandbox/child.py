"""A confined child as the parent sees it: asked, it comes back with an answer or a fault."""

import os
import signal
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from types import TracebackType
from typing import Final, Self

from sandbox import wire
from sandbox.channel import Channel, Closed, Overrun, Oversize, Process
from sandbox.control import Reaped
from sandbox.faults import Fault, fault
from sandbox.layers import SandboxUnavailable
from sandbox.limits import ChildLimits, ChildUsage, wall_limit_s
from sandbox.replies import ReplyReader

_SET_UP_CPU_S: Final = 10.0
"""For the layers alone: never reached on a machine that works."""

_FAULT_BYTES: Final = 8192
"""Room for a fault where an answer is expected, however small answers must be."""


@dataclass(frozen=True, slots=True)
class Interface:
    """What a candidate is written against.

    Attributes:
        text: Source of the module that candidates import as `interface`.
        entry: What they must define: `solve` or `Policy`.
        answer: The trusted type into which answers, or decisions, are decoded.
    """

    text: str = field(repr=False)
    entry: str
    answer: object


class Child:
    """One candidate in a process of its own, for one instance group.

    Faults of the candidate are returned, never raised. Once the process is gone, every call returns the fault
    that ended it. Use it in a `with` statement, or close it.
    """

    def __init__(
        self,
        limits: ChildLimits,
        reader: ReplyReader,
        channel: Channel,
        process: Process,
        reap: Callable[[], Reaped],
    ) -> None:
        self._limits = limits
        self._reader = reader
        self._channel = channel
        self._process = process
        self._reap = reap
        self._encoder = wire.DownEncoder()
        self._handles = 0
        self._used_s = 0.0
        self._total_end_s = 0.0
        self._opened = time.monotonic()
        self._fault: Fault | None = None
        self._usage: ChildUsage | None = None

    def load(self, source: str, entry: str, seed: int) -> None:
        """Sends the candidate and waits until it is executed; called once, by the fork server.

        Raises:
            SandboxUnavailable: The layers could not be set up, so the candidate has not run.
        """
        self._await_seal()
        job = wire.Job(
            source.encode("utf-8", "surrogatepass"), entry, seed % (1 << 64), self._limits.answer_bytes
        )
        reply = self._exchange(
            "executing the policy", self._encoder.frame(wire.JOB, job), self._limits.init_cpu_s
        )
        if isinstance(reply, Fault):
            return
        verb, body = reply
        if verb == wire.FAULT:
            self._end(self._reader.fault(body))
        elif verb != wire.READY:
            self._broke_protocol()

    def _await_seal(self) -> None:
        self._channel.begin(_SET_UP_CPU_S, 0.0)
        try:
            verb, body = self._channel.receive(_FAULT_BYTES)
            self._used_s = self._channel.check()
        except (Closed, Overrun, Oversize) as error:
            self.close()
            raise SandboxUnavailable(f"a child did not come up: {error!r}") from error
        if verb != wire.SEALED:
            self.close()
            raise SandboxUnavailable(f"a child could not be confined: {body.decode('utf-8', 'replace')}")
        self._total_end_s = self._used_s + self._limits.total_cpu_s

    def solve(self, task: object) -> object:
        """Has `solve(task)` called.

        Returns:
            The answer, of the interface's type, or a `Fault`.
        """
        frame = self._encoder.frame(wire.SOLVE, task)
        reply = self._exchange("`solve`", frame, self._limits.call_cpu_s)
        if isinstance(reply, Fault):
            return reply
        verb, body = reply
        if verb == wire.ANSWER:
            return self._reader.answer(body, self._limits.answer_bytes)
        return self._reader.fault(body) if verb == wire.FAULT else self._broke_protocol()

    def start(self, setup: object) -> int | Fault:
        """Has `Policy(setup)` made.

        Returns:
            A handle for `step`, or a fault; other handles go on either way.
        """
        frame = self._encoder.frame(wire.START, setup)
        reply = self._exchange("`Policy.__init__`", frame, self._limits.init_cpu_s)
        if isinstance(reply, Fault):
            return reply
        verb, body = reply
        if verb == wire.FAULT:
            return self._reader.fault(body)
        if verb != wire.ANSWER or body != b"%d" % self._handles:
            return self._broke_protocol()
        self._handles += 1
        return self._handles - 1

    def step(self, items: Sequence[tuple[int, object]]) -> list[object]:
        """Has each item's `policy.step(observation)` called, in order, in one message.

        Args:
            items: Pairs of a handle and an observation.

        Returns:
            In the same order, for each item its decision or a `Fault` of its own. Where the process was
            ended, nothing that it decided in this message counts, and every item has that fault.
        """
        count = len(items)
        if count == 0:
            return []
        limit_s = self._limits.call_cpu_s * count
        room = self._limits.answer_bytes * count
        reply = self._exchange("`step`", self._encoder.frame(wire.STEP, items), limit_s, room)
        if isinstance(reply, Fault):
            return [reply] * count
        verb, body = reply
        decisions = None
        if verb == wire.ANSWER:
            decisions = self._reader.answers(body, count, self._limits.answer_bytes)
        elif verb == wire.MIXED:
            decisions = self._reader.mixed(body, count, self._limits.answer_bytes)
        elif verb == wire.FAULT:
            decisions = [self._reader.fault(body)] * count
        return [self._broke_protocol()] * count if decisions is None else decisions

    def _exchange(
        self, what: str, frame: bytes, cpu_limit_s: float, room: int | None = None
    ) -> tuple[bytes, bytes] | Fault:
        if self._fault is not None:
            return self._fault
        if self._usage is not None:
            raise SandboxUnavailable("the fork server ended, and this child with it")
        cap = (self._limits.answer_bytes if room is None else room) + _FAULT_BYTES
        limit_s = min(cpu_limit_s, self._total_end_s - self._used_s)
        try:
            self._channel.begin(limit_s, self._used_s)
            self._channel.send(frame)
            reply = self._channel.receive(cap)
            # An answer that came in time by the wall may still have taken too much CPU.
            self._used_s = self._channel.check()
        except Overrun as error:
            return self._end(fault(error.rule, self._overrun(what, error, limit_s, cpu_limit_s)))
        except Oversize as error:
            return self._end(fault("answer_too_large", f"{what} sends {error} bytes, but {cap} are allowed"))
        except Closed:
            return self._post_mortem(what)
        return reply

    def _overrun(self, what: str, error: Overrun, limit_s: float, cpu_limit_s: float) -> str:
        used = f"{error.used_s:.3g} s of CPU"
        if error.rule == "wall_limit":
            allowed = wall_limit_s(limit_s)
            return (
                f"{what} did not answer within {allowed:.3g} s; it used {used} of the {limit_s:.3g} s allowed"
            )
        if limit_s < cpu_limit_s:
            total = self._limits.total_cpu_s
            return (
                f"{what} used {used}, and the whole process more than the {total:.3g} s allowed in its life"
            )
        return f"{what} used {used}, but {limit_s:.3g} s are allowed"

    def _broke_protocol(self) -> Fault:
        return self._end(fault("protocol", "the policy's process did not keep to the form of an answer"))

    def _end(self, fault: Fault) -> Fault:
        self._fault = fault
        self._settle()
        return fault

    def _post_mortem(self, what: str) -> Fault:
        by_itself = self._process.ends_by_itself()
        reaped = self._settle()
        code = os.waitstatus_to_exitcode(reaped.status)
        if not by_itself:
            ended = fault("exited", f"{what} closed the channel by which it should have answered")
        elif code >= 0:
            ended = fault("exited", f"{what} ended the process (exit status {code}) without an answer")
        elif -code == signal.SIGXCPU or reaped.cpu_s > self._limits.total_cpu_s:
            ended = fault("cpu_limit", f"{what} went on until {reaped.cpu_s:.3g} s of CPU in total were used")
        elif -code == signal.SIGKILL and reaped.peak_bytes > self._limits.memory_bytes // 2:
            ended = fault("memory_limit", f"{what} was killed by the system, most likely for its memory")
        else:
            ended = fault("signal", f"{what} ended by {_signal_name(-code)}")
        self._fault = ended
        return ended

    def _settle(self) -> Reaped:
        self._process.kill()
        cpu_s = self._process.cpu_s()
        try:
            reaped = self._reap()
        finally:
            self._channel.close()
            self._process.close()
            self._usage = ChildUsage(cpu_s, time.monotonic() - self._opened, 0)
        self._usage = ChildUsage(reaped.cpu_s, self._usage.wall_s, reaped.peak_bytes)
        return reaped

    def cpu_s(self) -> float:
        """CPU seconds of the process so far, by a clock that it cannot set; set-up included."""
        return self._process.cpu_s() if self._usage is None else self._usage.cpu_s

    def close(self) -> ChildUsage:
        """Ends the process if it lives. Later calls return the same usage."""
        if self._usage is None:
            self._fault = fault("exited", "the child was closed")
            # If the fork server is gone, it took the process along, which is all that is asked.
            with suppress(SandboxUnavailable):
                self._settle()
        return self._usage or ChildUsage(0.0, 0.0, 0)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self.close()


def _signal_name(number: int) -> str:
    names = {known.value: known.name for known in signal.Signals}
    name = names.get(number, f"signal {number}")
    return f"{name} (a forbidden kind of system call)" if number == signal.SIGSYS else name
