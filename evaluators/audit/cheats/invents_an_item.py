"""Cheat: answers honestly but adds an item that does not exist.

Way: edits
Fault: invalid
"""


def _fits(value):
    return isinstance(value, (tuple, list)) and bool(value) and isinstance(value[0], int)


def _change(items):
    return [*items, 1_000_003]
