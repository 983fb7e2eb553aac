"""Stand-ins for the modules of the public simulator of spot, for the programs that import them.

This text is put before that of a `public_form.py`, in the child; so it imports the standard library only.
"""

import argparse
import enum
import sys
import types
from typing import Any

HOUR_S = 3600.0


class ClusterType(enum.Enum):
    """What runs during a tick, in the public words; unlike ours, no member of it is false."""

    NONE = "none"
    SPOT = "spot"
    ON_DEMAND = "on_demand"


class Strategy:
    """The class that public programs derive from; times are in seconds."""

    def __init__(self, args: Any) -> None:  # noqa: ANN401 - as public programs call it
        self.args = args
        self.deadline = args.deadline_hours * HOUR_S
        self.task_duration = args.task_duration_hours * HOUR_S
        self.restart_overhead = args.restart_overhead_hours * HOUR_S

    def reset(self, env: Any, task: Any) -> None:  # noqa: ANN401 - as public programs call it
        """Prepares for a run."""
        self.env, self.task = env, task
        self.task_done_time: list[float] = []
        self.remaining_restart_overhead = 0.0


def strategy_class(program: str, environment: type) -> type:
    """Executes a program and finds its class: the last one with `_step`, made a `Strategy` if it is none.

    Args:
        environment: What the program finds by the names of the public environments.
    """
    _stand_in(environment)
    module = types.ModuleType("program")
    sys.modules["program"] = module
    exec(compile(program, "program", "exec"), module.__dict__)  # noqa: S102 - a candidate, executed in its own child
    classes = [c for c in vars(module).values() if isinstance(c, type) and c.__module__ == "program"]
    steppers = [c for c in classes if hasattr(c, "_step")]
    if not steppers:
        raise TypeError("a program in the public form defines a class with `_step`, but this one has none")
    found = steppers[-1]
    return found if issubclass(found, Strategy) else type(found.__name__, (found, Strategy), {})


def _stand_in(environment: type) -> None:
    """Puts modules with the public names where the program's imports find them."""
    strategies = {"Strategy": Strategy, "MultiRegionStrategy": Strategy}
    contents: dict[str, dict[str, Any]] = {
        "sky_spot": {},
        "sky_spot.strategies": {},
        "sky_spot.strategies.strategy": strategies,
        "sky_spot.strategies.multi_strategy": strategies,
        "sky_spot.utils": {"ClusterType": ClusterType},
        "sky_spot.env": {"Env": environment, "MultiTraceEnv": environment},
        "sky_spot.task": {"Task": argparse.Namespace},
        "configargparse": vars(argparse),
    }
    for name, names in contents.items():
        module = types.ModuleType(name)
        module.__dict__.update(names)
        sys.modules[name] = module
        parent, _, child = name.rpartition(".")
        if parent:
            setattr(sys.modules[parent], child, module)
