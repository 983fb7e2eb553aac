"""Where an order put its transactions, for people: when each starts, what it waits for, what it costs."""

from collections.abc import Sequence

import numpy as np

from problems.base import Instance
from problems.txn.interface import Answer, Schedule, Transaction, delays


def timeline(
    instance: Instance, _: Sequence[object], answers: Sequence[Answer]
) -> list[dict[str, float | str]]:
    """Tells each transaction in the order of the answer; the first step is 1.

    `delay_steps` is how much later it starts than it could alone, `waits_for` the transaction before it that
    makes it so, and `growth_steps` by how much it puts off the end of them all.
    """
    transactions: Sequence[Transaction] = instance.data
    gaps, lengths = delays(transactions), np.array([len(t) for t in transactions])
    schedule, starts = Schedule(gaps, lengths), dict[int, int]()
    rows: list[dict[str, float | str]] = []
    for index in answers[0]:
        start, before = int(schedule.starts[index]), schedule.makespan
        blockers = [i for i, began in starts.items() if start > 1 and began + int(gaps[i, index]) == start]
        schedule.append(index)
        starts[index] = start
        rows.append(
            {
                "decision": index,
                "length_steps": int(lengths[index]),
                "start_step": start,
                "end_step": start + int(lengths[index]) - 1,
                "delay_steps": start - 1,
                "waits_for": blockers[0] if blockers else "",
                "growth_steps": schedule.makespan - before,
                "makespan_steps": schedule.makespan,
            }
        )
    return rows
