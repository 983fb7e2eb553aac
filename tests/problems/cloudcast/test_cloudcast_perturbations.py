"""Each perturbation of cloudcast shifts what it says."""

import numpy as np
import pytest

from problems.base import Limits
from problems.cloudcast.instances import EGRESS_GBIT_S, INGRESS_GBIT_S
from problems.cloudcast.interface import Answer, Task
from problems.cloudcast.scoring import Broadcast
from tests.problems.conftest import Variants


def direct(task: Task) -> Answer:
    """Sends every partition straight to every destination."""
    ends = zip(task.sources.tolist(), task.targets.tolist(), strict=True)
    edges = {pair: edge for edge, pair in enumerate(ends)}
    return tuple(((edges[task.source, end],),) * task.partitions for end in task.destinations)


@pytest.mark.slow
@pytest.mark.parametrize(("called", "factor"), [("throughput-x0.5", 0.5), ("throughput-x2", 2.0)])
def test_links_and_machines_are_so_many_times_as_fast(called: str, factor: float, variant: Variants) -> None:
    found, usual = variant("cloudcast", called), variant("cloudcast", "seeds")
    for case in found:
        sent = case.data.transfer
        assert sent.ingress_gbit_s == {p: factor * limit for p, limit in INGRESS_GBIT_S.items()}
        assert sent.egress_gbit_s == {p: factor * limit for p, limit in EGRESS_GBIT_S.items()}
    fast, slow = (np.mean([i.data.network.vm_gbit_s.mean() for i in cases]) for cases in (found, usual))
    assert fast / slow == pytest.approx(factor, rel=0.1)  # other networks, but sixteen of them


@pytest.mark.slow
def test_more_destinations_are_8_to_10(variant: Variants) -> None:
    assert {len(i.data.transfer.destinations) for i in variant("cloudcast", "more-destinations")} == {
        8,
        9,
        10,
    }


def test_a_policy_sees_other_prices_than_are_paid(variant: Variants) -> None:
    for case in variant("cloudcast", "noisy-prices"):
        told = Broadcast().task(case, Limits()).usd_per_gb
        paid = case.data.network.usd_per_gb
        assert np.all(np.abs(told - paid) <= paid / 4 + 0.000051)  # rounded to 0.0001 dollars
        assert np.mean(told != paid) > 0.9
        assert told.mean() == pytest.approx(paid.mean(), rel=0.02)


def test_answers_are_measured_by_the_prices_that_are_paid(variant: Variants) -> None:
    case = variant("cloudcast", "noisy-prices")[0]
    sent, net = case.data.transfer, case.data.network
    answer = direct(case.data.task(1.0))
    usd = sent.volume_gb * sum(float(net.usd_per_gb[walks[0][0]]) for walks in answer)
    assert Broadcast().measure(case, answer).metrics["egress_usd"] == pytest.approx(usd)
