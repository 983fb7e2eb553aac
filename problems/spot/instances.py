"""Windows of spot availability made by two generators, and the instances that run in them.

Both generators are built to look like the measured windows of 2022: availability by zone between 0.1 and 0.9,
runs of a few ticks with a heavy tail of many hours, calm and contended days, and a time of day. They draw
uniform numbers from PCG64 and combine them by additions, products, quotients and square roots only, which are
rounded the same everywhere: so windows are bit for bit the same on every machine.
"""

import math
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import product

import numpy as np

from problems.base import Instance, Split, fingerprint
from problems.spot.bound import optima
from problems.spot.simulator import HOUR_S, Job, Run

JOBS = tuple(
    Job(task_s=48 * HOUR_S, deadline_s=hours * HOUR_S, restart_overhead_s=overhead_s)
    for hours, overhead_s in product((52, 70), (72, 180, 360))
)
"""The published configurations: deadlines of 52 and 70 hours, overheads of 0.02, 0.05 and 0.10 hours."""

SMOKE_JOB = Job(task_s=12 * HOUR_S, deadline_s=16 * HOUR_S, restart_overhead_s=180)

WINDOW_TICKS = max(job.ticks for job in JOBS) + 2
"""What a run can see of a window at most."""

DAY_TICKS = 144
_WARM_UP_TICKS = 2 * DAY_TICKS
_LONGEST_TICKS = 2 * DAY_TICKS
_WINDOWS_A_BLOCK = 3
SEED = 20240416
_BLOCKS = {Split.SMOKE: (0, 1), Split.SEARCH: (1, 8), Split.VALIDATION: (2, 16), Split.HOLDOUT: (3, 16)}
"""Split to (its part of the seed, its number of blocks)."""


@dataclass(frozen=True, slots=True)
class Window:
    """A stretch of availability; runs in it form one group.

    Attributes:
        name: Unique within its split.
        block: Generator seed, or environment: windows of one block are not independent.
        available: Whether spot is there, one entry a tick.
        start: Tick of the measured trace at which the window starts; 0 if it was generated.
    """

    name: str
    block: str
    available: tuple[bool, ...]
    start: int = 0


def instances(windows: Sequence[Window], jobs: Sequence[Job]) -> tuple[Instance, ...]:
    """Every job in every window; the jobs of a window stand together and form its group."""
    pairs = tuple(product(windows, jobs))
    digests = [digest(job, window.available) for window, job in pairs]
    least = optima({d: (job, window.available) for d, (window, job) in zip(digests, pairs, strict=True)})
    return tuple(
        Instance(
            name=f"{window.name}/{job.deadline_s // HOUR_S}h-{job.restart_overhead_s}s",
            group=window.name,
            block=window.block,
            digest=d,
            data=Run(job, window.available, least[d]),
        )
        for (window, job), d in zip(pairs, digests, strict=True)
    )


def digest(job: Job, available: Sequence[bool]) -> str:
    """Fingerprint of a job in a window."""
    times = (job.gap_s, job.task_s, job.deadline_s, job.restart_overhead_s)
    return fingerprint("spot", times, np.packbits(np.array(available, dtype=bool)), len(available))


def generated(split: Split) -> tuple[Window, ...]:
    """Makes the windows of a split: blocks are zones, alternating between the two generators."""
    part, blocks = _BLOCKS[split]
    rngs = [
        np.random.Generator(np.random.PCG64(np.random.SeedSequence(SEED, spawn_key=(part, block))))
        for block in range(blocks)
    ]
    if blocks == 1:
        return drawn(rngs, ticks=SMOKE_JOB.ticks + 2, windows=1)
    return drawn(rngs, ticks=WINDOW_TICKS)


