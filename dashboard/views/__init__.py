"""The pages, in the order of a reader's questions."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from dashboard.data import Library
from dashboard.views import archive, behaviour, candidate, integrity, lineage, money, review, runs


@dataclass(frozen=True, slots=True)
class View:
    """A page; the first is found at the root.

    Attributes:
        path: Its place in the address.
        show: Draws it.
    """

    title: str
    icon: str
    path: str
    show: Callable[[Library], None]


VIEWS: Final = (
    View("Runs", ":material/list:", "runs", runs.show),
    View("Archive", ":material/grid_view:", "archive", archive.show),
    View("Candidate", ":material/code:", "candidate", candidate.show),
    View("Lineage", ":material/account_tree:", "lineage", lineage.show),
    View("Behaviour", ":material/timeline:", "behaviour", behaviour.show),
    View("Money", ":material/payments:", "money", money.show),
    View("Integrity", ":material/shield:", "integrity", integrity.show),
    View("Review", ":material/gavel:", "review", review.show),
)
