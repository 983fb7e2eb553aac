"""The archive: what enters, what leaves, and what its digest says."""

import math
from collections.abc import Sequence

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from evaluators.values import Evaluation, Measurement
from evolve.search.archive import AddStatus, Archive
from evolve.search.candidate import Candidate
from evolve.search.elite import Elite
from problems.base import Axis, Split
from sandbox.faults import Fault, FaultKind

AXES = (Axis("cost", (1.0, 2.0)), Axis("depth", (10.0,)))
FAULT = Fault(FaultKind.INVALID, "not_finite", "the answer holds NaN")


def measured(
    scores: Sequence[float], *, cost: float = 0.0, depth: float = 0.0, fault: Fault | None = None
) -> Evaluation:
    """An evaluation with one group for every score; the fault is that of the first."""
    metrics = {"cost": cost, "depth": depth}
    return Evaluation.of(
        Split.SEARCH,
        tuple(
            Measurement(f"i{n}", f"g{n}", "b", score, metrics, fault if n == 0 else None)
            for n, score in enumerate(scores)
        ),
    )


# A grid of scores makes ties common, which is where keeping the older matters.
evaluations = st.builds(
    lambda scores, cost, depth: measured(scores, cost=cost, depth=depth),
    st.lists(st.sampled_from([0.0, 0.25, 0.5, 0.75, 1.0]), min_size=3, max_size=3),
    st.sampled_from([0.0, 1.0, 5.0]),
    st.sampled_from([0.0, 10.0]),
)


def filled(several: Sequence[Evaluation]) -> Archive:
    archive = Archive(AXES)
    for n, evaluation in enumerate(several):
        archive.add(Candidate(f"# {n}"), evaluation)
    return archive


def test_the_status_says_what_happened_and_only_refusal_is_false() -> None:
    archive = Archive(AXES)
    assert archive.add(Candidate("a"), measured([0.5])) is AddStatus.NEW
    assert archive.add(Candidate("b"), measured([0.6])) is AddStatus.IMPROVED
    assert archive.add(Candidate("c"), measured([0.4], cost=5.0)) is AddStatus.NEW
    assert AddStatus.NOT_ADDED < AddStatus.IMPROVED < AddStatus.NEW
    assert not AddStatus.NOT_ADDED
    assert AddStatus.IMPROVED


def test_a_value_on_an_edge_lies_above_it() -> None:
    archive = Archive(AXES)
    archive.add(Candidate("a"), measured([0.5], cost=1.0, depth=9.9))
    assert [elite.cell for elite in archive] == [(1, 0)]


@pytest.mark.parametrize(
    "evaluation",
    [
        Evaluation.of(Split.SEARCH, measured([0.5]).measurements, complete=False),
        Evaluation.of(Split.SEARCH, ()),
        measured([0.0, 0.5], fault=FAULT),
        measured([1.0 + 2e-9]),
        measured([math.nan]),
    ],
    ids=["incomplete", "empty", "faulty", "beyond the bound", "not a number"],
)
def test_only_complete_faultless_scores_up_to_one_enter(evaluation: Evaluation) -> None:
    archive = Archive(AXES)
    assert archive.add(Candidate("a"), evaluation) is AddStatus.NOT_ADDED
    assert len(archive) == 0
    assert archive.best is None


def test_rounding_above_one_is_forgiven() -> None:
    assert Archive(AXES).add(Candidate("a"), measured([1.0 + 5e-10])) is AddStatus.NEW


def test_another_stage_is_a_mistake_of_ours() -> None:
    with pytest.raises(ValueError, match="takes evaluations on search, but got one on holdout"):
        Archive(AXES).add(Candidate("a"), Evaluation.of(Split.HOLDOUT, measured([0.5]).measurements))


def test_a_tie_keeps_the_older() -> None:
    archive = Archive(AXES, leaders_per_group=1)
    archive.add(Candidate("old"), measured([0.5]))
    assert archive.add(Candidate("new"), measured([0.5])) is AddStatus.NOT_ADDED
    assert [elite.candidate.source for elite in archive] == ["old"]


def test_the_same_candidate_enters_once() -> None:
    archive = Archive(AXES)
    archive.add(Candidate("a"), measured([0.5, 0.5]))
    assert archive.add(Candidate("a"), measured([0.5, 0.5])) is AddStatus.NOT_ADDED
    assert [len(leaders) for _, leaders in archive.leaders] == [1, 1]


def test_a_leader_of_one_group_stays_though_its_cell_is_lost() -> None:
    archive = Archive(AXES, leaders_per_group=1)
    archive.add(Candidate("specialist"), measured([1.0, 0.0]))
    archive.add(Candidate("generalist"), measured([0.9, 0.9]))
    assert [elite.candidate.source for elite in archive] == ["specialist", "generalist"]
    archive.add(Candidate("master"), measured([1.0, 1.0]))
    # A tie on the first group keeps the specialist; the generalist has lost its cell and its group.
    assert [elite.candidate.source for elite in archive] == ["specialist", "master"]


