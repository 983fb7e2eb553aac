"""Charts of an archive: a click comes back with a step, and no chart is a cloud of thousands."""

import pandas as pd
import pytest

from dashboard.charts.archive import MOST_POINTS, front_chart, heat_map
from dashboard.charts.style import CHOSEN
from dashboard.data import RunLog
from dashboard.reading.cells import cells
from dashboard.reading.fronts import Measure, front

ACROSS, UP = Measure("metric cost", "cost", higher=False), Measure("search", "score", higher=True)


def many(rows: int) -> pd.DataFrame:
    steps = range(rows)
    return pd.DataFrame(
        {"step": steps, "operator": "seed", "search": [1 / (1 + n) for n in steps], "metric cost": steps}
    )


@pytest.mark.parametrize("axes", [[0], [0, 1]])
def test_a_click_on_a_cell_tells_its_step(done: RunLog, axes: list[int]) -> None:
    (choice,) = heat_map(cells(done, axes)).to_dict()["params"]
    assert (choice["name"], choice["select"]["fields"]) == (CHOSEN, ["step"])


def test_edges_stand_where_cells_meet(done: RunLog) -> None:
    x = heat_map(cells(done, [0, 1])).to_dict()["layer"][0]["encoding"]["x"]
    assert (x["axis"]["values"], x["scale"]["domain"]) == ([1, 2, 3, 4], [0, 5])
    assert x["axis"]["labelExpr"] == "['4', '6', '8', '10'][datum.value - 1]"


def test_a_front_keeps_all_its_points_and_some_of_those_beaten() -> None:
    frame = many(3 * MOST_POINTS)
    best = front(frame, ACROSS, UP)
    chart = front_chart(frame, best, ACROSS, UP)
    (rows,) = chart.to_dict()["datasets"].values()
    assert sum(row["on_front"] for row in rows) == len(best) == 1
    assert MOST_POINTS / 2 <= len(rows) - len(best) <= MOST_POINTS


def test_a_figure_can_be_held_against_itself() -> None:
    frame = many(3)
    chart = front_chart(frame, front(frame, UP, UP), UP, UP)
    (rows,) = chart.to_dict()["datasets"].values()
    assert all(row["across"] == row["up"] for row in rows)
