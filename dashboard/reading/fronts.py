"""What no other candidate beats in two figures at once. No streamlit here."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import pandas as pd

from dashboard.reading.cells import words

_FIXED: Final = {
    "search": ("score on search", True),
    "validation": ("score on validation", True),
    "cpu_s": ("CPU seconds to measure it", False),
    "usd": ("dollars to propose it", False),
}
_METRIC: Final = "metric "


@dataclass(frozen=True, slots=True)
class Measure:
    """A figure that candidates can be compared by.

    Attributes:
        column: In the frame of a run.
        higher: Whether more of it is better.
    """

    column: str
    label: str
    higher: bool

    @property
    def title(self) -> str:
        """What it is and its sense."""
        return f"{self.label}, {'higher' if self.higher else 'lower'} is better"

    @property
    def is_metric(self) -> bool:
        """Whether the problem tells it, on SEARCH."""
        return self.column.startswith(_METRIC)


def measures(frame: pd.DataFrame) -> list[Measure]:
    """Lists the figures of a run: scores, costs, then the problem's metrics where any candidate differs.

    A problem does not say which way its metrics are good: here the way that goes with the score on search.
    """
    found = [
        Measure(column, label, higher)
        for column, (label, higher) in _FIXED.items()
        if column in frame and frame[column].notna().any() and frame[column].nunique() > 1
    ]
    for column in frame.columns:
        if column.startswith(_METRIC) and frame[column].nunique() > 1:
            name = column.removeprefix(_METRIC)
            found.append(Measure(column, words(name), _goes_with_score(frame, column)))
    return found


def _goes_with_score(frame: pd.DataFrame, column: str) -> bool:
    """Whether candidates of a higher score mostly have more of it."""
    ranks = frame[[column, "search"]].dropna().rank()
    together = ranks - ranks.mean()
    return float((together[column] * together["search"]).sum()) >= 0.0


def front(frame: pd.DataFrame, across: Measure, up: Measure) -> pd.DataFrame:
    """Rows that no other row beats in one measure without losing in the other, from left to right.

    Of rows that are alike in both the first stands for all.
    """
    both = frame.dropna(subset=[across.column, up.column])
    signed = pd.DataFrame({m.column: both[m.column] * (1 if m.higher else -1) for m in (across, up)})
    ordered = signed.sort_values(_columns(across, up), ascending=False, kind="stable")
    reached = ordered[up.column].cummax().shift(fill_value=float("-inf"))
    kept = ordered.index[ordered[up.column] > reached]
    return both.loc[kept].sort_values(across.column, kind="stable")


def _columns(across: Measure, up: Measure) -> Sequence[str]:
    return list(dict.fromkeys((across.column, up.column)))
