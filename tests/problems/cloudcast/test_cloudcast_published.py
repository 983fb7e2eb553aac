"""Published figures are reproduced, measured splits are apart, broken data is refused, programs run."""

import gzip
import hashlib
import json
import shutil
import sys
import types
from collections.abc import Callable, Sequence
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest

from problems.base import Instance, Outcome, Split
from problems.cloudcast import PROBLEM, published
from problems.cloudcast.interface import Answer, Task
from problems.cloudcast.scoring import Broadcast
from problems.datasets import DataFolder, DataMissing, _checksums

Solve = Callable[[Task], Answer]

PUBLIC = '''"""A program in the public form."""
import networkx as nx
import json
import os
import pandas as pd
from typing import Dict, List
from broadcast import BroadCastTopology, SingleDstPath
from examples.adrs.cloudcast.utils.cloudcast.utils import make_nx_graph


def search_algorithm(src, dsts, G, num_partitions):
    assert isinstance(G, nx.DiGraph)
    h = G.copy()
    h.remove_edges_from(list(h.in_edges(src)) + list(nx.selfloop_edges(h)))
    topology = BroadCastTopology(src, dsts, num_partitions)
    for dst in dsts:
        path = nx.dijkstra_path(h, src, dst, weight="cost")
        for i in range(len(path) - 1):
            for j in range(topology.num_partitions):
                topology.append_dst_partition_path(dst, j, [path[i], path[i + 1], G[path[i]][path[i + 1]]])
    return topology
'''

OWN_CLASS = """
class Found:
    def __init__(self, paths):
        self.paths = paths

def search_algorithm(src, dsts, G, num_partitions):
    return Found({dst: {str(p): WALK for p in range(num_partitions)} for dst in dsts})
"""

LINE = {("aws:s", "gcp:r"): (0.1, 5.0), ("gcp:r", "aws:d"): (0.1, 5.0), ("aws:s", "aws:d"): (0.3, 5.0)}


def outcomes(*totals: tuple[float, float]) -> list[Outcome]:
    return [Outcome(score=0.5, metrics={"cost_usd": lb, "sd_cost_usd": sd}) for lb, sd in totals]


def dialects(*totals: tuple[float, float]) -> dict[str, float]:
    cases = [Instance(name=str(n), group="", block="", digest="", data=()) for n in range(len(totals))]
    return dict(published.dialects(cases, outcomes(*totals)))


def test_dijkstra_totals_are_the_published_ones(
    policy: Callable[[str], Solve], transfers: Sequence[Instance]
) -> None:
    solve = policy(PROBLEM.baseline("dijkstra").source)
    measured = [Broadcast().measure(case, solve(case.data.task(60.0))) for case in transfers]
    totals = [sum(o.metrics[name] for o in measured) for name in ("cost_usd", "sd_cost_usd")]
    # Six decimals are published.
    assert totals == pytest.approx([1045.860405, 1035.135735], abs=5e-7)
    assert PROBLEM.dialects is not None
    found = PROBLEM.dialects(transfers, measured)
    assert round(found["lb"], 4) == 26.7371
    assert found["sd"] == pytest.approx(1 / 1036.135735, rel=1e-9)


def test_one_copy_to_each_costs_what_the_leaderboard_takes_as_worst(
    policy: Callable[[str], Solve], transfers: Sequence[Instance]
) -> None:
    solve = policy(PROBLEM.baseline("direct").source)
    measured = [Broadcast().measure(case, solve(case.data.task(60.0))) for case in transfers]
    assert sum(o.metrics["cost_usd"] for o in measured) == pytest.approx(1199.168994, abs=1e-6)


def expected_walks(task: Task) -> list[tuple[int, ...]]:
    """What the public baseline does: the cheapest path of networkx to each destination."""
    nx = pytest.importorskip("networkx")
    graph, edge = nx.DiGraph(), {}
    columns = (task.sources.tolist(), task.targets.tolist(), task.usd_per_gb.tolist())
    for number, (source, target, usd) in enumerate(zip(*columns, strict=True)):
        graph.add_edge(source, target, cost=usd)
        edge[source, target] = number
    paths = [nx.dijkstra_path(graph, task.source, d, weight="cost") for d in task.destinations]
    return [tuple(edge[pair] for pair in pairwise(path)) for path in paths]


