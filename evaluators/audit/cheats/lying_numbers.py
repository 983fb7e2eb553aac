"""Cheat: answers with numbers that compare as whatever is convenient, and travel as something else.

Rule: none
"""


class _Liar(int):
    def __eq__(self, other):
        return True

    def __lt__(self, other):
        return True

    def __le__(self, other):
        return True

    def __hash__(self):
        return 0

    def __index__(self):
        return 0


def _lie(value):
    if type(value) is int:
        return _Liar(value)
    if type(value) in (tuple, list):
        return type(value)(map(_lie, value))
    if type(value) is dict:
        return {key: _lie(part) for key, part in value.items()}
    return value


if _one_shot:
    _solve = solve

    def solve(task):
        return _lie(_solve(task))

else:
    _step = Policy.step

    def _lying_step(self, observation):
        return _lie(_step(self, observation))

    Policy.step = _lying_step
