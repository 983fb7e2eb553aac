"""Which elites lend themselves to a step."""

from dataclasses import astuple, dataclass

import numpy as np

from evolve.search.archive import Archive
from evolve.search.draws import weighted
from evolve.search.elite import Elite

REDRAWS = 8
"""Draws for one place before a step makes do with fewer parents."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Shares:
    """Where a parent comes from, as probabilities that sum to 1.

    Several leaders beat the best one alone (`Agrawal 2025 <https://arxiv.org/abs/2507.19457>`_, table 3), so
    most parents are leaders of some group; the grid adds behaviours that lead nowhere yet.
    """

    leaders: float = 0.5
    grid: float = 0.3
    incumbent: float = 0.2

    def __post_init__(self) -> None:
        shares = astuple(self)
        if min(shares) < 0 or abs(sum(shares) - 1) > 1e-9:
            raise ValueError(f"shares must be at least 0 and sum to 1, but got {shares}")


def select(
    archive: Archive, rng: np.random.Generator, /, *, n: int = 3, shares: Shares | None = None
) -> tuple[Elite, ...]:
    """Draws up to `n` distinct parents, the one to edit first; fewer where the archive has few.

    Raises:
        ValueError: The archive is empty.
    """
    incumbent = archive.best
    if incumbent is None:
        raise ValueError("cannot select from an empty archive: add a complete, faultless candidate first")
    chosen: dict[str, Elite] = {}
    for _ in range(n if len(archive) > 1 else 1):
        for _ in range(REDRAWS):
            elite = _draw(archive, rng, incumbent, shares or Shares())
            if elite.candidate.id not in chosen:
                chosen[elite.candidate.id] = elite
                break
    return tuple(chosen.values())


def _draw(archive: Archive, rng: np.random.Generator, incumbent: Elite, shares: Shares) -> Elite:
    match weighted(rng, astuple(shares)):
        case 0:
            return _leader(archive, rng)
        case 1:
            return archive.sample(1, rng)[0]
        case _:
            return incumbent


def _leader(archive: Archive, rng: np.random.Generator) -> Elite:
    """Draws a group evenly, then one of its leaders, the better the likelier: 3 to 2 to 1."""
    _, leaders = tuple(archive.leaders)[int(rng.integers(len(archive.leaders)))]
    return leaders[weighted(rng, range(len(leaders), 0, -1))].elite
