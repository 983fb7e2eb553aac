"""What a look at a problem says: one remark for each thing looked at."""

import enum
from collections.abc import Iterable
from dataclasses import dataclass


class Grade(enum.StrEnum):
    """How a thing was found."""

    FINE = "fine"
    CONSIDER = "consider"
    """A search works, and may be worth less than it could be."""
    MEND = "mend"
    """Something fails, or says what is not so."""


@dataclass(frozen=True, slots=True)
class Remark:
    """What was found, and what to do.

    Attributes:
        about: The thing looked at.
        advice: Empty where nothing need be done.
    """

    about: str
    grade: Grade
    found: str
    advice: str = ""


def fine(about: str, found: str) -> Remark:
    """Nothing need be done."""
    return Remark(about, Grade.FINE, found)


def consider(about: str, found: str, advice: str) -> Remark:
    """Something could be better."""
    return Remark(about, Grade.CONSIDER, found, advice)


def mend(about: str, found: str, advice: str) -> Remark:
    """Something must be mended."""
    return Remark(about, Grade.MEND, found, advice)


def must_be_mended(remarks: Iterable[Remark]) -> tuple[Remark, ...]:
    """Those that must."""
    return tuple(remark for remark in remarks if remark.grade is Grade.MEND)
