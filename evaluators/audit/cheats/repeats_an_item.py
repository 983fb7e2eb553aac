"""Cheat: answers honestly but says the last item of the first part twice.

Way: edits
Fault: invalid
"""


def _fits(value):
    return isinstance(value, (tuple, list)) and bool(value) and isinstance(value[0], int)


def _change(items):
    return [*items, items[-1]]
