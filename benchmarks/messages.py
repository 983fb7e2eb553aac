"""What crosses to a policy: bytes of one observation, its share of the batch included, and of one decision.

Every run of SEARCH is driven by the problem's best baseline in the sandbox, and each message is encoded as it
travels.
"""

from collections.abc import Generator, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, cast

import msgspec

from benchmarks.report import Row, arguments, show
from evaluators.drive import Bench, GroupTask, measure_group, runtime
from evaluators.worker import staged
from problems.base import Instance, Limits, Outcome, Problem, Split, Stepwise
from problems.registry import get, names
from sandbox import ForkServer, Mode
from sandbox.wire import DOWN, STEP, DownEncoder


@dataclass(slots=True)
class Recording:
    """A problem's trusted side that notes the size of everything it says and hears."""

    evaluator: Stepwise
    down: list[int] = field(default_factory=list)
    up: list[int] = field(default_factory=list)

    def setup(self, instance: Instance, limits: Limits, /) -> Any:  # noqa: ANN401 - each problem's own type
        """As the problem's."""
        return self.evaluator.setup(instance, limits)

    def simulate(self, instance: Instance, /) -> Generator[Any, Any, Outcome]:
        """As the problem's, noting sizes."""
        simulation, encoder = self.evaluator.simulate(instance), DownEncoder()
        observation = next(simulation)
        try:
            while True:
                self.down.append(len(encoder.frame(STEP, [(0, observation)])) - DOWN.size)
                decision = yield observation
                self.up.append(len(msgspec.json.encode(decision)))
                observation = simulation.send(decision)
        except StopIteration as end:
            outcome: Outcome = end.value
            return outcome


def sizes(problem: Problem) -> Recording:
    """Drives all of SEARCH by the best baseline."""
    recording = Recording(cast("Stepwise", problem.evaluator))
    watched, limits = replace(problem, evaluator=recording), problem.limits[Split.SEARCH]
    with ForkServer.start(Mode.AUTO, runtime=runtime(limits)) as server:
        for group in staged(problem.name, "generated", Split.SEARCH):
            task = GroupTask(group, limits)
            measure_group(Bench(server, 8.0), watched, problem.best_baseline.source, task)
    return recording


def _row(name: str, direction: str, found: Sequence[int]) -> Row:
    mean = round(sum(found) / len(found), 1)
    return {"problem": name, "message": direction, "steps": len(found), "mean B": mean, "most B": max(found)}


def main() -> None:
    """Shows every step-wise problem that is installed."""
    given = arguments(__doc__ or "").parse_args()
    rows: list[Row] = []
    for name in names():
        if not get(name).one_shot:
            found = sizes(get(name))
            rows += [_row(name, "observation", found.down), _row(name, "decision", found.up)]
    show(
        "messages",
        rows,
        as_json=given.json,
        note=f"a batch adds {DOWN.size} bytes of head, whatever its size",
    )


if __name__ == "__main__":
    main()