def test_the_baseline_walks_as_networkx_does(
    transfers: Sequence[Instance], policy: Callable[[str], Solve]
) -> None:
    solve = policy(PROBLEM.baseline("dijkstra").source)
    for case in transfers:
        task = case.data.task(60.0)
        assert [walks[0] for walks in solve(task)] == expected_walks(task)


def test_the_baseline_tells_equal_paths_apart_as_networkx_does(
    sent: Callable[..., Instance], policy: Callable[[str], Solve]
) -> None:
    solve, rng = policy(PROBLEM.baseline("dijkstra").source), np.random.default_rng(0)
    names = [f"aws:{n}" for n in range(7)]
    for _ in range(20):
        # Prices of 1 to 3 make many paths equal; edges come in any order, but those of the source first.
        pairs = [(a, b) for a in names for b in names if a != b]
        order = [pairs[0], *(pairs[i] for i in rng.permutation(np.arange(1, len(pairs))))]
        edges = {pair: (float(usd), 5.0) for pair, usd in zip(order, rng.integers(1, 4, 42), strict=True)}
        task = sent(edges, *names[1:], partitions=1).data.task(1.0)
        assert [walks[0] for walks in solve(task)] == expected_walks(task)


def test_a_public_program_is_measured_unchanged(
    transfers: Sequence[Instance], policy: Callable[[str], Solve], monkeypatch: pytest.MonkeyPatch
) -> None:
    pytest.importorskip("networkx")
    # Public programs import pandas and hardly ever use it; the test can do without.
    monkeypatch.setitem(sys.modules, "pandas", types.ModuleType("pandas"))
    adapted, ours = policy(published.adapt(PUBLIC)), policy(PROBLEM.baseline("dijkstra").source)
    for case in transfers[2:4]:
        assert adapted(case.data.task(60.0)) == ours(case.data.task(60.0))


@pytest.mark.parametrize(
    ("walk", "expected"),
    [
        ("None", ()),
        ("[]", ()),
        ('[[src, "gcp:r", {}], ["gcp:r", dst, {"cost": 0}]]', (0, 1)),
        ('[(src, "gcp:r")]', (0,)),
        ('[[src, "gcp:r"], [src, dst]]', (0, 2)),
        ('[[src, "gcp:nowhere"], ["gcp:nowhere", dst]]', (-1, -1)),
    ],
)
def test_walks_are_passed_as_they_are(
    walk: str, expected: tuple[int, ...], policy: Callable[[str], Solve], sent: Callable[..., Instance]
) -> None:
    pytest.importorskip("networkx")
    task = sent(LINE, "aws:d", partitions=2).data.task(1.0)
    assert policy(published.adapt(OWN_CLASS.replace("WALK", walk)))(task) == ((expected, expected),)


def test_missing_and_extra_walks_are_passed_as_they_are(
    policy: Callable[[str], Solve], sent: Callable[..., Instance]
) -> None:
    pytest.importorskip("networkx")
    task = sent(LINE, "aws:d", "gcp:r", partitions=2).data.task(1.0)
    program = OWN_CLASS.split("def search", maxsplit=1)[0] + (
        "def search_algorithm(src, dsts, G, num_partitions):\n"
        "    walk = [[src, 'gcp:r', {}]]\n"
        "    return Found({'aws:else': {}, 'gcp:r': {'7': None, '1': walk, '0': walk, '2': walk}})\n"
    )
    # The first destination is left out, and partitions 2 and 7 are none of the two.
    assert policy(published.adapt(program))(task) == (((0,), (0,), (), (0,)), ())


