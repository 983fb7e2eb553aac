"""What the sandbox costs: an evaluation of a trivial policy, a step, a fork server.

    python -m benchmarks.overhead [--mode full] [--json]

Medians of many. A busy machine shows in the 90th percentile; the CPU figure suffers less from it.
"""

import multiprocessing
import os
import random
import statistics
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import NamedTuple

import numpy as np

from benchmarks.report import arguments, show
from sandbox import BARE, ChildLimits, Fault, ForkServer, Interface, Mode

LIMITS = ChildLimits(init_cpu_s=5.0, call_cpu_s=5.0, total_cpu_s=600.0)
EVALUATIONS = 300
MESSAGES = 3000
BATCHES = (1, 6, 100)
WORKER_S = 3.0

ONE_SHOT = Interface(
    text="""
from dataclasses import dataclass
import numpy as np

Transaction = tuple[tuple[str, int], ...]

@dataclass(frozen=True, slots=True)
class Task:
    transactions: tuple[Transaction, ...]
    cpu_s: float
""",
    entry="solve",
    answer=tuple[int, ...],
)
STEPWISE = Interface(
    text="""
from typing import NamedTuple

class Setup(NamedTuple):
    gap_s: int

class Observation(NamedTuple):
    elapsed_s: int
    has_spot: bool
    work_left_s: int

Decision = int
""",
    entry="Policy",
    answer=int,
)
SOLVE = "def solve(task):\n    return list(range(len(task.transactions)))\n"
POLICY = """
class Policy:
    def __init__(self, setup):
        self.setup = setup

    def step(self, observation):
        return 1 if observation.has_spot else 2
"""


@dataclass(frozen=True, slots=True)
class Task:
    """Fifty transactions of six operations, as in a small instance of `txn`."""

    transactions: tuple[tuple[tuple[str, int], ...], ...]
    cpu_s: float


class Observation(NamedTuple):
    """As in `spot`."""

    elapsed_s: int
    has_spot: bool
    work_left_s: int


TASK = Task(tuple(tuple(("rw"[(i + j) % 2], (7 * i + j) % 40) for j in range(6)) for i in range(50)), 1.0)


@dataclass(frozen=True, slots=True)
class Timing:
    """Of one call, in the unit of its name."""

    median: float
    p90: float


