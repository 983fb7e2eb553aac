"""What the tests of cloudcast share: measured data, policies run in this process, small networks."""

import sys
import types
from collections.abc import Callable, Mapping, Sequence

import numpy as np
import pytest

from problems.base import Instance, Split
from problems.cloudcast import PROBLEM, interface
from problems.cloudcast.instances import EGRESS_GBIT_S, INGRESS_GBIT_S, Named, generate, instances
from problems.cloudcast.network import Network, Transfer
from problems.datasets import DataFolder

Solve = Callable[[interface.Task], interface.Answer]
Edges = Mapping[tuple[str, str], tuple[float, float]]


@pytest.fixture(scope="session")
def data(tmp_path_factory: pytest.TempPathFactory) -> DataFolder:
    folder = DataFolder.find()
    if not folder.has("cloudcast/cost.csv.gz"):
        pytest.skip(f"cloudcast/ is not in {folder.root}; set ADRS_DATA to measure the published set")
    return folder


@pytest.fixture(scope="session")
def transfers(data: DataFolder, tmp_path_factory: pytest.TempPathFactory) -> Sequence[Instance]:
    """The five published transfers."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("ADRS_CACHE", str(tmp_path_factory.mktemp("cache")))
        return PROBLEM.load("generated", Split.PUBLISHED, data)


@pytest.fixture(scope="session")
def generated() -> Mapping[Split, tuple[Instance, ...]]:
    """Instances of every generated split."""
    return {split: generate(split) for split in Split if split is not Split.PUBLISHED}


@pytest.fixture
def policy(monkeypatch: pytest.MonkeyPatch) -> Callable[[str], Solve]:
    """Runs a source as the child would, without the walls around it."""
    monkeypatch.setitem(sys.modules, "interface", interface)
    monkeypatch.setattr(sys, "meta_path", list(sys.meta_path))

    def run(source: str) -> Solve:
        module = types.ModuleType("candidate")
        exec(compile(source, "candidate", "exec"), module.__dict__)
        solve: Solve = module.solve
        return solve

    return run


@pytest.fixture(scope="session")
def network() -> Callable[[Edges], Network]:
    """Makes a network of (price, throughput of a pair of VMs) by edge, in order."""

    def network(edges: Edges) -> Network:
        names = tuple(dict.fromkeys(name for pair in edges for name in pair))
        ends = np.array([[names.index(name) for name in pair] for pair in edges], dtype=np.int64)
        numbers = np.array(list(edges.values()), dtype=np.float64)
        return Network(
            names, ends[:, 0].copy(), ends[:, 1].copy(), numbers[:, 0].copy(), numbers[:, 1].copy()
        )

    return network


@pytest.fixture(scope="session")
def sent(network: Callable[[Edges], Network]) -> Callable[..., Instance]:
    """Makes an instance: 300 GB from the first region to those named, under the published limits."""

    def sent(edges: Edges, *destinations: str, partitions: int = 10) -> Instance:
        net = network(edges)
        targets = tuple(net.regions.index(name) for name in destinations)
        transfer = Transfer(0, targets, 300.0, partitions, INGRESS_GBIT_S, EGRESS_GBIT_S)
        (instance,) = instances([Named("small", net, transfer)])
        return instance

    return sent
