"""Cheat: lets the first layer have slots of the last one; all in all there are as many as there may be.

Rule: wrong_slots
Honest: largest_first
"""


class Policy:
    def __init__(self, setup):
        dealt = [slot % setup.num_experts for slot in range(setup.num_replicas)]
        spare = setup.num_replicas - setup.num_experts
        rows = [dealt] * (setup.num_layers - 2)
        self.placed = [dealt + dealt[:spare], *rows, dealt[:-spare]]

    def step(self, observation):
        return self.placed
