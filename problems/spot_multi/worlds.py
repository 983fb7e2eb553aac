"""Windows of several regions made by two generators, for the splits that need no data.

A block is a world of nine zones in three areas, built to look like the measured windows of 2023: zones of an
area are contended together, scarce zones are dear, and prices drift in small steps some hours apart. It draws
uniform numbers from PCG64 and combines them by additions, products, quotients and square roots only, which
are rounded the same everywhere: so windows are bit for bit the same on every machine.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from problems.base import Split
from problems.spot.instances import LAWS, Availability, Law
from problems.spot_multi.instances import AREAS, JOB, REGIONS, SCENARIOS, SMOKE_TICKS, WINDOW_TICKS, Window

SEED = 20250701
_BLOCKS = {Split.SMOKE: (0, 1), Split.SEARCH: (1, 8), Split.VALIDATION: (2, 16), Split.HOLDOUT: (3, 16)}
"""Split to (its part of the seed, its number of blocks)."""

_LAW_GAP_S = 600
"""A tick of the laws, which are sampled once in each of ours."""
_FIRST_OF_AREA = tuple(
    next(i for i, region in enumerate(REGIONS) if region.startswith(area)) for area in AREAS
)
_WARM_UP = 288
_CONTENDED = 36.0
"""Mean length of a contended time, in ticks of the laws: six hours."""

_FLOOR_USD_H = 0.918
"""The lowest measured price: three tenths of the on-demand one."""


@dataclass(frozen=True, slots=True)
class _Zone:
    """What holds for a zone in all windows of a block.

    Attributes:
        area: Index into `AREAS`.
        law: Of its capacity; draws of it make its availability.
        usd_h: Price at the start of a window, on average.
    """

    area: int
    law: Availability
    usd_h: float


@dataclass(frozen=True, slots=True)
class _World:
    """The zones of a block, and the share of time in which each area is contended."""

    zones: tuple[_Zone, ...]
    contended: tuple[float, ...]


def generated(split: Split) -> tuple[Window, ...]:
    """Makes the windows of a split: two of a block or one, the published choices of regions in turn."""
    part, blocks = _BLOCKS[split]
    rngs = [
        np.random.Generator(np.random.PCG64(np.random.SeedSequence(SEED, spawn_key=(part, block))))
        for block in range(blocks)
    ]
    if blocks == 1:
        return drawn(rngs, ticks=SMOKE_TICKS, choices=[SCENARIOS["1a+2b+w2c"]])
    return drawn(rngs, ticks=WINDOW_TICKS, choices=tuple(SCENARIOS.values()))


def drawn(
    rngs: Sequence[np.random.Generator],
    laws: Sequence[Law] = LAWS,
    *,
    ticks: int,
    choices: Sequence[tuple[int, ...]],
) -> tuple[Window, ...]:
    """Makes windows, a block by each generator of random numbers: two in half of them, one in the others.

    Args:
        choices: Of regions, which take turns.
    """
    found: list[Window] = []
    for block, rng in enumerate(rngs):
        # Shifted by one in every other four blocks, so that each law meets every choice of regions.
        name, law = laws[(block + block // 4) % len(laws)]
        world = _world(rng, law)
        for number in range(2 if block % 4 < 2 and len(rngs) > 1 else 1):
            chosen = choices[len(found) % len(choices)]
            available, prices = _history(rng, world, chosen, ticks)
            regions = tuple(REGIONS[i] for i in chosen)
            found.append(
                Window(f"{name}-{block:02}.{number}", f"{name}-{block:02}", regions, available, prices)
            )
    return tuple(found)


def _world(rng: np.random.Generator, law: Callable[[np.random.Generator, float], Availability]) -> _World:
    """Draws a scarce, a middling and a rich area, in any order, and their zones.

    The level of an area is uniform in its third of 0..1; that of a zone is 0.9 of it plus 0..0.2, at most
    1. An area is contended 0.5 - 0.45 level of the time.
    """
    order = rng.random(len(AREAS)).argsort().tolist()
    levels = [(third + float(rng.random())) / len(AREAS) for third in order]
    zones = []
    for region in REGIONS:
        area = AREAS.index(region[:-1])
        level = min(0.9 * levels[area] + 0.2 * float(rng.random()), 1.0)
        zones.append(_Zone(area, law(rng, level), _usual_price(rng, level)))
    return _World(tuple(zones), tuple(0.5 - 0.45 * level for level in levels))


def _usual_price(rng: np.random.Generator, level: float) -> float:
    """Draws the price of a zone: above the floor by 1.2 (0.75 - level) of it, give or take a third.

    Zones with a level from 0.75 on are at the floor, or, half of them, up to 15 percent above it.
    """
    spread, rest = float(rng.random()), float(rng.random())
    if level < 0.75:
        return _FLOOR_USD_H * (1.0 + 1.2 * (0.75 - level) * (0.7 + 0.6 * spread))
    return _FLOOR_USD_H * (1.0 + 0.3 * max(rest - 0.5, 0.0))


def _history(
    rng: np.random.Generator, world: _World, chosen: tuple[int, ...], ticks: int
) -> tuple[np.ndarray, np.ndarray]:
    """Draws availability and prices of the chosen zones, by tick and zone.

    Each zone has two independent draws of its law, and the zones of an area share a third, of its first zone.
    While an area is calm, spot is in a zone if either of its two has it; while it is contended, if all three
    have. So zones of an area lose spot together.
    """
    length = ticks * JOB.gap_s // _LAW_GAP_S + 1
    contended = [_contention(rng, share, length) for share in world.contended]
    shared = [_draw(rng, world.zones[first].law, length) for first in _FIRST_OF_AREA]
    columns = []
    for index in chosen:
        zone = world.zones[index]
        one, other = (_draw(rng, zone.law, length) for _ in range(2))
        scarce = one & other & shared[zone.area]
        columns.append(np.where(contended[zone.area], scarce, one | other))
    sampled = np.arange(ticks) * JOB.gap_s // _LAW_GAP_S
    prices = [_prices(rng, world.zones[index].usd_h, ticks) for index in chosen]
    return np.stack(columns, axis=1)[sampled], np.stack(prices, axis=1)


def _draw(rng: np.random.Generator, law: Availability, length: int) -> np.ndarray:
    uniform = iter(rng.random(2 * (_WARM_UP + length)).tolist())
    return np.array(law(uniform, _WARM_UP + length)[-length:], dtype=bool)


def _contention(rng: np.random.Generator, share: float, length: int) -> np.ndarray:
    """Draws a two-state chain that is contended for a share of the time."""
    leave = ((share / (1.0 - share)) / _CONTENDED, 1.0 / _CONTENDED)
    uniform = rng.random(length + 1).tolist()
    states, contended = [], uniform[0] < share
    for draw in uniform[1:]:
        states.append(contended)
        contended ^= draw < leave[contended]
    return np.array(states, dtype=bool)


def _prices(rng: np.random.Generator, usd_h: float, ticks: int) -> np.ndarray:
    """Draws prices in 0.0001 dollars an hour that change every 60 to 169 ticks, on average every six hours.

    A change is 0.7 of the last one plus up to 0.8 percent up or down; none falls below the floor, and a zone
    that is at the floor stays there.
    """
    prices, price, change, moving = list[int](), usd_h, 0.0, usd_h > _FLOOR_USD_H
    while len(prices) < ticks:
        draw, length = rng.random(2).tolist()
        lasts = 60 + int(110 * length)
        prices += [int(price * 10_000 + 0.5)] * (lasts if prices else int(lasts * draw) + 1)
        change = 0.7 * change + 0.016 * (draw - 0.5)
        price = max(price * (1.0 + change), _FLOOR_USD_H) if moving else price
    return np.array(prices[:ticks], dtype=np.int32)
