"""What an expression is, as far as an edit cares."""

import enum


class Kind(enum.Enum):
    """What may stand in for what."""

    NUMBER = "number"
    ARRAY = "array"
    """An array of numbers, which may take part in sums but is no condition."""
    TRUTH = "truth"
    CHOICE = "choice"
    """A member of an enumeration of the interface."""
    ROW = "row"
    """Several values in a list, tuple or the like."""
    OTHER = "other"
