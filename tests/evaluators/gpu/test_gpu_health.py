"""What the driver's tool says, read."""

import pytest

from evaluators.gpu.health import parsed


def test_a_line_of_the_tool_is_read() -> None:
    found = parsed("580.159.04, 1024, 7, 1980, 2619, 54, 630.50, 0x0000000000000044\n")
    assert found is not None
    assert (found.driver, found.used_mb, found.busy_percent, found.sm_mhz) == ("580.159.04", 1024, 7, 1980)
    assert found.reasons == ("power cap", "hardware thermal limit")


def test_a_figure_that_the_tool_lacks_is_zero() -> None:
    found = parsed("535.1, [N/A], 0, 345, [N/A], 30, [N/A], [N/A]")
    assert found is not None
    assert (found.used_mb, found.watts, found.reasons) == (0, 0.0, ())


@pytest.mark.parametrize("text", ["", "\n", "No devices were found", "1, 2, 3"])
def test_anything_else_says_nothing(text: str) -> None:
    assert parsed(text) is None
