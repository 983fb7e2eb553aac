"""Which runs were asked the same but for their seed, and what tells such pools apart in words."""

from collections.abc import Mapping, Sequence
from typing import Any, Final, Protocol, TypeVar

import msgspec

from evolve.figures.medians import FEWEST
from evolve.runs.header import Header

_SPEED: Final = ("seed", "workers", "calls", "max_minutes")
"""What may differ between runs of one median: the seed, and what decides speed alone."""
_UNTOLD: Final = frozenset({"sources", "code"})
"""What tells pools apart and does not fit in a label."""


class Asked(Protocol):
    """A run, as far as it matters what it was asked."""

    @property
    def name(self) -> str:
        """Its name in the store."""

    @property
    def header(self) -> Header:
        """What it was asked."""


Run = TypeVar("Run", bound=Asked)


def pooled(runs: Sequence[Run]) -> list[tuple[Run, ...]]:
    """Groups runs that differ by their seed alone, in the order of their first."""
    found: dict[bytes, list[Run]] = {}
    for run in runs:
        found.setdefault(encoded(asked(run)), []).append(run)
    return [tuple(pool) for pool in found.values()]


def encoded(what: Mapping[str, Any]) -> bytes:
    """The same bytes for the same contents."""
    return msgspec.json.encode(what, order="deterministic")


def asked(run: Asked) -> dict[str, Any]:
    """All that may tell runs apart: what was asked, what was started from, and the code that did it."""
    spec = {k: v for k, v in msgspec.to_builtins(run.header.spec).items() if k not in _SPEED}
    code = {name: value for name, value in run.header.digests.items() if name.startswith("code")}
    return {**spec, "sources": dict(run.header.sources), "code": code}


def labels(pools: Sequence[Sequence[Asked]]) -> list[str]:
    """Names a single run by its name, a pool by what was asked of it and not of every other."""
    specs = [asked(pool[0]) for pool in pools]
    differing = [key for key in specs[0] if any(a[key] != specs[0][key] for a in specs)] if specs else []
    found = []
    for pool, spec in zip(pools, specs, strict=True):
        words = ", ".join(f"{key.replace('_', ' ')} {_word(spec[key]) or 'none'}" for key in differing)
        if not _UNTOLD.isdisjoint(differing):
            words = f"{pool[0].name} and others"
        what = words or f"{spec['proposer']} proposer"
        found.append(pool[0].name if len(pool) == 1 else f"{what}, median of {len(pool)} runs")
    return found


def pooling(label: str, pool: Sequence[Asked], *, is_cut: bool) -> str:
    """Says which seeds a median is of and what its band is.

    Args:
        is_cut: Whether the runs end at different places, so that the band ends with the shortest.
    """
    n, seeds = len(pool), ", ".join(str(run.header.spec.seed) for run in pool)
    method = (
        f"the range of the {n} runs, since an interval of the median needs {FEWEST}"
        if n < FEWEST
        else "a pointwise 95 % interval of the median by order statistics"
    )
    until = ", up to where the shortest of them ends" if is_cut else ""
    return f"{label}: seeds {seeds}; band: {method}{until}."


def _word(value: object) -> str:
    if isinstance(value, dict):
        return str(value.get("name") or ", ".join(f"{k} {_word(v)}" for k, v in value.items()))
    return " ".join(map(_word, value)) if isinstance(value, list | tuple) else str(value)
