"""Proves each layer by an attack that it alone must stop, in a child that is thrown away."""

import enum
import os
import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final

from sandbox.child import Interface
from sandbox.faults import Fault
from sandbox.layers import REMEDIES, REQUIRED, Layer, LayerMissing, Mode, SandboxUnavailable
from sandbox.limits import ChildLimits
from sandbox.server import ENVIRONMENT, INHERITED, ForkServer


class State(enum.StrEnum):
    """What a proof found."""

    WORKS = "works"
    MISSING = "missing"
    """It cannot be set up here."""
    LEAKS = "leaks"
    """It was set up, and the attack succeeded."""


@dataclass(frozen=True, slots=True)
class Check:
    """One line of the doctor's table.

    Attributes:
        layer: A layer's name, or `watch` for the parent's own clock.
        required: Whether the mode is refused without it.
        proof: What was tried and what came of it.
        remedy: What to do if it does not work; empty if it does.
    """

    layer: str
    required: bool
    state: str
    proof: str
    remedy: str

    @property
    def failed(self) -> bool:
        """Whether the mode cannot be trusted for it."""
        return self.required and self.state != State.WORKS


@dataclass(frozen=True, slots=True)
class _Attack:
    """A policy that returns what it got, in words, and nothing if it got nothing.

    Attributes:
        tried: What it tries, for the table.
    """

    tried: str
    body: str


_INTERFACE: Final = Interface(
    text="from dataclasses import dataclass\n\n\n@dataclass\nclass Task:\n"
    "    path: str\n    pid: int\n    names: list[str]\n",
    entry="solve",
    answer=list[str],
)
_LIMITS: Final = ChildLimits(init_cpu_s=2.0, call_cpu_s=2.0, memory_bytes=128 << 20)
_BRIEF: Final = ChildLimits(init_cpu_s=2.0, call_cpu_s=0.05)

_ATTACKS: Final[Mapping[Layer, _Attack]] = MappingProxyType(
    {
        Layer.NAMESPACES: _Attack(
            "looked for a file of ours, another process and a network",
            """
            import os
            tries = {
                "a file": lambda: os.stat(task.path),
                "a process": lambda: 1 / os.getppid(),
                "a network": lambda: 1 / (len(__import__("socket").if_nameindex()) - 1),
            }
            """,
        ),
        Layer.LANDLOCK: _Attack(
            "opened a file of ours, to read and to write",
            """
            tries = {"read": lambda: open(task.path), "wrote": lambda: open(task.path, "a")}
            """,
        ),
        Layer.SECCOMP: _Attack(
            "made a socket, a process and a signal",
            """
            import os, socket
            tries = {
                "a socket": socket.socket,
                "a process": lambda: os.fork() or os._exit(0),
                "a signal": lambda: os.kill(task.pid, 0),
            }
            """,
        ),
        Layer.RLIMITS: _Attack(
            "took 256 MiB where 128 are allowed",
            """
            import mmap
            tries = {"256 MiB": lambda: mmap.mmap(-1, 256 << 20)}
            """,
        ),
        Layer.IDENTITY: _Attack(
            "used root's privileges",
            """
            import os
            tries = {"a new root": lambda: os.chroot("/"), "a better priority": lambda: os.nice(-1)}
            """,
        ),
        Layer.ENVIRONMENT: _Attack(
            "looked for the parent's environment variables",
            """
            import os
            tries = {name: lambda name=name: os.environ[name] for name in task.names}
            """,
        ),
        Layer.DESCRIPTORS: _Attack(
            "looked for open descriptors",
            """
            import os
            tries = {f"descriptor {n}": lambda n=n: os.fstat(n) for n in range(4, 64)}
            """,
        ),
    }
)

_FRAME: Final = """
def solve(task):
{body}
    got = []
    for name, attempt in tries.items():
        try:
            attempt()
            got.append(name)
        except (OSError, MemoryError, KeyError, ZeroDivisionError):
            pass
    return got
"""
_GIVEN: Final = {*ENVIRONMENT, *INHERITED, "LC_CTYPE"}
"""Variables that every child has, whatever the parent's are; Python itself sets the last."""


def probe(mode: Mode = Mode.AUTO) -> tuple[Check, ...]:
    """Tries every layer by itself, and the parent's watch; takes a few seconds.

    Args:
        mode: Decides which layers are required; `AUTO` requires those of `STRONG`, which it accepts.
    """
    required = REQUIRED[Mode.STRONG if mode is Mode.AUTO else mode]
    return (*(check(layer, required=layer in required) for layer in Layer), _watch())


def check(layer: Layer, *, required: bool, without: frozenset[Layer] | None = None) -> Check:
    """Tries one layer: all others are left out, so that none of them can stop the attack in its place.

    Args:
        required: What the check will say of it.
        without: The layers to be left out instead, for tests that prove the proof.
    """
    attack = _ATTACKS[layer]
    left_out = frozenset(Layer) - {layer} if without is None else without
    try:
        with ForkServer.start(Mode.FULL, preload=(), without=left_out) as server:
            got = _attack(server, attack)
    except SandboxUnavailable as error:
        cause = error.__cause__
        reason = cause.reason if isinstance(cause, LayerMissing) else str(error)
        return Check(layer, required, State.MISSING, reason, REMEDIES[layer])
    if isinstance(got, Fault):
        return Check(layer, required, State.LEAKS, f"{attack.tried}: {got.message}", REMEDIES[layer])
    if got:
        return Check(layer, required, State.LEAKS, f"{attack.tried}: got {', '.join(got)}", REMEDIES[layer])
    return Check(layer, required, State.WORKS, f"{attack.tried}: refused", "")


def _attack(server: ForkServer, attack: _Attack) -> list[str] | Fault:
    lines = (line.removeprefix(" " * 8) for line in attack.body.strip("\n").splitlines())
    task = {
        "path": sys.executable,
        "pid": os.getpid(),
        "names": sorted(os.environ.keys() - _GIVEN),
    }
    with server.open(_FRAME.format(body="\n".join(lines)), _INTERFACE, _LIMITS, seed=0) as child:
        answer = child.solve(task)
    return answer if isinstance(answer, Fault) else list(_texts(answer))


def _texts(answer: object) -> Iterator[str]:
    if isinstance(answer, list):
        yield from (str(part) for part in answer)


def _watch() -> Check:
    tried = "computed forever where 0.05 s of CPU are allowed"
    source = "def solve(task):\n    while True:\n        pass\n"
    try:
        with (
            ForkServer.start(Mode.NONE, preload=()) as server,
            server.open(source, _INTERFACE, _BRIEF, seed=0) as child,
        ):
            fault = child.solve({"path": "", "pid": 0, "names": []})
    except SandboxUnavailable as error:
        return Check("watch", True, State.MISSING, str(error), "report this: no child can be started at all")
    rule = fault.rule if isinstance(fault, Fault) else "no fault"
    if rule == "cpu_limit":
        return Check("watch", True, State.WORKS, f"{tried}: ended ({rule})", "")
    remedy = "CPU time can be watched on Linux only; elsewhere the wall limit ends such a policy"
    return Check("watch", rule != "wall_limit", State.LEAKS, f"{tried}: {rule}", remedy)
