from collections.abc import Sequence
from fractions import Fraction
from itertools import product
from math import fsum, inf
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from problems.base import Instance, Split
from problems.bounds import Bounds, shipped
from problems.prism import bound
from problems.prism.bound import Fleet, optimum
from problems.prism.instances import generate
from problems.prism.interface import Model
from problems.prism.packing import Packer

SHIPPED = shipped(Bounds.beside(str(bound.__file__)).shipped)
GENERATED = tuple(split for split in Split if split is not Split.PUBLISHED)

MODELS = st.builds(Model, st.integers(1, 45), st.integers(1, 9), st.integers(1, 9))


def values(gpu_count: int, models: list[Model]) -> list[Fraction]:
    """Values of all placements that leave memory free on every GPU, straight from the definition."""
    found = []
    for where in product(range(gpu_count), repeat=len(models)):
        on = [[m for m, gpu in zip(models, where, strict=True) if gpu == g] for g in range(gpu_count)]
        free = [80 - sum(m.size_gb for m in placed) for placed in on]
        if min(free) > 0:
            demands = [sum((Fraction(m.req_rate, m.slo) for m in placed), Fraction(0)) for placed in on]
            found.append(max(demand / left for demand, left in zip(demands, free, strict=True)))
    return found


@given(gpu_count=st.integers(1, 3), models=st.lists(MODELS, min_size=1, max_size=6))
@settings(max_examples=80, deadline=None)
def test_the_optimum_is_the_least_of_all_placements(gpu_count: int, models: list[Model]) -> None:
    reached = values(gpu_count, models)
    if reached:
        assert optimum(Fleet.of(gpu_count, models)) == min(reached)
    elif sum(model.size_gb for model in models) < 80 * gpu_count:
        with pytest.raises(ValueError, match="expected models that fit on the GPUs"):
            optimum(Fleet.of(gpu_count, models))


@given(gpu_count=st.integers(1, 3), models=st.lists(MODELS, min_size=1, max_size=5))
@settings(max_examples=50, deadline=None)
def test_no_placement_is_below_the_fractional_bound(gpu_count: int, models: list[Model]) -> None:
    reached = values(gpu_count, models)
    if reached:
        assert Fleet.of(gpu_count, models).fractional() <= min(reached)


@given(
    gpu_count=st.integers(1, 3),
    models=st.lists(MODELS, min_size=1, max_size=5),
    limit=st.fractions(min_value=Fraction(1, 100), max_value=2),
    below=st.booleans(),
)
@settings(max_examples=80, deadline=None)
def test_a_placement_is_found_exactly_where_the_limit_allows_one(
    gpu_count: int, models: list[Model], limit: Fraction, below: bool
) -> None:
    fleet = Fleet.of(gpu_count, models)
    reached = values(gpu_count, models)
    allowed = [value for value in reached if value < limit or (value == limit and not below)]
    found = fleet.placed(limit, below=below)
    assert (found is not None) == bool(allowed)
    if found is not None:
        assert fleet.value(found) in allowed


def test_below_excludes_the_value_itself() -> None:
    fleet = Fleet.of(2, [Model(20, 6, 5), Model(20, 6, 5)])
    least = Fraction(6, 5) / 60
    assert optimum(fleet) == least
    assert fleet.placed(least) is not None
    assert fleet.placed(least, below=True) is None


def test_models_that_leave_no_memory_free_are_refused() -> None:
    with pytest.raises(ValueError, match="leave 0 GB"):
        Fleet.of(1, [Model(80, 1, 1)]).fractional()


def test_models_that_fit_only_without_a_gb_to_spare_have_no_optimum() -> None:
    with pytest.raises(ValueError, match="with memory to spare on each"):
        optimum(Fleet.of(2, [Model(80, 1, 1), Model(1, 1, 1)]))


def test_every_generated_instance_has_a_shipped_optimum() -> None:
    assert {case.digest for split in GENERATED for case in generate(split)} <= set(SHIPPED)


def test_optima_are_proven_anew_where_that_takes_no_time() -> None:
    found = [c for split in GENERATED for c in generate(split) if not c.name.startswith("large")]
    assert bound.prove(found) == {case.digest: SHIPPED[case.digest] for case in found}


def by_sets(gpu_count: int, models: Sequence[Model]) -> float:
    """The least value by dynamic programming over sets of models: every split of every set is tried."""
    everything = (1 << len(models)) - 1
    pressures = [0.0] * (everything + 1)
    for members in range(1, everything + 1):
        placed = [model for index, model in enumerate(models) if members >> index & 1]
        free = 80 - sum(model.size_gb for model in placed)
        pressures[members] = fsum(m.req_rate / m.slo for m in placed) / free if free > 0 else inf
    least = pressures
    for _ in range(gpu_count - 1):
        following = least[:]
        for members in range(1, everything + 1):
            here = members
            while here:
                following[members] = min(following[members], max(pressures[here], least[members ^ here]))
                here = (here - 1) & members
        least = following
    return least[everything]


@pytest.mark.slow
def test_optima_of_up_to_twelve_models_are_those_of_another_method() -> None:
    small = [c for c in generate(Split.SEARCH) if len(c.data.models) <= 12]
    by_kind = {case.name.rsplit("-", 1)[0]: case for case in small}
    assert len(by_kind) == 4
    for case in by_kind.values():
        # Floats here, fractions there: sums of a few terms, each rounded once.
        assert by_sets(case.data.gpu_count, case.data.models) == pytest.approx(case.data.optimum, rel=1e-13)


@pytest.mark.slow
@pytest.mark.parametrize("split", GENERATED)
def test_every_shipped_optimum_is_proven_anew(split: Split) -> None:
    assert bound.prove(generate(split)) == {case.digest: SHIPPED[case.digest] for case in generate(split)}


def test_an_unknown_instance_gets_an_optimum_on_the_fly_and_keeps_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ADRS_CACHE", str(tmp_path))
    wanted = {"new": (1, (Model(40, 2, 5),))}
    assert bound.optima(wanted) == {"new": 0.01}
    monkeypatch.setattr(Packer, "pack", lambda *_: pytest.fail("computed again"))
    assert bound.optima(wanted) == {"new": 0.01}


@pytest.mark.parametrize("nonsense", [0.0, 0.009, 1e6])
def test_a_kept_number_that_is_no_optimum_is_not_believed(nonsense: float, tmp_path: Path) -> None:
    cache = tmp_path / "kept.json"
    cache.write_text(f'{{"new": {nonsense}}}')
    bounds = Bounds(Bounds.beside(str(bound.__file__)).shipped, cache)
    assert bound.optima({"new": (1, (Model(40, 2, 5),))}, bounds) == {"new": 0.01}


def test_published_optima_average_to_the_proven_figure(cases: tuple[Instance, ...]) -> None:
    found = bound.prove(cases)
    assert [case.data.optimum for case in cases] == [found[case.digest] for case in cases]
    assert round(sum(found.values()) / 50, 10) == 0.0395945961
