"""Bin packing, decided exactly: do these items fit into that many bins?

By bin completion, after Korf 2002, "A New Algorithm for Optimal Bin Packing" (AAAI-02): bins are closed one
after the other, each with the largest item still left and whatever set of others leaves no more room unused
than all bins together can spare. What is left, and into how many bins, decides all that follows, so nothing
that failed is tried again.
"""

from collections.abc import Iterator, Sequence
from itertools import accumulate

Items = tuple[int, ...]
"""Indices, by falling weight."""


class Packer:
    """Decides one packing of `weights`, all above 0, into bins of one capacity."""

    def __init__(self, weights: Sequence[int], capacity: int) -> None:
        self._weights = weights
        self._capacity = capacity
        # Items to the largest number of bins into which they are known not to fit.
        self._hopeless: dict[Items, int] = {}

    def pack(self, bins: int) -> list[Items] | None:
        """Finds the items of each bin, at most `bins` of them, or None if they don't fit."""
        items = tuple(sorted(range(len(self._weights)), key=lambda item: -self._weights[item]))
        return self._pack(items, bins, bins * self._capacity - sum(self._weights))

    def _pack(self, left: Items, bins: int, spare: int) -> list[Items] | None:
        """Packs what is left; `spare` is the room in all bins together beyond what it needs."""
        if not left:
            return []
        if spare < 0 or self._weights[left[0]] > self._capacity or bins <= self._hopeless.get(left, 0):
            return None
        if bins == 1:
            return [left]
        first, *others = left
        room = self._capacity - self._weights[first]
        # The fullest bin first: what it wastes is lost to all later ones.
        for unused, chosen in sorted(self._completions(others, room, room - spare)):
            members = set(chosen)
            rest = tuple(item for item in others if item not in members)
            found = self._pack(rest, bins - 1, spare - unused)
            if found is not None:
                return [(first, *chosen), *found]
        # The same items may come back with more bins: others were packed into fewer of them.
        self._hopeless[left] = bins
        return None

    def _completions(self, items: Sequence[int], room: int, least: int) -> Iterator[tuple[int, Items]]:
        """Sets of items that weigh from `least` to `room`, each with the room it leaves."""
        weights = [self._weights[item] for item in items]
        after = [*accumulate(reversed(weights), initial=0)][::-1]
        stack: list[tuple[int, int, Items]] = [(0, 0, ())]
        while stack:
            place, total, chosen = stack.pop()
            if total + after[place] < least:
                continue
            if place == len(items):
                yield room - total, chosen
                continue
            stack.append((place + 1, total, chosen))
            if total + weights[place] <= room:
                stack.append((place + 1, total + weights[place], (*chosen, items[place])))
