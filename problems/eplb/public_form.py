"""A policy that runs a program written for the public balancer, `rebalance_experts` on torch tensors.

`published.adapt` appends one line to this text: `PROGRAM = functions(...)` with the program in it. Of what
the program returns only the expert of each slot is a decision: the rest follows from it.
"""

import importlib
import sys
import types
from typing import Any

from interface import Decision, Observation, Setup  # type: ignore[import-not-found]  # its name in the child

PROGRAM: Any = None


class Policy:
    """Calls the program with each window's counts."""

    def __init__(self, setup: Setup) -> None:
        self.torch = importlib.import_module("torch")
        self.machines = (setup.num_replicas, setup.num_groups, setup.num_nodes, setup.num_gpus)

    def step(self, observation: Observation) -> Decision:
        """Asks for the expert of each slot, and takes nothing else."""
        # By way of a list, so that torch and numpy need not be built for one another.
        counts = self.torch.tensor(observation.counts.tolist())
        answer = PROGRAM.rebalance_experts(counts, *self.machines)
        experts = answer[0]
        return experts.tolist() if isinstance(experts, self.torch.Tensor) else experts


def functions(program: str) -> types.ModuleType:
    """Executes a program, which must define `rebalance_experts`."""
    module = types.ModuleType("program")
    sys.modules["program"] = module
    exec(compile(program, "program", "exec"), module.__dict__)  # noqa: S102 - a candidate, executed in its own child
    if not callable(getattr(module, "rebalance_experts", None)):
        raise TypeError("a program in the public form defines `rebalance_experts`, but this one does not")
    return module
