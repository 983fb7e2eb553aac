"""A network of a user's own, with transfers drawn on it."""

from collections.abc import Iterator

import numpy as np

from problems.base import FileForm, Split
from problems.cloudcast.instances import KINDS, Named, drawn, generate, instances
from problems.cloudcast.network import PROVIDERS, Network
from problems.sheets import BadLine, Column, Sheet

FEWEST_REGIONS, MOST_REGIONS = 8, 100
"""A transfer of seven destinations needs the former."""

MOST_TRANSFERS = 30

_SEED = 20240419


def _drafts(sheet: Sheet) -> list[list[Named]]:
    """Draws transfers, each from a source of its own and a block."""
    net = _network(sheet)
    rng = np.random.Generator(np.random.PCG64(np.random.SeedSequence(_SEED)))
    free = list(range(len(net.regions)))
    found: list[list[Named]] = []
    while free and len(found) < MOST_TRANSFERS:
        kind = KINDS[len(found) % len(KINDS)]
        able = [region for region in free if net.providers[region] == kind]
        if not able or net.providers.count(kind) < FEWEST_REGIONS:
            kind = "mixed"
        sent = drawn(rng, net, kind, 4 + int(rng.integers(4)), free)
        free.remove(sent.source)
        found.append([Named(f"{kind}-{len(found):02}", net, sent)])
    return found


def _network(sheet: Sheet) -> Network:
    pairs: dict[tuple[str, str], tuple[float, float]] = {}
    for number, (source, target, usd, gbit_s) in sheet.lines:
        for name in (source, target):
            if name.partition(":")[0] not in PROVIDERS or not name.partition(":")[2]:
                known = ", ".join(f"{provider}:ZONE" for provider in PROVIDERS)
                raise BadLine(number, f"expected a region as {known}, but got {name!a:.40}")
        if source == target:
            raise BadLine(number, f"expected two regions, but got {source!a:.40} twice")
        if (source, target) in pairs:
            raise BadLine(number, f"expected {source} to {target} once, but it was there before")
        pairs[source, target] = (usd, gbit_s)
    names = tuple(dict.fromkeys(name for pair in pairs for name in pair))
    last = sheet.lines[-1].number
    if not FEWEST_REGIONS <= len(names) <= MOST_REGIONS:
        raise BadLine(last, f"expected {FEWEST_REGIONS} to {MOST_REGIONS} regions, but got {len(names)}")
    missing = next(((a, b) for a in names for b in names if a != b and (a, b) not in pairs), None)
    if missing is not None:
        raise BadLine(
            last, f"expected a row for every two regions, but {missing[0]} to {missing[1]} has none"
        )
    index = {name: place for place, name in enumerate(names)}
    return Network(
        regions=names,
        sources=np.array([index[source] for source, _ in pairs], dtype=np.int64),
        targets=np.array([index[target] for _, target in pairs], dtype=np.int64),
        usd_per_gb=np.array([usd for usd, _ in pairs.values()]),
        vm_gbit_s=np.array([gbit_s for _, gbit_s in pairs.values()]),
    )


def _sample() -> Iterator[tuple[str | float, ...]]:
    yield "source", "target", "usd_per_gb", "gbit_s"
    (one,) = generate(Split.SMOKE)
    net: Network = one.data.network
    for source, target, usd, gbit_s in zip(
        *(column.tolist() for column in (net.sources, net.targets, net.usd_per_gb, net.vm_gbit_s)),
        strict=True,
    ):
        yield net.regions[source], net.regions[target], usd, gbit_s


FORM = FileForm(
    columns=(
        Column("source", str, f"region that the edge leaves, as PROVIDER:ZONE; of {', '.join(PROVIDERS)}"),
        Column("target", str, "region that it enters"),
        Column("usd_per_gb", float, "what leaving costs", "USD/GB", 1e-4, 100.0),
        Column("gbit_s", float, "throughput between one VM on either side", "Gbit/s", 1e-3, 1e4),
    ),
    about=(
        f"A row is an edge of a network of {FEWEST_REGIONS} to {MOST_REGIONS} regions; every two regions "
        "need one in either direction. Transfers are drawn on it as in the real workload, at most one "
        f"from each region and {MOST_TRANSFERS} in all: each is an instance and a block. Limits and "
        "prices of VMs are the published ones."
    ),
    block="transfers",
    drafts=_drafts,
    instances=instances,
    sample=_sample,
)
