"""An analytic model: waves of programs, each as long as its bytes or its operations take, whichever is more.

After the roofline of Williams 2009, with tiles quantised in waves over the multiprocessors. A split adds the
writing and reading of its sums.
"""

from interface import Answer, Configuration, Shape, Task, tiles

LAUNCH_US = 4.0  # another kernel for the sums of a split
STEP_US = 0.35  # of one program's step, whatever its size


def solve(task: Task) -> Answer:
    indices = range(len(task.configurations))
    return tuple(
        min(indices, key=lambda index: estimate_us(task, shape, task.configurations[index]))
        for shape in task.shapes
    )


def estimate_us(task: Task, shape: Shape, c: Configuration) -> float:
    device = task.device
    resident = max(1, device.shared_bytes // (2 * c.stages * c.block_k * (c.block_m + c.block_n)))
    resident = min(resident, 64 // c.warps, 4)
    programs = tiles(shape, c)
    waves = -(-programs // (device.multiprocessors * resident))
    steps = -(-shape.k // (c.block_k * c.split_k))
    peak = device.tflops * 1e6 / device.multiprocessors  # operations a microsecond and multiprocessor
    filling = min(1.0, c.block_m * c.block_n / (128 * 128)) ** 0.5
    work_us = resident * 2.0 * c.block_m * c.block_n * c.block_k * steps / (peak * filling)
    loads = programs * steps * c.block_k * (c.block_m + c.block_n) * 2
    unique = 2 * (shape.m * shape.k + shape.n * shape.k)
    moved_us = (unique + max(0, loads - unique) / 6 + 2 * shape.m * shape.n) / (device.bandwidth_gb_s * 1e3)
    sums_us = 0.0
    if c.split_k > 1:
        sums_us = LAUNCH_US + 8.0 * c.split_k * shape.m * shape.n / (device.bandwidth_gb_s * 1e3)
    return max(waves * max(work_us, STEP_US * steps), moved_us) + sums_us
