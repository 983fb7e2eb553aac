"""Cheat: sends the first partition only, in the public form.

Rule: wrong_partitions
Honest: direct
Form: published
"""

from broadcast import BroadCastTopology


def search_algorithm(src, dsts, G, num_partitions):
    topology = BroadCastTopology(src, dsts, 1)
    for dst in dsts:
        topology.append_dst_partition_path(dst, 0, [src, dst, G[src][dst]])
    return topology
