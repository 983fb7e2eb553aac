"""The trusted side: checks a placement, computes the pressure on its GPUs and how it behaves."""

from collections.abc import Sequence

from problems.base import Instance, InvalidAnswer, Limits, Outcome
from problems.prism.bound import GPU_MEMORY_GB, Fleet
from problems.prism.instances import Case
from problems.prism.interface import Answer, Task


class Placement:
    """Measures placements: least possible value / value reached, so 1 is a placement that none beats."""

    def task(self, instance: Instance, limits: Limits, /) -> Task:
        """Shows the GPUs, the models and the CPU budget; nothing of the optimum."""
        case: Case = instance.data
        return Task(case.gpu_count, GPU_MEMORY_GB, case.shown or case.models, limits.solve_cpu_s)

    def measure(self, instance: Instance, answer: Answer, /) -> Outcome:
        """Scores a placement.

        Raises:
            InvalidAnswer: `gpu_out_of_range`, `model_out_of_range`, `model_repeated`, `model_missing`,
                `memory_exceeded`.
        """
        case: Case = instance.data
        fleet = Fleet.of(case.gpu_count, case.models)
        _check_indices(answer, case.gpu_count, len(case.models))
        _check_memory(answer, fleet)
        placed = [answer.get(gpu, ()) for gpu in range(case.gpu_count)]
        reached = float(fleet.value(placed))
        metrics = {
            "max_kvpr": reached,
            "optimum_kvpr": case.optimum,
            "memory_spread": _spread(fleet.sizes_gb, placed),
            "demand_spread": _spread(fleet.demands, placed),
        }
        return Outcome(score=case.optimum / reached, metrics=metrics)


def _check_indices(answer: Answer, gpu_count: int, model_count: int) -> None:
    """Raises at the first element that names no GPU or model, or a model again; then if one is missing."""
    first: dict[int, str] = {}
    for gpu, placed in answer.items():
        if type(gpu) is not int or not 0 <= gpu < gpu_count:
            message = f"expected a GPU from 0 to {gpu_count - 1}, but got {gpu!r:.40}"
            raise InvalidAnswer("gpu_out_of_range", message, f"[{gpu!r:.40}]")
        for position, index in enumerate(placed):
            element = f"[{gpu}][{position}]"
            if type(index) is not int or not 0 <= index < model_count:
                message = f"expected a model from 0 to {model_count - 1}, but got {index!r:.40}"
                raise InvalidAnswer("model_out_of_range", message, element)
            if index in first:
                message = f"model {index} stands at {first[index]} already; each is to be placed exactly once"
                raise InvalidAnswer("model_repeated", message, element)
            first[index] = element
    missing = [index for index in range(model_count) if index not in first]
    if missing:
        message = f"{len(missing)} of {model_count} models are placed on no GPU, the first is {missing[0]}"
        raise InvalidAnswer("model_missing", message)


def _check_memory(answer: Answer, fleet: Fleet) -> None:
    for gpu, placed in answer.items():
        used_gb = sum(fleet.sizes_gb[index] for index in placed)
        if used_gb > GPU_MEMORY_GB:
            message = f"expected models of at most {GPU_MEMORY_GB} GB on GPU {gpu}, but they take {used_gb}"
            raise InvalidAnswer("memory_exceeded", message, f"[{gpu}]")


def _spread(amounts: Sequence[int], placed: Sequence[Sequence[int]]) -> float:
    """Greatest difference between GPUs of what is summed on them, in means of all GPUs.

    Sums are of integers, so every machine finds the same archive cell.
    """
    totals = [sum(amounts[index] for index in indices) for indices in placed]
    return (max(totals) - min(totals)) * len(totals) / sum(totals)
