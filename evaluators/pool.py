"""Workers, driven from one asyncio process."""

import asyncio
import os
import socket
import struct
import subprocess
import sys
from collections.abc import AsyncIterator, Sequence
from contextlib import ExitStack, asynccontextmanager
from dataclasses import dataclass, replace

import msgspec

from evaluators.cache import Cache
from evaluators.job import Job, Measured, out_of_time
from evaluators.values import Measurement, Usage
from evaluators.worker import OUR_FAULTS, Hello, Reply, Settings
from sandbox import Mode

_TRIES = 3


class WorkerBroken(Exception):  # noqa: N818 - reads as what happened
    """A worker process died or raised: a defect of ours, never a candidate's fault."""


@dataclass(slots=True)
class _Worker:
    process: subprocess.Popen[bytes]
    reader: asyncio.StreamReader
    writer: asyncio.StreamWriter
    settings: Settings

    async def ask(self, job: Job) -> Measured:
        body = msgspec.msgpack.encode(job)
        self.writer.write(struct.pack("<I", len(body)) + body)
        reply = await self.reply()
        if reply.measured is None:
            raise WorkerBroken(f"a worker answered without measurements: {reply}")
        return reply.measured

    async def reply(self) -> Reply:
        try:
            (size,) = struct.unpack("<I", await self.reader.readexactly(4))
            reply = msgspec.msgpack.decode(await self.reader.readexactly(size), type=Reply)
        except (asyncio.IncompleteReadError, ConnectionError) as error:
            raise WorkerBroken(
                f"worker {self.process.pid} ended with status {self.process.poll()}"
            ) from error
        if reply.error is not None:
            name, text = reply.error
            raise OUR_FAULTS.get(name, WorkerBroken)(text)
        return reply

    def kill(self) -> None:
        self.writer.close()
        self.process.kill()
        self.process.wait()


def _spawn(settings: Settings) -> tuple[subprocess.Popen[bytes], socket.socket]:
    ours, theirs = socket.socketpair()
    argument = msgspec.json.encode(settings).decode()
    command = [sys.executable, "-P", "-m", "evaluators.worker", str(theirs.fileno()), argument]
    with theirs:
        process = subprocess.Popen(command, pass_fds=[theirs.fileno()], stdin=subprocess.DEVNULL)  # noqa: S603
    return process, ours


async def _start(settings: Settings) -> tuple[_Worker, Hello]:
    process, ours = _spawn(settings)
    reader, writer = await asyncio.open_connection(sock=ours)
    worker = _Worker(process, reader, writer, settings)
    with ExitStack() as undo:
        undo.callback(worker.kill)
        reply = await worker.reply()
        undo.pop_all()
    return worker, reply.hello or Hello()


class Pool:
    """Measures jobs on a fixed number of workers, each on a core of its own.

    Attributes:
        mode: The sandbox mode in force, the same in every worker.
        notes: Why it is not the strongest one, if it is not.
    """

    def __init__(self, workers: Sequence[_Worker], hello: Hello, cache: Cache) -> None:
        self._workers = list(workers)
        self._idle: asyncio.Queue[_Worker] = asyncio.Queue()
        for worker in workers:
            self._idle.put_nowait(worker)
        self._alone = asyncio.Lock()
        self._cache = cache
        self.mode = hello.mode or Mode.NONE
        self.notes = hello.notes

    @staticmethod
    @asynccontextmanager
    async def started(
        problem: str, *, workers: int, mode: Mode, cpu_scale: float, preload: tuple[str, ...] = ()
    ) -> AsyncIterator["Pool"]:
        """Starts workers and, at the end, ends them.

        Args:
            preload: Modules that policies may import beyond those of the problem.

        Raises:
            SandboxUnavailable: The machine lacks a layer that the mode requires.
            DataMissing, BrokenProblem, UnknownProblem: As the problem says.
            WorkerBroken: A defect of ours.
        """
        cores = sorted(os.sched_getaffinity(0))
        settings = [
            Settings(problem, mode, cores[i % len(cores)], cpu_scale, preload) for i in range(workers)
        ]
        started = await asyncio.gather(*map(_start, settings), return_exceptions=True)
        ready = [s for s in started if not isinstance(s, BaseException)]
        pool = Pool([worker for worker, _ in ready], ready[0][1] if ready else Hello(), Cache())
        try:
            for failed in started:
                if isinstance(failed, BaseException):
                    raise failed
            yield pool
        finally:
            pool.close()

    def close(self) -> None:
        """Ends the workers at once, whatever they are doing; their sandboxes end with them."""
        for worker in self._workers:
            worker.kill()

    async def measure(self, job: Job) -> Measured:
        """Measures a job; a group that ran out of time is measured once more with every other worker idle.

        Raises:
            DataMissing, SandboxUnavailable: Ours; the run stops.
            WorkerBroken: Three workers died over this job.
        """
        found: list[tuple[Measurement, ...]] = []
        usage = Usage()
        while len(found) < len(job.groups):
            rest = replace(job, groups=job.groups[len(found) :], patience=1)
            measured = await self._measure(rest)
            usage += measured.usage
            found.extend(measured.groups)
            if not out_of_time(found[-1]):
                continue
            late = replace(job, groups=(job.groups[len(found) - 1],), repeats=measured.played)
            again = await self._measure_alone(late)
            found[-1], usage = again.groups[0], usage + again.usage
            if job.patience and sum(map(out_of_time, found)) >= job.patience:
                break
        return Measured(tuple(found), usage)

    async def _measure(self, job: Job) -> Measured:
        known = self._cache.get(job, self.mode)
        if known is not None:
            return Measured(known, Usage())
        for attempt in range(_TRIES):
            worker = await self._idle.get()
            try:
                if worker.process.poll() is not None:
                    worker = await self._replace(worker)
                measured = await worker.ask(job)
            except WorkerBroken:
                worker.kill()
                if attempt == _TRIES - 1:
                    raise
            except asyncio.CancelledError:
                worker.kill()  # its answer would meet the next job
                raise
            else:
                self._cache.put(job, self.mode, measured.groups)
                return measured
            finally:
                self._idle.put_nowait(worker)
        raise AssertionError("unreachable: the last try returns or raises")

    async def _replace(self, worker: _Worker) -> _Worker:
        worker.kill()
        fresh, _ = await _start(worker.settings)
        self._workers[self._workers.index(worker)] = fresh
        return fresh

    async def _measure_alone(self, job: Job) -> Measured:
        async with self._alone:
            held = list[_Worker]()
            try:
                for _ in self._workers[1:]:
                    held.append(await self._idle.get())
                return await self._measure(job)
            finally:
                for worker in held:
                    self._idle.put_nowait(worker)
