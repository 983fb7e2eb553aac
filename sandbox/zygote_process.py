"""The fork server's process as its parent sees it: executed, configured, asked for children, ended."""

import hashlib
import os
import socket
import subprocess
import sys
import tempfile
from collections.abc import Iterable
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Final

from sandbox import control
from sandbox.channel import Process
from sandbox.control import Configure, Ended, Failed, Missing, Open, Opened, Prepare, Ready, Reap, Reaped
from sandbox.layers import ForkServerEnded, Layer, LayerMissing, SandboxUnavailable
from sandbox.limits import ChildLimits
from sandbox.runtime import Runtime

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


@dataclass(slots=True)
class _Wear:
    """What a fork server has been through."""

    forks: int = 0
    living: int = 0
    first_bytes: int = 0
    last_bytes: int = 0

    def fork(self) -> None:
        self.forks += 1
        self.living += 1

    def reap(self, server_bytes: int) -> None:
        self.living -= 1
        self.last_bytes = server_bytes
        self.first_bytes = self.first_bytes or server_bytes

    def is_out(self, renewal: Renewal) -> bool:
        has_grown = self.last_bytes - self.first_bytes >= renewal.growth_bytes
        return not self.living and (self.forks >= renewal.forks or has_grown)


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
        self._prepared: dict[str, str] = {}
        self._same_numbers = False
        self._wear = _Wear()
        self.notes: tuple[str, ...] = ()

    @staticmethod
    def start(plan: Plan) -> "ZygoteProcess":
        """Executes a fork server and waits until it is ready.

        Raises:
            LayerMissing: It cannot set up a layer.
            SandboxUnavailable: It failed otherwise.
        """
        ours, theirs = socket.socketpair()
        complaints = _complaints()
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
        known = self._prepared.get(text)
        if known is not None:
            return known
        name = hashlib.sha256(text.encode()).hexdigest()
        reply, _ = self._ask(Prepare(name, text))
        if isinstance(reply, Failed):
            raise SandboxUnavailable(
                f"{reply.reason}; it may import the standard library and the preloaded modules only"
            )
        self._prepared[text] = name
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
        self._wear.fork()
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
        self._wear.reap(reply.server_bytes)
        return reply

    def is_due(self, renewal: Renewal) -> bool:
        """Whether a fresh one should take its place, now that it has no child."""
        return self._wear.is_out(renewal)

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


def _complaints() -> IO[bytes]:
    """A file for what a fork server complains of: in memory where that can be, since a disk may be full."""
    if hasattr(os, "memfd_create"):
        return os.fdopen(os.memfd_create("complaints"), "w+b")
    return tempfile.TemporaryFile()


def started(plan: Plan) -> ZygoteProcess:
    """Starts a fork server, unless it is clear beforehand that it cannot work here.

    Raises:
        LayerMissing, SandboxUnavailable: As `ZygoteProcess.start` does.
    """
    if sys.platform != "linux" and plan.layers & {Layer.NAMESPACES, Layer.LANDLOCK, Layer.SECCOMP}:
        missing = next(layer for layer in Layer if layer in plan.layers)
        raise LayerMissing(missing, f"{sys.platform} has none; only --sandbox none runs here, unsandboxed")
    if sys.platform == "linux" and not _PROC.exists():
        raise SandboxUnavailable(
            "/proc is not mounted, so no child can be watched; type as root: mount -t proc proc /proc"
        )
    return ZygoteProcess.start(plan)
