"""The least egress is exact, shipped bounds are proven anew, and the linear program is the known one."""

from collections.abc import Callable, Mapping, Sequence
from itertools import product
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from problems.base import Instance, Split
from problems.bounds import Bounds, shipped
from problems.cloudcast import PROBLEM, bound, relaxation
from problems.cloudcast.instances import generate
from problems.cloudcast.interface import Answer, Task, cost
from problems.cloudcast.network import Network

Solve = Callable[[Task], Answer]

SHIPPED = Path(bound.__file__).with_name("bounds.json")

TOTALS_USD = (57.84, 99.39375, 141.41143, 161.01429, 161.75486)
"""What no answer to the published transfers costs less than, machines included."""


def complete(prices: Sequence[float]) -> Network:
    """Four regions and all edges between them."""
    pairs = [(a, b) for a, b in product(range(4), repeat=2) if a != b]
    ends = np.array(pairs, dtype=np.int64)
    names = tuple(f"aws:{n}" for n in range(4))
    return Network(names, ends[:, 0].copy(), ends[:, 1].copy(), np.array(prices), np.ones(12))


def by_trying_all(net: Network, destinations: Sequence[int]) -> float:
    """The cheapest of all trees: every region but the source has one parent, or is left out."""
    usd = dict(zip(zip(net.sources.tolist(), net.targets.tolist(), strict=True), net.usd_per_gb, strict=True))
    best = float("inf")
    for parents in product((None, 0, 1, 2, 3), repeat=3):
        edges = {(parent, child) for child, parent in enumerate(parents, 1) if parent not in {None, child}}
        reached = {0}
        for _ in range(3):
            reached |= {child for parent, child in edges if parent in reached}
        if reached.issuperset(destinations):
            best = min(best, sum(float(usd[pair]) for pair in edges))
    return best


@given(
    prices=st.lists(st.integers(1, 20), min_size=12, max_size=12),
    destinations=st.sampled_from(((1,), (2, 3), (3, 1), (1, 2, 3))),
)
@settings(max_examples=40, deadline=None)
def test_no_tree_at_all_is_cheaper(prices: list[int], destinations: tuple[int, ...]) -> None:
    # Whole prices, so that sums are exact whatever their order.
    net = complete([float(price) for price in prices])
    assert bound.steiner_usd_per_gb(net, 0, destinations) == by_trying_all(net, destinations)


def test_a_relay_is_paid_once(sent: Callable[..., Instance]) -> None:
    star = {("aws:s", "gcp:r"): (0.15, 1.0), ("gcp:r", "aws:a"): (0.01, 1.0), ("gcp:r", "aws:b"): (0.02, 1.0)}
    direct = {("aws:s", "aws:a"): (0.1, 1.0), ("aws:s", "aws:b"): (0.1, 1.0)}
    assert sent(star | direct, "aws:a", "aws:b").data.bound_usd == pytest.approx(300 * 0.18)
    assert sent(star | direct, "aws:a").data.bound_usd == pytest.approx(300 * 0.10)


def test_every_generated_instance_has_a_shipped_bound_that_is_proven_anew(
    generated: Mapping[Split, Sequence[Instance]],
) -> None:
    cases = [case for split in generated.values() for case in split]
    proven = bound.prove(cases)
    assert proven.items() <= shipped(SHIPPED).items()
    assert {case.digest: case.data.bound_usd for case in cases} == proven


def test_a_kept_bound_that_cannot_be_is_computed_again(tmp_path: Path) -> None:
    (case,) = generate(Split.SMOKE)
    (tmp_path / "none.json").write_text("{}")
    kept = tmp_path / "kept.json"
    wanted = {case.digest: (case.data.network, case.data.transfer)}
    for wrong in (case.data.bound_usd * 3, 0.01):
        kept.write_text(f'{{"{case.digest}": {wrong}}}')
        found = bound.least_egress(wanted, Bounds(tmp_path / "none.json", kept))
        assert found == {case.digest: case.data.bound_usd}


def test_published_trees_cost_618_dollars(transfers: Sequence[Instance]) -> None:
    found = list(bound.prove(transfers).values())
    # A sum of seven prices, times 300.
    assert found == pytest.approx([57.0, 99.0, 141.0, 160.5, 160.5], rel=1e-12)
    assert [case.data.bound_usd for case in transfers] == found


def test_the_linear_program_counts_machines_and_shares(sent: Callable[..., Instance]) -> None:
    line = {("aws:s", "azure:r"): (0.01, 5.0), ("azure:r", "azure:d"): (0.01, 5.0)}
    task = sent(line, "azure:d").data.task(1.0)
    # 2400 Gbit at 10 Gbit/s through all three regions of two VMs each.
    assert relaxation.least_usd(task) == pytest.approx(6.0 + 3 * 2 * 0.54 / 3600 * 240, rel=1e-9)


def test_the_linear_program_lies_between_least_egress_and_a_good_answer(
    policy: Callable[[str], Solve],
) -> None:
    (case,) = generate(Split.SMOKE)
    task = case.data.task(1.0)
    reached = cost(task, policy(PROBLEM.baseline("steiner").source)(task)).usd
    assert case.data.bound_usd < relaxation.least_usd(task) <= reached + 1e-9


@pytest.mark.slow
@pytest.mark.parametrize("number", range(5))
def test_no_answer_costs_less_than_the_known_totals(transfers: Sequence[Instance], number: int) -> None:
    least = relaxation.least_usd(transfers[number].data.task(1.0))
    assert least == pytest.approx(TOTALS_USD[number], abs=5e-6)  # stated to five decimals


def test_the_known_totals_sum_up_as_stated() -> None:
    assert round(sum(TOTALS_USD), 3) == 621.414
    assert "621.41" in PROBLEM.brief
