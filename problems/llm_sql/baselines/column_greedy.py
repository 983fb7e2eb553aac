"""Recursion by columns: rows open with the column that saves most characters among them, and part by its cells.

Rows whose cell no other row has stay behind and choose again. After the recursion of Liu 2024, "Optimizing LLM
Queries in Relational Data Analytics Workloads", with whole columns in place of single cells, characters in place of
squares, and a few columns tried to the end before one is chosen.
"""

from interface import Answer, Task, answered, units

LOOKAHEAD = 3
"""Levels of the recursion, from the top, at which columns are tried to the end."""

WIDTH = 3
"""Columns that are tried, those that save most at once."""


def solve(task: Task) -> Answer:
    table = Table(task)
    table.divide(range(len(table.cells)), tuple(range(len(table.units))), (), LOOKAHEAD)
    return answered([[c for k in order for c in table.units[k]] for order in table.orders])


class Table:
    """Orders under construction.

    Attributes:
        units: Columns that move together.
        cells: For every row, the text of each unit.
        lengths: Of these.
        follow: For every unit, those that it determines.
        fallback: Units by the statistics of the whole table, for rows that share nothing.
        orders: For every row, its units in order.
    """

    def __init__(self, task: Task) -> None:
        self.units = units(task)
        self.cells = [["".join([row[c] for c in unit]) for unit in self.units] for row in task.rows]
        self.lengths = [list(map(len, row)) for row in self.cells]
        unit_of = {column: k for k, unit in enumerate(self.units) for column in unit}
        pairs = sorted({(unit_of[a], unit_of[b]) for a, b in task.determines})
        self.follow = [[b for a, b in pairs if a == k != b] for k in range(len(self.units))]
        everyone, everything = range(len(self.cells)), range(len(self.units))
        ranked = [k for _, k, _ in self.columns(everyone, everything)]
        self.fallback = ranked + [k for k in everything if k not in ranked]
        self.orders: list[tuple[int, ...]] = [()] * len(self.cells)

    def columns(self, rows, left):
        """Columns in which cells repeat, as (minus the characters saved, column, rows by cell), best first."""
        found = []
        for unit in left:
            parts: dict[str, list[int]] = {}
            for row in rows:
                parts.setdefault(self.cells[row][unit], []).append(row)
            saved = sum(self.lengths[part[0]][unit] * (len(part) - 1) for part in parts.values())
            if saved:
                found.append((-saved, unit, parts))
        found.sort(key=lambda column: column[:2])
        return found

    def divide(self, rows, left, opening, lookahead, *, settle=True):
        """Orders rows by the units they have left, and returns how many characters they then share.

        Args:
            lookahead: Levels at which columns are tried.
            settle: Whether the orders are kept; a trial keeps none.
        """
        total = 0
        while len(rows) > 1 and left:
            columns = self.columns(rows, left)
            if not columns:
                break
            chosen = columns[0]
            if lookahead > 0 and len(columns) > 1:
                chosen = max(columns[:WIDTH], key=lambda column: self.trial(column, left))
            taken, rest, shared = self.part(chosen, left)
            for part in shared:
                total += sum(self.lengths[part[0]][u] for u in taken) * (len(part) - 1)
                total += self.divide(part, rest, (*opening, *taken), lookahead - 1, settle=settle)
            rows = self.alone(chosen)
        if settle:
            order = (*opening, *(unit for unit in self.fallback if unit in left))
            for row in rows:
                self.orders[row] = order
        return total

    def trial(self, column, left):
        """Characters shared if this column is chosen now, and the one that saves most ever after."""
        taken, rest, shared = self.part(column, left)
        total = self.divide(self.alone(column), left, (), 0, settle=False)
        for part in shared:
            total += sum(self.lengths[part[0]][u] for u in taken) * (len(part) - 1)
            total += self.divide(part, rest, (), 0, settle=False)
        return total

    def part(self, column, left):
        """Units that open with a column, those left after them, and the rows that share a cell, cell by cell."""
        _, unit, parts = column
        taken = (unit, *(other for other in self.follow[unit] if other in left))
        shared = [part for cell, part in parts.items() if cell and len(part) > 1]
        return taken, tuple(other for other in left if other not in taken), shared

    def alone(self, column):
        """Rows that share no cell of a column."""
        return [row for cell, part in column[2].items() if not cell or len(part) == 1 for row in part]
