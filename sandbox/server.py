"""The parent's side of the fork server: finds the mode that it can offer, opens children, restarts it."""

import hashlib
import os
import socket
import subprocess
import sys
import tempfile
import weakref
from collections.abc import Iterable, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import IO, Final, Self

from sandbox import control
from sandbox.channel import Line, Process
from sandbox.child import Child, Interface
from sandbox.control import Configure, Ended, Failed, Missing, Open, Opened, Prepare, Ready, Reap, Reaped
from sandbox.conversation import Conversation
from sandbox.facts import Facts
from sandbox.hints import hints
from sandbox.layers import REQUIRED, ForkServerEnded, Layer, LayerMissing, Mode, SandboxUnavailable
from sandbox.limits import ChildLimits
from sandbox.output import Output
from sandbox.remedies import refusal, refusals
from sandbox.replies import ReplyReader
from sandbox.runtime import NUMPY, Runtime

BOOT: Final = (
    # A fork server has one thread and seeds its children itself: what modules such as `threading` and
    # `random` would do in every fork costs a tenth of an evaluation and has nothing to mend.
    "import os, sys; os.register_at_fork = lambda **_: None; "
    "sys.path.insert(0, sys.argv[1]); from sandbox.zygote import main; main(int(sys.argv[2]))"
)
ENVIRONMENT: Final = {
    "LANG": "C.UTF-8",
    # Symbols resolved once in the fork server need not be resolved in every fork.
    "LD_BIND_NOW": "1",
    "PATH": "/usr/bin:/bin",
    "PYTHONDONTWRITEBYTECODE": "1",
    # Sets iterate alike in every run, and so do policies that use them.
    "PYTHONHASHSEED": "0",
    "MKL_NUM_THREADS": "1",
    "OMP_NUM_THREADS": "1",
    "OPENBLAS_NUM_THREADS": "1",
}
"""All that the fork server and its children find in their environment, but for `INHERITED`."""

INHERITED: Final = ("LD_LIBRARY_PATH",)
"""Without it some interpreters do not start."""

_COMPLAINT_CHARACTERS: Final = 500
_END_WAIT_S: Final = 5.0
_PROC: Final = Path("/proc/self/fdinfo")


@dataclass(frozen=True, slots=True)
class Renewal:
    """When a fork server makes way for a fresh one, between two children.

    Attributes:
        forks: After so many children.
        growth_bytes: When its resident set has grown by so much since its first child ended.
    """

    forks: int = 20_000
    growth_bytes: int = 32 << 20


RENEWAL: Final = Renewal()


@dataclass(frozen=True, slots=True)
class Plan:
    """What a fork server is started with; enough to start it again."""

    layers: frozenset[Layer]
    runtime: Runtime
    core: int | None
    renewal: Renewal


