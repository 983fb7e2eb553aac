"""The page on money, drawn."""

from pathlib import Path

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


def test_the_gain_can_be_that_on_validation(page: Page, family: Path) -> None:
    drawn = page("money", family, run="paid")
    drawn.segmented_control[0].set_value("validation").run()
    assert not drawn.exception
    assert drawn.subheader[0].value == "Who took it, and who brought the gain"


def test_a_run_without_a_candidate_says_so(page: Page, begun: Path) -> None:
    drawn = page("money", begun, run="begun")
    assert not drawn.exception
    assert "nothing was spent" in drawn.info[0].value
