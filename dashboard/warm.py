"""What the first page needs, read before anybody asks. No streamlit here, but in the pages."""

from contextlib import suppress
from pathlib import Path

from dashboard import views
from dashboard.data import library
from evolve.runs.errors import StoreError
from problems.registry import BrokenProblem, UnknownProblem

__all__ = ["read", "views"]


def read(db: Path) -> None:
    """Reads the list of runs and the newest of them; what is wrong with the store, the pages tell."""
    found = library(db)
    with suppress(StoreError, BrokenProblem, UnknownProblem, ValueError, LookupError):
        for summary in found.runs()[:1]:
            found.log(summary.row.name)
