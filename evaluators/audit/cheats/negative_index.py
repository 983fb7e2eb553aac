"""Cheat: answers honestly but for one number, which is below every range.

Way: edits
Fault: invalid
"""


def _fits(value):
    return not isinstance(value, (dict, tuple, list)) and not hasattr(value, "__dataclass_fields__")


def _change(_):
    return -7
