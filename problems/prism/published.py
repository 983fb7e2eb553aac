"""The published cases, which follow from code alone, their two public scores, and the public form."""

from collections.abc import Mapping, Sequence
from math import sqrt

import numpy as np

from problems.base import Instance, Outcome
from problems.prism.bound import Fleet
from problems.prism.instances import Case, Draft, instances
from problems.prism.interface import Model

SEED = 42
CASES = 50

_FORM = '''


class _Model:
    """A model as sources of the public form know it; what they write into it reaches nobody."""

    def __init__(self, index, model):
        self.model_name = self.name = f"model_{index}"
        self.model_size = self.size = model.size_gb
        self.req_rate = model.req_rate
        self.slo = model.slo
        self.cur_gpu_id = index


_their_solve = globals().get("solve")


def solve(*arguments, **options):
    from operator import index

    from interface import Task

    if options or len(arguments) != 1 or not isinstance(arguments[0], Task):
        # The source's own helper of that name, which this function hides from it.
        return _their_solve(*arguments, **options)
    (task,) = arguments
    models = [_Model(number, model) for number, model in enumerate(task.models)]
    by_identity = {id(model): number for number, model in enumerate(models)}
    by_name = {model.model_name: number for number, model in enumerate(models)}

    def found(model):
        # Copies go by their names; -1 is no model, which the evaluator then says.
        name = getattr(model, "model_name", None)
        return by_identity.get(id(model), by_name.get(name, -1))

    placement = compute_model_placement(task.gpu_count, list(models))
    return {index(gpu): tuple(map(found, placed)) for gpu, placed in placement.items()}
'''


def load() -> tuple[Instance, ...]:
    """Draws the 50 cases as their publishers do and finds their optima."""
    return instances({f"case-{number}": draft for number, draft in enumerate(cases())})


def cases() -> tuple[Draft, ...]:
    """The 50 cases of skydiscover-ai/skydiscover, commit 59643ef8, benchmarks/ADRS/prism.

    Of the old generator of numpy, whose stream is frozen; upper ends are exclusive.
    """
    rng = np.random.RandomState(SEED)

    def fleet() -> Draft:
        gpu_count = int(rng.randint(5, 10))
        drawn = ((rng.randint(10, 30), rng.randint(1, 10), rng.randint(5, 10)) for _ in range(2 * gpu_count))
        return gpu_count, tuple(Model(int(size), int(rate), int(slo)) for size, rate, slo in drawn)

    return tuple(fleet() for _ in range(CASES))


def dialects(measured: Sequence[Instance], outcomes: Sequence[Outcome]) -> Mapping[str, float]:
    """Scores of the leaderboard (`lb`, 0-100) and of SkyDiscover (`sd`), of the cases' highest pressures.

    `lb` places each case between model i on GPU i mod n and the fractional bound, which no placement of whole
    models reaches, so that its own optimum is at 87.41. `sd` adds the share of cases solved, here all.
    """
    if len(measured) != len(outcomes):
        raise ValueError(
            f"expected an outcome for each of {len(measured)} instances, but got {len(outcomes)}"
        )
    values = [outcome.metrics["max_kvpr"] for outcome in outcomes]
    scores = [_leaderboard(i.data, value) for i, value in zip(measured, values, strict=True)]
    return {"lb": sum(scores) / len(scores), "sd": len(values) / sum(values) + 1.0}


def adapt(source: str) -> str:
    """Turns a source with `compute_model_placement(gpu_num, models)`, to {gpu: [model, ...]}, into ours."""
    return source + _FORM


def _leaderboard(case: Case, value: float) -> float:
    fleet = Fleet.of(case.gpu_count, case.models)
    count = len(case.models)
    worst = float(fleet.value([range(gpu, count, case.gpu_count) for gpu in range(case.gpu_count)]))
    best = float(fleet.fractional())
    share = (worst - value) / (worst - best)
    return 100.0 * sqrt(min(max(share, 0.0), 1.0))
