"""What was chosen for each shape, for people, beside the fastest."""

from collections.abc import Sequence

from problems.base import Instance
from problems.kernel_choice.instances import Case
from problems.kernel_choice.interface import Answer, tiles


def timeline(
    instance: Instance, _: Sequence[object], answers: Sequence[Answer]
) -> list[dict[str, float | str]]:
    """Tells each shape in the task's order: the decision is a configuration's index, `fastest` another."""
    case: Case = instance.data
    rows: list[dict[str, float | str]] = []
    for shape, index in zip(case.shapes, answers[0], strict=True):
        timed, configuration = case.table.times[shape], case.table.configurations[index]
        time_us = timed.us[index]
        assert time_us is not None, "an answer that was not run there is no valid one"
        rows.append(
            {
                **shape._asdict(),
                "decision": index,
                **configuration._asdict(),
                "programs": tiles(shape, configuration),
                "time_us": time_us,
                "best_us": timed.best_us,
                "fastest": timed.us.index(timed.best_us),
                "cublas_us": timed.cublas_us,
            }
        )
    return rows
