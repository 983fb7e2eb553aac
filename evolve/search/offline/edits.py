"""Edits of the syntax tree, one drawn at a time, written back into the text around it."""

from collections.abc import Mapping
from types import MappingProxyType

import numpy as np

from evolve.search.draws import weighted
from evolve.search.offline import expressions, statements
from evolve.search.offline.expressions import Edit
from evolve.search.offline.specimen import Specimen
from evolve.search.syntax import Replacement

EDITS: Mapping[Edit, float] = MappingProxyType(
    {
        expressions.blend: 4.0,
        expressions.replace: 4.0,
        expressions.swap_operator: 3.0,
        expressions.swap_call: 2.0,
        expressions.swap_items: 1.5,
        expressions.negate: 1.0,
        expressions.flip: 0.5,
        statements.delete: 2.0,
        statements.guard: 2.0,
        statements.leave_early: 2.0,
        statements.exchange: 1.0,
    }
)
"""Every edit and how often it is drawn, in relative terms."""


def edit(specimen: Specimen, rng: np.random.Generator, /) -> tuple[Replacement, ...] | None:
    """Makes one edit of a drawn sort, or of another where that finds no place; None if none does."""
    left = dict(EDITS)
    while left:
        sort = tuple(left)[weighted(rng, tuple(left.values()))]
        del left[sort]
        found = sort(specimen, rng)
        if found is not None:
            return found
    return None