def test_edits_of_the_graph_stay_in_the_child(
    policy: Callable[[str], Solve], sent: Callable[..., Instance]
) -> None:
    pytest.importorskip("networkx")
    case = sent(LINE, "aws:d", partitions=2)
    program = OWN_CLASS.replace("WALK", "[[src, dst, G[src][dst].update(cost=0.0)]]")
    answer = policy(published.adapt(program))(case.data.task(1.0))
    assert Broadcast().measure(case, answer).metrics["egress_usd"] == pytest.approx(90.0)


def test_a_program_without_the_function_is_told_so(policy: Callable[[str], Solve]) -> None:
    pytest.importorskip("networkx")
    with pytest.raises(TypeError, match="defines `search_algorithm`"):
        policy(published.adapt("x = 1\n"))


@pytest.mark.parametrize(
    ("total", "lb"),
    [(1199.0, 0.0), (1300.0, 0.0), (1045.860405, 26.7371), (667.06, 92.8731), (622.26, 100.0)],
)
def test_lb_is_the_leaderboards_formula_clamped(total: float, lb: float) -> None:
    assert dialects((total - 20.0, 1.0), (20.0, 1.0))["lb"] == pytest.approx(lb, abs=5e-4)


def test_sd_is_one_over_one_plus_its_own_total() -> None:
    assert dialects((5.0, 600.0), (5.0, 39.5))["sd"] == pytest.approx(1 / 640.5, rel=1e-12)


def test_dialects_refuse_a_set_that_is_not_measured_whole() -> None:
    case = Instance(name="a", group="a", block="a", digest="a", data=())
    with pytest.raises(ValueError, match="outcome for each of 2 instances, but got 1"):
        published.dialects([case, case], outcomes((5.0, 5.0)))


def test_the_published_set_is_what_it_was(transfers: Sequence[Instance]) -> None:
    assert [case.name for case in transfers] == [
        "intra_aws",
        "intra_azure",
        "intra_gcp",
        "inter_agz",
        "inter_gaz2",
    ]
    assert [len(case.data.transfer.destinations) for case in transfers] == [6, 6, 6, 6, 7]
    net = transfers[0].data.network
    assert (len(net.regions), len(net.sources), net.regions[0]) == (71, 4970, "aws:us-east-2")
    assert {(c.data.transfer.volume_gb, c.data.transfer.partitions) for c in transfers} == {(300.0, 10)}


