"""Opens children: finds the mode that the machine can offer, and keeps a fork server of it going."""

import os
import socket
import weakref
from collections.abc import Sequence
from contextlib import ExitStack
from types import TracebackType
from typing import Self

from sandbox.channel import Line
from sandbox.child import Child, Interface
from sandbox.control import Ended
from sandbox.conversation import Conversation
from sandbox.facts import Facts
from sandbox.hints import hints
from sandbox.layers import REQUIRED, Layer, LayerMissing, Mode, SandboxUnavailable
from sandbox.limits import ChildLimits
from sandbox.output import Output
from sandbox.remedies import refusal, refusals
from sandbox.replies import ReplyReader
from sandbox.runtime import NUMPY, Runtime
from sandbox.zygote_process import RENEWAL, Plan, Renewal, ZygoteProcess, started


class ForkServer:
    """Opens a fresh, confined child for every candidate and instance group.

    Not to be shared between threads: requests to one fork server follow one another.
    """

    def __init__(self, plan: Plan, mode: Mode, zygote: ZygoteProcess, notes: Sequence[str]) -> None:
        self._plan = plan
        self._zygote = zygote
        self._notes = tuple(notes)
        self._children: weakref.WeakSet[Child] = weakref.WeakSet()
        self._readers: dict[object, ReplyReader] = {}
        self.mode = mode

    @classmethod
    def start(
        cls,
        mode: Mode = Mode.AUTO,
        *,
        runtime: Runtime = NUMPY,
        core: int | None = None,
        without: frozenset[Layer] = frozenset(),
        renewal: Renewal = RENEWAL,
    ) -> Self:
        """Starts a fork server that offers `mode`, the whole of it.

        Args:
            mode: `AUTO` takes `FULL`, or else `STRONG`, and `notes` then say why.
            runtime: What policies can import, and whether they may start threads.
            core: Processor that the fork server and its children are bound to.
            without: Layers left out, for tests that prove what each layer does.
            renewal: When the process is replaced, so that nothing can pile up in it.

        Raises:
            SandboxUnavailable: A layer of the mode is missing; the message says which, why, and what to do.
        """
        missing: dict[Mode, LayerMissing] = {}
        tried = (Mode.FULL, Mode.STRONG) if mode is Mode.AUTO else (mode,)
        for candidate in tried:
            layers = REQUIRED[candidate] - without
            plan = Plan(layers, runtime, core, renewal)
            try:
                zygote = started(plan)
            except LayerMissing as error:
                missing[candidate] = error
                continue
            return cls(plan, candidate, zygote, (*refusals(missing), *zygote.notes))
        raise SandboxUnavailable(refusal(missing, Facts.read())) from missing[tried[-1]]

    @property
    def pid(self) -> int:
        """Number of the fork server's process; another one after a restart."""
        return self._zygote.pid

    @property
    def notes(self) -> tuple[str, ...]:
        """What a user may want to know: why `AUTO` is not `FULL`, what a layer could not do here."""
        return self._notes

    def open(self, source: str, interface: Interface, limits: ChildLimits, *, seed: int) -> Child:
        """Forks a child and has it execute a candidate; whatever is wrong with that is a fault of its calls.

        Args:
            seed: For the child's `random` and `numpy.random`.

        Raises:
            SandboxUnavailable: The fork server could not be made to work; the candidate has not run.
        """
        if self._zygote.is_due(self._plan.renewal):
            self._renew()
        try:
            child = self._opened(interface, limits)
        except Ended:
            # Killed from outside: children are fresh anyway, so a fresh fork server is as good.
            self._renew()
            child = self._opened_at_once(interface, limits)
        self._children.add(child)
        child.load(source, interface.entry, seed)
        return child

    def _renew(self) -> None:
        self._zygote.close()
        try:
            self._zygote = started(self._plan)
        except LayerMissing as error:
            raise SandboxUnavailable(f"the fork server ended and cannot be restarted: {error}") from error

    def _opened_at_once(self, interface: Interface, limits: ChildLimits) -> Child:
        try:
            return self._opened(interface, limits)
        except Ended as error:
            raise SandboxUnavailable("the fork server ends as soon as it is started") from error

    def _opened(self, interface: Interface, limits: ChildLimits) -> Child:
        zygote = self._zygote
        name = zygote.prepare(interface.text)
        with ExitStack() as theirs, ExitStack() as undo:
            end, their_end = socket.socketpair()
            theirs.callback(their_end.close)
            undo.callback(end.close)
            output, their_output = Output.pipe()
            theirs.callback(os.close, their_output)
            undo.callback(output.close)
            pid, process = zygote.fork(name, limits, (their_end.fileno(), their_output))
            undo.pop_all()
        reader = self._reader(interface.answer)
        conversation = Conversation(limits, Line(end, output, process), reap=lambda: zygote.reap(pid))
        return Child(conversation, limits, reader)

    def _reader(self, answer: object) -> ReplyReader:
        if answer not in self._readers:
            self._readers[answer] = ReplyReader(answer, hints(self._plan.runtime))
        return self._readers[answer]

    def close(self) -> None:
        """Ends all children and the fork server."""
        for child in list(self._children):
            child.close()
        self._zygote.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self.close()
