"""The measured network, the five published transfers and others on it, published scores, the public form."""

import csv
import gzip
import json
import math
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from problems.base import Instance, Outcome, Split
from problems.cloudcast.instances import COUNTS, KINDS, Named, drawn, instances
from problems.cloudcast.network import PROVIDERS, Network, Transfer
from problems.datasets import DataFolder, reading

SET = "cloudcast"
COST, THROUGHPUT = f"{SET}/cost.csv.gz", f"{SET}/throughput.csv.gz"
TASKS = ("intra_aws", "intra_azure", "intra_gcp", "inter_agz", "inter_gaz2")
SOURCE = "gepa-ai/gepa, commit b265bf9c, examples/adrs/cloudcast"

LB_WORST_USD, LB_BEST_USD = 1199.00, 626.24
"""Totals at which the leaderboard's score is 0 and 100."""

_PUBLIC_FORM = Path(__file__).with_name("public_form.py")
_REGIONS, _EDGES = 71, 4970
_SEED = 20240418
_REAL = {Split.SMOKE: ("mixed",)} | {split: KINDS * count for split, count in COUNTS.items()}
"""Kinds of the transfers that are drawn on the measured network."""


def load(folder: DataFolder) -> tuple[Instance, ...]:
    """Reads the published transfers.

    Raises:
        DataMissing: A file is not there or is another one.
    """
    net = measured(folder)
    return instances([Named(name, net, _transfer(folder, name, net)) for name in TASKS])


def real(split: Split, folder: DataFolder) -> tuple[Instance, ...]:
    """Draws transfers on the measured network: no two splits, PUBLISHED included, share a source.

    Raises:
        DataMissing: A file is not there or is another one.
    """
    net = measured(folder)
    published = {_transfer(folder, name, net).source for name in TASKS}
    rng = np.random.Generator(np.random.PCG64(np.random.SeedSequence(_SEED)))
    free = [region for region in range(len(net.regions)) if region not in published]
    cases: dict[Split, list[Named]] = {}
    for larger, kinds in _REAL.items():
        cases[larger] = []
        for number, kind in enumerate(kinds):
            sent = drawn(rng, net, kind, 4 + int(rng.integers(4)), free)
            free.remove(sent.source)
            cases[larger].append(Named(f"real-{kind}-{number}", net, sent))
    return instances(cases[split])


def measured(folder: DataFolder) -> Network:
    """Reads the measured network; edges are numbered as the file of prices lists them.

    Raises:
        DataMissing: A file is not there or is another one.
    """
    prices = _table(folder, COST, ("src", "dest", "cost"))
    speeds = _table(folder, THROUGHPUT, ("src_region", "dst_region", "throughput_sent_bps"))
    path = folder.root / THROUGHPUT
    with reading(path, what="the pairs of regions that the file of prices has"):
        if prices.keys() != speeds.keys():
            raise ValueError(f"{len(prices.keys() ^ speeds.keys())} pairs are in one of them only")
    names = tuple(dict.fromkeys(name for pair in prices for name in pair))
    index = {name: i for i, name in enumerate(names)}
    return Network(
        regions=names,
        sources=np.array([index[source] for source, _ in prices], dtype=np.int64),
        targets=np.array([index[target] for _, target in prices], dtype=np.int64),
        usd_per_gb=np.array(list(prices.values())),
        vm_gbit_s=np.array([speeds[pair] / 1e9 for pair in prices]),
    )


def dialects(instances: Sequence[Instance], outcomes: Sequence[Outcome]) -> Mapping[str, float]:
    """Published scores of the summed cost: `lb` is 0..100; `sd` takes another time, without sharing."""
    if len(instances) != len(outcomes):
        raise ValueError(
            f"expected an outcome for each of {len(instances)} instances, but got {len(outcomes)}"
        )
    lb_usd, sd_usd = (math.fsum(o.metrics[name] for o in outcomes) for name in ("cost_usd", "sd_cost_usd"))
    share = (LB_WORST_USD - lb_usd) / (LB_WORST_USD - LB_BEST_USD)
    return {"lb": 100.0 * min(max(share, 0.0), 1.0), "sd": 1.0 / (1.0 + sd_usd)}


def adapt(source: str) -> str:
    """Turns a program with `search_algorithm(src, dsts, G, num_partitions)` into one with `solve`."""
    return f"{_PUBLIC_FORM.read_text(encoding='utf-8')}\n\nSEARCH = search_algorithm({source!r})\n"


def _table(folder: DataFolder, relative: str, columns: tuple[str, str, str]) -> dict[tuple[str, str], float]:
    """Reads a number for every pair of regions, in the file's order."""
    path = folder.file(relative, source=SOURCE)
    with (
        reading(path, what=f"rows of {', '.join(columns)}"),
        gzip.open(path, "rt", encoding="utf-8", newline="") as lines,
    ):
        return _pairs(csv.DictReader(lines, strict=True), columns)


def _pairs(rows: Iterable[Mapping[str, str]], columns: tuple[str, str, str]) -> dict[tuple[str, str], float]:
    found: dict[tuple[str, str], float] = {}
    for row in rows:
        source, target, number = row[columns[0]], row[columns[1]], float(row[columns[2]])
        if (source, target) in found or source == target or not 0.0 < number < math.inf:
            raise ValueError(f"expected every pair once and a positive number, but got {row}")
        if {source.partition(":")[0], target.partition(":")[0]} - {*PROVIDERS}:
            raise ValueError(f"expected regions of {', '.join(PROVIDERS)}, but got {row}")
        found[source, target] = number
    regions = {name for pair in found for name in pair}
    if (len(regions), len(found)) != (_REGIONS, _EDGES):
        message = f"expected {_EDGES} pairs of {_REGIONS} regions"
        raise ValueError(f"{message}, but got {len(found)} pairs of {len(regions)}")
    return found


def _transfer(folder: DataFolder, name: str, net: Network) -> Transfer:
    path = folder.file(f"{SET}/config/{name}.json", source=SOURCE)
    with reading(path, what="source_node, dest_nodes, data_vol, num_partitions and limits by provider"):
        task = json.loads(path.read_text(encoding="utf-8"))
        sent = Transfer(
            source=net.regions.index(task["source_node"]),
            destinations=tuple(net.regions.index(name) for name in task["dest_nodes"]),
            volume_gb=float(task["data_vol"]),
            partitions=int(task["num_partitions"]),
            ingress_gbit_s=_limits(task["ingress_limit"]),
            egress_gbit_s=_limits(task["egress_limit"]),
        )
        if len({sent.source, *sent.destinations}) != 1 + len(sent.destinations) or not sent.destinations:
            raise ValueError(f"expected distinct regions, but got {task['dest_nodes']}")
        if not (0.0 < sent.volume_gb < math.inf and 0 < sent.partitions <= 1000):
            raise ValueError("expected a positive volume and number of partitions")
    return sent


def _limits(found: Mapping[str, Any]) -> Mapping[str, float]:
    limits = {provider: float(found[provider]) for provider in PROVIDERS}
    if not all(0.0 < limit < math.inf for limit in limits.values()):
        raise ValueError(f"expected positive limits, but got {found}")
    return limits
