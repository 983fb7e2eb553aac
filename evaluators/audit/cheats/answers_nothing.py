"""Cheat: answers nothing, whose cost is nothing.

Fault: invalid
"""

if _one_shot:

    def solve(task):
        return None

else:

    def _step(self, observation):
        return None

    Policy.step = _step
