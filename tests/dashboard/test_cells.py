"""An archive laid out: each cell by its best, each candidate counted once."""

from dataclasses import replace

import pandas as pd
import pytest

from dashboard.data import RunLog
from dashboard.reading.cells import Leading, cells, leaders_table, leading, ranges, sound
from problems.base import Axis


def test_an_edge_belongs_to_the_cell_above_it() -> None:
    assert ranges(Axis("late", (4.0, 6.0))) == ["< 4", "4 to 6", "≥ 6"]


def test_an_axis_without_edges_holds_everything() -> None:
    assert ranges(Axis("late", ())) == ["any"]


def test_every_elite_holds_the_cell_of_its_behaviour(done: RunLog) -> None:
    frame = cells(done, [0, 1]).frame.dropna(subset="score")
    shown = {(row.x, row.y): (row.score, row.step) for row in frame.itertuples()}
    assert shown == {e.cell: (e.score, done.step_of(e.candidate.id)) for e in done.elites()}


def test_empty_cells_stand_there_too(done: RunLog) -> None:
    found = cells(done, [0, 1])
    assert (len(found.frame), found.filled) == (5 * 4, len(done.elites()))


def test_along_one_axis_the_best_of_all_others_counts(done: RunLog) -> None:
    frame = cells(done, [1]).frame.dropna(subset="score")
    for row in frame.itertuples():
        assert row.score == max(e.score for e in done.elites() if e.cell[1] == row.x)


def test_axes_can_be_exchanged(done: RunLog) -> None:
    frame = cells(done, [1, 0]).frame.dropna(subset="score")
    assert {(row.y, row.x) for row in frame.itertuples()} == {e.cell for e in done.elites()}


def test_every_sound_candidate_is_counted_in_one_cell(done: RunLog) -> None:
    assert cells(done, [0, 1]).frame["candidates"].sum() == len(sound(done.frame()))


def test_the_champion_is_in_one_cell_of_its_behaviour(done: RunLog) -> None:
    champion = done.state.champion
    assert champion is not None
    (home,) = cells(done, [0, 1]).frame.query("champion")[["x", "y"]].itertuples(index=False)
    assert tuple(home) == done.state.archive.grid.cell(champion.search)


def test_what_faults_or_passes_its_bound_is_not_sound(done: RunLog) -> None:
    faults = pd.Series([(), (("raised", "exception"),), ()])
    frame = done.frame().head(3).assign(is_kept=False, faults=faults, is_quarantined=[False, False, True])
    assert list(sound(frame).index) == [0]


def test_a_candidate_on_an_edge_is_counted_above_it(done: RunLog) -> None:
    late = sound(done.frame())["metric late"]
    done.problem = replace(done.problem, axes=(Axis("late", (late.max(),)),))
    assert cells(done, [0]).frame["candidates"].tolist() == [sum(late < late.max()), sum(late == late.max())]


def test_groups_where_the_champion_is_furthest_behind_come_first(done: RunLog) -> None:
    champion, worst = done.state.champion, min(done.elites(), key=lambda elite: elite.score)
    assert champion is not None
    done.state.champion = replace(champion, search=worst.evaluation)
    behind = [row.behind or 0.0 for row in leading(done)]
    assert behind[0] > behind[-1]
    assert behind == sorted(behind, reverse=True)


@pytest.mark.parametrize(("champion", "behind"), [(0.5, 0.25), (0.75, 0.0), (None, None)])
def test_behind_is_what_the_best_has_more(champion: float | None, behind: float | None) -> None:
    assert Leading("a", ((3, 0.75), (1, 0.5)), champion).behind == behind


def test_leaders_are_told_by_place_and_missing_ones_left_open() -> None:
    row = Leading("a", ((3, 0.75), (1, 0.5)), 0.5)
    frame = leaders_table([row, replace(row, group="b", leaders=((3, 0.75),))])
    assert list(frame.columns[3:]) == ["1st step", "1st score", "2nd step", "2nd score"]
    assert frame["2nd step"].isna().tolist() == [False, True]
