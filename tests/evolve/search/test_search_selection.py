"""Which elites become parents."""

from collections import Counter

import numpy as np
import pytest

from evaluators.values import Evaluation, Measurement
from evolve.search.archive import Archive
from evolve.search.candidate import Candidate
from evolve.search.selection import Shares, select
from problems.base import Axis, Split


def evaluation(scores: dict[str, float], cost: float) -> Evaluation:
    return Evaluation.of(
        Split.SEARCH,
        tuple(Measurement(group, group, group, score, {"cost": cost}) for group, score in scores.items()),
    )


@pytest.fixture
def archive() -> Archive:
    """Best overall, leader of one group, and an elite of a cell of its own that leads nowhere."""
    archive = Archive((Axis("cost", (1.0,)),), leaders_per_group=1)
    archive.add(Candidate("best"), evaluation({"a": 0.8, "b": 0.8}, 0.0))
    archive.add(Candidate("leader"), evaluation({"a": 0.9, "b": 0.1}, 0.0))
    archive.add(Candidate("odd"), evaluation({"a": 0.3, "b": 0.3}, 5.0))
    return archive


def firsts(archive: Archive, shares: Shares, n: int = 2000) -> Counter[str]:
    rng = np.random.default_rng(3)
    return Counter(select(archive, rng, shares=shares)[0].candidate.source for _ in range(n))


def test_the_same_generator_selects_the_same_parents(archive: Archive) -> None:
    drawn = [
        [[e.candidate.source for e in select(archive, np.random.default_rng(k))] for k in range(20)]
        for _ in range(2)
    ]
    assert drawn[0] == drawn[1]
    assert len({tuple(names) for names in drawn[0]}) > 1


def test_parents_are_distinct(archive: Archive) -> None:
    rng = np.random.default_rng(0)
    for _ in range(200):
        sources = [elite.candidate.source for elite in select(archive, rng)]
        assert len(sources) == len(set(sources)) <= 3


def test_each_share_draws_from_its_own_part(archive: Archive) -> None:
    assert set(firsts(archive, Shares(leaders=0, grid=0, incumbent=1))) == {"best"}
    assert set(firsts(archive, Shares(leaders=1, grid=0, incumbent=0))) == {"best", "leader"}
    assert set(firsts(archive, Shares(leaders=0, grid=1, incumbent=0))) == {"best", "odd"}


def test_every_group_lends_its_leader_equally_often(archive: Archive) -> None:
    counts = firsts(archive, Shares(leaders=1, grid=0, incumbent=0))
    assert abs(counts["leader"] - 1000) < 3 * 22.4  # standard deviation of a binomial, n = 2000, p = 1/2


def test_a_single_elite_is_its_own_company() -> None:
    archive = Archive(())
    archive.add(Candidate("only"), evaluation({"a": 0.5}, 0.0))
    assert [e.candidate.source for e in select(archive, np.random.default_rng(0))] == ["only"]


def test_an_empty_archive_is_refused() -> None:
    with pytest.raises(ValueError, match="cannot select from an empty archive"):
        select(Archive(()), np.random.default_rng(0))


@pytest.mark.parametrize("shares", [(0.5, 0.5, 0.5), (-0.5, 1.0, 0.5)])
def test_shares_that_are_no_probabilities_are_refused(shares: tuple[float, float, float]) -> None:
    leaders, grid, incumbent = shares
    with pytest.raises(ValueError, match="sum to 1"):
        Shares(leaders=leaders, grid=grid, incumbent=incumbent)


def test_the_first_leader_of_a_group_is_the_likeliest() -> None:
    archive = Archive((Axis("cost", (1.0,)),), leaders_per_group=3)
    for source, score in (("third", 0.1), ("first", 0.3), ("second", 0.2)):
        archive.add(Candidate(source), evaluation({"a": score}, 0.0))
    counts = firsts(archive, Shares(leaders=1, grid=0, incumbent=0))
    # 3 to 2 to 1 of 2000, within three standard deviations of a binomial.
    expected = {"first": 1000, "second": 667, "third": 333}
    assert all(abs(counts[name] - n) < 3 * 22.4 for name, n in expected.items())
