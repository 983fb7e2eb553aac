"""Generated networks and transfers are the same everywhere, disjoint, and like the measured ones."""

from collections import Counter
from collections.abc import Mapping

import numpy as np
import pytest

from problems.base import Instance, Split, fingerprint
from problems.cloudcast import PROBLEM
from problems.cloudcast.geography import draw_network
from problems.cloudcast.instances import KINDS

GENERATED = (Split.SMOKE, Split.SEARCH, Split.VALIDATION, Split.HOLDOUT)

GOLDEN = {
    Split.SMOKE: "2f64e0cab72faf5169bed5616e7798c1",
    Split.SEARCH: "c6bb9e86cefdc1d2bd7e016e3b4d5fbe",
    Split.VALIDATION: "aab5f5956c62c8d52360ceb523ac3c8b",
    Split.HOLDOUT: "e856ff7c8c087d1bd2866e9e8a6a5d24",
}


Generated = Mapping[Split, tuple[Instance, ...]]


@pytest.fixture
def validation(generated: Generated) -> tuple[Instance, ...]:
    return generated[Split.VALIDATION]


@pytest.mark.parametrize("split", GENERATED)
def test_instances_are_what_they_were_when_this_version_was_made(split: Split, generated: Generated) -> None:
    # Another digest here means other scores: raise PROBLEM.version, ship the bounds anew, measure the
    # baselines again, and only then write the new digests down.
    assert PROBLEM.version == 1
    assert fingerprint("".join(case.digest for case in generated[split])) == GOLDEN[split]


@pytest.mark.parametrize(
    ("split", "count"), [(Split.SMOKE, 1), (Split.SEARCH, 8), (Split.VALIDATION, 16), (Split.HOLDOUT, 16)]
)
def test_splits_have_the_sizes_they_state_and_every_instance_is_a_block(
    split: Split, count: int, generated: Generated
) -> None:
    cases = generated[split]
    for names in ([c.name for c in cases], [c.group for c in cases], [c.block for c in cases]):
        assert len(set(names)) == len(cases) == count


def test_no_instance_and_no_network_is_in_two_splits(generated: Generated) -> None:
    cases = [case for split in GENERATED for case in generated[split]]
    assert len({case.digest for case in cases}) == len(cases) == 41
    assert len({case.data.network.usd_per_gb.tobytes() for case in cases}) == 41


def test_every_kind_is_equally_frequent_and_keeps_to_its_provider(validation: tuple[Instance, ...]) -> None:
    kinds = Counter(case.name.partition("-")[0] for case in validation)
    assert kinds == dict.fromkeys(KINDS, 4)
    for case in validation:
        sent, providers = case.data.transfer, case.data.network.providers
        used = {providers[region] for region in (sent.source, *sent.destinations)}
        kind = case.name.partition("-")[0]
        assert used == {kind} or kind == "mixed"


def test_transfers_are_within_what_the_brief_states(validation: tuple[Instance, ...]) -> None:
    for sent in (case.data.transfer for case in validation):
        assert 4 <= len(sent.destinations) <= 7
        assert len({sent.source, *sent.destinations}) == 1 + len(sent.destinations)
        assert sent.volume_gb in {100.0, 300.0, 1000.0}
        assert sent.partitions in {5, 10, 20}


def test_networks_have_the_measured_size_and_every_edge_once(validation: tuple[Instance, ...]) -> None:
    for net in (case.data.network for case in validation):
        assert Counter(net.providers) == {"aws": 25, "azure": 22, "gcp": 24}
        assert (
            len(net.sources) == len(set(zip(net.sources.tolist(), net.targets.tolist(), strict=True))) == 4970
        )
        assert (net.sources != net.targets).all()


def by_providers(validation: tuple[Instance, ...]) -> dict[tuple[str, str], tuple[np.ndarray, np.ndarray]]:
    found: dict[tuple[str, str], list[tuple[float, float]]] = {}
    for net in (case.data.network for case in validation):
        providers = net.providers
        columns = (net.sources.tolist(), net.targets.tolist(), net.usd_per_gb, net.vm_gbit_s)
        for source, target, usd, gbit_s in zip(*columns, strict=True):
            found.setdefault((providers[source], providers[target]), []).append((usd, gbit_s))
    return {pair: (np.array(rows)[:, 0], np.array(rows)[:, 1]) for pair, rows in found.items()}


MEASURED = {
    ("aws", "aws"): (0.05, 4.95),
    ("aws", "gcp"): (0.105, 5.01),
    ("azure", "azure"): (0.06, 14.65),
    ("azure", "aws"): (0.1, 4.28),
    ("gcp", "gcp"): (0.09, 22.99),
    ("gcp", "azure"): (0.14, 7.89),
}
"""Mean price and mean throughput of the measured edges between providers."""


@pytest.mark.parametrize("pair", MEASURED)
def test_prices_and_throughputs_are_like_the_measured_ones(
    pair: tuple[str, str], validation: tuple[Instance, ...]
) -> None:
    usd, gbit_s = by_providers(validation)[pair]
    # Sixteen networks with a factor of 0.8 to 1.2 each: means within a quarter show the right table.
    assert usd.mean() == pytest.approx(MEASURED[pair][0], rel=0.25)
    assert gbit_s.mean() == pytest.approx(MEASURED[pair][1], rel=0.25)


def test_throughput_falls_with_distance_only_where_it_was_measured_to(
    validation: tuple[Instance, ...],
) -> None:
    found = by_providers(validation)
    assert found["aws", "azure"][1].std() < 0.6
    assert found["gcp", "gcp"][1].std() > 4.0


def test_about_one_edge_in_a_hundred_out_of_aws_is_slow(validation: tuple[Instance, ...]) -> None:
    gbit_s = by_providers(validation)["aws", "gcp"][1]
    # 9,600 edges: four standard deviations are 0.4 %.
    assert (gbit_s < 1.0).mean() == pytest.approx(0.01, abs=0.004)


def test_prices_are_whole_hundredths_of_a_cent() -> None:
    net = draw_network(np.random.default_rng(3), (3, 3, 3))
    assert np.abs(net.usd_per_gb * 10_000 - np.round(net.usd_per_gb * 10_000)).max() < 1e-9
    assert net.usd_per_gb.min() > 0.0