def timed(call: Callable[[], object], count: int, scale: float) -> Timing:
    """Times `count` calls, after a few that do not count."""
    for _ in range(max(3, count // 50)):
        call()
    taken = []
    for _ in range(count):
        start = time.perf_counter()
        call()
        taken.append((time.perf_counter() - start) * scale)
    taken.sort()
    return Timing(statistics.median(taken), taken[int(0.9 * count)])


def evaluate(server: ForkServer) -> None:
    """One evaluation: a fresh child, one call, its end."""
    with server.open(SOLVE, ONE_SHOT, LIMITS, seed=1) as child:
        if isinstance(answer := child.solve(TASK), Fault):
            raise TypeError(answer.message)


def evaluate_here() -> None:
    """The same work in this process."""
    random.seed(1)
    np.random.seed(1)  # noqa: NPY002 - what the child does
    namespace: dict[str, Callable[[Task], list[int]]] = {}
    exec(compile(SOLVE, "policy.py", "exec"), namespace)  # noqa: S102 - our own text
    namespace["solve"](TASK)


def steps(mode: Mode, core: int | None) -> list[dict[str, str | float | None]]:
    """A step, alone and as a part of a batch."""
    found = []
    place = "anywhere" if core is None else "on one core"
    with (
        ForkServer.start(mode, core=core) as server,
        server.open(POLICY, STEPWISE, LIMITS, seed=1) as child,
    ):
        started = [child.start((300,)) for _ in range(max(BATCHES))]
        handles = [handle for handle in started if isinstance(handle, int)]
        for size in BATCHES:
            items = [(handle, Observation(300, True, 3000)) for handle in handles[:size]]
            taken = timed(partial(child.step, items), MESSAGES, 1e6 / size)
            found.append(row(f"step, {size} a message, {place}", "us", taken))
    return found


def worker(mode: Mode, core: int, counts: "multiprocessing.Queue[float]") -> None:
    """Evaluates as often as it can, and reports evaluations a second."""
    os.sched_setaffinity(0, {core})
    with ForkServer.start(mode, core=core) as server:
        evaluate(server)
        count, start = 0, time.perf_counter()
        while time.perf_counter() - start < WORKER_S:
            evaluate(server)
            count += 1
        counts.put(count / (time.perf_counter() - start))


def throughput(mode: Mode, cores: list[int]) -> float:
    """Evaluations a second of one worker a core."""
    context = multiprocessing.get_context("spawn")
    counts: multiprocessing.Queue[float] = context.Queue()
    workers = [context.Process(target=worker, args=(mode, core, counts)) for core in cores]
    for process in workers:
        process.start()
    total = sum(counts.get() for _ in workers)
    for process in workers:
        process.join()
    return total


def resident_bytes(pid: int) -> int:
    """Memory of a process and of those that it has forked."""
    status = Path(f"/proc/{pid}/status").read_text(encoding="ascii").splitlines()
    return int(next(line.split()[1] for line in status if line.startswith("VmRSS:"))) << 10


def private_mb(server: ForkServer) -> float | None:
    """Memory that a child has for itself after its work; None where the kernel does not tell."""
    with server.open(SOLVE, ONE_SHOT, LIMITS, seed=1) as child:
        child.solve(TASK)
        (pid,) = Path(f"/proc/{server.pid}/task/{server.pid}/children").read_text(encoding="ascii").split()
        try:
            lines = Path(f"/proc/{pid}/smaps_rollup").read_text(encoding="ascii").splitlines()
        except PermissionError:
            return None
    return int(next(line.split()[1] for line in lines if line.startswith("Private_Dirty:"))) * 1024 / 1e6


def evaluation_cpu_ms(mode: Mode, core: int) -> float:
    """CPU milliseconds of one evaluation in the three processes together, all on one core."""
    with ForkServer.start(mode, core=core) as server:
        clock = (~server.pid << 3) | 2  # Linux's clock of another process
        evaluate(server)
        before = time.clock_gettime(clock) + time.process_time()
        children_s = 0.0
        for _ in range(EVALUATIONS):
            with server.open(SOLVE, ONE_SHOT, LIMITS, seed=1) as child:
                child.solve(TASK)
            children_s += child.cpu_s()
        spent_s = time.clock_gettime(clock) + time.process_time() - before + children_s
    return spent_s / EVALUATIONS * 1e3


def row(what: str, unit: str, timing: Timing | float | None) -> dict[str, str | float | None]:
    """One line of the table."""
    if isinstance(timing, Timing):
        return {"what": what, "unit": unit, "median": timing.median, "p90": timing.p90}
    return {"what": what, "unit": unit, "median": timing, "p90": None}


def evaluations(mode: Mode, core: int) -> list[dict[str, str | float | None]]:
    """An evaluation, sandboxed and not."""
    start = time.perf_counter()
    with ForkServer.start(mode) as server:
        started_ms = (time.perf_counter() - start) * 1e3
        resident_mb, own_mb = resident_bytes(server.pid) / 1e6, private_mb(server)
        loose = timed(lambda: evaluate(server), EVALUATIONS, 1e3)
    with pinned_to(core), ForkServer.start(mode, core=core) as server:
        together = timed(lambda: evaluate(server), EVALUATIONS, 1e3)
    return [
        row("evaluation in process", "ms", timed(evaluate_here, EVALUATIONS, 1e3)),
        row("evaluation sandboxed", "ms", loose),
        row("evaluation sandboxed, on one core", "ms", together),
        row("evaluation sandboxed, CPU of all processes", "ms", evaluation_cpu_ms(mode, core)),
        row("start of a fork server", "ms", started_ms),
        row("memory of a fork server", "MB", resident_mb),
        row("memory of a child alone", "MB", own_mb),
    ]


@contextmanager
def pinned_to(core: int) -> Iterator[None]:
    """Binds this process to a core for a while."""
    allowed = os.sched_getaffinity(0)
    os.sched_setaffinity(0, {core})
    try:
        yield
    finally:
        os.sched_setaffinity(0, allowed)


def main() -> None:
    """Prints a table, or one JSON object."""
    parser = arguments("What the sandbox costs.")
    parser.add_argument("--mode", type=Mode, default=Mode.AUTO, choices=list(Mode))
    given = parser.parse_args()
    cores = sorted(os.sched_getaffinity(0))[:2]
    with ForkServer.start(given.mode, runtime=BARE) as server:
        mode = server.mode
    rows = evaluations(mode, cores[-1])
    with pinned_to(cores[-1]):
        rows += steps(mode, cores[-1])
    rows += steps(mode, None)
    rows.append(row(f"evaluations with {len(cores)} workers", "1/s", throughput(mode, cores)))
    show("overhead", rows, as_json=given.json, note=f"sandbox {mode}, load {os.getloadavg()[0]:.1f}")


if __name__ == "__main__":
    main()
