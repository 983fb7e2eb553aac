"""Whether the sandbox stays as it is: evaluations in a row, and what the processes and the kernel then hold.

    python -m benchmarks.endurance [--evaluations 100000] [--mode full] [--json]

Four policies take turns: an answer, an exception, an exit, a crash. A row tells the state after so many of
them, and what each took since the row before. Ends with status 1 if anything was left behind.
"""

import os
import sys
import time
from dataclasses import asdict, dataclass
from pathlib import Path

from benchmarks.overhead import LIMITS, ONE_SHOT, SOLVE, TASK, resident_bytes
from benchmarks.report import arguments, show
from sandbox import Fault, ForkServer, Mode

POLICIES = (
    SOLVE,
    "def solve(task):\n    print('fails')\n    1 / 0\n",
    "import os\ndef solve(task):\n    os._exit(1)\n",
    "import ctypes\ndef solve(task):\n    ctypes.string_at(0)\n",
)
ROWS = 10
SLACK_BYTES = 8 << 20
"""How much larger a process may be at the end than after the first row, for what an allocator keeps."""


@dataclass(frozen=True, slots=True)
class Holdings:
    """What is there at a moment.

    Attributes:
        processes: Kin of this process, itself not counted.
        mounts: Of this process's namespace.
    """

    descriptors: int
    server_descriptors: int
    processes: int
    mounts: int
    here_mb: float
    server_mb: float

    @staticmethod
    def of(server: ForkServer) -> "Holdings":
        """Looks at this process and its fork server."""
        return Holdings(
            _descriptors(os.getpid()),
            _descriptors(server.pid),
            len(kin(os.getpid())),
            len(Path("/proc/self/mounts").read_text(encoding="utf-8").splitlines()),
            round(resident_bytes(os.getpid()) / 1e6, 1),
            round(resident_bytes(server.pid) / 1e6, 1),
        )

    def is_more_than(self, first: "Holdings") -> bool:
        """Whether anything was left behind since."""
        counts = ("descriptors", "server_descriptors", "processes", "mounts")
        if any(getattr(self, name) > getattr(first, name) for name in counts):
            return True
        sizes = ((self.here_mb, first.here_mb), (self.server_mb, first.server_mb))
        return any(now - then > SLACK_BYTES / 1e6 for now, then in sizes)


def _descriptors(pid: int) -> int:
    return len(list(Path(f"/proc/{pid}/fd").iterdir()))


def kin(pid: int) -> set[int]:
    """Numbers of all processes that descend from one."""
    found: set[int] = set()
    for thread in Path(f"/proc/{pid}/task").iterdir():
        for child in (thread / "children").read_text(encoding="ascii").split():
            found |= {int(child)} | kin(int(child))
    return found


def evaluate(server: ForkServer, number: int) -> None:
    """One evaluation of one of the policies; all but the first must fail."""
    kind = number % len(POLICIES)
    with server.open(POLICIES[kind], ONE_SHOT, LIMITS, seed=number) as child:
        failed = isinstance(child.solve(TASK), Fault)
    if failed != (kind > 0):
        raise AssertionError(f"policy {kind} failed: {failed}")


def main() -> None:
    """Prints a table, or one JSON object."""
    parser = arguments("Whether the sandbox stays as it is.")
    parser.add_argument("--mode", type=Mode, default=Mode.AUTO, choices=list(Mode))
    parser.add_argument("--evaluations", type=int, default=100_000)
    given = parser.parse_args()
    share, rows, states, started = max(given.evaluations // ROWS, 1), [], [], set[int]()
    with ForkServer.start(given.mode) as server:
        for row in range(ROWS):
            began = time.perf_counter()
            for number in range(row * share, (row + 1) * share):
                evaluate(server, number)
                started.add(server.pid)
            states.append(Holdings.of(server))
            ms = (time.perf_counter() - began) / share * 1e3
            rows.append({"evaluations": (row + 1) * share, **asdict(states[-1]), "ms each": round(ms, 3)})
        mode = server.mode
    left = kin(os.getpid())
    note = f"sandbox {mode}, {len(started)} fork servers one after the other, {len(left)} processes left"
    show("endurance", rows, as_json=given.json, note=note)
    if left or states[-1].is_more_than(states[0]):
        sys.exit("something was left behind")


if __name__ == "__main__":
    main()
