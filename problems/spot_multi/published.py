"""The published windows, measured ones of other weeks, published scores, and programs in the public form."""

import gzip
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np

from problems.base import Instance, Outcome, Split
from problems.datasets import DataFolder, reading
from problems.spot.published import ALL_ON_DEMAND_USD, ALL_SPOT_USD, in_form
from problems.spot_multi.instances import JOB, REGIONS, SCENARIOS, SMOKE_TICKS, WINDOW_TICKS, Window
from problems.spot_multi.simulator import ON_DEMAND_PRICE, PRICE_UNITS_USD

SOURCE = (
    "UCB-ADRS/ADRS-Leaderboard, commit f856497d (published windows, prices), and skypilot-org/spot-traces, "
    "aws-02-15-2023 (the others)"
)
"""Where the windows were published."""

_MACHINE = "_v100_1"
_TICKS = 1107
"""Length of a measured stretch."""

_NUMBERS = {"1a+1c": 8, "2a+w2a": 8, "1a+2b+w2c": 6, "1a+1c+1d": 6, "five": 4, "nine": 2}
"""How many published stretches a scenario uses: 0, 1, and so on."""

_FILES = {
    Split.SMOKE: "spot_multi/search_windows.jsonl.gz",
    Split.SEARCH: "spot_multi/search_windows.jsonl.gz",
    Split.VALIDATION: "spot_multi/validation_windows.jsonl.gz",
    Split.PUBLISHED: "spot_multi/published_windows.jsonl.gz",
}
_STARTS = {
    Split.SMOKE: (5359,),
    Split.SEARCH: (0, 990, 1980, 4549),
    Split.VALIDATION: (11_076, 11_736),
    Split.PUBLISHED: tuple(range(max(_NUMBERS.values()))),
}
"""Stretches that are used: by their first tick in the raw trace, the published ones by number."""

_WINDOWS = 12
"""Of measured SEARCH and VALIDATION, spread evenly over their stretches, scenarios in turn."""


@dataclass(frozen=True, slots=True)
class _Stretch:
    """What was measured from one moment on: availability and prices by tick, for each zone by name."""

    zones: dict[str, tuple[np.ndarray, np.ndarray]] = field(default_factory=dict)

    def window(
        self, scenario: str, name: str, block: str, *, start: int, ticks: int = WINDOW_TICKS
    ) -> Window:
        """Cuts the first ticks, or if there are fewer than a run of SEARCH can see, the last."""
        regions = tuple(f"us-{REGIONS[i]}" for i in SCENARIOS[scenario])
        first = 0 if ticks == WINDOW_TICKS else _TICKS - ticks
        available, prices = (
            np.stack([self.zones[region][kind][first : first + ticks] for region in regions], axis=1)
            for kind in range(2)
        )
        return Window(name, block, regions, available, prices, start + first)


def measured(split: Split, folder: DataFolder) -> tuple[Window, ...]:
    """Reads the measured windows of a split; runs of different splits never see the same tick.

    A block is a stretch of time. The measured weeks have room for four that do not overlap in SEARCH, and for
    one in VALIDATION: too few for intervals.

    Raises:
        DataMissing: The data is not there, or not what was published.
    """
    found, starts = _read(folder, split), _STARTS[split]
    if split is Split.PUBLISHED:
        return tuple(
            found[number].window(scenario, f"{scenario}.{number}", f"stretch-{number}", start=0)
            for scenario, numbers in _NUMBERS.items()
            for number in range(numbers)
        )
    if split is Split.SMOKE:
        # The end of the last stretch, behind what any run of SEARCH can see.
        start = starts[0]
        return (found[start].window("1a+2b+w2c", "smoke", "smoke", start=start, ticks=SMOKE_TICKS),)
    scenarios, windows = tuple(SCENARIOS), []
    for i in range(_WINDOWS):
        start, scenario = starts[i * len(starts) // _WINDOWS], scenarios[i % len(scenarios)]
        # Those of VALIDATION overlap.
        block = f"stretch-{start if split is Split.SEARCH else starts[0]}"
        windows.append(found[start].window(scenario, f"{start}.{scenario}", block, start=start))
    return tuple(windows)


def _read(folder: DataFolder, split: Split) -> dict[int, _Stretch]:
    """Reads the stretches that a split needs; each has all nine zones."""
    path = folder.file(_FILES[split], source=SOURCE)
    found = {start: _Stretch() for start in _STARTS[split]}
    with (
        reading(
            path, what="a zone's stretch a line: region, trace_id, start_index, metadata, data, prices_rle"
        ),
        gzip.open(path, "rt", encoding="utf-8") as lines,
    ):
        for line in lines:
            row = json.loads(line)
            key = int(row["trace_id"]) if split is Split.PUBLISHED else row["start_index"]
            if key in found:
                found[key].zones[row["region"].removesuffix(_MACHINE)] = _series(row)
        for key, stretch in found.items():
            absent = sorted({f"us-{region}" for region in REGIONS} - stretch.zones.keys())
            if absent:
                raise ValueError(f"expected a stretch {key} of {', '.join(absent)}, but there is none")
    return found


def _series(row: Mapping[str, Any]) -> tuple[np.ndarray, np.ndarray]:
    """Checks a line and turns it into availability and prices, by tick.

    Raises:
        ValueError: It has another tick, length or marks than expected, or prices that are none.
    """
    gap_s, marks = row["metadata"]["gap_seconds"], row["data"]
    if gap_s != JOB.gap_s or set(marks) - {"0", "1"} or len(marks) != _TICKS:
        raise ValueError(f"expected {_TICKS} marks, each 0 or 1, {JOB.gap_s} s apart, at {row['region']}")
    units = [(round(usd_h * PRICE_UNITS_USD), ticks) for usd_h, ticks in row["prices_rle"]]
    if sum(ticks for _, ticks in units) != _TICKS or not all(
        0 < price < ON_DEMAND_PRICE for price, _ in units
    ):
        raise ValueError(f"expected {_TICKS} prices below that of on-demand, at {row['region']}")
    prices = np.repeat(np.array([price for price, _ in units], dtype=np.int32), [ticks for _, ticks in units])
    return np.array([mark == "0" for mark in marks], dtype=bool), prices


def dialects(instances: Sequence[Instance], outcomes: Sequence[Outcome]) -> Mapping[str, float]:
    """Published scores of the whole PUBLISHED set in the public dynamics; neither looks at lateness.

    `lb` is 0..100, higher is better, from the mean cost between two bills; `sd` is the negated mean cost. The
    mean is over scenarios of the mean over their windows.
    """
    mean_usd = _mean_usd(instances, [outcome.metrics["cost_usd"] for outcome in outcomes])
    saved = (ALL_ON_DEMAND_USD - mean_usd) / (ALL_ON_DEMAND_USD - ALL_SPOT_USD)
    return {"lb": 100.0 * min(max(saved, 0.0), 1.0), "sd": -mean_usd}


def _mean_usd(instances: Sequence[Instance], costs: Sequence[float]) -> float:
    by_scenario: dict[str, list[float]] = {}
    for instance, cost in zip(instances, costs, strict=True):
        by_scenario.setdefault(instance.name.partition(".")[0], []).append(cost)
    return sum(sum(costs) / len(costs) for costs in by_scenario.values()) / len(by_scenario)


def adapt(source: str) -> str:
    """Turns a program in the public form, a class with `_step`, into a candidate's source."""
    return in_form(Path(__file__).with_name("public_form.py"), source)
