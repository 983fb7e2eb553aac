"""Where a candidate comes from: all its ancestors, and what each edit bought."""

from dataclasses import replace

import numpy as np
import pytest

from dashboard.charts.lineage import tree
from dashboard.data import RunLog, Step
from dashboard.reading.lineage import FIRST, LINE, NONE, OTHER, SEED, SURE, UNSCORED, UNSURE, kin, lineage
from evolve.runs.packing import Layout
from problems.base import Split

BLOCKS = Layout(tuple((f"i{n}", f"g{n}", f"b{n}") for n in range(16)))


def step(number: int, *parents: int, scores: float | np.ndarray | None, like: Step) -> Step:
    measured = np.zeros(0) if scores is None else np.zeros(len(BLOCKS.rows)) + scores
    search = None if scores is None else float(measured.mean())
    return replace(like, step=number, parents=parents, scores=measured, search=search, operator="edit")


@pytest.fixture
def family(done: RunLog) -> RunLog:
    """Seeds 0 and 1; 2 and 3 are made of 0, 4 of 2 and 3, 5 of 4, 6 of 1; texts are those of `done`."""
    done.header = replace(done.header, layouts={Split.SEARCH: BLOCKS})
    up_and_down = 0.52 + np.resize([0.4, -0.4], len(BLOCKS.rows))
    scores: list[float | np.ndarray | None] = [0.5, 0.3, 0.6, 0.5, up_and_down, None, 0.9]
    parents: list[tuple[int, ...]] = [(), (), (0,), (0,), (2, 3), (4,), (1,)]
    done.steps = [
        replace(step(n, *p, scores=s, like=done.steps[0]), places=done.steps[n].places)
        for n, (p, s) in enumerate(zip(parents, scores, strict=True))
    ]
    return done


def test_a_line_goes_from_the_seed_by_first_parents(family: RunLog) -> None:
    found = [(edit.step.step, edit.gained.parent) for edit in lineage(family, 5).edits]
    assert found == [(0, None), (2, 0), (4, 2), (5, 4)]


def test_an_edit_is_told_by_its_gain_and_whether_that_is_sure(family: RunLog) -> None:
    _, better, worse, unscored = (edit.gained for edit in lineage(family, 5).edits)
    assert [better.verdict, worse.verdict, unscored.verdict] == [SURE, NONE, UNSCORED]
    assert [better.gain, worse.gain, unscored.gain] == [pytest.approx(0.1), pytest.approx(-0.08), None]
    assert (better.told, unscored.told) == ("+0.1000 [+0.1000, +0.1000]", "")


def test_a_gain_that_comes_and_goes_may_be_chance(family: RunLog) -> None:
    family.steps[2] = replace(family.steps[2], scores=np.zeros(len(BLOCKS.rows)) + 0.5)
    assert lineage(family, 4).nodes["verdict"].tolist()[-1] == UNSURE


def test_an_edit_has_its_change_of_text(done: RunLog) -> None:
    last = max((s for s in done.steps if s.parents and s.id), key=lambda s: s.step)
    edit = lineage(done, last.step).edits[-1]
    assert edit.change is not None
    assert edit.change.together.startswith(f"--- step {last.parents[0]}\n+++ step {last.step}\n")


def test_all_parents_are_kin_and_nobody_else(family: RunLog) -> None:
    assert [s.step for s in kin(family, 5)] == [0, 2, 3, 4, 5]


def test_of_too_many_ancestors_the_line_is_kept_and_what_came_into_it(
    family: RunLog, monkeypatch: pytest.MonkeyPatch
) -> None:
    family.steps[3] = replace(family.steps[3], parents=(1,))
    monkeypatch.setattr("dashboard.reading.lineage.MOST", 3)
    assert [s.step for s in kin(family, 5)] == [0, 2, 3, 4, 5]


def test_candidates_stand_by_edits_since_a_seed(family: RunLog) -> None:
    found = lineage(family, 5).nodes
    assert dict(zip(found["step"], found["edits"], strict=True)) == {0: 0, 2: 1, 3: 1, 4: 2, 5: 3}
    assert found["verdict"].tolist()[0] == SEED


def test_one_without_a_score_stands_at_its_parents(family: RunLog) -> None:
    assert lineage(family, 5).nodes["score"].tolist()[-1] == pytest.approx(0.52)


def test_ties_tell_the_line_from_other_parents(family: RunLog) -> None:
    assert lineage(family, 5).ties["kind"].tolist() == [LINE, FIRST, LINE, OTHER, LINE]


@pytest.mark.parametrize("number", [0, 5])
def test_a_tree_is_drawn_of_a_seed_alone_and_of_many(family: RunLog, number: int) -> None:
    found = lineage(family, number)
    assert tree(found.nodes, found.ties, looked_at=number).to_dict()["layer"]
