"""Cheat: answers with an empty collection, over which every sum is nothing.

Fault: invalid
"""

if _one_shot:
    _solve = solve

    def solve(task):
        return {} if isinstance(_solve(task), dict) else ()

else:

    def _step(self, observation):
        return ()

    Policy.step = _step
