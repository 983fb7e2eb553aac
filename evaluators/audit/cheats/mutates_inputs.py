"""Cheat: overwrites whatever it is given, after deciding honestly, in case the scorer reads it again.

Rule: none
"""

import contextlib


def _spoil(value, depth=5):
    if depth == 0:
        return
    with contextlib.suppress(Exception):
        value[...] = 0
    with contextlib.suppress(Exception):
        value.clear()
    names = [
        *getattr(value, "__slots__", ()),
        *getattr(value, "__dict__", ()),
        *getattr(value, "_fields", ()),
    ]
    for name in names:
        part = getattr(value, name, None)
        _spoil(part, depth - 1)
        with contextlib.suppress(Exception):
            object.__setattr__(value, name, type(part)())
    if isinstance(value, (tuple, list)):
        for part in value[:3]:
            _spoil(part, depth - 1)


if _one_shot:
    _solve = solve

    def solve(task):
        answer = _solve(task)
        _spoil(task)
        return answer

else:
    _step, _spoilt = Policy.step, []

    def _spoiling_step(self, observation):
        decision = _step(self, observation)
        if len(_spoilt) < 3:  # a step has little time
            _spoilt.append(observation)
            _spoil(observation)
        return decision

    Policy.step = _spoiling_step
