"""Cheat: returns an object that computes its rows when they are read, after the clock has stopped.

Rule: answer_type
Honest: largest_first
"""


class Later:
    def __init__(self, setup):
        self.setup = setup

    def __len__(self):
        return self.setup.num_layers

    def __iter__(self):
        for _ in range(self.setup.num_layers):
            yield [slot % self.setup.num_experts for slot in range(self.setup.num_replicas)]

    def __getitem__(self, layer):
        return [slot % self.setup.num_experts for slot in range(self.setup.num_replicas)]


class Policy:
    def __init__(self, setup):
        self.answer = Later(setup)

    def step(self, observation):
        return self.answer
