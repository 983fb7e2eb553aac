from collections import Counter

import numpy as np
import pytest

from problems.base import Instance, Split, fingerprint
from problems.prism import PROBLEM
from problems.prism.instances import GENERATORS, ZOO_GB, best_fit, digest, generate
from problems.prism.interface import Model

GENERATED = (Split.SMOKE, Split.SEARCH, Split.VALIDATION, Split.HOLDOUT)

GOLDEN = {
    Split.SMOKE: "118a60349ee3b65d801bea4882bfbed2",
    Split.SEARCH: "d6c01577bf182a8604d376067612dadb",
    Split.VALIDATION: "24ab0559bb82245e03f4d8e171a82a35",
    Split.HOLDOUT: "b03a2332d8234a19daaab6070ec4402e",
}


def of_kind(kind: str) -> list[Instance]:
    return [case for split in GENERATED[1:] for case in generate(split) if case.name.startswith(kind)]


def models(kind: str) -> list[Model]:
    return [model for case in of_kind(kind) for model in case.data.models]


@pytest.mark.parametrize("split", GENERATED)
def test_instances_are_what_they_were_when_this_version_was_made(split: Split) -> None:
    # Another digest here means other scores: raise PROBLEM.version, run `python -m benchmarks.bounds prism
    # --write`, measure the baselines again, and only then write the new digests down.
    assert PROBLEM.version == 1
    assert fingerprint("".join(case.digest for case in generate(split))) == GOLDEN[split]


@pytest.mark.parametrize(
    ("split", "count"),
    [(Split.SMOKE, 1), (Split.SEARCH, 30), (Split.VALIDATION, 60), (Split.HOLDOUT, 60)],
)
def test_splits_have_the_sizes_they_state(split: Split, count: int) -> None:
    assert len(generate(split)) == count


def test_no_instance_is_in_two_splits(cases: tuple[Instance, ...]) -> None:
    found = [case for split in GENERATED for case in generate(split)] + list(cases)
    assert len({case.digest for case in found}) == len(found) == 201


@pytest.mark.parametrize("split", GENERATED)
def test_every_instance_is_a_group_and_a_block_of_its_own(split: Split) -> None:
    found = generate(split)
    for names in ([c.name for c in found], [c.group for c in found], [c.block for c in found]):
        assert len(set(names)) == len(found)


def test_every_split_has_each_generator_equally_often() -> None:
    for split in (Split.SEARCH, Split.VALIDATION, Split.HOLDOUT):
        kinds = Counter(case.name.rsplit("-", 1)[0] for case in generate(split))
        assert set(kinds) == {generator.__name__ for generator in GENERATORS}
        assert len(set(kinds.values())) == 1


def test_best_fit_by_size_places_every_instance_with_a_gb_to_spare(cases: tuple[Instance, ...]) -> None:
    for case in [case for split in GENERATED for case in generate(split)] + list(cases):
        assert best_fit([model.size_gb for model in case.data.models], case.data.gpu_count, 79), case.name


@pytest.mark.parametrize(
    ("kind", "gpus", "per_gpu"),
    [
        ("published_law", range(5, 10), 2),
        ("zoo", range(4, 7), 3),
        ("skewed", range(4, 7), 3),
        ("tight", range(4, 7), 3),
        ("large", range(8, 11), 3),
    ],
)
def test_generators_have_as_many_gpus_and_models_as_the_brief_says(
    kind: str, gpus: range, per_gpu: int
) -> None:
    assert {case.data.gpu_count for case in of_kind(kind)} == set(gpus)
    assert all(len(case.data.models) == per_gpu * case.data.gpu_count for case in of_kind(kind))


@pytest.mark.parametrize(
    ("kind", "sizes", "rates"),
    [
        ("published_law", range(10, 30), range(1, 10)),
        ("zoo", ZOO_GB, range(1, 10)),
        ("large", range(5, 25), range(1, 10)),
    ],
)
def test_sizes_rates_and_latencies_take_all_their_values_and_no_other(
    kind: str, sizes: range, rates: range
) -> None:
    drawn = models(kind)
    assert {model.size_gb for model in drawn} == set(sizes)
    assert {model.req_rate for model in drawn} == set(rates)
    assert {model.slo for model in drawn} == set(range(5, 10))


def test_skewed_rates_fall_with_popularity() -> None:
    for case in of_kind("skewed"):
        rates = sorted((model.req_rate for model in case.data.models), reverse=True)
        assert rates == [60 // (rank + 2) for rank in range(1, len(rates) + 1)]
        assert all(5 <= model.size_gb < 25 for model in case.data.models)


def test_tight_models_take_72_to_77_gb_a_gpu_and_none_is_below_four() -> None:
    for case in of_kind("tight"):
        sizes = [model.size_gb for model in case.data.models]
        assert 72 <= sum(sizes) / case.data.gpu_count <= 77
        assert min(sizes) >= 4


def test_models_are_drawn_uniformly_by_the_law_of_the_published_cases(cases: tuple[Instance, ...]) -> None:
    published = [model for case in cases for model in case.data.models]
    for drawn in (published, models("published_law")):
        # At least 400 draws of standard deviations 5.8, 2.6 and 1.4: four standard errors.
        assert np.mean([model.size_gb for model in drawn]) == pytest.approx(19.5, abs=1.16)
        assert np.mean([model.req_rate for model in drawn]) == pytest.approx(5.0, abs=0.52)
        assert np.mean([model.slo for model in drawn]) == pytest.approx(7.0, abs=0.28)


def test_a_digest_tells_fleets_apart() -> None:
    models = (Model(10, 2, 3), Model(3, 2, 10))
    found = {digest(2, models), digest(3, models), digest(2, models[::-1]), digest(2, models[:1])}
    assert len(found) == 4


def test_best_fit_leaves_the_least_and_may_fail() -> None:
    assert best_fit([5, 4, 3, 3], 2, 8)
    assert not best_fit([4, 4, 3, 3, 3, 3], 2, 10)
