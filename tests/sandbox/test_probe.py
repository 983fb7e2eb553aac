"""The doctor's proofs: they succeed here, and they fail where a layer does."""

import os
import socket
from pathlib import Path

import pytest

from sandbox import Layer, Mode
from sandbox.facts import Facts
from sandbox.layers import REQUIRED
from sandbox.probe import TOGETHER, Check, Examination, Need, State, _watch, check, probe
from sandbox.trials import laid

WATCHES = ["cpu_watch", "wall_watch", "answer_watch", "output_watch"]
FACTS = Facts()


@pytest.fixture(scope="module")
def found() -> Examination:
    return probe(Mode.STRONG)


def test_every_layer_every_watch_and_the_whole_have_a_line(found: Examination) -> None:
    assert [check.layer for check in found.checks] == [*Layer, *WATCHES, TOGETHER]


def test_a_layer_that_the_mode_does_without_is_called_unused(found: Examination) -> None:
    needs = {check.layer: check.need for check in found.checks}
    assert {layer for layer in Layer if needs[layer] is Need.REQUIRED} == REQUIRED[Mode.STRONG]
    assert needs[Layer.NAMESPACES] is Need.UNUSED


def test_what_a_mode_requires_works_where_the_mode_does(found: Examination, strong: object) -> None:
    assert not found.failed
    assert found.taken is Mode.STRONG
    assert all(not check.remedies for check in found.checks if check.state is State.WORKS)


def test_a_proof_states_each_thing_it_tried_and_how_it_was_refused(found: Examination) -> None:
    for found_check in found.checks:
        if found_check.state is State.WORKS and found_check.layer != TOGETHER:
            assert found_check.tries
            assert all(each.tried in found_check.proof and each.refusal for each in found_check.tries)


def unprotected(layer: Layer) -> Check:
    return check(layer, Need.REQUIRED, FACTS, without=frozenset(Layer))


@pytest.mark.parametrize("layer", Layer)
def test_all_that_a_proof_tries_succeeds_without_its_layer(
    layer: Layer, monkeypatch: pytest.MonkeyPatch
) -> None:
    if layer is Layer.IDENTITY and os.geteuid() != 0:
        pytest.skip("an ordinary user has no privileges to begin with")
    monkeypatch.setenv("ADRS_TEST_VARIABLE", "1")
    found = unprotected(layer)
    assert found.state is State.LEAKS
    assert [each for each in found.tries if each.refusal] == []
    assert found.failed
    assert found.remedies


def test_a_leak_is_named_first_and_fails_only_what_requires_the_layer() -> None:
    found = check(Layer.RLIMITS, Need.UNUSED, FACTS, without=frozenset(Layer))
    assert found.proof.startswith("NOT refused: take 256 MiB of 128")
    assert not found.failed


@pytest.mark.parametrize("body", ["return []", "raise ValueError"])
def test_a_watch_that_lets_a_policy_go_on_is_found_out(body: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sandbox.probe._WATCHES", {"cpu_watch": ("compute forever", body, "cpu_limit")})
    found = _watch("cpu_watch", FACTS)
    assert (found.state, found.failed) == (State.LEAKS, True)
    assert found.proof == "NOT refused: compute forever"


def test_the_bait_is_taken_away_again() -> None:
    with laid() as bait:
        assert Path(bait.canary).read_text(encoding="ascii") == "a canary\n"
        socket.create_connection(("127.0.0.1", bait.port)).close()
    assert not Path(bait.canary).parent.exists()
    with pytest.raises(ConnectionRefusedError):
        socket.create_connection(("127.0.0.1", bait.port))
