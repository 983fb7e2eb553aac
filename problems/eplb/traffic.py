"""How often experts are asked: a documented process whose drift, bursts and switches are settings.

Traffic is a mix of domains. In each domain the experts of a layer have Zipf popularities. From window to
window the mix drifts, experts drift, alone and together with their group, some burst for a while, and now and
then another domain leads. All of it is whole numbers drawn from PCG64, and their sums, products, quotients
and square roots, so that windows are bit for bit the same on every machine.
"""

import math
from dataclasses import dataclass, fields

import numpy as np

UNIT = 1024
"""What factors and shares are measured in: 1,024 is 1, or all."""

STEPS, TOKENS_PER_STEP = 100, 4096
TOKENS = STEPS * TOKENS_PER_STEP
"""Tokens of a window; each asks `top_k` experts in every layer."""

DOMAINS = 4
LEADER, FOLLOWER = 640, 128
"""Shares of the mix before drift, of the domain that leads and of the others, in 1/1024."""

EXPONENTS = (3, 4)
"""Zipf exponents in quarters; each layer has one of them."""

COMMON = 3
"""Eighths of an expert's popularity that all domains have in common."""

LARGEST_BURST = 8
BURST_GOES_ON = 8
"""Sixteenths of the bursts that go on for another window."""

_KEEP = 60
"""Sixty-fourths of an expert's drift that are left after a window."""

_KEEP_MIX = 56
_WARM_UP = 8
_FLOOR = 64
_SEED = 20241227


@dataclass(frozen=True, slots=True)
class Shape:
    """A model's experts and the machines that serve them; the same for every layer."""

    layers: int
    experts: int
    top_k: int
    replicas: int
    groups: int
    nodes: int
    gpus: int

    def __post_init__(self) -> None:
        if self.replicas < self.experts or self.replicas % self.gpus or self.gpus % self.nodes:
            raise ValueError(f"slots must hold all experts, equally many on each GPU, but got {self}")
        if self.experts % self.groups:
            raise ValueError(f"groups must be equally large, but got {self}")


@dataclass(frozen=True, slots=True)
class Scenario:
    """How traffic moves from window to window.

    Attributes:
        drift: Largest step of an expert's popularity, which lasts; in 1/1024 of it. Its group's is half that.
        jitter: Largest deviation of an expert in a single window, which does not last; in 1/1024.
        mix_drift: Largest step of a domain's share of the mix; in 1/1024.
        bursts: Expert-windows in which a burst begins, of 65,536.
        switches: Windows that begin with another leading domain, of 16.
    """

    drift: int = 60
    jitter: int = 256
    mix_drift: int = 8
    bursts: int = 16
    switches: int = 0

    def __post_init__(self) -> None:
        if self.jitter >= UNIT or min(getattr(self, field.name) for field in fields(self)) < 0:
            raise ValueError(f"a scenario needs a jitter below {UNIT} and no negative rate, but got {self}")


@dataclass(frozen=True, slots=True)
class Source:
    """Where a generated history comes from: the same source, the same windows, on every machine."""

    shape: Shape
    scenario: Scenario
    key: tuple[int, ...]

    def traffic(self) -> "Traffic":
        """Starts the process anew."""
        seeds = np.random.SeedSequence(_SEED, spawn_key=self.key)
        return Traffic(np.random.Generator(np.random.PCG64(seeds)), self.shape, self.scenario)


