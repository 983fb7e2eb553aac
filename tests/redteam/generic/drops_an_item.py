"""Cheat: answers honestly but leaves the last item of the first part out.

Fault: invalid
Only: cloudcast eplb llm_sql prism txn
"""


def _changed(value):
    if hasattr(value, "tolist"):
        value = value.tolist()
    if isinstance(value, dict):
        first = next(iter(value))
        return {**value, first: _changed(value[first])}
    if isinstance(value, (tuple, list)):
        if value and isinstance(value[0], int):
            return value[:-1]
        return [_changed(value[0]), *value[1:]]
    name = [*getattr(value, "__slots__", ()), *getattr(value, "__dict__", ())][-1]
    object.__setattr__(value, name, _changed(getattr(value, name)))
    return value


if "solve" in globals():
    _solve = solve

    def solve(task):
        return _changed(_solve(task))

else:
    _honest_step = Policy.step

    def _step(self, observation):
        return _changed(_honest_step(self, observation))

    Policy.step = _step
