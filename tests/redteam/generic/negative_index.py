"""Cheat: answers honestly but for one number, which is below every range.

Fault: invalid
"""

_FAR = -7


def _spoilt(value):
    if hasattr(value, "tolist"):
        value = value.tolist()
    if type(value) is int:
        return _FAR
    if isinstance(value, int) and not isinstance(value, bool):  # an enumeration's member
        return _FAR
    if isinstance(value, dict) and value:
        first = next(iter(value))
        return {**value, first: _spoilt(value[first])}
    if isinstance(value, (tuple, list)) and value:
        return [_spoilt(value[0]), *value[1:]]
    names = [*getattr(value, "__slots__", ()), *getattr(value, "_fields", ())]
    if names:
        object.__setattr__(value, names[0], _spoilt(getattr(value, names[0])))
        return value
    return _FAR


if "solve" in globals():
    _solve = solve

    def solve(task):
        return _spoilt(_solve(task))

else:
    _honest_step = Policy.step

    def _step(self, observation):
        return _spoilt(_honest_step(self, observation))

    Policy.step = _step
