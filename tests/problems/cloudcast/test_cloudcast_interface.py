"""The cost is the published one, word by word, and the interface stands on its own."""

import ast
import types
from collections.abc import Callable, Mapping
from itertools import pairwise
from pathlib import Path

import msgspec
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from problems.base import Instance, Split
from problems.cloudcast import interface
from problems.cloudcast.instances import generate
from problems.cloudcast.interface import Answer, Bill, Task, cost

SRC, NEAR, FAR = "aws:s", "gcp:n", "azure:f"
LINE: Mapping[tuple[str, str], tuple[float, float]] = {
    (SRC, NEAR): (0.10, 5.0),
    (SRC, FAR): (0.30, 4.0),
    (NEAR, FAR): (0.05, 8.0),
}


def by_the_definition(task: Task, answer: Answer) -> tuple[float, float]:
    """The published definition, word by word: total cost, and the cost in the time of the other dialect."""
    part_gb = task.volume_gb / task.partitions
    parts: dict[int, set[int]] = {}
    nodes: list[int] = []
    for walks in answer:
        for p, walk in enumerate(walks):
            for e in walk:
                parts.setdefault(e, set()).add(p)
                nodes += [n for n in (task.sources[e], task.targets[e]) if n not in nodes]
    f = {e: task.gbit_s[e] for e in parts}
    for node in nodes:
        into = [e for e in f if task.targets[e] == node]
        out = [e for e in f if task.sources[e] == node]
        total_in, total_out = sum(f[e] for e in into), sum(f[e] for e in out)
        if total_in > task.ingress_gbit_s[node]:
            f |= {e: min(f[e], task.ingress_gbit_s[node] / len(into)) for e in into}
        if total_out > task.egress_gbit_s[node]:
            f |= {e: min(f[e], task.egress_gbit_s[node] / len(out)) for e in out}
    lb_s = round(max(len(p) * part_gb * 8 / f[e] for e, p in parts.items()), 2)
    sd_s = round(max(part_gb / min(f[e] for e in walk) for walks in answer for walk in walks), 2)
    egress = sum(len(p) * part_gb * task.usd_per_gb[e] for e, p in parts.items())
    rate = len(nodes) * task.vms * task.vm_usd_h / 3600
    return egress + rate * lb_s, egress + rate * sd_s


@st.composite
def answers(draw: st.DrawFn, task: Task) -> Answer:
    """Random walks: a shuffled list of regions, cut where the destination stands."""
    edge = {
        pair: number
        for number, pair in enumerate(zip(task.sources.tolist(), task.targets.tolist(), strict=True))
    }
    pool = draw(st.lists(st.permutations(range(len(task.regions))), min_size=1, max_size=3))
    picks = st.integers(0, len(pool) - 1)
    found = []
    for destination in task.destinations:
        walks = []
        for _ in range(task.partitions):
            order = [region for region in pool[draw(picks)] if region != task.source]
            stops = [task.source, *order[: order.index(destination) + 1]]
            walks.append(tuple(edge[pair] for pair in pairwise(stops)))
        found.append(tuple(walks))
    return tuple(found)


@given(data=st.data())
@settings(max_examples=60, deadline=None)
def test_the_cost_is_that_of_the_published_definition(data: st.DataObject) -> None:
    (case,) = generate(Split.SMOKE)
    task: Task = case.data.task(1.0)
    answer = data.draw(answers(task))
    bill = cost(task, answer)
    sd_usd = bill.egress_usd + bill.regions * task.vms * task.vm_usd_h / 3600 * bill.longest_walk_s
    # The same sums in the same order, but for one product.
    assert (bill.usd, sd_usd) == pytest.approx(by_the_definition(task, answer), rel=1e-12)
    assert case.data.bound_usd <= bill.egress_usd * (1 + 1e-12)


def test_one_edge_is_paid_by_the_part_and_waited_for(sent: Callable[..., Instance]) -> None:
    task = sent(LINE, FAR).data.task(1.0)
    # Two VMs carry 8 Gbit/s: 2400 Gbit take 300 s, in which two regions run two VMs each at 0.54 $/h.
    bill = cost(task, (((1,),) * 10,))
    assert bill == Bill(90.0, bill.vm_usd, 300.0, 3.75, 2)
    assert bill.vm_usd == pytest.approx(2 * 2 * 0.54 / 12)


