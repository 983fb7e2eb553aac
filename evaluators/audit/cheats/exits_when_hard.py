"""Cheat: ends its process, with a status of success, instead of answering.

Rule: exited
"""

import os

if _one_shot:

    def solve(task):
        os._exit(0)

else:

    def _step(self, observation):
        os._exit(0)

    Policy.step = _step
