"""Finds clairvoyant optima by instance digest: among the shipped, in the cache, or by computing them.

Optima of generated instances are shipped. Those of measured windows follow from data that is not ours to hand
on, so they are computed at first use and kept in a cache file. The file saves time only: if it can't be read
or written, or holds nonsense, everything works as if it were not there.
"""

import json
import logging
import os
from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from problems.spot.bound import optima_usd
from problems.spot.simulator import Job, bill_usd

SHIPPED = Path(__file__).with_name("bounds.json")

_LOG = logging.getLogger(__name__)

Wanted = tuple[str, Job, tuple[bool, ...]]
"""Digest, job, availability by tick."""


def cache_file() -> Path:
    """Where computed optima are kept: in `ADRS_CACHE`, else in results/cache under the current folder."""
    return Path(os.environ.get("ADRS_CACHE") or Path("results") / "cache") / "spot-optima-1.json"


@dataclass(frozen=True, slots=True)
class Optima:
    """Looks optima up, and computes what is missing.

    Attributes:
        shipped: A file of ours, from digest to dollars.
        cache: A file of the same form that may be missing, broken or read-only.
    """

    shipped: Path
    cache: Path

    @staticmethod
    def find() -> "Optima":
        """Takes the shipped file and the user's cache."""
        return Optima(SHIPPED, cache_file())

    def of(self, wanted: Sequence[Wanted]) -> list[float]:
        """Least cost of each wanted run in dollars, in order."""
        known = _shipped(self.shipped)
        missing = [w for w in wanted if w[0] not in known]
        if missing:
            cached = _cached(self.cache)
            known |= {d: cached[d] for d, job, _ in missing if d in cached and _plausible(cached[d], job)}
            fresh = computed(w for w in missing if w[0] not in known)
            known |= fresh
            if fresh:
                _remember(self.cache, cached | fresh)
        return [known[digest] for digest, _, _ in wanted]


def computed(wanted: Iterable[Wanted]) -> dict[str, float]:
    """Computes optima by digest, all windows of a job at once."""
    by_job: dict[Job, dict[str, tuple[bool, ...]]] = {}
    for digest, job, available in wanted:
        by_job.setdefault(job, {})[digest] = available
    return {
        digest: usd
        for job, windows in by_job.items()
        for digest, usd in zip(windows, optima_usd(job, list(windows.values())), strict=True)
    }


def _plausible(usd: float, job: Job) -> bool:
    """Whether it could be an optimum: no less than spot without restarts, no more than all on demand."""
    on_demand_ticks = -(-(job.task_s + job.restart_overhead_s) // job.gap_s)
    return bill_usd(job, -(-job.task_s // job.gap_s), 0) <= usd <= bill_usd(job, 0, on_demand_ticks) + 1e-9


def _shipped(path: Path) -> dict[str, float]:
    found: dict[str, float] = json.loads(path.read_text(encoding="utf-8"))
    return found


def _cached(path: Path) -> dict[str, float]:
    try:
        found = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError, RecursionError):
        return {}
    if not isinstance(found, dict):
        return {}
    return {digest: usd for digest, usd in found.items() if isinstance(usd, float)}


def _remember(path: Path, optima: Mapping[str, float]) -> None:
    """Replaces the cache at once, so that no reader ever finds half a file."""
    draft = path.with_name(f"{path.name}.{os.getpid()}")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        draft.write_text(as_json(optima), encoding="utf-8")
        draft.replace(path)
    except OSError as error:
        _LOG.info("optima are not kept, since %s could not be written: %s", path, error)
        with suppress(OSError):
            draft.unlink()


def as_json(optima: Mapping[str, float]) -> str:
    """One line an entry, in order of digest; floats are written so that they come back exactly."""
    return json.dumps(dict(sorted(optima.items())), indent=0) + "\n"