class ZygoteProcess:
    """One fork server process, from its start to its end.

    Attributes:
        notes: What a user may want to know about the layers.
    """

    def __init__(
        self, process: "subprocess.Popen[bytes]", channel: socket.socket, complaints: IO[bytes]
    ) -> None:
        self._process = process
        self._channel = channel
        self._complaints = complaints
        self._prepared: set[str] = set()
        self._same_numbers = False
        self._forks = self._living = self._first_bytes = self._bytes = 0
        self.notes: tuple[str, ...] = ()

    @staticmethod
    def start(plan: Plan) -> "ZygoteProcess":
        """Executes a fork server and waits until it is ready.

        Raises:
            LayerMissing: It cannot set up a layer.
            SandboxUnavailable: It failed otherwise.
        """
        ours, theirs = socket.socketpair()
        complaints = tempfile.TemporaryFile()  # noqa: SIM115 - lives as long as the process
        kept = INHERITED if Layer.ENVIRONMENT in plan.layers else tuple(os.environ)
        inherited = {name: os.environ[name] for name in kept if name in os.environ}
        root = str(Path(__file__).resolve().parent.parent)
        process = subprocess.Popen(  # noqa: S603 - our own interpreter on our own text
            [sys.executable, "-P", "-s", "-u", "-c", BOOT, root, str(theirs.fileno())],
            env={**inherited, **ENVIRONMENT},
            cwd="/",
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=complaints,
            pass_fds=[theirs.fileno()],
            start_new_session=True,
        )
        theirs.close()
        zygote = ZygoteProcess(process, ours, complaints)
        with ExitStack() as undo:
            undo.callback(zygote.close)
            zygote._configure(plan)
            undo.pop_all()
        return zygote

    @property
    def pid(self) -> int:
        """Number of the process that was started."""
        return self._process.pid

    def _configure(self, plan: Plan) -> None:
        request = Configure(tuple(plan.layers), plan.runtime, plan.core)
        parent = os.pidfd_open(os.getpid()) if hasattr(os, "pidfd_open") else None
        try:
            reply = self._ask(request, [] if parent is None else [parent])[0]
        except Ended as error:
            raise SandboxUnavailable(f"the fork server did not start: {self.complaint()}") from error
        finally:
            if parent is not None:
                os.close(parent)
        if isinstance(reply, Missing):
            raise LayerMissing(Layer(reply.layer), reply.reason)
        if isinstance(reply, Ready):
            self.notes = reply.notes
            self._same_numbers = reply.pid == self.pid

    def _ask(
        self, request: control.Request, descriptors: Iterable[int] = ()
    ) -> tuple[control.Reply, list[int]]:
        control.send(self._channel, request, tuple(descriptors))
        return control.receive_reply(self._channel)

    def complaint(self) -> str:
        """The end of what the fork server wrote to its standard error."""
        self._complaints.seek(0)
        text = self._complaints.read().decode("utf-8", "replace").strip()
        return text[-_COMPLAINT_CHARACTERS:] or "it said nothing"

    def prepare(self, text: str) -> str:
        """Has an interface executed once, and returns the name by which children refer to it.

        Raises:
            Ended: The fork server is gone.
            SandboxUnavailable: The text cannot be executed there.
        """
        name = hashlib.sha256(text.encode()).hexdigest()
        if name not in self._prepared:
            reply, _ = self._ask(Prepare(name, text))
            if isinstance(reply, Failed):
                raise SandboxUnavailable(
                    f"{reply.reason}; it may import the standard library and the preloaded modules only"
                )
            self._prepared.add(name)
        return name

    def fork(self, name: str, limits: ChildLimits, ends: tuple[int, int]) -> tuple[int, Process]:
        """Has a child forked; returns its number there, and its process here.

        Args:
            ends: Descriptors of the child's ends of its channel and its output.

        Raises:
            Ended: The fork server is gone.
        """
        request = Open(name, limits.memory_bytes, limits.total_cpu_s)
        reply, descriptors = self._ask(request, ends)
        if not isinstance(reply, Opened):
            raise SandboxUnavailable(f"the fork server did not open a child: {reply!r}")
        self._forks += 1
        self._living += 1
        descriptor = descriptors[0] if descriptors else None
        return reply.pid, Process(reply.pid, descriptor, same_numbers=self._same_numbers)

    def reap(self, pid: int) -> Reaped:
        """Has a child killed and taken leave of.

        Raises:
            ForkServerEnded: It is gone, and its children with it.
        """
        try:
            reply, _ = self._ask(Reap(pid))
        except (Ended, OSError) as error:
            raise ForkServerEnded(
                f"the fork server ended, and its children with it: {self.complaint()}"
            ) from error
        if not isinstance(reply, Reaped):
            raise SandboxUnavailable(f"the fork server did not reap a child: {reply!r}")
        self._living -= 1
        self._bytes = reply.server_bytes
        self._first_bytes = self._first_bytes or self._bytes
        return reply

    def is_due(self, renewal: Renewal) -> bool:
        """Whether a fresh one should take its place, now that it has no child."""
        if self._living:
            return False
        return self._forks >= renewal.forks or self._bytes - self._first_bytes >= renewal.growth_bytes

    def close(self) -> None:
        """Ends the fork server and its children."""
        self._channel.close()
        try:
            self._process.wait(_END_WAIT_S)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        if not self._complaints.closed:
            self._complaints.close()


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
                zygote = _started(plan)
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
            self._zygote = _started(self._plan)
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


def _started(plan: Plan) -> ZygoteProcess:
    if sys.platform != "linux" and plan.layers & {Layer.NAMESPACES, Layer.LANDLOCK, Layer.SECCOMP}:
        missing = next(layer for layer in Layer if layer in plan.layers)
        raise LayerMissing(missing, f"{sys.platform} has none; only --sandbox none runs here, unsandboxed")
    if sys.platform == "linux" and not _PROC.exists():
        raise SandboxUnavailable(
            "/proc is not mounted, so no child can be watched; type as root: mount -t proc proc /proc"
        )
    return ZygoteProcess.start(plan)
