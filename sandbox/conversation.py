"""One child's life in the parent: exchanges within their limits, and the end, with its cause."""

import os
import signal
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from typing import Final

from sandbox import wire
from sandbox.channel import Channel, Closed, Line, Overrun, Oversize
from sandbox.control import Reaped
from sandbox.faults import Fault, fault
from sandbox.layers import ForkServerEnded, SandboxUnavailable
from sandbox.limits import ChildLimits, ChildUsage, out_of_memory, too_large, wall_limit_s
from sandbox.output import Printed

_SET_UP_CPU_S: Final = 10.0
"""For the layers alone: never reached on a machine that works."""

_FAULT_BYTES: Final = 8192
"""Room for a fault where an answer is expected, however small answers must be."""


@dataclass(frozen=True, slots=True)
class Part:
    """A part of a policy's work.

    Attributes:
        name: What does it, in messages.
        limit: What the problem calls the limit of its CPU time.
    """

    name: str
    limit: str


class Conversation:
    """Question and answer with a child, until one of the two sides ends it."""

    def __init__(self, limits: ChildLimits, line: Line, *, reap: Callable[[], Reaped]) -> None:
        self._limits = limits
        self._channel = Channel(line)
        self._output = line.output
        self._process = line.process
        self._reap = reap
        self._used_s = 0.0
        self._total_end_s = 0.0
        self._opened = time.monotonic()
        self._fault: Fault | None = None
        self._usage: ChildUsage | None = None
        self._asking = False

    def await_seal(self) -> None:
        """Waits until the layers are up.

        Raises:
            SandboxUnavailable: They could not be set up, so the candidate has not run.
            ForkServerEnded: It was killed meanwhile.
        """
        self._channel.begin(_SET_UP_CPU_S, 0.0)
        try:
            verb, body = self._channel.receive(_FAULT_BYTES)
            self._used_s = self._channel.check()
        except (Closed, Overrun, Oversize) as error:
            self._settle()
            raise SandboxUnavailable(f"a child did not come up: {error!r}") from error
        if verb != wire.SEALED:
            self.close()
            raise SandboxUnavailable(f"a child could not be confined: {body.decode('utf-8', 'replace')}")
        self._total_end_s = self._used_s + self._limits.total_cpu_s

    def exchange(
        self, part: Part, frame: bytes, *, cpu_limit_s: float, room: int
    ) -> tuple[bytes, bytes] | Fault:
        """Sends a frame and waits for the reply.

        Args:
            part: What the child is asked to do.
            room: Bytes of a reply's body, besides those of a fault.

        Returns:
            Verb and body, or the fault that ended the child, now or before.

        Raises:
            ForkServerEnded: It was killed, and the child with it.
        """
        if self._fault is not None:
            return self._fault
        self._check_open()
        self._asking = True
        cap = room + _FAULT_BYTES
        limit_s = min(cpu_limit_s, self._total_end_s - self._used_s)
        try:
            self._channel.begin(limit_s, self._used_s)
            self._channel.send(frame)
            reply = self._channel.receive(cap)
            # An answer that came in time by the wall may still have taken too much CPU.
            self._used_s = self._channel.check()
        except Overrun as error:
            return self.end(fault(error.rule, self._overrun(part, error, limit_s, cpu_limit_s)))
        except Oversize as error:
            return self.end(fault("answer_too_large", too_large(error.size, room)))
        except Closed:
            return self._post_mortem(part.name)
        self._asking = False
        return reply

    def _check_open(self) -> None:
        if self._usage is not None:
            raise ForkServerEnded("the fork server ended, and this child with it")
        if self._asking:
            # What would be read now is the reply to another question.
            raise SandboxUnavailable("an exchange with this child was interrupted; open a fresh one")

    def _overrun(self, part: Part, error: Overrun, limit_s: float, cpu_limit_s: float) -> str:
        used = f"{error.used_s:.3g} s of CPU"
        if limit_s < cpu_limit_s:
            total = f"{self._limits.total_cpu_s:.3g} s"
            return f"{part.name} used {used}, and the policy all of the {total} that it may use in its life"
        if error.rule == "wall_limit":
            return (
                f"{part.name} did not answer within {wall_limit_s(limit_s):.3g} s, although it used {used} "
                f"of {limit_s:.3g} s (limit `{part.limit}`): policies must not wait"
            )
        return f"{part.name} used {used}, but {limit_s:.3g} s are allowed (limit `{part.limit}`)"

    def break_off(self) -> Fault:
        """Ends a child that did not keep to the protocol."""
        return self.end(fault("protocol", "the policy's process did not keep to the form of an answer"))

    def end(self, fault: Fault) -> Fault:
        """Ends the child, for a reason that all later exchanges give."""
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
            ended = fault("memory_limit", out_of_memory(self._limits.memory_bytes))
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
            self._output.close()
            self._process.close()
            self._usage = ChildUsage(cpu_s, time.monotonic() - self._opened, 0)
        self._usage = ChildUsage(reaped.cpu_s, self._usage.wall_s, reaped.peak_bytes)
        return reaped

    def cpu_s(self) -> float:
        """CPU seconds of the process so far, by a clock that it cannot set; set-up included."""
        return self._process.cpu_s() if self._usage is None else self._usage.cpu_s

    def printed(self) -> Printed:
        """What the child has printed; all of it, once it has ended."""
        return self._output.printed()

    def close(self) -> ChildUsage:
        """Ends the process if it lives. Later calls return the same usage."""
        if self._usage is None:
            self._fault = fault("exited", "the child was closed")
            # If the fork server is gone, it took the process along, which is all that is asked.
            with suppress(SandboxUnavailable):
                self._settle()
        return self._usage or ChildUsage(0.0, 0.0, 0)


def _signal_name(number: int) -> str:
    names = {known.value: known.name for known in signal.Signals}
    name = names.get(number, f"signal {number}")
    return f"{name} (a forbidden kind of system call)" if number == signal.SIGSYS else name
