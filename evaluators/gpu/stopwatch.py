"""The clock: warm-up until stable, cold cache, fresh inputs, interleaved repetitions, medians with intervals.

On a GPU time is taken between two CUDA events around the work. A write larger than the cache comes before, to
keep the device busy until all of the work is queued. Had it been idle meanwhile, the time of launching
would be counted: such a repetition is thrown away and made again behind a longer write.
"""

import statistics
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Final, Protocol

import numpy as np

from evaluators.gpu.device import Gpu
from evaluators.timing import Middle

STABLE: Final = 0.02
"""Warm-up ends when two rounds in a row differ by no more than this share."""

_LONGEST_WARM_UP: Final = 12
_FLUSHES: Final = (2, 4, 8, 16, 32, 32, 32, 32)
"""Writes before each try of a piece of work: the more, the longer the host has to queue it."""

_PAUSES_S: Final = (0.0, 0.0, 0.001, 0.01, 0.05, 0.2, 0.5, 1.0)
"""Waits before each try: what keeps a host busy for a moment passes."""

_FLUSH_BYTES: Final = 256 << 20


class Untimeable(Exception):  # noqa: N818 - reads as what happened
    """The host is too busy to keep the device's queue filled, so that no time means anything."""


@dataclass(frozen=True, slots=True)
class Work:
    """What is timed.

    Attributes:
        refresh: Puts fresh random inputs in place, off the clock: remembering results does not pay.
        run: Queues the work and gives back its output, which is read after the clock.
    """

    name: str
    run: Callable[[], Any]
    refresh: Callable[[], None] = lambda: None


class Stopwatch(Protocol):
    """Times pieces of work once each, in seconds."""

    spent_s: float
    """Device seconds used so far, warm-up included."""

    def each(self, works: Sequence[Work], /) -> list[float]:
        """Times each once, in this order, every time with a cold cache and fresh inputs.

        Raises:
            Untimeable: The device could not be kept busy.
        """


def stopwatch(gpu: Gpu) -> Stopwatch:
    """Makes the stopwatch of a device."""
    return _CudaStopwatch(gpu) if gpu.kind == "cuda" else _WallStopwatch()


class _CudaStopwatch:
    def __init__(self, gpu: Gpu) -> None:
        import torch

        self._torch = torch
        self._flush = torch.empty(max(2 * gpu.l2_bytes, _FLUSH_BYTES), dtype=torch.int8, device="cuda")
        self._read = torch.zeros((), dtype=torch.float32, device="cuda")
        self.spent_s = 0.0

    def each(self, works: Sequence[Work], /) -> list[float]:
        found: list[float | None] = [None] * len(works)
        for number, flushes in enumerate(_FLUSHES):
            open_ = [index for index, seconds in enumerate(found) if seconds is None]
            if not open_:
                break
            time.sleep(_PAUSES_S[number])
            queued = [self._queued(works[index], flushes) for index in open_]
            self._torch.cuda.synchronize()
            for index, (events, late) in zip(open_, queued, strict=True):
                begin, start, end = events
                self.spent_s += begin.elapsed_time(end) / 1e3
                found[index] = None if late else start.elapsed_time(end) / 1e3
        times = [seconds for seconds in found if seconds is not None]
        if len(times) < len(works):
            name = works[found.index(None)].name
            raise Untimeable(
                f"{name} was never queued in time in {len(_FLUSHES)} tries: something "
                "else keeps this machine's processor busy; stop it and start again"
            )
        return times

    def _queued(self, work: Work, flushes: int) -> tuple[list[Any], bool]:
        begin, start, end = (self._torch.cuda.Event(enable_timing=True) for _ in range(3))
        begin.record()
        work.refresh()
        for _ in range(flushes):
            self._flush.zero_()
        start.record()
        out = work.run()
        end.record()
        late = bool(start.query())
        self._read += out.flatten()[:: max(out.numel() // 1024, 1)].sum(dtype=self._torch.float32)
        return [begin, start, end], late


class _WallStopwatch:
    def __init__(self) -> None:
        self.spent_s = 0.0
        self._read = 0.0

    def each(self, works: Sequence[Work], /) -> list[float]:
        return [self._once(work) for work in works]

    def _once(self, work: Work) -> float:
        work.refresh()
        start = time.perf_counter()
        out = work.run()
        seconds = time.perf_counter() - start
        self._read += float(out.flatten()[:1].sum())
        self.spent_s += seconds
        return seconds


@dataclass(frozen=True, slots=True)
class Timing:
    """One piece of work, timed in as many rounds as all the others beside it.

    Attributes:
        seconds: By round.
    """

    name: str
    seconds: tuple[float, ...]

    @property
    def median_s(self) -> float:
        """The middle of all rounds; lower is better."""
        return statistics.median(self.seconds)

    @property
    def middle(self) -> Middle:
        """The median with its interval; needs six rounds."""
        return Middle.of(self.seconds)


def timed(watch: Stopwatch, works: Sequence[Work], *, rounds: int, rng: np.random.Generator) -> list[Timing]:
    """Times pieces of work beside each other: in a drawn order one round, in the reverse the next.

    So whatever drifts slowly, as clocks and temperature do, is alike for all of them.
    """
    warm_up(watch, works)
    found: list[list[float]] = [[] for _ in works]
    order = np.arange(len(works))
    for number in range(rounds):
        order = order[::-1] if number % 2 else rng.permutation(len(works))
        indices = order.tolist()
        for index, seconds in zip(indices, watch.each([works[i] for i in indices]), strict=True):
            found[index].append(seconds)
    return [Timing(work.name, tuple(seconds)) for work, seconds in zip(works, found, strict=True)]


def warm_up(watch: Stopwatch, works: Sequence[Work]) -> None:
    """Repeats all work until two rounds in a row take the same time, or for twelve rounds."""
    before = 0.0
    for _ in range(_LONGEST_WARM_UP):
        now = sum(watch.each(works))
        if abs(now - before) <= STABLE * now:
            return
        before = now
