"""The published windows, measured ones of later weeks, published scores, and programs in the public form."""

import gzip
import json
from collections.abc import Iterator, Mapping, Sequence
from itertools import groupby
from pathlib import Path

from problems.base import Instance, Outcome, Split
from problems.datasets import DataFolder, reading
from problems.spot.instances import SMOKE_JOB, WINDOW_TICKS, Window

ALL_ON_DEMAND_USD, ALL_SPOT_USD = 146.88, 46.7088
"""What the `lb` dialect takes as worst and best: the bills of 48 hours at either price."""

_STAND_INS = Path(__file__).with_name("sky_spot.py")
_STARTS_PER_ENVIRONMENT = 6
_FILES = {
    Split.SMOKE: "spot_single/search_windows.jsonl.gz",
    Split.SEARCH: "spot_single/search_windows.jsonl.gz",
    Split.VALIDATION: "spot_single/validation_windows.jsonl.gz",
    Split.PUBLISHED: "spot_single/published_windows.jsonl.gz",
}

SOURCE = (
    "UCB-ADRS/ADRS-Leaderboard, commit f856497d (published windows), and skypilot-org/spot-traces, "
    "aws-10-26-2022 (the others)"
)
"""Where the windows were published."""


def measured(split: Split, folder: DataFolder) -> tuple[Window, ...]:
    """Reads the measured windows of a split; runs of different splits never see the same tick.

    Raises:
        DataMissing: The data is not there, or not what was published.
    """
    windows = tuple(_read(folder, _FILES[split]))
    if split is Split.SMOKE:
        return (_tail(windows[-1]),)
    if split is Split.SEARCH:
        windows = tuple(_spread(windows))
    return tuple(_cut(window, 0, WINDOW_TICKS) for window in windows)


def _read(folder: DataFolder, relative: str) -> Iterator[Window]:
    """Yields each window once: the published file repeats it for every overhead."""
    path, seen = folder.file(relative, source=SOURCE), set()
    with (
        reading(path, what="a window a line: env, start_index, data of marks 0 and 1"),
        gzip.open(path, "rt", encoding="utf-8") as lines,
    ):
        for line in lines:
            row = json.loads(line)
            env, start, marks = row["env"], row["start_index"], row["data"]
            if set(marks) - {"0", "1"} or len(marks) < WINDOW_TICKS:
                raise ValueError(f"expected at least {WINDOW_TICKS} marks, each 0 or 1, at {env} {start}")
            name = f"{env}.{row.get('trace_id', start)}"
            if name not in seen:
                seen.add(name)
                yield Window(name, env, tuple(mark == "0" for mark in marks), start)


def _spread(windows: Sequence[Window]) -> Iterator[Window]:
    """Yields a few windows of each environment, their starts spread evenly."""
    for _, members in groupby(windows, key=lambda window: window.block):
        found = tuple(members)
        for i in range(_STARTS_PER_ENVIRONMENT):
            yield found[i * len(found) // _STARTS_PER_ENVIRONMENT]


def _tail(window: Window) -> Window:
    """What lies behind the ticks that any run of SEARCH can see."""
    return _cut(window, WINDOW_TICKS, SMOKE_JOB.ticks + 2)


def _cut(window: Window, first: int, ticks: int) -> Window:
    return Window(window.name, window.block, window.available[first : first + ticks], window.start + first)


def dialects(instances: Sequence[Instance], outcomes: Sequence[Outcome]) -> Mapping[str, float]:
    """Published scores of the whole PUBLISHED set; neither looks at lateness.

    `lb` is 0..100, higher is better, from the mean cost between two bills; `sd` is the negated mean cost.
    """
    mean_usd = sum(outcome.metrics["cost_usd"] for outcome in outcomes) / len(instances)
    saved = (ALL_ON_DEMAND_USD - mean_usd) / (ALL_ON_DEMAND_USD - ALL_SPOT_USD)
    return {"lb": 100.0 * min(max(saved, 0.0), 1.0), "sd": -mean_usd}


def adapt(source: str) -> str:
    """Turns a program in the public form, a class with `_step`, into a candidate's source."""
    return in_form(Path(__file__).with_name("public_form.py"), source)


def in_form(form: Path, source: str) -> str:
    """Joins the stand-ins, a policy that asks a program, and the program."""
    texts = (path.read_text(encoding="utf-8") for path in (_STAND_INS, form))
    return "\n\n".join((*texts, f"STRATEGY = strategy_class({source!r}, Environment)\n"))
