"""A lower bound of the whole cost, machines included: a linear program, for judging the strict bound.

Its variables are the share of the data on every edge, a flow of all of it to each destination within that
share, and the time T. What regions send and receive in T, and what edges carry, is limited as in the cost; a
partition's walks can be thinned to a tree, so a relay is used at least as much as enters it. The product of T
and the number of regions N is replaced by its envelope from below, N0 T + T0 (N - N0), where N0 regions are
needed at least and T0 is how long the source needs to send one copy, or a destination to receive it
(`McCormick 1976 <https://doi.org/10.1007/BF01580665>`_).
"""

import numpy as np

from problems.cloudcast.interface import Task

GBIT = 8.0
"""Gigabits in a gigabyte."""


Cells = tuple[np.ndarray, np.ndarray, np.ndarray]
"""Rows, columns and values of a sparse matrix. Columns are shares of edges, flows by destination, and T."""


def least_usd(task: Task) -> float:
    """Solves the program: no answer costs less, but for the rounding of T to 0.01 s.

    A network of 71 regions takes up to half a minute.
    """
    # Imported here: only tests and reports need it, and listing the problem must not load scipy.
    from scipy.optimize import linprog  # noqa: PLC0415
    from scipy.sparse import csr_array  # noqa: PLC0415

    limits, (balance, needed) = _joined(_within(task), *_rates(task)), _flows(task)
    prices = _prices(task)
    height = int(limits[0].max()) + 1
    blocked = np.tile(task.targets == task.source, 1 + len(task.destinations))  # none is sent back there
    upper = np.append(np.where(blocked, 0.0, 1.0), np.inf)
    solved = linprog(  # type: ignore[call-overload]  # its stubs know of no sparse matrices
        prices,
        A_ub=csr_array((limits[2], limits[:2]), shape=(height, len(prices))),
        b_ub=np.zeros(height),
        A_eq=csr_array((balance[2], balance[:2]), shape=(len(needed), len(prices))),
        b_eq=needed,
        bounds=np.stack([np.zeros(len(upper)), upper], axis=1),
        method="highs",
    )
    if solved.fun is None:
        raise RuntimeError(f"the linear program was not solved: {solved.message}")
    return float(solved.fun)


def _usd_per_region_s(task: Task) -> float:
    return task.vms * task.vm_usd_h / 3600.0


def _least_s(task: Task) -> float:
    """Time of one copy out of the source, or into the slowest destination."""
    slowest = min(task.egress_gbit_s[task.source], *task.ingress_gbit_s[list(task.destinations)])
    return GBIT * task.volume_gb / float(slowest)


def _prices(task: Task) -> np.ndarray:
    """Price of each variable: egress, and T0 for entering a relay; nothing for flows; N0 for T."""
    relay = ~np.isin(task.targets, [task.source, *task.destinations])
    shares = task.volume_gb * task.usd_per_gb + _usd_per_region_s(task) * _least_s(task) * relay
    flows = np.zeros(len(shares) * len(task.destinations))
    return np.concatenate([shares, flows, [_usd_per_region_s(task) * (1 + len(task.destinations))]])


def _within(task: Task) -> Cells:
    """Rows that keep the flow to each destination within the shares."""
    edges, rows = len(task.sources), np.arange(len(task.sources) * len(task.destinations))
    shares = (rows, rows % edges, np.full(len(rows), -1.0))
    return _joined(shares, (rows, edges + rows, np.ones(len(rows))))


def _rates(task: Task) -> tuple[Cells, ...]:
    """Rows that keep shares within what regions receive and send in T, and what edges carry."""
    edges, regions = len(task.sources), len(task.regions)
    first, time = edges * len(task.destinations), edges * (1 + len(task.destinations))
    numbers, gbit = np.arange(edges), np.full(edges, GBIT * task.volume_gb)
    rates = np.concatenate([task.ingress_gbit_s, task.egress_gbit_s, task.gbit_s])
    rows = np.arange(len(rates))
    return (
        (first + task.targets, numbers, gbit),
        (first + regions + task.sources, numbers, gbit),
        (first + 2 * regions + numbers, numbers, gbit),
        (first + rows, np.full(len(rows), time), -rates),
    )


def _flows(task: Task) -> tuple[Cells, np.ndarray]:
    """Rows that conserve the flow to each destination, and what is to arrive in each region."""
    edges, regions, copies = len(task.sources), len(task.regions), len(task.destinations)
    needed = np.zeros((copies, regions))
    needed[:, task.source] = -1.0
    needed[np.arange(copies), list(task.destinations)] = 1.0
    columns = edges + np.arange(edges * copies)
    base = np.repeat(regions * np.arange(copies), edges)
    entering = (base + np.tile(task.targets, copies), columns, np.ones(len(columns)))
    leaving = (base + np.tile(task.sources, copies), columns, np.full(len(columns), -1.0))
    return _joined(entering, leaving), needed.ravel()


def _joined(*blocks: Cells) -> Cells:
    rows, columns, values = (np.concatenate(parts) for parts in zip(*blocks, strict=True))
    return rows, columns, values