class Traffic:
    """The state of the process between two windows.

    Takes the generator that it draws from; it warms up at once.
    """

    def __init__(self, rng: np.random.Generator, shape: Shape, scenario: Scenario) -> None:
        self._rng, self._shape, self._scenario = rng, shape, scenario
        self._popularity = _popularity(rng, shape)
        self._leader = 0
        self._mix_drift = np.zeros(DOMAINS, dtype=np.int64)
        self._drift = np.zeros((shape.layers, shape.experts), dtype=np.int64)
        self._burst = np.ones_like(self._drift)
        for _ in range(_WARM_UP):
            self.window()

    def window(self) -> np.ndarray:
        """Moves on by a window and counts its tokens by layer and expert, int64, shape (L, E)."""
        self._move_mix()
        bits = self._rng.integers(0, 1 << 63, size=self._drift.shape)
        self._move_experts(bits)
        jitter = UNIT + _spread(bits >> 32, self._scenario.jitter)
        mixed = np.tensordot(self._mix(), self._popularity, axes=1) >> 10
        demand = mixed * np.maximum(UNIT + self._drift, _FLOOR) * self._burst * jitter >> 20
        return self._counted(demand)

    def expected(self) -> np.ndarray:
        """Mean demand of the window to come given all of the past, up to a factor by layer; shape (L, E).

        Mix, drift, bursts and jitter move independently, so it is the product of their means. (The bounds of
        mix and drift, and the limit on an expert's tokens, are hardly ever met and are left out.)
        """
        s = self._scenario
        shares = np.full(DOMAINS, float(FOLLOWER))
        shares += (LEADER - FOLLOWER) * s.switches / 16 / (DOMAINS - 1)
        shares[self._leader] = LEADER - (LEADER - FOLLOWER) * s.switches / 16
        shares += self._mix_drift * (_KEEP_MIX / 64)
        mixed = sum(share * popularity for share, popularity in zip(shares, self._popularity, strict=True))
        fresh = 1 + s.bursts / 65_536 * ((2 + LARGEST_BURST) / 2 - 1)
        goes_on = BURST_GOES_ON / 16
        burst = np.where(self._burst > 1, goes_on * self._burst + (1 - goes_on) * fresh, fresh)
        return np.asarray(mixed * (UNIT + self._drift * (_KEEP / 64)) * burst)

    def _move_mix(self) -> None:
        chance, other = self._rng.integers(0, 16), self._rng.integers(1, DOMAINS)
        if chance < self._scenario.switches:
            self._leader = int(self._leader + other) % DOMAINS
        reach = self._scenario.mix_drift
        step = self._rng.integers(-reach, reach + 1, size=DOMAINS)
        self._mix_drift = (self._mix_drift * _KEEP_MIX >> 6) + step

    def _mix(self) -> np.ndarray:
        shares = np.full(DOMAINS, FOLLOWER, dtype=np.int64)
        shares[self._leader] = LEADER
        return np.asarray(np.maximum(shares + self._mix_drift, FOLLOWER // 8))

    def _move_experts(self, bits: np.ndarray) -> None:
        """Draws from the lowest 32 bits, and from those above the 48th."""
        shape, s = self._shape, self._scenario
        group = self._rng.integers(-(s.drift // 2), s.drift // 2 + 1, size=(shape.layers, shape.groups))
        step = _spread(bits, s.drift) + np.repeat(group, shape.experts // shape.groups, axis=1)
        self._drift = (self._drift * _KEEP >> 6) + step
        going = np.where((bits >> 48 & 15) < BURST_GOES_ON, self._burst, 1)
        size = 2 + ((bits >> 52 & 1023) * (LARGEST_BURST - 1) >> 10)
        begins = (going == 1) & ((bits >> 16 & 0xFFFF) < s.bursts)
        self._burst = np.where(begins, size, going)

    def _counted(self, demand: np.ndarray) -> np.ndarray:
        """Divides a window's tokens by demand, with uniform noise of the variance of a Poisson count."""
        asked = TOKENS * self._shape.top_k * demand // demand.sum(axis=1, keepdims=True)
        reach = np.sqrt(3 * asked).astype(np.int64)
        chance = self._rng.integers(0, 1 << 31, size=asked.shape)
        noise = (chance * (2 * reach + 1) >> 31) - reach
        return np.asarray(np.clip(asked + noise, 0, TOKENS))


def _spread(bits: np.ndarray, reach: int) -> np.ndarray:
    """Whole numbers spread evenly over -reach..reach, from the lowest 16 bits."""
    return ((bits & 0xFFFF) * (2 * reach + 1) >> 16) - reach


def _popularity(rng: np.random.Generator, shape: Shape) -> np.ndarray:
    """Popularity by domain, layer and expert, shape (domains, L, E): a common part and the domain's own."""
    zipf = np.stack([_zipf(quarters, shape.experts) for quarters in EXPONENTS])
    by_layer = zipf[rng.integers(0, len(EXPONENTS), size=shape.layers)]
    keys = rng.integers(0, 1 << 63, size=(DOMAINS + 1, shape.layers, shape.experts))
    shuffled = np.take_along_axis(by_layer[None], keys.argsort(axis=2, kind="stable"), axis=2)
    return np.asarray(COMMON * shuffled[0] + (8 - COMMON) * shuffled[1:] >> 3)


def _zipf(quarters: int, experts: int) -> np.ndarray:
    """2^20 / k^(quarters / 4) for k = 1, 2, ..., rounded down."""
    roots = [math.isqrt(math.isqrt((1 << 80) // k**quarters)) for k in range(1, experts + 1)]
    return np.array(roots, dtype=np.int64)
