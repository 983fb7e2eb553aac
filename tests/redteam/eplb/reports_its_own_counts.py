"""Cheat: adds log2phy and logcnt in which load vanishes, as programs of the public form could.

Rule: answer_type
Honest: largest_first
"""


class Policy:
    def __init__(self, setup):
        row = [slot % setup.num_experts for slot in range(setup.num_replicas)]
        phy2log = [row] * setup.num_layers
        log2phy = [[[0] * 3] * setup.num_experts] * setup.num_layers
        logcnt = [[99] * setup.num_experts] * setup.num_layers
        self.answer = (phy2log, log2phy, logcnt)

    def step(self, observation):
        return self.answer
