import pytest

from evolve.cli.pages.dossiers import ancestry, compared
from evolve.runs.lines import Line


def line(step: int, *parents: int, search: float = 0.5) -> Line:
    return Line(
        step, f"{step:064}", "evaluated", "measured", "edit", None, search, None, (), False, parents, 0.0
    )


FAMILY = [
    line(0),
    line(1, search=0.6),
    line(2, 0),
    line(3, 1, search=0.4),
    line(4, 2, 3, search=0.8),
    line(5, 0),
]


def test_ancestry_is_all_that_a_candidate_was_made_of_oldest_first() -> None:
    assert [each.step for each in ancestry(FAMILY, 4)] == [0, 1, 2, 3, 4]
    assert [each.step for each in ancestry(FAMILY, 3)] == [1, 3]
    assert [each.step for each in ancestry(FAMILY, 0)] == [0]


@pytest.mark.parametrize(("step", "others"), [(4, [1, 0]), (3, [1]), (5, [0]), (0, [])])
def test_a_champion_is_compared_with_its_best_ancestor_and_the_seed_it_was_edited_from(
    step: int, others: list[int]
) -> None:
    assert [each.step for each in compared(ancestry(FAMILY, step))] == others


def test_without_a_champion_nothing_is_compared() -> None:
    assert compared(()) == ()
