"""What a click on a chart opens."""

from collections.abc import Mapping
from typing import Any

from dashboard.address import visit
from dashboard.charts.style import CHOSEN
from dashboard.data import RunLog


def visit_chosen(log: RunLog, selection: Mapping[str, Any]) -> None:
    """Opens the candidate that was clicked, if one was.

    Args:
        log: Of the run.
        selection: As the chart gives it back.
    """
    for point in selection.get(CHOSEN, []):
        step = point.get("step")
        if step is not None and 0 <= step < len(log.steps):
            visit("candidate", log.run, int(step))
