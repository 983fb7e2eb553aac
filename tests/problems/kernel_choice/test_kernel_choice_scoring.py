"""The lookup: what scores, and what breaks which rule."""

from pathlib import Path

import pytest

from problems.base import Instance, InvalidAnswer, Split
from problems.kernel_choice.instances import generated
from problems.kernel_choice.scoring import Lookup
from tests.problems.kernel_choice.synthetic import written


@pytest.fixture
def instance(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Instance:
    monkeypatch.setenv("ADRS_SWEEPS", str(written(tmp_path)))
    return generated(Split.SMOKE)[0]


def fastest(instance: Instance) -> tuple[int, ...]:
    found = (instance.data.table.times[shape] for shape in instance.data.shapes)
    return tuple(timed.us.index(timed.best_us) for timed in found)


def test_the_fastest_of_all_scores_one(instance: Instance) -> None:
    assert Lookup().measure(instance, fastest(instance)).score == 1.0


@pytest.mark.parametrize("odd", [True, 1.0, -1, 10**30])
def test_a_choice_that_is_no_index_is_out_of_range(instance: Instance, odd: int) -> None:
    answer = (odd, *fastest(instance)[1:])
    with pytest.raises(InvalidAnswer) as caught:
        Lookup().measure(instance, answer)
    assert caught.value.rule == "choice_out_of_range"


def test_a_choice_too_few_is_of_the_wrong_length(instance: Instance) -> None:
    with pytest.raises(InvalidAnswer) as caught:
        Lookup().measure(instance, fastest(instance)[1:])
    assert caught.value.rule == "wrong_length"


def test_what_the_device_could_not_run_cannot_be_chosen(instance: Instance) -> None:
    last = len(instance.data.table.configurations) - 1
    with pytest.raises(InvalidAnswer) as caught:
        Lookup().measure(instance, (last,) * len(instance.data.shapes))
    assert caught.value.rule == "not_run_there"


def test_a_score_is_the_fastest_time_over_the_chosen_one(instance: Instance) -> None:
    timed = [instance.data.table.times[shape] for shape in instance.data.shapes]
    outcome = Lookup().measure(instance, (0,) * len(timed))
    assert outcome.score == pytest.approx(sum(t.best_us / t.us[0] for t in timed) / len(timed))
    assert outcome.metrics["time_us"] == pytest.approx(sum(t.us[0] for t in timed))
    assert outcome.metrics["split_share"] == 0.0
