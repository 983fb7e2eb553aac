"""The fork server: a process without secrets that makes confined children, each in a millisecond or two.

It is executed afresh with an environment of its own, imports what candidates may want, sets up what layers it
can share, and forks on request. It never reads a candidate: sources go to children by their own channels.
"""

import fcntl
import gc
import importlib
import os
import resource
import select
import signal
import socket
import sys
from pathlib import Path
from typing import Final, NoReturn

from sandbox import control, identity, landlock, limits, namespaces, policy, seccomp, wire
from sandbox.confinement import CHANNEL, Confinement, Shared
from sandbox.control import Configure, Ended, Failed, Missing, Open, Opened, Prepare, Ready, Reap, Reaped
from sandbox.imports import AllowList
from sandbox.layers import Layer, LayerMissing
from sandbox.policy import Contract
from sandbox.readable import readable

_OWN_PACKAGE: Final = __name__.partition(".")[0]
_SAFE_DESCRIPTOR: Final = 16
"""Descriptors that outlive the fork stay clear of the few that a child keeps."""

_OWN_SIZE: Final = Path("/proc/self/statm")
_REHEARSALS: Final = 30
_KIB: Final = 1024
_PAGE_BYTES: Final = resource.getpagesize()
_SIZES_BYTES: Final = 64
_HAS_PROCESS_DESCRIPTORS: Final = hasattr(os, "pidfd_open")


def main(descriptor: int) -> NoReturn:
    """Serves the parent until it is gone."""
    channel = socket.socket(fileno=descriptor)
    try:
        request, descriptors = control.receive_request(channel)
        if not isinstance(request, Configure):
            raise TypeError(f"the first request must be Configure, but it is {request!r}")
        zygote = _Zygote(channel, request, descriptors)
        zygote.serve()
    except LayerMissing as missing:
        control.send(channel, Missing(missing.layer, missing.reason))
    except Ended:
        pass
    os._exit(0)


class _Zygote:
    """The fork server's state: the shared parts of the layers, and the interfaces executed so far."""

    def __init__(self, channel: socket.socket, request: Configure, descriptors: list[int]) -> None:
        self._channel = channel
        self._parents = descriptors
        self._layers = frozenset(Layer(name) for name in request.layers)
        self._threads = request.runtime.threads
        self._contracts: dict[str, Contract] = {}
        self._processes: namespaces.Processes | None = None
        if request.core is not None:
            os.sched_setaffinity(0, {request.core})
        self._check()
        if Layer.NAMESPACES in self._layers:
            self._processes = namespaces.enter()
        # Opened before /proc is out of sight: a fork starts with the size that the fork server has.
        self._size = _kept(os.open(_OWN_SIZE, os.O_RDONLY)) if _OWN_SIZE.exists() else None
        preloaded = _preload(request.runtime.preload)
        self._arrays = importlib.import_module(f"{_OWN_PACKAGE}.arrays") if "numpy" in sys.modules else None
        allowed = AllowList.of(request.runtime.importable)
        _forget_ourselves(allowed)
        self._confinement = self._confine({*preloaded, *allowed.packages})
        # Printed text that cannot be encoded is the policy's, and no reason for an exception.
        for stream in (sys.stdout, sys.stderr):
            stream.reconfigure(errors="backslashreplace")  # type: ignore[union-attr]
        if sys.platform == "linux":
            _rehearse()
        policy.seed(0)
        self._settle()

    def _check(self) -> None:
        if Layer.SECCOMP in self._layers:
            seccomp.check()
        if Layer.LANDLOCK in self._layers:
            landlock.version()

    def _confine(self, packages: set[str]) -> Confinement:
        null = _kept(os.open(os.devnull, os.O_RDWR))
        server = _kept(os.pidfd_open(os.getpid())) if _HAS_PROCESS_DESCRIPTORS else None
        ruleset = program = None
        to_nobody = False
        if self._layers & {Layer.NAMESPACES, Layer.LANDLOCK, Layer.IDENTITY}:
            needed = readable(packages)
            if Layer.NAMESPACES in self._layers:
                namespaces.narrow_root(needed)
            if Layer.LANDLOCK in self._layers:
                ruleset = _kept(landlock.ruleset(needed.rules()))
            to_nobody = Layer.IDENTITY in self._layers and identity.can_be_nobody(needed.folders())
        if Layer.SECCOMP in self._layers:
            program = seccomp.Program.assemble(seccomp.check(), threads=self._threads)
        if Layer.RLIMITS in self._layers:
            limits.apply_shared()
        self._to_nobody = to_nobody
        shared = Shared(ruleset, program, to_nobody, null, server)
        return Confinement(self._layers, shared, threads=self._threads)

    def _settle(self) -> None:
        """Looks at the size that forks start with, and keeps the collector from the objects there are."""
        gc.collect()
        # Forks then do not copy the pages of objects that only the collector would have touched.
        gc.freeze()
        self._address_bytes, _ = _sizes(self._size)

    def serve(self) -> None:
        """Carries out requests until the parent ends or closes the channel."""
        control.send(self._channel, Ready(os.getpid(), self._notes()))
        poll = select.poll()
        for descriptor in (self._channel.fileno(), *self._parents):
            poll.register(descriptor, select.POLLIN)
        while True:
            # A parent that was killed may have left copies of the channel open elsewhere.
            for descriptor, _ in poll.poll():
                if descriptor in self._parents:
                    return
            request, descriptors = control.receive_request(self._channel)
            self._carry_out(request, descriptors)
            for descriptor in descriptors:
                os.close(descriptor)

    def _notes(self) -> tuple[str, ...]:
        if os.geteuid() == 0 and Layer.IDENTITY in self._layers and not self._to_nobody:
            return (
                "candidates are root without capabilities, since the user nobody cannot read this Python",
            )
        return ()

    def _carry_out(self, request: control.Request, descriptors: list[int]) -> None:
        match request:
            case Open():
                self._open(request, *descriptors)
            case Reap(pid):
                self._reap(pid)
            case Prepare(name, text):
                self._prepare(name, text)
            case Configure():
                control.send(self._channel, Failed("configured already"))

    def _prepare(self, name: str, text: str) -> None:
        prepared = policy.attempt(Contract.prepare, text, self._arrays)
        if isinstance(prepared, Contract):
            self._contracts[name] = prepared
            self._settle()
            control.send(self._channel, Ready(os.getpid()))
        else:
            control.send(self._channel, Failed(f"the interface cannot be executed: {prepared}"))

    def _open(self, request: Open, channel: int, output: int) -> None:
        if self._processes is not None:
            self._processes.leave()
        pid = os.fork()
        if pid == 0:
            self._be_child(request, channel, output)
        if self._processes is not None:
            self._processes.come_back()
        child = os.pidfd_open(pid) if _HAS_PROCESS_DESCRIPTORS else None
        control.send(self._channel, Opened(pid), [] if child is None else [child])
        if child is not None:
            os.close(child)

    def _be_child(self, request: Open, channel: int, output: int) -> NoReturn:
        try:
            contract = self._contracts[request.interface]
            try:
                self._confinement.surround(
                    channel,
                    output,
                    address_bytes=self._address_bytes + request.memory_bytes,
                    total_cpu_s=request.total_cpu_s,
                )
            except OSError as error:
                # Half a set-up is none: the parent hears of it and runs no candidate here.
                wire.write_frame(channel, wire.BROKEN, str(error).encode())
                os._exit(1)
            policy.serve(contract, CHANNEL)
        finally:
            # Whatever happens, a child never returns into the fork server's loop.
            os._exit(0)

    def _reap(self, pid: int) -> None:
        os.kill(pid, signal.SIGKILL)
        _, status, usage = os.wait4(pid, 0)
        cpu_s = usage.ru_utime + usage.ru_stime
        _, own_bytes = _sizes(self._size)
        control.send(self._channel, Reaped(status, cpu_s, usage.ru_maxrss * _KIB, own_bytes))


