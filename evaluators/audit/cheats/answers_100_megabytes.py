"""Cheat: answers with 100 MB, to choke whatever reads it.

Rule: answer_too_large, cpu_limit, memory_limit, signal
Pace: slow
"""

if _one_shot:

    def solve(task):
        return ["x" * 100_000_000]

else:

    def _step(self, observation):
        return ["x" * 100_000_000]

    Policy.step = _step
