"""The attacks by which the doctor proves the layers, and what is laid out for them to take."""

import os
import socket
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from types import MappingProxyType
from typing import Any, Final

from sandbox.child import Interface
from sandbox.layers import Layer
from sandbox.zygote_process import ENVIRONMENT, INHERITED

INTERFACE: Final = Interface(
    text="from dataclasses import dataclass\n\n\n@dataclass\nclass Task:\n"
    "    canary: str\n    pid: int\n    port: int\n    address: str\n    names: list[str]\n",
    entry="solve",
    answer=list[tuple[str, str]],
)
"""Attacks answer with pairs of what they tried, and why it was refused; the latter is empty if it was not."""

_GIVEN: Final = {*ENVIRONMENT, *INHERITED, "LC_CTYPE"}
"""Variables that every child has, whatever the parent's are; Python itself sets the last."""


@dataclass(frozen=True, slots=True)
class Bait:
    """Things of ours that an attack may find.

    Attributes:
        canary: A file of ours that anyone might read, in a folder that anyone might write.
        pid: Our process.
        port: Where we listen on this machine's own network; 0 where there is none.
        address: Where we listen without a file, less the null character before it.
        names: Our environment variables.
    """

    canary: str
    pid: int
    port: int
    address: str
    names: tuple[str, ...]

    def as_task(self) -> dict[str, Any]:
        """The bait as the attack's task."""
        return asdict(self)


NO_BAIT: Final = Bait(canary="", pid=0, port=0, address="", names=())
"""For policies that look for nothing."""


@contextmanager
def laid() -> Iterator[Bait]:
    """Lays out bait, and takes it away again."""
    with ExitStack() as undo:
        folder = Path(undo.enter_context(tempfile.TemporaryDirectory(prefix="adrs-doctor-")))
        folder.chmod(0o777)
        canary = folder / "canary"
        canary.write_text("a canary\n", encoding="ascii")
        canary.chmod(0o666)
        address = f"adrs-doctor-{os.getpid()}-{id(folder)}"
        silent = undo.enter_context(socket.socket(socket.AF_UNIX))
        silent.bind(f"\0{address}")
        silent.listen()
        port = undo.enter_context(_listener())
        names = tuple(sorted(os.environ.keys() - _GIVEN))
        yield Bait(str(canary), os.getpid(), port, address, names)


@contextmanager
def _listener() -> Iterator[int]:
    try:
        with socket.create_server(("127.0.0.1", 0)) as server:
            yield server.getsockname()[1]
    except OSError:
        yield 0  # no network at all: nobody can be connected to by it


_CONNECTIONS: Final = """
        def connect(family, address):
            with socket.socket(family) as end:
                end.connect(address)

        tries["reach our abstract socket"] = lambda: connect(socket.AF_UNIX, "\\0" + task.address)
        if task.port:
            tries["reach our TCP port"] = lambda: connect(socket.AF_INET, ("127.0.0.1", task.port))
"""

TRIALS: Final[Mapping[Layer, str]] = MappingProxyType(
    {
        Layer.NAMESPACES: """
        tries["look at a file of ours"] = lambda: os.stat(task.canary)
        tries["see another process"] = lambda: os.getppid() > 0
        tries["list /proc"] = lambda: os.listdir("/proc")
        """
        + _CONNECTIONS,
        Layer.LANDLOCK: """
        folder = os.path.dirname(task.canary)
        tries["read a file of ours"] = lambda: open(task.canary)
        tries["write it"] = lambda: open(task.canary, "a")
        tries["list its folder"] = lambda: os.listdir(folder)
        tries["make a file"] = lambda: open(folder + "/made", "x")
        tries["read our environment"] = lambda: open(f"/proc/{task.pid}/environ", "rb")
        tries["delete a file"] = lambda: os.unlink(task.canary)
        """,
        Layer.SECCOMP: """
        import _thread, ctypes

        def trace():
            ctypes.set_errno(0)
            if ctypes.CDLL(None, use_errno=True).ptrace(0, 0, 0, 0) < 0:
                raise OSError(ctypes.get_errno(), "ptrace")

        tries["make a process"] = lambda: os.fork() or os._exit(0)
        tries["make a thread"] = lambda: _thread.start_new_thread(int, ())
        tries["send a signal"] = lambda: os.kill(task.pid, 0)
        """
        + _CONNECTIONS
        + """
        tries["be traced"] = trace
        """,
        Layer.RLIMITS: """
        import mmap

        def write():
            with open(task.canary, "r+b", buffering=0) as file:
                file.write(b"more")

        tries["take 256 MiB of 128"] = lambda: mmap.mmap(-1, 256 << 20)
        tries["write into a file"] = write
        tries["open 1000 files"] = lambda: [os.dup(0) for _ in range(1000)]
        """,
        Layer.IDENTITY: """
        tries["make a new root"] = lambda: os.chroot("/")
        tries["take priority"] = lambda: os.nice(-1)
        tries["send raw packets"] = lambda: socket.socket(socket.AF_INET, socket.SOCK_RAW, 1)
        tries["join a group"] = lambda: os.setgroups([0])
        if os.getuid():
            tries["become root"] = lambda: os.setuid(0)
        """,
        Layer.ENVIRONMENT: """
        def initial():
            with open("/proc/self/environ", "rb") as file:
                found = {entry.partition(b"=")[0].decode() for entry in file.read().split(b"\\0")}
            return bool(found & {*task.names})

        tries[f"find one of our {len(task.names)} variables"] = lambda: bool({*os.environ} & {*task.names})
        tries["find one in /proc"] = initial
        """,
        Layer.DESCRIPTORS: """
        def inherited():
            for number in range(4, 1024):
                try:
                    os.fstat(number)
                except OSError:
                    continue
                return True
            return False

        tries["use a descriptor from 4 to 1023"] = inherited
        """,
    }
)
"""Bodies that fill `tries` with what must be refused, or come back False, if their layer alone is set up."""

_FRAME: Final = """
import errno, os, socket

def solve(task):
    tries = {{}}
{body}
    told = []
    for name, attempt in tries.items():
        try:
            why = "found none" if attempt() is False else ""
        except OSError as error:
            why = errno.errorcode.get(error.errno, "refused")
        except (MemoryError, RuntimeError):
            why = "refused"  # Python's own words for a refusal of memory, or of a thread
        told.append((name, why))
    return told
"""


def attack(layer: Layer) -> str:
    """Writes the attack on a layer as a policy."""
    lines = (line.removeprefix(" " * 4) for line in TRIALS[layer].splitlines())
    return _FRAME.format(body="\n".join(lines))
