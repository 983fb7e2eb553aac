"""The page on money, drawn."""

from pathlib import Path

import pytest

from benchmarks.long_log import write
from tests.dashboard.conftest import Page


def test_a_run_without_a_model_tells_cpu_time_and_no_dollars(page: Page, family: Path) -> None:
    drawn = page("money", family, run="done")
    assert not drawn.exception
    assert [metric.label for metric in drawn.metric][:2] == ["Points gained", "CPU seconds"]
    assert "no dollars were spent" in drawn.caption[0].value


def test_a_run_with_a_model_tells_dollars_and_tokens(page: Page, family: Path) -> None:
    drawn = page("money", family, run="paid")
    assert not drawn.exception
    amounts = {metric.label: metric.value for metric in drawn.metric}
    steps = sum(drawn.dataframe[0].value.query("model == 'law'")["steps"])
    assert amounts["Dollars"] == f"${0.01 * steps:.3f}"
    assert amounts["Tokens"] == f"{1000 * steps:,}"


@pytest.mark.slow
def test_the_gain_can_be_that_on_validation(page: Page, family: Path) -> None:
    drawn = page("money", family, run="paid")
    drawn.segmented_control[0].set_value("validation").run()
    assert not drawn.exception
    assert drawn.subheader[0].value == "Who took it, and who brought the gain"


@pytest.fixture(scope="module")
def improving(toy: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A store with a run `long` that improved several times."""
    db = tmp_path_factory.mktemp("improving") / "long.db"
    write(db, run="long", problem="toy-order", steps=60)
    return db


def test_the_next_mark_is_foretold_where_there_was_gain_enough(page: Page, improving: Path) -> None:
    drawn = page("money", improving, run="long")
    assert not drawn.exception
    assert drawn.subheader[-1].value == "The next mark"
    mark = drawn.number_input[0].value
    (told,) = [metric for metric in drawn.metric if metric.label == f"Evaluations to {mark:.2f}"]
    assert int(told.value) > 0


@pytest.mark.slow
def test_a_mark_out_of_sight_is_no_number(page: Page, improving: Path) -> None:
    drawn = page("money", improving, run="long")
    drawn.number_input[0].set_value(1.0).run()
    assert not drawn.exception
    assert "too far to tell" in drawn.text[0].value


def test_with_too_little_gain_nothing_is_foretold(page: Page, family: Path) -> None:
    drawn = page("money", family, run="paid")
    assert "The next mark" not in [part.value for part in drawn.subheader]


def test_a_run_without_a_candidate_says_so(page: Page, begun: Path) -> None:
    drawn = page("money", begun, run="begun")
    assert not drawn.exception
    assert "nothing was spent" in drawn.info[0].value
