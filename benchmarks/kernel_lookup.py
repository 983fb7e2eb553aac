"""Writes kernel_choice's baseline `nearest_shape` from the sweep: python -m benchmarks.kernel_lookup.

Only shapes of SEARCH go in, so that the baseline knows nothing of the splits that judge it.
"""

import sys
from pathlib import Path

import problems.kernel_choice
from problems.base import Split
from problems.kernel_choice.instances import recorded
from problems.kernel_choice.shapes import mixes
from problems.kernel_choice.table import Table

TARGET = Path(problems.kernel_choice.__file__).parent / "baselines" / "nearest_shape.py"

_HEAD = '''"""The fastest configuration of the nearest shape of SEARCH: a lookup, as tuned libraries ship.

Written by benchmarks/kernel_lookup.py from the recorded sweep; near is by the logarithms of a shape's sizes.
"""

from math import log2

from interface import Answer, Shape, Task

FASTEST = (
'''
_TAIL = ''')
"""Rows, columns and depth of a shape, and its fastest configuration."""


def solve(task: Task) -> Answer:
    places = {tuple(configuration): index for index, configuration in enumerate(task.configurations)}
    return tuple(places[nearest(shape)] for shape in task.shapes)


def nearest(shape: Shape) -> tuple[int, ...]:
    return min(FASTEST, key=lambda row: sum(log2(a / b) ** 2 for a, b in zip(row[0], shape, strict=True)))[1]
'''


def text(table: Table) -> str:
    """Spells the baseline out."""
    shapes = sorted({shape for mix in mixes(Split.SEARCH) for shape in mix.shapes})
    rows = []
    for shape in shapes:
        timed = table.times[shape]
        fastest = table.configurations[timed.us.index(timed.best_us)]
        rows.append(f"    ({tuple(shape)}, {tuple(fastest)}),\n")
    return _HEAD + "".join(rows) + _TAIL


def main() -> None:
    """Writes the file in its place."""
    TARGET.write_text(text(recorded()), encoding="utf-8")
    sys.stdout.write(f"wrote {TARGET}\n")


if __name__ == "__main__":
    main()
