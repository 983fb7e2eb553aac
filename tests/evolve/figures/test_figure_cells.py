from collections.abc import Sequence

import pytest

from evaluators.values import Evaluation, Measurement
from evolve.figures.cells import Cells
from evolve.figures.style import rendered
from evolve.figures.traced import Traced
from evolve.runs.header import Header
from evolve.runs.history import Outline, Phase, Status
from evolve.runs.spec import RunSpec
from evolve.runs.state import State
from evolve.search.candidate import Candidate
from problems.base import Axis, Split

AXES = (Axis("wide", (0.2, 0.6)), Axis("deep", (1.0,)), Axis("odd", (5.0,)))


def run(axes: Sequence[Axis], *elites: tuple[float, dict[str, float]]) -> Traced:
    """A run that ended with an archive of these elites, by score and metrics."""
    state = State.empty(axes)
    for i, (score, metrics) in enumerate(elites):
        found = Evaluation.of(Split.SEARCH, (Measurement("i", "g", "b", score, metrics),))
        assert state.archive.add(Candidate(f"# {i}"), found)
    header = Header(RunSpec("any"), {}, {}, {}, {})
    return Traced("r", Outline(header, Status(Phase.STOPPED, "max_evals"), 1, None, ()), state, (), {})


def test_of_cells_that_differ_in_an_axis_that_is_not_shown_the_best_is() -> None:
    near, far = {"wide": 0.3, "deep": 2.0, "odd": 1.0}, {"wide": 0.3, "deep": 2.0, "odd": 9.0}
    (panel,) = Cells.of([run(AXES, (0.7, near), (0.4, far))]).panels
    assert (panel.cells, panel.beyond, panel.shape) == ({(1, 1): 0.7}, ("odd",), (2, 3))


@pytest.mark.parametrize("axes", [AXES[:1], AXES[:2], AXES])
def test_one_axis_one_elite_and_no_champion_are_enough(axes: Sequence[Axis]) -> None:
    metrics = {"wide": 0.3, "deep": 2.0, "odd": 1.0}
    drawn, doubts = rendered(Cells.of([run(axes, (0.5, metrics))]), ".svg")
    assert doubts == ()
    assert b">mean wide<" in drawn
    assert (b">mean deep<" in drawn) == (len(axes) > 1)


def test_edges_that_have_no_room_side_by_side_stand_upright() -> None:
    edges = tuple(i / 80 for i in range(1, 14))
    drawn, _ = rendered(Cells.of([run([Axis("wide", edges)], (0.5, {"wide": 0.3}))]), ".svg")
    assert b"rotate(-90" in drawn[: drawn.index(b">mean wide<")]
    drawn, _ = rendered(Cells.of([run([Axis("wide", edges[:4])], (0.5, {"wide": 0.3}))]), ".svg")
    assert b"rotate(-90" not in drawn[: drawn.index(b">mean wide<")]
