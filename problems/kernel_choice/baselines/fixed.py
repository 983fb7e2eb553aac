"""One configuration for every shape: tiles of 128 x 128, a common default."""

from interface import Answer, Configuration, Task

WANTED = Configuration(block_m=128, block_n=128, block_k=64, warps=8, stages=3, split_k=1)


def solve(task: Task) -> Answer:
    index = task.configurations.index(WANTED)
    return (index,) * len(task.shapes)
