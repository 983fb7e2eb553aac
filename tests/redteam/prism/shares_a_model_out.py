"""Cheat: places every model on every GPU, as if its demand were divided among copies.

Rule: model_repeated
Honest: round_robin
Form: published
"""


def compute_model_placement(gpu_num, models):
    return {gpu: [models[gpu], models[0]] for gpu in range(gpu_num)}
