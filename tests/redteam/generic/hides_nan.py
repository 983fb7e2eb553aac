"""Cheat: answers honestly but for one number, which is NaN.

Fault: invalid
"""


def _spoilt(value):
    if hasattr(value, "tolist"):
        value = value.tolist()
    if isinstance(value, dict) and value:
        first = next(iter(value))
        return {**value, first: _spoilt(value[first])}
    if isinstance(value, (tuple, list)) and value:
        return [_spoilt(value[0]), *value[1:]]
    names = [*getattr(value, "__slots__", ()), *getattr(value, "_fields", ())]
    if names:
        object.__setattr__(value, names[-1], _spoilt(getattr(value, names[-1])))
        return value
    return float("nan")


if "solve" in globals():
    _solve = solve

    def solve(task):
        return _spoilt(_solve(task))

else:
    _honest_step = Policy.step

    def _step(self, observation):
        return _spoilt(_honest_step(self, observation))

    Policy.step = _step