@given(several=st.lists(evaluations, max_size=40))
def test_a_cell_never_gets_worse(several: list[Evaluation]) -> None:
    archive, best = Archive(AXES), dict[tuple[int, ...], float]()
    for n, evaluation in enumerate(several):
        archive.add(Candidate(f"# {n}"), evaluation)
        for elite in archive.grid:
            assert elite.score >= best.get(elite.cell, -math.inf)
            best[elite.cell] = elite.score
    assert sorted(best) == sorted({archive.grid.cell(evaluation) for evaluation in several})


@given(several=st.lists(evaluations, max_size=40))
def test_leaders_are_the_true_first_three_of_every_group(several: list[Evaluation]) -> None:
    archive = filled(several)
    for number in range(3):
        scores = [evaluation.measurements[number].score for evaluation in several]
        expected = sorted(range(len(several)), key=lambda n: (-scores[n], n))[:3]
        found = [leader.elite.candidate.source for leader in archive.leaders.of(f"g{number}")]
        assert found == [f"# {n}" for n in expected]


@given(several=st.lists(evaluations, max_size=40))
def test_it_holds_each_elite_once_oldest_first_and_nothing_else(several: list[Evaluation]) -> None:
    archive = filled(several)
    places = [*archive.grid, *(leader.elite for _, leaders in archive.leaders for leader in leaders)]
    ids = [elite.candidate.id for elite in archive]
    assert set(ids) == {elite.candidate.id for elite in places}
    assert len(archive) == len(ids) == len(set(ids))
    ages = [int(elite.candidate.source.removeprefix("# ")) for elite in archive]
    assert ages == sorted(ages)


@given(several=st.lists(evaluations, min_size=1, max_size=40))
def test_the_best_is_the_first_of_the_highest_score(several: list[Evaluation]) -> None:
    best = filled(several).best
    scores = [evaluation.score or 0.0 for evaluation in several]
    assert best is not None
    assert best.candidate.source == f"# {scores.index(max(scores))}"


@given(several=st.lists(evaluations, max_size=12), order=st.randoms(use_true_random=False))
def test_the_digest_differs_exactly_where_what_is_held_differs(
    several: list[Evaluation], order: "object"
) -> None:
    numbered = list(enumerate(several))
    first, second = Archive(AXES), Archive(AXES)
    for n, evaluation in numbered:
        first.add(Candidate(f"# {n}"), evaluation)
    for n, evaluation in sorted(numbered, key=lambda _: order.random()):  # type: ignore[attr-defined]
        second.add(Candidate(f"# {n}"), evaluation)

    def held(archive: Archive) -> object:
        leaders = [(group, [x.elite.candidate.id for x in found]) for group, found in archive.leaders]
        return [_identity(e) for e in archive.grid], leaders, archive.best and archive.best.candidate.id

    assert (first.digest() == second.digest()) == (held(first) == held(second))


def _identity(elite: Elite) -> tuple[str, tuple[int, ...], float]:
    return elite.candidate.id, elite.cell, elite.score


def test_the_digest_is_the_same_on_every_machine() -> None:
    archive = filled([measured([0.1, 0.7]), measured([0.3, 0.2], cost=3.0, depth=11.0)])
    assert archive.digest() == "503ee82552038b9f78f2b95b44d501d7b5938608e48947494bcb31e683fca178"
    assert Archive(AXES).digest() != archive.digest()


def test_the_digest_sees_a_score_change_in_its_last_bit() -> None:
    assert filled([measured([0.3])]).digest() != filled([measured([math.nextafter(0.3, 1)])]).digest()


def test_archives_with_one_digest_draw_alike_whatever_their_history() -> None:
    low, high = measured([0.2, 0.2]), measured([0.9, 0.1], cost=5.0)
    first, second = Archive(AXES), Archive(AXES)
    for archive, order in ((first, ("a", "b")), (second, ("b", "a"))):
        for source in order:
            archive.add(Candidate(source), low if source == "a" else high)
    assert first.digest() == second.digest()
    assert list(first) != list(second)
    drawn = [archive.sample(20, np.random.default_rng(4)) for archive in (first, second)]
    assert drawn[0] == drawn[1]


def test_every_cell_is_drawn_equally_often() -> None:
    archive = filled([measured([0.1 * n], cost=cost) for n in range(1, 9) for cost in (0.0, 1.5, 9.0)])
    drawn = archive.sample(3000, np.random.default_rng(0))
    counts = [sum(elite.cell == (cell, 0) for elite in drawn) for cell in range(3)]
    # Three standard deviations of a binomial with p = 1/3 are 77.
    assert all(abs(count - 1000) < 78 for count in counts)


def test_drawing_from_an_empty_archive_says_what_to_do() -> None:
    with pytest.raises(ValueError, match="add a complete, faultless candidate first"):
        Archive(AXES).sample(1, np.random.default_rng(0))


def test_what_is_held_does_not_grow_with_candidates_seen() -> None:
    rng = np.random.default_rng(1)
    archive = filled([measured(list(rng.random(2)), cost=float(rng.random() * 3)) for _ in range(2000)])
    assert len(archive) <= 3 + 2 * 3
    assert len(archive._kept) == len(archive._places) == len(archive)
