"""`adrs lint`, as it is called."""

import pytest

from tests.evolve.cli.conftest import Adrs


def test_a_sound_problem_has_nothing_to_mend(adrs: Adrs) -> None:
    ended = adrs("lint", "toy-order", "--json")
    assert ended.code == 0
    assert ended.json["to_mend"] == 0
    abouts = [remark["about"] for remark in ended.json["remarks"]]
    assert {"brief", "units", "validation", "baselines", "seeds", "axis late", "smoothness"} <= set(abouts)


@pytest.mark.parametrize(
    ("name", "told"), [("toy-hole", "it gave the score 1."), ("toy-dead", "raising fails on drawn-00")]
)
def test_what_must_be_mended_is_told_with_exit_1(adrs: Adrs, strange: None, name: str, told: str) -> None:
    ended = adrs("lint", name)
    assert ended.code == 1
    assert told in " ".join(ended.out.split())
    assert f"{name}: 1 to mend" in ended.out


@pytest.mark.parametrize(("name", "code"), [("nowhere", 2), ("toy-broken", 2)])
def test_a_problem_that_is_not_there_or_does_not_load_is_named(
    adrs: Adrs, strange: None, name: str, code: int
) -> None:
    ended = adrs("lint", name)
    assert ended.code == code
    assert name in ended.err
    assert "Traceback" not in ended.err
