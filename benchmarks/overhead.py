"""What the sandbox costs: an evaluation of a trivial policy, a step, a fork server.

    python benchmarks/overhead.py [--mode full] [--json]

Medians of many; a busy machine shows in the 90th percentile, so close other programs before believing a figure.
"""

import argparse
import json
import multiprocessing
import os
import platform
import random
import statistics
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

import numpy as np

from sandbox import ChildLimits, Fault, ForkServer, Interface, Mode

LIMITS = ChildLimits(init_cpu_s=5.0, call_cpu_s=5.0, total_cpu_s=600.0)
EVALUATIONS = 300
MESSAGES = 3000
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


def steps(mode: Mode, core: int | None) -> dict[str, float]:
    """Microseconds of a step, alone and as a part of a batch."""
    found = {}
    place = "pinned" if core is not None else "unpinned"
    with (
        ForkServer.start(mode, core=core) as server,
        server.open(POLICY, STEPWISE, LIMITS, seed=1) as child,
    ):
        handles = [child.start((300,)) for _ in range(100)]
        for size in (1, 6, 100):
            items = [
                (handle, Observation(300, True, 3000)) for handle in handles[:size] if isinstance(handle, int)
            ]
            taken = timed(lambda items=items: child.step(items), MESSAGES, 1e6 / size)  # type: ignore[misc]
            found[f"step_us_{place}_batch_{size}"] = taken.median
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


def processor() -> str:
    """The processor's name as the kernel gives it."""
    lines = Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines()
    return next(
        (line.partition(":")[2].strip() for line in lines if line.startswith("model name")),
        platform.machine(),
    )


def measure(mode: Mode) -> dict[str, object]:
    """Everything, in one object."""
    start = time.perf_counter()
    with ForkServer.start(mode) as server:
        started_ms = (time.perf_counter() - start) * 1e3
        resolved, resident = server.mode, resident_bytes(server.pid)
        sandboxed = timed(lambda: evaluate(server), EVALUATIONS, 1e3)
    here = timed(evaluate_here, EVALUATIONS, 1e3)
    cores = sorted(os.sched_getaffinity(0))[:2]
    unpinned = steps(mode, None)
    os.sched_setaffinity(0, {cores[-1]})
    pinned = steps(mode, cores[-1])
    with ForkServer.start(mode, core=cores[-1]) as server:
        together = timed(lambda: evaluate(server), EVALUATIONS, 1e3)
    os.sched_setaffinity(0, set(cores))
    return {
        "processor": processor(),
        "cores": os.cpu_count(),
        "kernel": platform.release(),
        "python": platform.python_version(),
        "load": os.getloadavg()[0],
        "mode": str(resolved),
        "evaluation_ms_median": sandboxed.median,
        "evaluation_ms_p90": sandboxed.p90,
        "evaluation_pinned_ms_median": together.median,
        "evaluation_pinned_ms_p90": together.p90,
        "in_process_ms_median": here.median,
        "in_process_ms_p90": here.p90,
        **pinned,
        **unpinned,
        "fork_server_start_ms": started_ms,
        "fork_server_mb": resident / 1e6,
        "evaluations_per_s_two_workers": throughput(mode, cores),
    }


def main() -> None:
    """Prints a table, or one JSON object."""
    parser = argparse.ArgumentParser(description="What the sandbox costs.")
    parser.add_argument("--mode", type=Mode, default=Mode.AUTO, choices=list(Mode))
    parser.add_argument("--json", action="store_true", help="print one JSON object")
    arguments = parser.parse_args()
    found = measure(arguments.mode)
    if arguments.json:
        json.dump(found, sys.stdout)
        print()
        return
    for name, value in found.items():
        print(f"{name:34} {value:.4g}" if isinstance(value, float) else f"{name:34} {value}")


if __name__ == "__main__":
    main()
