"""Finds bounds by instance digest: among the shipped, in the cache, or by computing them.

Bounds of generated instances are shipped beside their problem as `bounds.json`. Those of measured instances
follow from data that is not ours to hand on, so they are computed at first use and kept in a cache file. The
file saves time only: if it can't be read or written, or holds nonsense, all works as if it were not there.
"""

import json
import logging
import math
import os
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import TypeVar

_LOG = logging.getLogger(__name__)

_Item = TypeVar("_Item")


def cache_folder() -> Path:
    """Where computed bounds are kept: `ADRS_CACHE`, else results/cache under the current folder."""
    return Path(os.environ.get("ADRS_CACHE") or Path("results") / "cache")


@dataclass(frozen=True, slots=True)
class Bounds:
    """Looks bounds up, and computes what is missing.

    Attributes:
        shipped: A file of ours, from digest to bound.
        cache: A file of the same form that may be missing, broken or read-only.
    """

    shipped: Path
    cache: Path

    @staticmethod
    def beside(module: str, *, version: int = 1) -> "Bounds":
        """Takes `bounds.json` beside a module's file, and the user's cache of that problem.

        Args:
            module: `__file__` of a module in the problem's folder.
            version: Raised by hand when bounds of the same instances change, so that no stale one is read.
        """
        folder = Path(module).parent
        return Bounds(folder / "bounds.json", cache_folder() / f"{folder.name}-bounds-{version}.json")

    def find(
        self,
        wanted: Mapping[str, _Item],
        compute: Callable[[Mapping[str, _Item]], Mapping[str, float]],
        *,
        plausible: Callable[[_Item, float], bool] = lambda _, bound: bound > 0.0,
    ) -> dict[str, float]:
        """Bound of every wanted digest.

        Args:
            wanted: Digest to whatever `compute` needs.
            compute: Bounds of those that are neither shipped nor kept, all at once.
            plausible: Whether a kept number could be the bound of an item; if not, it is computed again.
        """
        known = shipped(self.shipped)
        missing = {digest: item for digest, item in wanted.items() if digest not in known}
        if not missing:
            return {digest: known[digest] for digest in wanted}
        kept = _kept(self.cache)
        found = {d: kept[d] for d, item in missing.items() if d in kept and plausible(item, kept[d])}
        absent = {d: item for d, item in missing.items() if d not in found}
        fresh: dict[str, float] = {}
        if absent:
            _LOG.info("computing bounds of %d instances, then kept in %s", len(absent), self.cache)
            fresh = dict(compute(absent))
            _keep(self.cache, kept | fresh)
        together = {**known, **found, **fresh}
        return {digest: together[digest] for digest in wanted}


@cache
def shipped(path: Path) -> Mapping[str, float]:
    """Bounds that come with the product, by digest; to be read only."""
    found: dict[str, float] = json.loads(path.read_text(encoding="utf-8"))
    return found


def _kept(path: Path) -> dict[str, float]:
    try:
        found = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError, RecursionError):
        return {}
    if not isinstance(found, dict):
        return {}
    numbers = {d: b for d, b in found.items() if isinstance(b, int | float) and not isinstance(b, bool)}
    return {digest: bound for digest, bound in numbers.items() if math.isfinite(bound)}


def _keep(path: Path, bounds: Mapping[str, float]) -> None:
    """Replaces the cache at once, so that no reader ever finds half a file."""
    draft = path.with_name(f"{path.name}.{os.getpid()}")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        draft.write_text(as_json(bounds), encoding="utf-8")
        draft.replace(path)
    except OSError as error:
        _LOG.info("bounds are not kept, since %s could not be written: %s", path, error)
        with suppress(OSError):
            draft.unlink()


def as_json(bounds: Mapping[str, float]) -> str:
    """One line an entry, in order of digest; floats are written so that they come back exactly."""
    return json.dumps(dict(sorted(bounds.items())), indent=0) + "\n"