def _sizes(descriptor: int | None) -> tuple[int, int]:
    """Bytes of this process's address space, and of its resident set; zeroes where nothing tells."""
    if descriptor is None:
        return 0, 0
    address, resident = os.pread(descriptor, _SIZES_BYTES, 0).split()[:2]
    return int(address) * _PAGE_BYTES, int(resident) * _PAGE_BYTES


def _kept(descriptor: int) -> int:
    moved = fcntl.fcntl(descriptor, fcntl.F_DUPFD_CLOEXEC, _SAFE_DESCRIPTOR)
    os.close(descriptor)
    return moved


def _rehearse() -> None:
    """Plays a child's part with a source of our own, until the interpreter has settled.

    What it writes on first uses, to caches and counters beside the code, every fork would have to write
    again, and to copy the page for it.
    """
    contract = Contract.prepare("Task = int", None)
    encoder = wire.DownEncoder()
    job = wire.Job(b"def solve(task):\n    return [task, 0.5]\n", "solve", 0, 1 << 10)
    for _ in range(_REHEARSALS):
        # This kind of socket keeps frames apart, so that they can all be sent ahead.
        ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        ours.send(encoder.frame(wire.JOB, job))
        ours.send(encoder.frame(wire.SOLVE, 1))
        ours.shutdown(socket.SHUT_WR)
        policy.serve(contract, theirs.fileno())
        ours.close()
        theirs.close()


def _forget_ourselves(allowed: AllowList) -> None:
    # What is not allowed is not to be found at all, instead of found and refused.
    sites = readable(()).sites
    sys.path[:] = [entry for entry in sys.path if not _is_ours_or_installed(Path(entry), sites)]
    sys.meta_path.append(allowed)
    sys.path_importer_cache.clear()
    for name in [name for name in sys.modules if name.partition(".")[0] == _OWN_PACKAGE]:
        del sys.modules[name]
    for name in ("interface", "policy"):
        sys.modules.pop(name, None)


def _preload(modules: tuple[str, ...]) -> set[str]:
    before = set(sys.modules)
    for name in modules:
        importlib.import_module(name)
    loaded = {*(set(sys.modules) - before), "msgspec"}
    return {name for name in loaded if name.partition(".")[0] != _OWN_PACKAGE}


def _is_ours_or_installed(entry: Path, sites: tuple[Path, ...]) -> bool:
    return entry in sites or (entry / _OWN_PACKAGE).is_dir()
