"""What `adrs trace` told of two policies on one instance, made fit for charts. No streamlit here."""

import json
import threading
from collections import OrderedDict
from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

import pandas as pd

from evolve.figures.progress import NothingToDraw
from evolve.figures.timelines import Timelines

Cell = str | int | float | bool
Row = Mapping[str, Cell]

DECISION: Final = "decision"
"""Column of what was decided; of a decision of several parts, the columns that begin with it."""
_KEPT: Final = 12
"""Long ones have millions of bytes."""
_BEFORE: Final = 3
_BEHIND: Final = 9
_MOST_WORDS: Final = 8
"""Different words that colours can tell apart."""


@dataclass(frozen=True, slots=True)
class Policy:
    """One policy on the instance.

    Attributes:
        score: None of a source that never was a policy.
        fault: What ended it, in words; empty if nothing did.
        rows: A row a decision, as far as it went.
    """

    name: str
    score: float | None
    metrics: Mapping[str, float]
    fault: str
    rows: tuple[Row, ...]


@dataclass(frozen=True, slots=True)
class Trace:
    """Two policies on one instance, or one.

    Attributes:
        parting: Row at which they first decide differently; None if they never do.
        seen: First row at which they see something different; None if they never do.
    """

    instance: str
    policies: tuple[Policy, ...]
    parting: int | None
    seen: int | None

    @staticmethod
    def read(text: str) -> "Trace":
        """Reads what the command printed.

        Raises:
            ValueError: It is no trace.
        """
        try:
            found = json.loads(text)
            apart = found["first_difference"] or {}
            policies = tuple(_policy(told) for told in found["policies"])
            return Trace(found["instance"], policies, apart.get("row"), apart.get("seen_from"))
        except (json.JSONDecodeError, KeyError, TypeError) as error:
            raise ValueError(f"expected a trace as adrs trace --json prints it: {error!r}") from error

    @property
    def clock(self) -> str:
        """The column of time."""
        return Timelines(self.instance, self._rows(), self.parting, ()).clock

    def time_at(self, row: int) -> float:
        """Where a row is on the clock."""
        return next(float(policy.rows[row][self.clock]) for policy in self.policies if len(policy.rows) > row)

    def columns(self) -> tuple[Sequence[str], Sequence[str]]:
        """Columns that can be drawn, and of these the ones that show best how the policies differ."""
        clock = self.clock
        every = [row for policy in self.policies for row in policy.rows]
        names = dict.fromkeys(key for row in every for key in row if key != clock)
        drawable = [name for name in names if _is_drawable([row[name] for row in every if name in row])]
        try:
            best = Timelines.of(self.instance, self._rows(), self.parting).columns
        except NothingToDraw:
            best = ()
        return drawable, [name for name in best if name in drawable]

    def _rows(self) -> tuple[tuple[str, Sequence[Row]], ...]:
        return tuple((policy.name, policy.rows) for policy in self.policies)


class Traces:
    """Traces that were made since the server began; threads of several viewers share them."""

    def __init__(self) -> None:
        self._found: OrderedDict[Hashable, Trace] = OrderedDict()
        self._lock = threading.Lock()

    def known(self, key: Hashable) -> Trace | None:
        """One that was kept under a key."""
        with self._lock:
            return self._found.get(key)

    def keep(self, key: Hashable, trace: Trace) -> None:
        """Keeps one, and forgets the oldest of many."""
        with self._lock:
            self._found[key] = trace
            while len(self._found) > _KEPT:
                self._found.popitem(last=False)


def timeline(trace: Trace, column: str, *, within: tuple[int, int] | None) -> pd.DataFrame:
    """A row a policy and decision: `policy`, `at` (of the clock), `value` (of the column).

    Args:
        trace: Of one policy or more.
        column: What is drawn.
        within: First and last row, by number; None for all.
    """
    clock = trace.clock
    rows = [
        (policy.name, row[clock], row[column])
        for policy in trace.policies
        for row in _window(policy.rows, within)
        if column in row
    ]
    return pd.DataFrame(rows, columns=["policy", "at", "value"])


def lanes(frame: pd.DataFrame) -> pd.DataFrame:
    """A timeline of words as stretches: `policy`, `start`, `end`, `word`; the last is as long as a row."""
    found = []
    for name, rows in frame.groupby("policy", sort=False):
        at, words = list(rows["at"]), [_word(value) for value in rows["value"]]
        ends = [*at[1:], at[-1] + (at[-1] - at[-2] if len(at) > 1 else 1)]
        start = 0
        for i in range(1, len(at) + 1):
            if i == len(at) or words[i] != words[start]:
                found.append((name, at[start], ends[i - 1], words[start]))
                start = i
    return pd.DataFrame(found, columns=["policy", "start", "end", "word"])


def is_words(column: str, frame: pd.DataFrame) -> bool:
    """Whether a timeline is of words, which lanes show, and not of figures."""
    if not all(map(_is_figure, frame["value"])):
        return True
    return column.startswith(DECISION) and frame["value"].nunique() <= _MOST_WORDS


def parted(trace: Trace) -> pd.DataFrame:
    """The row at which they first decide differently, a row a column; what differs comes first."""
    at = trace.parting
    if at is None:
        return pd.DataFrame()
    rows = [policy.rows[at] if at < len(policy.rows) else {} for policy in trace.policies]
    names = dict.fromkeys(key for row in rows for key in row)
    ordered = sorted(names, key=lambda key: rows[0].get(key) == rows[-1].get(key))
    told = [[key, *(_word(row[key]) if key in row else "" for row in rows)] for key in ordered]
    return pd.DataFrame(told, columns=["column", *(policy.name for policy in trace.policies)])


def around(trace: Trace, policy: Policy) -> pd.DataFrame:
    """A policy's rows around the first difference, or its first ones."""
    first = 0 if trace.parting is None else max(0, trace.parting - _BEFORE)
    return pd.DataFrame([dict(row) for row in policy.rows[first : first + _BEFORE + _BEHIND]])


def metrics(trace: Trace) -> pd.DataFrame:
    """A row a figure: score and metrics of each policy, and the first minus the second."""
    told = [{} if p.score is None else {"score": p.score, **p.metrics} for p in trace.policies]
    names = dict.fromkeys(key for each in told for key in each)
    frame = pd.DataFrame(
        {
            policy.name: [each.get(n) for n in names]
            for policy, each in zip(trace.policies, told, strict=True)
        },
        index=list(names),
        dtype=float,
    )
    if len(trace.policies) > 1:
        frame["difference"] = frame.iloc[:, 0] - frame.iloc[:, 1]
    return frame.rename_axis("figure").reset_index()


def _policy(told: Mapping[str, Any]) -> Policy:
    fault = told["fault"]
    words = "" if fault is None else f"{fault['kind']} ({fault['rule']}): {fault['message']}"
    return Policy(told["name"], told["score"], told["metrics"], words, tuple(told["rows"]))


def _window(rows: Sequence[Row], within: tuple[int, int] | None) -> Sequence[Row]:
    return rows if within is None else rows[within[0] : within[1] + 1]


def _is_drawable(values: Sequence[Cell]) -> bool:
    """Whether values change, and are figures or few words."""
    different = set(map(_word, values))
    return len(different) > 1 and (len(different) <= _MOST_WORDS or all(map(_is_figure, values)))


def _is_figure(value: Cell) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def _word(value: Cell) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    return f"{value:.6g}" if isinstance(value, float) else str(value)
