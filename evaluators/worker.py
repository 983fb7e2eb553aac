"""A worker: one process, one fork server, one candidate at a time, pinned to a core, dead with its parent."""

import ctypes
import os
import signal
import socket
import struct
import sys
import traceback
from collections.abc import Mapping
from functools import cache, lru_cache

import msgspec

from evaluators.drive import Bench, GroupTask, measure_group, runtime
from evaluators.job import Job, Measured, Played, out_of_time
from evaluators.values import Usage
from problems.base import Instance, Problem, Split, groups
from problems.datasets import DataFolder, DataMissing
from problems.registry import BrokenProblem, UnknownProblem, get
from problems.workload_file import WorkloadRefused
from problems.workloads import load
from sandbox import ForkServer, Mode, SandboxUnavailable

_PR_SET_PDEATHSIG = 1
OUR_FAULTS: Mapping[str, type[Exception]] = {
    error.__name__: error
    for error in (DataMissing, SandboxUnavailable, BrokenProblem, UnknownProblem, WorkloadRefused)
}


class Settings(msgspec.Struct, frozen=True):
    """What a worker is started with."""

    problem: str
    mode: Mode
    core: int | None
    cpu_scale: float
    preload: tuple[str, ...] = ()


class Hello(msgspec.Struct, frozen=True):
    """A worker's first message: the sandbox it has."""

    mode: Mode | None = None
    notes: tuple[str, ...] = ()


class Reply(msgspec.Struct, frozen=True):
    """A worker's answer: measured, or one of our own faults by name."""

    measured: Measured | None = None
    error: tuple[str, str] | None = None
    hello: Hello | None = None


def send(channel: socket.socket, message: object) -> None:
    """Sends one message, its length first."""
    body = msgspec.msgpack.encode(message)
    channel.sendall(struct.pack("<I", len(body)) + body)


def _receive(channel: socket.socket) -> bytes | None:
    head = channel.recv(4, socket.MSG_WAITALL)
    if len(head) < 4:
        return None
    (size,) = struct.unpack("<I", head)
    body = channel.recv(size, socket.MSG_WAITALL)
    return body if len(body) == size else None


def staged(problem: str, workload: str, split: Split) -> tuple[tuple[Instance, ...], ...]:
    """Loads a stage's groups once per process and data folder.

    Raises:
        DataMissing: The stage needs data that is not there.
        WorkloadRefused: The workload is a file that cannot be used.
    """
    return _staged(problem, workload, split, DataFolder.find())


@lru_cache(maxsize=8)
def _staged(
    problem: str, workload: str, split: Split, folder: DataFolder
) -> tuple[tuple[Instance, ...], ...]:
    return groups(load(get(problem), workload, split, folder))


def measure(bench: Bench, job: Job) -> Measured:
    """Measures a job's groups one after the other."""
    problem, stage = get(job.problem), staged(job.problem, job.workload, job.split)
    limits, found, usage, late = problem.limits[job.split], [], Usage(), 0
    played: tuple[Played, ...] = ()
    for index in job.groups:
        task = GroupTask(stage[index], limits, job.repeats)
        result = measure_group(bench, problem, job.source, task)
        found.append(result.measurements)
        usage += result.usage
        late += out_of_time(result.measurements)
        played = result.played if out_of_time(result.measurements) else ()
        if job.patience and late >= job.patience:
            break
    return Measured(tuple(found), usage, played)


def open_bench(problem: Problem, server: ForkServer, cpu_scale: float) -> Bench:
    """Makes a bench that knows what the wire costs: the idle policy's CPU time per step, by group size."""

    @cache
    def wire_s(size: int) -> float:
        smoke = staged(problem.name, "generated", Split.SMOKE)[0]
        task = GroupTask((smoke * size)[:size], problem.limits[Split.SMOKE])
        quiet = Bench(server, cpu_scale)
        idle = problem.baselines[0].source
        return min(measure_group(quiet, problem, idle, task).call_s for _ in range(3))

    return Bench(server, cpu_scale, wire_s)


def serve(channel: socket.socket, settings: Settings) -> None:
    """Answers jobs until the parent closes the channel."""
    problem = get(settings.problem)
    found = runtime(problem.limits[Split.SEARCH], settings.preload)
    with ForkServer.start(settings.mode, runtime=found, core=settings.core) as server:
        bench = open_bench(problem, server, settings.cpu_scale)
        send(channel, Reply(hello=Hello(server.mode, tuple(server.notes))))
        while (body := _receive(channel)) is not None:
            try:
                reply = Reply(measured=measure(bench, msgspec.msgpack.decode(body, type=Job)))
            except tuple(OUR_FAULTS.values()) as error:
                reply = Reply(error=(type(error).__name__, str(error)))
            send(channel, reply)


def main() -> None:
    """Runs as `python -m evaluators.worker FD SETTINGS`, started by `Pool`."""
    ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0)
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # the engine decides when to stop
    signal.signal(signal.SIGHUP, signal.SIG_IGN)
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    channel = socket.socket(fileno=int(sys.argv[1]))
    settings = msgspec.json.decode(sys.argv[2], type=Settings)
    if settings.core is not None:
        os.sched_setaffinity(0, {settings.core})
    try:
        serve(channel, settings)
    except tuple(OUR_FAULTS.values()) as error:
        send(channel, Reply(error=(type(error).__name__, str(error))))
    except Exception:  # noqa: BLE001 - a boundary: whatever broke here must be said to the engine
        send(channel, Reply(error=("WorkerBroken", traceback.format_exc())))


if __name__ == "__main__":
    main()
