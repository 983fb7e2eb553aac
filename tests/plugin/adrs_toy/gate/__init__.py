"""A gate: the step-wise toy, with two runs in each group."""

from collections.abc import Generator, Sequence
from pathlib import Path

from problems.base import Axis, Baseline, Instance, InvalidAnswer, Limits, Outcome, Problem, Split
from problems.datasets import DataFolder

from . import instances, interface, policies
from .instances import Day
from .interface import Decision, Observation, Setup

__all__ = ["PROBLEM"]

_LIMITS = Limits(init_cpu_s=0.2, step_mean_cpu_s=500e-6, memory_bytes=256 << 20, answer_bytes=1 << 10)


class _Gate:
    """Runs a day: the policy decides, waiting and money are counted here."""

    def setup(self, instance: Instance, _: Limits, /) -> Setup:
        day: Day = instance.data
        return day.setup

    def simulate(self, instance: Instance, /) -> Generator[Observation, Decision, Outcome]:
        day: Day = instance.data
        waiting, was_open, openings, open_ticks, cost = 0, False, 0, 0, 0.0
        for tick, arrived in enumerate(day.arrivals):
            waiting += arrived
            decision = yield Observation(tick, arrived, waiting, was_open)
            is_open = decision is Decision.OPEN
            openings += is_open and not was_open
            if openings > day.setup.most_openings:
                message = f"the gate was opened {openings} times; its hinges last {day.setup.most_openings}"
                raise InvalidAnswer("worn_hinges", message, f"tick {tick}")
            waiting = max(waiting - day.setup.pass_per_tick * is_open, 0)
            cost += waiting + day.setup.open_cost * is_open
            open_ticks, was_open = open_ticks + is_open, is_open
        cost += openings * day.setup.opening_cost
        metrics = {"cost": cost, "openings": float(openings), "open_share": open_ticks / day.setup.ticks}
        return Outcome(day.least_cost / cost, metrics)


def _load(workload: str, split: Split, _: DataFolder) -> Sequence[Instance]:
    return tuple(instances.drawn(split))


PROBLEM = Problem(
    name="toy-gate",
    version=1,
    title="A gate: open it for those who wait, but not for each of them",
    interface=interface,
    evaluator=_Gate(),
    brief=(Path(__file__).parent / "brief.md").read_text(encoding="utf-8"),
    baselines=(
        Baseline("idle", policies.IDLE, "none", "Apache-2.0", 0.7066),
        Baseline("eager", policies.EAGER, "none", "Apache-2.0", 0.83),
        Baseline("gathering", policies.GATHERING, "none", "Apache-2.0", 0.4772),
    ),
    seeds=("idle", "eager", "gathering"),
    axes=(Axis("openings", (2.0, 4.0, 6.0, 8.0, 10.0)), Axis("open_share", (0.3, 0.4, 0.5, 0.6))),
    limits=dict.fromkeys(Split, _LIMITS),
    workloads={"generated": (Split.SMOKE, Split.SEARCH, Split.VALIDATION, Split.HOLDOUT)},
    load=_load,
    bound="The least cost in hindsight over the run's cost; dynamic programming over the known day finds it.",
)
