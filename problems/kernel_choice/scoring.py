"""The trusted side: looks the chosen configurations' times up."""

from collections.abc import Sequence

from problems.base import Instance, InvalidAnswer, Limits, Outcome
from problems.kernel_choice.instances import Case
from problems.kernel_choice.interface import Answer, Task, tiles


class Lookup:
    """Measures choices by the recorded sweep: best time / chosen time, so 1 is the fastest of all swept."""

    def task(self, instance: Instance, limits: Limits, /) -> Task:
        """Shows the device, the shapes and what there is to choose from; no time."""
        case: Case = instance.data
        return Task(case.table.device, case.table.configurations, case.shapes, limits.solve_cpu_s)

    def measure(self, instance: Instance, answer: Answer, /) -> Outcome:
        """Scores the choices.

        Raises:
            InvalidAnswer: `wrong_length`, `choice_out_of_range`, `not_run_there`.
        """
        case: Case = instance.data
        chosen_us = _times(case, answer)
        found = [case.table.times[shape] for shape in case.shapes]
        best_us = [timed.best_us for timed in found]
        shares = [best / us for best, us in zip(best_us, chosen_us, strict=True)]
        metrics = {
            "time_us": sum(chosen_us),
            "best_us": sum(best_us),
            "cublas_us": sum(timed.cublas_us for timed in found),
            "worst_shape": min(shares),
            "waves": _waves(case, answer),
            "split_share": sum(case.table.configurations[index].split_k > 1 for index in answer)
            / len(answer),
        }
        return Outcome(sum(shares) / len(shares), metrics)


def _times(case: Case, answer: Answer) -> Sequence[float]:
    count = len(case.table.configurations)
    if len(answer) != len(case.shapes):
        message = f"expected a choice for each of {len(case.shapes)} shapes, but got {len(answer)}"
        raise InvalidAnswer("wrong_length", message)
    found = []
    for place, (shape, index) in enumerate(zip(case.shapes, answer, strict=True)):
        if type(index) is not int or not 0 <= index < count:
            message = f"expected a configuration from 0 to {count - 1}, but got {index!r:.40}"
            raise InvalidAnswer("choice_out_of_range", message, f"[{place}]")
        us = case.table.times[shape].us[index]
        if us is None:
            message = f"the device could not run {case.table.configurations[index]} on {shape}"
            raise InvalidAnswer("not_run_there", message, f"[{place}]")
        found.append(us)
    return found


def _waves(case: Case, answer: Answer) -> float:
    """Programs a multiprocessor, on average over shapes: below 1 the device is not filled."""
    programs = [
        tiles(shape, case.table.configurations[index])
        for shape, index in zip(case.shapes, answer, strict=True)
    ]
    return sum(programs) / len(programs) / case.table.device.multiprocessors
