"""The doctor's proofs: they succeed here, and they fail where a layer does."""

import os

import pytest

from sandbox import Layer, Mode, probe
from sandbox.layers import REQUIRED


@pytest.fixture(scope="module")
def checks() -> dict[str, probe.Check]:
    return {check.layer: check for check in probe.probe(Mode.STRONG)}


def test_every_layer_and_the_watch_have_a_line(checks: dict[str, probe.Check]) -> None:
    assert list(checks) == [*Layer, "watch"]
    assert all(checks[layer].required == (layer in REQUIRED[Mode.STRONG]) for layer in Layer)


def test_what_a_mode_requires_works_where_the_mode_does(
    checks: dict[str, probe.Check], strong: object
) -> None:
    assert not [check for check in checks.values() if check.failed]
    assert all(check.remedy == "" for check in checks.values() if check.state == probe.State.WORKS)


@pytest.mark.parametrize("layer", Layer)
def test_a_proof_fails_without_its_layer(layer: Layer, monkeypatch: pytest.MonkeyPatch) -> None:
    if layer is Layer.IDENTITY and os.geteuid() != 0:
        pytest.skip("an ordinary user has no privileges to begin with")
    monkeypatch.setenv("ADRS_TEST_VARIABLE", "1")
    check = probe.check(layer, required=True, without=frozenset(Layer))
    assert check.state == probe.State.LEAKS, check
    assert check.failed
    assert check.remedy
