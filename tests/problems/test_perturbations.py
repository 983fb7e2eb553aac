"""Variants of VALIDATION are the same everywhere, apart from all that is generated, and can be measured."""

from functools import cache
from importlib import import_module
from pathlib import Path

import pytest

from evaluators.drive import GroupTask, measure_group
from evaluators.testing import benched, check_outcomes
from evaluators.values import Evaluation, Measurement
from problems.base import Instance, Split, fingerprint, groups
from problems.bounds import shipped
from problems.datasets import DataFolder
from problems.registry import get, names
from problems.testing import FEWEST_BLOCKS
from problems.workloads import splits_of
from tests.problems.conftest import Variants

OURS = ("cloudcast", "eplb", "kernel_choice", "llm_sql", "prism", "spot", "spot_multi", "txn")
GENERATED = (Split.SMOKE, Split.SEARCH, Split.VALIDATION, Split.HOLDOUT)
MEASURED = pytest.mark.parametrize(
    ("name", "called"),
    [
        pytest.param(name, called, marks=() if name == "kernel_choice" else pytest.mark.slow)
        for name in OURS
        for called in get(name).perturbations
    ],
)

GOLDEN = {
    "cloudcast": {
        "seeds": "478bc16142fbd5de260d71105db3c8b7",
        "throughput-x0.5": "5baac1df75ff1e3fd9c217c2406cd2fc",
        "throughput-x2": "a81ce6e8befddcf2b008a51d9e37c961",
        "more-destinations": "4c69fc56bf800a6579b6c34e7b3c51a1",
        "noisy-prices": "60d2736b8f85b933da09eabac4213fef",
    },
    "eplb": {
        "seeds": "c38582b0997acd2b5212dc1a54c9c8b8",
        "drift-x2": "a5a7c8e2cebb6615e2ab30e95e8ac3e1",
        "bursts-x2": "613fbce31675b8814a021859d80be3c6",
        "switching-x2": "1d9df2e295b57161069c1d902b2275d6",
    },
    "kernel_choice": {
        "decode-only": "4bb574d99149b7c17769d73ab3b1d76d",
        "prefill-only": "85778c819391bf177105783a7562ebf7",
    },
    "llm_sql": {
        "seeds": "516b65805a291817088adf0f10e2a937",
        "rows-x0.5": "8a68e8c846aedd86742df91858767727",
        "rows-x2": "20fc5c9a1918ea4ba792dd06de8bac73",
        "corrupted-cells": "46c372c7dd89547d414e27db8b2e2188",
    },
    "prism": {
        "seeds": "a2f656611f8951d73c9bcda9377dd679",
        "tight-only": "c6b239600288a55e63f24c34330d4c2f",
        "noisy-rates": "edc51d24d37195d000054004248f10be",
    },
    "spot": {
        "seeds": "cf33389029b55922633ed09abb63948f",
        "overhead-x2": "95c5c0a35ba7c9288e9385af53f68a54",
        "slack-x0.5": "0e8809923c6058f888fed539146556e9",
        "slack-x2": "36d2bf2cb85968b060ebbd20e87004aa",
        "renewal-only": "533e2c8ddfd0146bcb878b74c4f6532c",
        "markov-only": "498a239ee15aec788bddf2fe20af33ea",
    },
    "spot_multi": {
        "seeds": "7bafda6eae864cfb2ed619c1ee04762c",
        "overhead-x2": "c1f563aceb91c1dbbd16b1de7c54827f",
        "slack-x0.5": "0d52da00c47b0741da13a59795c8e28c",
        "slack-x2": "035bd6ff7c2428a0ba4bd61d7d43c2e1",
        "renewal-only": "dc38dcb356ab0974fc4a8e7b36b1cfa3",
        "markov-only": "718823e475785e8f958ecd9d4acec5ce",
    },
    "txn": {
        "seeds": "a325de1c1edd07b6ed50b8e632f708aa",
        "size-x0.5": "ba520fb88f6ae9fa0e75e0126e011be2",
        "size-x2": "a8b5179fdacac44e65232c905ac003dd",
        "hotter": "8b8d134615abb7c52940e596a804ec4b",
        "cooler": "b6f8db19e4743f365e77bbb9808a1760",
        "zipf-only": "a0c06308f12c43d5ddc1b0ca0cbfc2a3",
        "tpcc-only": "316e637dd12c27a39614b3229ba323ee",
        "read-then-write-only": "a8cda520b5196e719ca67e621e80ad90",
        "hot-spot-only": "1f02bc8378a27a30f29986f31e109caa",
    },
}


