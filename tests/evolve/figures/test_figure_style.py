import pytest

from evolve.figures.style import COLUMN_IN, PAGE_IN, beside, fitted, legend_columns


def test_a_long_label_keeps_both_ends() -> None:
    name = "-".join(["run"] * 40)
    cut = fitted(f"{name}-seed-7", COLUMN_IN)
    assert len(cut) < len(name)
    assert cut.startswith("run-run-")
    assert cut.endswith("-run-seed-7")
    assert len(fitted(name, PAGE_IN)) > len(cut)
    assert fitted("short", COLUMN_IN) == "short"


@pytest.mark.parametrize(
    ("labels", "width_in", "columns"),
    [
        (["a", "b", "c", "d", "e"], COLUMN_IN, 4),
        (["champion", "a baseline with a long name", "c"], COLUMN_IN, 2),
        (["x" * 40, "y" * 40], COLUMN_IN, 1),
        (["x" * 40, "y" * 40], PAGE_IN, 2),
        (["alone"], PAGE_IN, 1),
    ],
)
def test_a_legend_has_the_columns_that_there_is_room_for(
    labels: list[str], width_in: float, columns: int
) -> None:
    assert legend_columns(labels, width_in) == columns


@pytest.mark.parametrize(("panels", "column", "page"), [(1, 1, 1), (2, 1, 2), (3, 1, 3), (4, 1, 2)])
def test_panels_stand_below_each_other_in_a_column_and_side_by_side_on_a_page(
    panels: int, column: int, page: int
) -> None:
    assert (beside(panels, COLUMN_IN), beside(panels, PAGE_IN)) == (column, page)
