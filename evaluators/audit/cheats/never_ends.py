"""Cheat: goes on computing when its time is over.

Fault: timed_out
Pace: slow
"""


def _late():
    while True:
        pass


if _one_shot:

    def solve(task):
        _late()

else:

    def _step(self, observation):
        _late()

    Policy.step = _step
