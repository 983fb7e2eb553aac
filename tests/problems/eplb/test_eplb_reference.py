"""References are those of the process, are shipped, and are computed anew where they are not."""

import dataclasses
import json
from pathlib import Path

import numpy as np
import pytest

from problems.base import Split
from problems.eplb.instances import TINY, fingerprinted, generated
from problems.eplb.packing import place
from problems.eplb.reference import prove, reference, referenced
from problems.eplb.simulator import History, Placement
from problems.eplb.traffic import Scenario, Source

SPLITS = (Split.SMOKE, Split.SEARCH, Split.VALIDATION, Split.HOLDOUT)
SHIPPED = json.loads(Path("problems/eplb/references.json").read_text(encoding="utf-8"))


def test_every_reference_is_shipped_and_filled_in(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ADRS_CACHE", str(tmp_path))
    found = {i.digest: i.data.reference for split in SPLITS for i in generated(split)}
    assert found.items() <= SHIPPED.items()
    assert list(tmp_path.iterdir()) == []


def test_the_reference_of_smoke_is_proved_again() -> None:
    instances = generated(Split.SMOKE)
    assert prove(instances) == {i.digest: SHIPPED[i.digest] for i in instances}


@pytest.mark.slow
def test_the_shipped_references_are_proved_again() -> None:
    assert prove([i for split in SPLITS for i in generated(split)]).items() <= SHIPPED.items()


def test_references_are_where_forecasts_are_hard_and_packing_is_solved() -> None:
    assert all(0.75 < SHIPPED[i.digest] < 0.95 for split in SPLITS for i in generated(split))


def test_of_a_measured_history_the_last_window_is_the_forecast() -> None:
    source = Source(TINY, Scenario(), (9, 9, 9))
    traffic = source.traffic()
    windows = np.stack([traffic.window() for _ in range(3)])
    placed = [Placement(TINY, place(window, TINY.replicas, TINY.gpus)) for window in windows]
    expected = (placed[0].balance(windows[1]) + placed[1].balance(windows[2])) / 2
    assert reference(History(TINY, windows)) == pytest.approx(expected)
    assert reference(History(TINY, windows, source=source)) != pytest.approx(expected)


def test_a_source_that_makes_other_windows_is_refused() -> None:
    (instance,) = generated(Split.SMOKE)
    other = Source(TINY, Scenario(), (9, 9, 9))
    with pytest.raises(ValueError, match="does not make the windows"):
        reference(dataclasses.replace(instance.data, source=other))


@pytest.mark.parametrize("kept", [0.0, 1.5])
def test_a_kept_number_that_is_no_reference_is_computed_again(
    kept: float, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ADRS_CACHE", str(tmp_path))
    source = Source(TINY, Scenario(), (9, 9, 8))
    traffic = source.traffic()
    history = History(TINY, np.stack([traffic.window() for _ in range(2)]), source=source)
    digest = fingerprinted(history)
    (tmp_path / "eplb-references-1.json").write_text(json.dumps({digest: kept}))
    assert referenced({digest: history})[digest].reference == reference(history)
