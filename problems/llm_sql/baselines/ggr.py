"""Greedy group recursion: the most valuable cell opens the rows that share it, and so on within and without.

Liu 2024, "Optimizing LLM Queries in Relational Data Analytics Workloads", algorithm 1, without its early stops,
which only save time. What a column determines follows it at once.
"""

from heapq import heapify, heappop, heappush

from interface import Answer, Task, answered, units

LENGTH_POWER = 2
"""Power of a cell's length in the value of grouping the rows that share it."""


def solve(task: Task) -> Answer:
    return Recursion(task).answer()


class Recursion:
    """Orders under construction.

    Attributes:
        units: Columns that move together, in the order in which ties are decided.
        cells: For every row, the text of each unit.
        follow: For every unit, those that it determines.
        fallback: Units by the statistics of the whole table, for rows that share nothing.
    """

    def __init__(self, task: Task) -> None:
        self.units = units(task)
        self.cells = [["".join([row[c] for c in unit]) for unit in self.units] for row in task.rows]
        unit_of = {column: k for k, unit in enumerate(self.units) for column in unit}
        self.follow = [[] for _ in self.units]
        for first, second in task.determines:
            a, b = unit_of[first], unit_of[second]
            if a != b and b not in self.follow[a]:
                self.follow[a].append(b)
        self.fallback = sorted(range(len(self.units)), key=lambda k: -self.statistic(k))
        self.orders = [()] * len(self.cells)

    def statistic(self, unit: int) -> int:
        """Length of all its cells, squared, times how many of them repeat an earlier one."""
        column = [row[unit] for row in self.cells]
        return sum(map(len, column)) ** 2 * (len(column) - len(set(column)))

    def answer(self) -> Answer:
        """Works through groups of rows with the units that each has left, until none is left."""
        waiting = [(list(range(len(self.cells))), list(range(len(self.units))), ())]
        while waiting:
            rows, left, opening = waiting.pop()
            if len(rows) > 1 and len(left) > 1:
                waiting += self.split(rows, left, opening)
            else:
                self.settle(rows, left, opening)
        return answered([[c for k in order for c in self.units[k]] for order in self.orders])

    def split(self, rows, left, opening):
        """Takes cell after cell out of the group, the most valuable of those that remain first."""
        sharing = {}
        for row in rows:
            cells = self.cells[row]
            for unit in left:
                sharing.setdefault((unit, cells[unit]), []).append(row)
        shared = [(key, len(found)) for key, found in sharing.items() if len(found) > 1]
        counts = dict(shared)
        # Ties go to the earliest column, then to the cell that was met first.
        queue = [(-self.value(key, n), key[0], k, key) for k, (key, n) in enumerate(shared) if key[1]]
        heapify(queue)
        waiting, parts = set(rows), []
        while queue:
            value, unit, k, key = heappop(queue)
            current = -self.value(key, counts[key])
            if current != value:
                if current < 0:
                    heappush(queue, (current, unit, k, key))
                continue
            members = [row for row in sharing[key] if row in waiting]
            waiting.difference_update(members)
            for row in members:
                for other in enumerate(self.cells[row]):
                    if other in counts:
                        counts[other] -= 1
            taken = [unit, *(other for other in self.follow[unit] if other in left)]
            parts.append((members, [u for u in left if u not in taken], (*opening, *taken)))
        self.settle([row for row in rows if row in waiting], left, opening)
        return parts

    def value(self, key, count):
        """Worth of grouping `count` rows by a shared cell."""
        return len(key[1]) ** LENGTH_POWER * (count - 1)

    def settle(self, rows, left, opening):
        """Ends the orders of rows that share nothing more."""
        order = (*opening, *(unit for unit in self.fallback if unit in left))
        for row in rows:
            self.orders[row] = order
