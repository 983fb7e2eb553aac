"""Networks of regions on a sphere, with prices and throughputs like the measured ones.

Numbers are drawn as integers or uniform floats and combined by additions, products, quotients and square
roots only, which are rounded the same everywhere: so networks are bit for bit the same on every machine.
"""

import math
from dataclasses import dataclass

import numpy as np

from problems.cloudcast.network import PROVIDERS, Network

HOME, SECOND, GROWTH, SCATTERED, REMOTE = range(5)
"""Kinds of continent. HOME and SECOND have the cheap prices, REMOTE is dear to reach, SCATTERED is none."""

SHARES = {"aws": (5, 8, 7, 4, 1), "azure": (7, 7, 3, 4, 1), "gcp": (5, 6, 8, 3, 2)}
"""Measured regions by provider and kind of continent: a region's continent is drawn by these weights."""

_DEAR_AWS = (
    *((0.147, 0.154), (0.09, 0.12), (0.09, 0.114), (0.08, 0.126), (0.09, 0.114), (0.086, 0.1093)),
    *((0.09, 0.12), (0.098, 0.114), (0.1, 0.132), (0.085, 0.11), (0.1105, 0.117), (0.138, 0.15)),
)
"""Prices of the measured dear regions of AWS: to AWS, and to others."""

_GROWTH_GCP = (0.12, 0.12, 0.14, 0.147, 0.12, 0.12, 0.19, 0.14)
"""Prices to other providers of the measured regions of GCP in Asia."""

_THROUGHPUT = {
    ("aws", "aws"): (5.12, 0.15, 0.24, 3.8, 5.45),
    ("aws", "azure"): (5.07, 0.0, 0.19, 4.2, 5.67),
    ("aws", "gcp"): (5.13, 0.0, 0.16, 4.4, 5.6),
    ("azure", "aws"): (8.12, 3.51, 1.67, 0.68, 9.7),
    ("azure", "azure"): (19.95, 4.83, 2.72, 4.2, 27.7),
    ("azure", "gcp"): (14.99, 6.05, 2.82, 0.7, 20.0),
    ("gcp", "aws"): (7.79, 1.49, 1.10, 1.55, 8.4),
    ("gcp", "azure"): (7.69, 0.0, 0.84, 4.7, 9.1),
    ("gcp", "gcp"): (34.57, 9.56, 4.36, 3.6, 33.2),
}
"""By providers: throughput of a pair of VMs in Gbit/s at no distance, its loss per Earth radius of chord, its
standard deviation, least and most. Fitted by least squares to the measured pairs."""

_SLOW_SHARE, _SLOW_FACTOR = 0.01, 0.1
"""About 1 % of the measured pairs between AWS or Azure and others have a tenth of the usual throughput."""


@dataclass(frozen=True, slots=True)
class _Region:
    provider: str
    continent: int
    place: np.ndarray
    near_usd: float
    """To regions of the same provider and continent."""
    provider_usd: float
    """To other regions of the same provider."""
    internet_usd: float
    """To other providers."""


def draw_network(rng: np.random.Generator, counts: tuple[int, int, int]) -> Network:
    """Draws a network with so many regions of each provider, every one joined to every other both ways."""
    centres = [_direction(rng) for _ in range(5)]
    scales = {provider: tuple((0.8 + 0.4 * rng.random(2)).tolist()) for provider in PROVIDERS}
    regions = [
        _region(rng, provider, centres, scales[provider])
        for provider, count in zip(PROVIDERS, counts, strict=True)
        for _ in range(count)
    ]
    names = tuple(f"{region.provider}:{number:02}" for number, region in enumerate(regions))
    pairs = [(a, b) for a in range(len(regions)) for b in range(len(regions)) if a != b]
    sources, targets = (np.array(ends, dtype=np.int64) for ends in zip(*pairs, strict=True))
    remote_usd = _rounded(0.15 * scales["gcp"][0]), _rounded(0.19 * scales["gcp"][1])
    prices = [_price(regions[a], regions[b], remote_usd) for a, b in pairs]
    uniform = rng.random((len(pairs), 4)).tolist()
    speeds = [_speed(regions[a], regions[b], u) for (a, b), u in zip(pairs, uniform, strict=True)]
    return Network(names, sources, targets, np.array(prices), np.array(speeds))


