"""The trusted side: checks that every row has an order of its columns, writes the rows, counts the hits."""

from collections import Counter
from collections.abc import Sequence

import numpy as np

from problems.base import Instance, InvalidAnswer, Limits, Outcome
from problems.llm_sql.interface import Answer, Order, Row, Task, hits, texts
from problems.llm_sql.tables import Table


class Reordering:
    """Measures column orders by the hit rate of a cache of prefixes; what is written first must miss."""

    def task(self, instance: Instance, limits: Limits, /) -> Task:
        """Shows the table and the CPU budget."""
        table: Table = instance.data
        return Task(
            columns=table.columns,
            rows=table.rows,
            merged=table.merged,
            determines=table.determines,
            cpu_s=limits.solve_cpu_s,
        )

    def measure(self, instance: Instance, answer: Answer, /) -> Outcome:
        """Scores the orders; rows are written from the table's own cells, whatever the policy believes.

        Raises:
            InvalidAnswer: `wrong_rows`, `too_many_orders`, `order_out_of_range`, `wrong_columns`,
                `column_out_of_range`, `column_repeated`, `column_missing`, `merged_columns_apart`.
        """
        table: Table = instance.data
        _check(answer, table)
        written = texts(table.rows, answer)
        total = sum(map(len, written))
        served = hits(written)
        rate = served / total if total else 0.0
        places = np.array([np.argsort(order) for order in answer.orders], dtype=np.int64)[list(answer.rows)]
        metrics = {
            "hit_rate": rate,
            "characters": float(total),
            "missed_characters": float(total - served),
            "orders": float(len(set(answer.rows))),
            "common_opening": _common_opening(answer),
            "lateness": _lateness(table.rows, places),
            "upper_bound": table.upper_bound,
        }
        return Outcome(score=rate, metrics=metrics)


def _check(answer: Answer, table: Table) -> None:
    """Raises at the first part by which the answer is no order of the columns for every row."""
    count = len(table.rows)
    if len(answer.rows) != count:
        message = f"expected an order for each of {count} rows, but got {len(answer.rows)}"
        raise InvalidAnswer("wrong_rows", message, ".rows")
    if len(answer.orders) > count:
        message = f"expected at most {count} orders, one a row, but got {len(answer.orders)}"
        raise InvalidAnswer("too_many_orders", message, f".orders[{count}]")
    for row, index in enumerate(answer.rows):
        if type(index) is not int or not 0 <= index < len(answer.orders):
            message = f"expected an index of one of {len(answer.orders)} orders, but got {index!r:.40}"
            raise InvalidAnswer("order_out_of_range", message, f".rows[{row}]")
    for place, order in enumerate(answer.orders):
        _check_order(order, table, f".orders[{place}]")


def _check_order(order: Order, table: Table, where: str) -> None:
    count = len(table.columns)
    if len(order) > count:
        message = f"expected {count} columns, but got {len(order)}"
        raise InvalidAnswer("wrong_columns", message, f"{where}[{count}]")
    places: dict[int, int] = {}
    for place, column in enumerate(order):
        if type(column) is not int or not 0 <= column < count:
            message = f"expected a column from 0 to {count - 1}, but got {column!r:.40}"
            raise InvalidAnswer("column_out_of_range", message, f"{where}[{place}]")
        if column in places:
            message = f"column {column} stands at [{places[column]}] already; every column is to be used once"
            raise InvalidAnswer("column_repeated", message, f"{where}[{place}]")
        places[column] = place
    missing = [column for column in range(count) if column not in places]
    if missing:
        message = f"{len(missing)} of {count} columns are missing, the first is {missing[0]}"
        raise InvalidAnswer("column_missing", message, f"{where}[{len(order)}]")
    for group in table.merged:
        start = places[group[0]]
        found = tuple(order[start : start + len(group)])
        if found != group:
            message = f"expected the merged columns {list(group)} side by side, but got {list(found)}"
            raise InvalidAnswer("merged_columns_apart", message, f"{where}[{start}]")


def _common_opening(answer: Answer) -> float:
    """Share of rows that open with the column that most rows open with; 1 for a single order."""
    openings = Counter(answer.orders[index][0] for index in answer.rows)
    return max(openings.values()) / len(answer.rows)


def _lateness(rows: Sequence[Row], places: np.ndarray) -> float:
    """Where a mean character's cell stands, from 0 (all in the first) to 1 (all in the last).

    Args:
        places: For every row and column, the place of its cell, shape `(n_rows, n_columns)`.
    """
    lengths = np.array([list(map(len, row)) for row in rows], dtype=np.int64)
    most = int(lengths.sum()) * (places.shape[1] - 1)
    return int((lengths * places).sum()) / most if most else 0.0