def test_walks_of_one_partition_share_an_edge_and_walks_of_two_do_not(sent: Callable[..., Instance]) -> None:
    task = sent(LINE, NEAR, FAR, partitions=2).data.task(1.0)
    shared = cost(task, (((0,), (0,)), ((0, 2), (0, 2))))
    split = cost(task, (((0,), (0,)), ((0, 2), (1,))))
    assert shared.egress_usd == pytest.approx(300 * (0.10 + 0.05))
    assert split.egress_usd == pytest.approx(300 * 0.10 + 150 * (0.05 + 0.30))


def test_edges_out_of_a_region_get_an_equal_share_at_most(sent: Callable[..., Instance]) -> None:
    task = sent(LINE, NEAR, FAR).data.task(1.0)
    # AWS sends 2 x 5 Gbit/s, so both edges get 5 instead of 10 and 8: 2400 Gbit take 480 s.
    bill = cost(task, (((0,),) * 10, ((1,),) * 10))
    assert (bill.transfer_s, bill.longest_walk_s) == (480.0, 6.0)


def test_regions_cap_in_order_of_first_appearance(sent: Callable[..., Instance]) -> None:
    middle = {(SRC, NEAR): (0.1, 5.0), (SRC, "azure:b"): (0.1, 4.0), (NEAR, "aws:f"): (0.1, 7.0)}
    task = sent(middle | {("azure:b", "aws:f"): (0.1, 8.0)}, "aws:f", partitions=2).data.task(1.0)
    # Edges into aws:f carry 14 and 16 when its turn comes, after the source has cut its own to 5 each.
    bill = cost(task, (((0, 2), (1, 3)),))
    assert bill.transfer_s == 240.0


def test_the_start_of_an_edge_appears_before_its_end(sent: Callable[..., Instance]) -> None:
    edges = {
        ("azure:s", "aws:v"): (0.1, 11.5),
        ("azure:s", "azure:w"): (0.1, 6.0),
        ("aws:v", "azure:d"): (0.1, 5.0),
        ("azure:w", "azure:d"): (0.1, 8.0),
    }
    task = sent(edges, "aws:v", "azure:d", partitions=2).data.task(1.0)
    # The source sends 23 + 12 of 32 Gbit/s, so its first edge gets 16: 2400 Gbit take 150 s. Were aws:v to
    # cap that edge to 20 first, the source would not need to.
    assert cost(task, (((0,), (0,)), ((0, 2), (1, 3)))).transfer_s == 150.0


def test_the_interface_imports_the_standard_library_and_numpy_only() -> None:
    tree = ast.parse(Path(interface.__file__).read_text(encoding="utf-8"))
    modules = {node.module for node in ast.walk(tree) if isinstance(node, ast.ImportFrom)} | {
        alias.name for node in ast.walk(tree) if isinstance(node, ast.Import) for alias in node.names
    }
    assert modules == {"collections.abc", "dataclasses", "typing", "numpy", "numpy.typing"}


def test_the_interface_runs_as_a_module_of_its_own(sent: Callable[..., Instance]) -> None:
    module = types.ModuleType("interface")
    exec(Path(interface.__file__).read_text(encoding="utf-8"), module.__dict__)
    assert module.cost(sent(LINE, FAR).data.task(1.0), (((1,),) * 10,)).egress_usd == 90.0


def test_tasks_tell_totals_of_a_region_and_no_bound(sent: Callable[..., Instance]) -> None:
    task = sent(LINE, FAR).data.task(2.5)
    assert task.gbit_s.tolist() == [10.0, 8.0, 16.0]
    assert task.ingress_gbit_s.tolist() == [20.0, 32.0, 32.0]
    assert task.egress_gbit_s.tolist() == [10.0, 14.0, 32.0]
    assert (task.source, task.destinations, task.partitions, task.cpu_s) == (0, (2,), 10, 2.5)
    assert "bound" not in " ".join(Task.__dataclass_fields__)


def test_answers_travel_as_lists_of_lists() -> None:
    assert msgspec.json.decode(b"[[[1, 2], [3]]]", type=interface.Answer) == (((1, 2), (3,)),)
    with pytest.raises(msgspec.ValidationError):
        msgspec.json.decode(b"[[[true]]]", type=interface.Answer)


def test_arrays_of_a_task_have_the_types_that_the_wire_carries() -> None:
    (case,) = generate(Split.SMOKE)
    task: Task = case.data.task(1.0)
    assert {task.sources.dtype, task.targets.dtype} == {np.dtype(np.int64)}
    assert {a.dtype for a in (task.usd_per_gb, task.gbit_s, task.ingress_gbit_s)} == {np.dtype(np.float64)}