EVERY = pytest.mark.parametrize(("name", "called"), [(n, v) for n in OURS for v in get(n).perturbations])


@cache
def digests(name: str, split: Split) -> frozenset[str]:
    return frozenset(i.digest for i in get(name).load("generated", split, DataFolder(Path("/nowhere"))))


def evaluated(source: str, name: str, instances: tuple[Instance, ...]) -> Evaluation:
    problem, found = get(name), list[Measurement]()
    with benched(problem) as bench:
        for group in groups(instances):
            task = GroupTask(group, problem.limits[Split.VALIDATION])
            found += measure_group(bench, problem, source, task).measurements
    return Evaluation.of(Split.VALIDATION, tuple(found))


def test_every_problem_of_ours_declares_perturbations() -> None:
    assert [name for name in OURS if get(name).perturbations] == [
        n for n in names() if not n.startswith("toy")
    ]


@EVERY
def test_a_variant_is_made_of_these_instances(name: str, called: str, variant: Variants) -> None:
    found = fingerprint(*(i.name + i.group + i.block + i.digest for i in variant(name, called)))
    assert found == GOLDEN[name][called]


KINDS = {"eplb": "reference", "kernel_choice": None}
"""What problems ship where that is no bound; that of kernel_choice is a constant."""


@EVERY
def test_the_bounds_of_a_variant_are_shipped(name: str, called: str, variant: Variants) -> None:
    kind = KINDS.get(name, "bound")
    path = Path(str(get(name).interface.__file__)).with_name(f"{kind}s.json")
    assert path.is_file() == (kind is not None)
    if kind is not None:
        assert {i.digest for i in variant(name, called)} <= set(shipped(path))


@pytest.mark.slow
@EVERY
def test_the_shipped_bounds_of_a_variant_are_proved_again(name: str, called: str, variant: Variants) -> None:
    kind = KINDS.get(name, "bound")
    if kind is not None:
        prove = import_module(f"problems.{name}.{kind}").prove
        path = Path(str(get(name).interface.__file__)).with_name(f"{kind}s.json")
        assert prove(variant(name, called)).items() <= shipped(path).items()


@EVERY
def test_a_variant_repeats_no_generated_instance(name: str, called: str, variant: Variants) -> None:
    found = {i.digest for i in variant(name, called)}
    # Nothing but the swept shapes has times: kernel_choice says that its variants are parts of VALIDATION.
    others = [split for split in GENERATED if (name, split) != ("kernel_choice", Split.VALIDATION)]
    for split in others:
        assert not found & digests(name, split), split


@EVERY
def test_a_variant_has_blocks_enough_for_an_interval(name: str, called: str, variant: Variants) -> None:
    found = variant(name, called)
    assert len({i.block for i in found}) >= FEWEST_BLOCKS
    assert len({i.name for i in found}) == len(found)
    assert all(len({i.block for i in group}) == 1 for group in groups(found))


@MEASURED
def test_the_best_and_the_idle_policy_are_valid_on_a_variant(
    name: str, called: str, variant: Variants, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ADRS_CACHE", str(tmp_path))  # txn finds its bounds when it measures
    problem = get(name)
    for baseline in (problem.best_baseline, problem.baselines[0]):
        found = evaluated(baseline.source, name, variant(name, called))
        check_outcomes(problem, baseline.name, found)
        assert found.score is not None
        assert 0.0 < found.score <= 1.0


@pytest.mark.parametrize("name", OURS)
def test_a_variant_has_the_split_validation_alone(name: str) -> None:
    problem = get(name)
    for called in problem.perturbations:
        assert splits_of(problem, f"generated~{called}") == (Split.VALIDATION,)
        with pytest.raises(ValueError, match="generated~"):
            problem.load(f"generated~{called}", Split.SEARCH, DataFolder(Path("/nowhere")))


def test_no_two_variants_have_the_same_instances(variant: Variants) -> None:
    found = [variant("txn", called) for called in (*get("txn").perturbations, "seeds~1", "seeds~2")]
    every = [instance.digest for instances in found for instance in instances]
    assert len(set(every)) == len(every)