def drawn(
    rngs: Sequence[np.random.Generator],
    laws: Sequence["Law"] | None = None,
    *,
    ticks: int,
    windows: int = _WINDOWS_A_BLOCK,
) -> tuple[Window, ...]:
    """Makes windows, a block by each generator of random numbers; blocks take turns with the laws.

    The zones of a law have availabilities spread evenly over its range, so that no split is all calm.
    """
    laws, found = laws or LAWS, []
    strata = max(len(rngs) // len(laws), 1)
    for block, rng in enumerate(rngs):
        name, zone = laws[block % len(laws)]
        availability = zone(rng, (block // len(laws) + float(rng.random())) / strata)
        for number in range(windows):
            uniform = iter(rng.random(2 * (_WARM_UP_TICKS + ticks)).tolist())
            states = availability(uniform, _WARM_UP_TICKS + ticks)[-ticks:]
            found.append(Window(f"{name}-{block:02}.{number}", f"{name}-{block:02}", tuple(states)))
    return tuple(found)


Availability = Callable[[Iterator[float], int], list[bool]]
"""Takes uniform numbers and a number of ticks; says for each tick whether spot is there."""


def tide(tick: float) -> float:
    """Time of day as a triangle wave: -1 at midnight, 1 at noon, back to -1."""
    return 1.0 - 4.0 * abs(tick % DAY_TICKS / DAY_TICKS - 0.5)


def renewal(rng: np.random.Generator, level: float) -> Availability:
    """A zone whose runs have heavy-tailed lengths, independent of one another but for the time of day.

    Ticks with spot last 1 + floor(Lomax(shape 2, mean m)), ticks without it 1 + floor(Lomax(shape 4/3, mean
    m (1 - a) / a)), at most two days each; m is uniform in 4..12 ticks, a = 0.12 + 0.76 `level`. Both means
    are scaled, one by 1 + s, the other by 1 - s, where s is at most 0..0.5 of the tide at the run's start.
    """
    mean_up, swing, phase = 4.0 + 8.0 * rng.random(), 0.5 * rng.random(), DAY_TICKS * rng.random()
    share = 0.12 + 0.76 * level
    mean_down = mean_up * (1.0 - share) / share

    def available(uniform: Iterator[float], ticks: int) -> list[bool]:
        states: list[bool] = []
        up = next(uniform) < share
        while len(states) < ticks:
            root = math.sqrt(1.0 - next(uniform))
            s = swing * tide(len(states) + phase)
            if up:
                length = mean_up * (1.0 + s) * (1.0 / root - 1.0)
            else:
                length = mean_down / 3.0 * (1.0 - s) * (1.0 / (root * math.sqrt(root)) - 1.0)
            states += [up] * (1 + int(min(length, _LONGEST_TICKS - 1)))
            up = not up
        return states

    return available


def markov(rng: np.random.Generator, level: float) -> Availability:
    """A zone that changes between a calm and a contended regime, each a two-state Markov chain.

    Calm, spot lasts 20 ticks and returns after 3 on average; contended, 3 and 25. The share of calm time is
    0.08 + 0.84 `level`, a calm and a contended time together last 36 hours on average. The tide divides the
    chance of losing spot and multiplies the chance of its return by 1 + s, where s is at most 0..0.5.
    """
    swing, phase, calm_share = 0.5 * rng.random(), DAY_TICKS * rng.random(), 0.08 + 0.84 * level
    cycle = 1.5 * DAY_TICKS
    leave = (1.0 / (cycle * (1.0 - calm_share)), 1.0 / (cycle * calm_share))
    lose, regain = (1.0 / 3.0, 1.0 / 20.0), (1.0 / 25.0, 1.0 / 3.0)

    def available(uniform: Iterator[float], ticks: int) -> list[bool]:
        states: list[bool] = []
        calm, up = next(uniform) < calm_share, False
        for tick in range(ticks - 1):
            states.append(up)
            s = 1.0 + swing * tide(tick + phase)
            calm ^= next(uniform) < leave[calm]
            up ^= next(uniform) < (lose[calm] / s if up else regain[calm] * s)
        return [*states, up]

    return available


Law = tuple[str, Callable[[np.random.Generator, float], Availability]]
"""Name, and what makes a zone of a level of availability between 0 and 1."""

LAWS: tuple[Law, ...] = (("renewal", renewal), ("markov", markov))