def _direction(rng: np.random.Generator) -> np.ndarray:
    """Uniform point of the unit sphere, of three integers in a ball, so that no sine is needed."""
    while True:
        x, y, z = rng.integers(-1000, 1001, size=3).tolist()
        square = x * x + y * y + z * z
        if 0 < square <= 1_000_000:
            return np.array([x, y, z]) / math.sqrt(square)


def _region(
    rng: np.random.Generator, provider: str, centres: list[np.ndarray], scales: tuple[float, ...]
) -> _Region:
    """Draws continent, place and prices of a region; `scales` are for prices within and between providers."""
    shares = np.cumsum(SHARES[provider])
    continent = int(np.searchsorted(shares, rng.integers(shares[-1]), side="right"))
    place = _direction(rng)
    if continent != SCATTERED:
        x, y, z = (centres[continent] + 0.35 * place).tolist()
        place = np.array([x, y, z]) / math.sqrt(x * x + y * y + z * z)
    near, far, internet = _PRICES[provider](continent, int(rng.integers(1 << 16)))
    prices = (_rounded(scales[0] * near), _rounded(scales[0] * far), _rounded(scales[1] * internet))
    return _Region(provider, continent, place, *prices)


def _aws(continent: int, drawn: int) -> tuple[float, float, float]:
    if continent in {HOME, SECOND}:
        return 0.02, 0.02, 0.09
    inside, internet = _DEAR_AWS[drawn % len(_DEAR_AWS)]
    return inside, inside, internet


def _azure(continent: int, drawn: int) -> tuple[float, float, float]:
    if continent in {HOME, SECOND}:
        return 0.02, 0.05, 0.0875
    return (0.16, 0.16, 0.181) if continent == SCATTERED and drawn % 4 == 0 else (0.08, 0.08, 0.12)


def _gcp(continent: int, drawn: int) -> tuple[float, float, float]:
    if continent == GROWTH:
        return 0.05, 0.08, _GROWTH_GCP[drawn % len(_GROWTH_GCP)]
    return {
        HOME: (0.01, 0.08, 0.12),
        SECOND: (0.02, 0.08, 0.12),
        SCATTERED: (0.08, 0.08, 0.12),
        REMOTE: (0.08, 0.15, 0.19),
    }[continent]


_PRICES = {"aws": _aws, "azure": _azure, "gcp": _gcp}


def _price(a: _Region, b: _Region, remote_usd: tuple[float, float]) -> float:
    """Price from one region to another; GCP charges more for what goes to the REMOTE continent."""
    if a.provider != b.provider:
        usd = a.internet_usd
    else:
        usd = a.near_usd if a.continent == b.continent else a.provider_usd
    if a.provider == "gcp" and b.continent == REMOTE and a.continent != REMOTE:
        return max(usd, remote_usd[a.provider != b.provider])
    return usd


def _speed(a: _Region, b: _Region, uniform: list[float]) -> float:
    """Throughput of a pair of VMs: linear in the chord, with a sum of three uniform numbers as noise."""
    level, loss, deviation, least, most = _THROUGHPUT[a.provider, b.provider]
    dx, dy, dz = (a.place - b.place).tolist()
    chord = math.sqrt(dx * dx + dy * dy + dz * dz)
    noise = 2.0 * (uniform[0] + uniform[1] + uniform[2] - 1.5)
    speed = min(max(level - loss * chord + deviation * noise, least), most)
    slow = a.provider not in {"gcp", b.provider} and uniform[3] < _SLOW_SHARE
    return speed * _SLOW_FACTOR if slow else speed


def _rounded(usd: float) -> float:
    """To a hundredth of a cent; a quotient of integers, so the same float everywhere."""
    return math.floor(usd * 10_000 + 0.5) / 10_000
