"""Where a placement put each model, for people, and what that makes of its GPU."""

from collections.abc import Sequence

from problems.base import Instance
from problems.prism.bound import GPU_MEMORY_GB
from problems.prism.instances import Case
from problems.prism.interface import Answer, Task, demand, kvpr


def timeline(
    instance: Instance, _: Sequence[object], answers: Sequence[Answer]
) -> list[dict[str, float | str]]:
    """Tells each model in the task's order: the decision is its GPU, which holds others, too."""
    case: Case = instance.data
    task = Task(case.gpu_count, GPU_MEMORY_GB, case.models, 0.0)
    home = {index: gpu for gpu, placed in answers[0].items() for index in placed}
    used_gb = {gpu: sum(task.models[i].size_gb for i in placed) for gpu, placed in answers[0].items()}
    pressure = {gpu: kvpr(task, placed) for gpu, placed in answers[0].items()}
    return [
        {
            "decision": home[index],
            "size_gb": model.size_gb,
            "requests_per_s": model.req_rate,
            "demand": demand(model),
            "gpu_models": len(answers[0][home[index]]),
            "gpu_used_gb": used_gb[home[index]],
            "gpu_kvpr": pressure[home[index]],
        }
        for index, model in enumerate(task.models)
    ]
