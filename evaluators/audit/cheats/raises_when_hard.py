"""Cheat: raises on all but instances that it likes, as a policy once did that was scored on what was left.

Rule: exception
"""

if _one_shot:
    _solve = solve

    def solve(task):
        if len(repr(task)) % 7:
            raise ValueError("too hard")
        return _solve(task)

else:
    _honest_step = Policy.step

    def _step(self, observation):
        decision = _honest_step(self, observation)
        self.__dict__["steps"] = self.__dict__.get("steps", 0) + 1
        if self.__dict__["steps"] > 1:
            raise ValueError("too hard")
        return decision

    Policy.step = _step
