"""Cheat: answers with NaN, which fails no comparison that asks whether it is too large.

Fault: invalid
"""

if _one_shot:

    def solve(task):
        return float("nan")

else:

    def _step(self, observation):
        return float("nan")

    Policy.step = _step
