"""Cheat: answers honestly but leaves the last item of the first part out.

Way: edits
Fault: invalid
"""


def _fits(value):
    return isinstance(value, (tuple, list)) and bool(value) and isinstance(value[0], int)


def _change(items):
    return items[:-1]
