"""Chosen kernels on a device: each policy's choice timed beside the one that the table calls best."""

from collections.abc import Mapping, Sequence
from typing import Final

import numpy as np

from evaluators.decisions import Decided
from evaluators.gpu.device import DeviceMissing
from evaluators.gpu.products import Product
from evaluators.gpu.twins import Rig
from evaluators.gpu.verdict import Case
from problems.kernel_choice.interface import Shape
from problems.kernel_choice.table import Table


class _KernelTwin:
    UNIT = "mean over shapes of the swept best's time over the chosen one's"

    def replay(self, rig: Rig, policies: Mapping[str, Sequence[Decided]], /) -> list[Case]:
        """Times every shape of every mix."""
        if not rig.gpu.is_evidence:
            raise DeviceMissing("kernel_choice has no rehearsal: its kernels run on a GPU alone")
        found = []
        for same in zip(*policies.values(), strict=True):
            task = same[0].instance.data
            if task.table.device.name != rig.gpu.name:
                raise DeviceMissing(
                    f"the sweep is of {task.table.device.name}, and this is {rig.gpu.name}: record its "
                    "own with adrs gpu calibrate --sweep, and name its folder in ADRS_SWEEPS"
                )
            chosen = {name: list(decided.decisions[0]) for name, decided in zip(policies, same, strict=True)}
            ratios: dict[str, list[float]] = {name: [] for name in chosen}
            seconds = dict.fromkeys(chosen, 0.0)
            for place, shape in enumerate(task.shapes):
                picked = {name: choice[place] for name, choice in chosen.items()}
                times, best = _timed_shape(rig, task.table, shape, picked)
                for name, time in times.items():
                    ratios[name].append(best / time)
                    seconds[name] += time
            found += [
                Case(
                    name,
                    decided.instance.name,
                    decided.instance.block,
                    decided.measurement.score,
                    float(np.mean(ratios[name])),
                    seconds[name],
                )
                for name, decided in zip(policies, same, strict=True)
            ]
        return found


TWIN: Final = _KernelTwin()


def _timed_shape(
    rig: Rig, table: Table, shape: Shape, picked: Mapping[str, int]
) -> tuple[dict[str, float], float]:
    """Seconds by policy, and of the table's best, all in the same rounds."""
    times = {index: us for index, us in enumerate(table.times[shape].us) if us is not None}
    best = min(times, key=lambda index: times[index])
    product = Product(shape, "cuda")
    wanted = list(dict.fromkeys([best, *picked.values()]))
    found = rig.seconds([product.work(table.configurations[index]) for index in wanted])
    seconds = dict(zip(wanted, found, strict=True))
    return {name: seconds[index] for name, index in picked.items()}, seconds[best]
