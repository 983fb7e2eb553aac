"""A confined child as the parent sees it: asked, it comes back with an answer or a fault."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from types import TracebackType
from typing import Final, Self

from sandbox import wire
from sandbox.conversation import Conversation, Part
from sandbox.faults import Fault
from sandbox.limits import ChildLimits, ChildUsage
from sandbox.output import Printed
from sandbox.replies import ReplyReader

_LOAD: Final = Part("executing the policy", "init_cpu_s")
_SOLVE: Final = Part("`solve`", "solve_cpu_s")
_START: Final = Part("`Policy.__init__`", "init_cpu_s")
_STEP: Final = Part("`step`", "step_cpu_s")


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

    def __init__(self, conversation: Conversation, limits: ChildLimits, reader: ReplyReader) -> None:
        self._conversation = conversation
        self._limits = limits
        self._reader = reader
        self._encoder = wire.DownEncoder()
        self._handles = 0

    def _ask(
        self, part: Part, verb: bytes, message: object, cpu_limit_s: float
    ) -> tuple[bytes, bytes] | Fault:
        frame = self._encoder.frame(verb, message)
        return self._conversation.exchange(
            part, frame, cpu_limit_s=cpu_limit_s, room=self._limits.answer_bytes
        )

    def load(self, source: str, entry: str, seed: int) -> None:
        """Sends the candidate and waits until it is executed; called once, by the fork server.

        Raises:
            SandboxUnavailable: The layers could not be set up, so the candidate has not run.
        """
        self._conversation.await_seal()
        text = source.encode("utf-8", "surrogatepass")
        job = wire.Job(text, entry, seed % (1 << 64), self._limits.answer_bytes)
        reply = self._ask(_LOAD, wire.JOB, job, self._limits.init_cpu_s)
        if isinstance(reply, Fault):
            return
        verb, body = reply
        if verb == wire.FAULT:
            self._conversation.end(self._reader.fault(body, self._limits))
        elif verb != wire.READY:
            self._conversation.break_off()

    def solve(self, task: object) -> object:
        """Has `solve(task)` called.

        Returns:
            The answer, of the interface's type, or a `Fault`.
        """
        reply = self._ask(_SOLVE, wire.SOLVE, task, self._limits.call_cpu_s)
        if isinstance(reply, Fault):
            return reply
        verb, body = reply
        if verb == wire.ANSWER:
            return self._reader.answer(body, self._limits)
        if verb == wire.FAULT:
            return self._reader.fault(body, self._limits)
        return self._conversation.break_off()

    def start(self, setup: object) -> int | Fault:
        """Has `Policy(setup)` made.

        Returns:
            A handle for `step`, or a fault; other handles go on either way.
        """
        reply = self._ask(_START, wire.START, setup, self._limits.init_cpu_s)
        if isinstance(reply, Fault):
            return reply
        verb, body = reply
        if verb == wire.FAULT:
            return self._reader.fault(body, self._limits)
        if verb != wire.ANSWER or body != b"%d" % self._handles:
            return self._conversation.break_off()
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
        reply = self._conversation.exchange(
            _STEP,
            self._encoder.frame(wire.STEP, items),
            cpu_limit_s=self._limits.call_cpu_s * count,
            room=self._limits.answer_bytes * count,
        )
        if isinstance(reply, Fault):
            return [reply] * count
        verb, body = reply
        decisions = None
        if verb == wire.ANSWER:
            decisions = self._reader.answers(body, count, self._limits)
        elif verb == wire.MIXED:
            decisions = self._reader.mixed(body, count, self._limits)
        elif verb == wire.FAULT:
            decisions = [self._reader.fault(body, self._limits)] * count
        return [self._conversation.break_off()] * count if decisions is None else decisions

    def cpu_s(self) -> float:
        """CPU seconds of the process so far, by a clock that it cannot set; set-up included."""
        return self._conversation.cpu_s()

    def printed(self) -> Printed:
        """What the policy has printed so far; all of it, once the child is closed."""
        return self._conversation.printed()

    def close(self) -> ChildUsage:
        """Ends the process if it lives. Later calls return the same usage."""
        return self._conversation.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self.close()