def test_measured_splits_share_no_source_and_no_destinations(
    data: DataFolder, transfers: Sequence[Instance], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("ADRS_CACHE", str(tmp_path))
    splits = {split: PROBLEM.load("real", split, data) for split in Split}
    sizes = {split: len(cases) for split, cases in splits.items()}
    assert sizes == {"smoke": 1, "search": 8, "validation": 16, "holdout": 16, "published": 5}
    drawn = [case for split, cases in splits.items() if split is not Split.PUBLISHED for case in cases]
    sources = [case.data.transfer.source for case in drawn]
    assert len(set(sources)) == len(sources)
    assert not set(sources) & {case.data.transfer.source for case in transfers}
    everybody = [frozenset(c.data.transfer.destinations) for c in (*drawn, *transfers)]
    assert len(set(everybody)) == len(everybody)


@pytest.fixture
def copied(data: DataFolder, tmp_path: Path) -> DataFolder:
    """A copy of the data set that a test may spoil."""
    shutil.copytree(data.root / "cloudcast", tmp_path / "cloudcast")
    _checksums.cache_clear()
    return DataFolder(tmp_path)


def spoil(folder: DataFolder, name: str, content: bytes, *, listed: bool = True) -> None:
    """Replaces a file, and its checksum unless that is the point."""
    path, sums = folder.root / "cloudcast" / name, folder.root / "cloudcast" / "SHA256SUMS"
    before = hashlib.sha256(path.read_bytes()).hexdigest()
    path.write_bytes(content)
    if listed:
        sums.write_text(sums.read_text().replace(before, hashlib.sha256(content).hexdigest()))


def table(folder: DataFolder, name: str) -> str:
    return gzip.decompress((folder.root / "cloudcast" / name).read_bytes()).decode()


def test_missing_data_is_said_and_never_scored(tmp_path: Path) -> None:
    with pytest.raises(DataMissing, match=r"cloudcast/cost\.csv\.gz is needed"):
        published.load(DataFolder(tmp_path))


@pytest.mark.parametrize("name", ["throughput.csv.gz", "config/intra_gcp.json"])
def test_a_missing_file_is_named(copied: DataFolder, name: str) -> None:
    (copied.root / "cloudcast" / name).unlink()
    with pytest.raises(DataMissing, match=f"cloudcast/{name} is needed"):
        published.load(copied)


@pytest.mark.parametrize("name", ["cost.csv.gz", "throughput.csv.gz", "config/inter_agz.json"])
def test_another_file_than_the_published_one_is_refused(copied: DataFolder, name: str) -> None:
    spoil(copied, name, b"{}", listed=False)
    with pytest.raises(DataMissing, match=f"{name} has checksum 44136fa355b3678a"):
        published.load(copied)


@pytest.mark.parametrize("name", ["cost.csv.gz", "throughput.csv.gz"])
def test_a_table_that_is_cut_short_is_refused(copied: DataFolder, name: str) -> None:
    content = (copied.root / "cloudcast" / name).read_bytes()
    spoil(copied, name, content[: len(content) // 2])
    with pytest.raises(DataMissing, match=f"{name} was expected to hold rows of"):
        published.load(copied)


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("src,dest,cost", "from,to,cost"),
        ("azure:eastus,0.09\n", "azure:eastus,nan\n"),
        ("azure:eastus,0.09\n", "azure:eastus,-0.09\n"),
        ("azure:eastus,0.09\n", "azure:eastus,much\n"),
        ("azure:eastus,0.09\n", "azure:uaenorth,0.09\n"),
        ("azure:eastus,0.09\n", "oracle:eastus,0.09\n"),
        ("aws:us-east-2,azure:eastus,0.09\n", ""),
    ],
)
def test_a_table_of_another_schema_is_refused(copied: DataFolder, before: str, after: str) -> None:
    text = table(copied, "cost.csv.gz").replace("\r\n", "\n")
    assert before in text
    spoil(copied, "cost.csv.gz", gzip.compress(text.replace(before, after, 1).encode()))
    with pytest.raises(DataMissing, match=r"cost\.csv\.gz was expected to hold rows of src, dest, cost"):
        published.load(copied)


def test_tables_of_different_regions_are_refused(copied: DataFolder) -> None:
    renamed = table(copied, "throughput.csv.gz").replace("aws:us-east-2", "aws:us-east-9")
    spoil(copied, "throughput.csv.gz", gzip.compress(renamed.encode()))
    with pytest.raises(DataMissing, match="280 pairs are in one of them only"):
        published.load(copied)


@pytest.mark.parametrize(
    "change",
    [
        {"source_node": "aws:moon"},
        {"dest_nodes": []},
        {"dest_nodes": ["aws:ap-northeast-1"]},
        {"data_vol": "much"},
        {"num_partitions": 0},
        {"egress_limit": {"aws": 5}},
        {"ingress_limit": {"aws": 0, "azure": 1, "gcp": 1}},
    ],
)
def test_a_transfer_of_another_schema_is_refused(copied: DataFolder, change: dict[str, object]) -> None:
    name = "config/intra_aws.json"
    task = json.loads((copied.root / "cloudcast" / name).read_text())
    spoil(copied, name, json.dumps(task | change).encode())
    with pytest.raises(DataMissing, match=r"intra_aws\.json was expected to hold source_node"):
        published.load(copied)


def test_the_problem_offers_adapter_and_dialects() -> None:
    assert PROBLEM.published_form is not None
    assert PROBLEM.published_form.adapt is published.adapt
    assert PROBLEM.published_form.modules == ("networkx", "pandas")
    assert PROBLEM.dialects is published.dialects
