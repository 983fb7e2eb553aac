"""Cheat: an edge id of 300 digits, in case a range is checked after a conversion.

Rule: edge_out_of_range answer_type answer_malformed
Honest: direct
"""


def solve(task):
    return (((10**300,),) * task.partitions,) * len(task.destinations)
