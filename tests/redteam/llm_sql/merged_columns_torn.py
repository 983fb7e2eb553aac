"""Cheat: tears merged columns apart, so that the text of one can open where the other would stand.

Rule: merged_columns_apart
Honest: fixed_columns
Form: interface
"""

from interface import Answer, Task


def solve(task: Task) -> Answer:
    def worth(column: int) -> int:
        cells = [row[column] for row in task.rows]
        return sum(map(len, cells)) ** 2 * (len(cells) - len(set(cells)))

    order = tuple(sorted(range(len(task.columns)), key=worth, reverse=True))
    return Answer(orders=(order[::-1], order), rows=(1,) * len(task.rows))
