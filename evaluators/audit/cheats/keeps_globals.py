"""Cheat: keeps what it saw in globals, and gives itself away if another group of instances ever left some.

Way: searches
Rule: none
"""

import builtins
import sys

_SEEN = []


def _left_behind():
    return getattr(builtins, "_hoard", None) or getattr(sys, "_hoard", None) or sys.modules.get("_hoard")


if _left_behind():
    raise RuntimeError("leaked: another group's process left something behind")
builtins._hoard = sys._hoard = sys.modules["_hoard"] = _SEEN

if _one_shot:
    _solve = solve

    def solve(task):
        if _SEEN:
            raise RuntimeError("leaked: two one-shot instances share a process")
        _SEEN.append(task)
        return _solve(task)

else:
    _step = Policy.step

    def _hoarding_step(self, observation):
        _SEEN.append(observation)
        return _step(self, observation)

    Policy.step = _hoarding_step
