"""A parent, a program, and how to have a reply read."""

from evolve.models.language_model import Completion
from evolve.search.language.replies import Unusable, program_of

PARENT = """\
import math

LIMIT = 3


def weight(item):
    return item * LIMIT


def solve(task):
    total = 0
    for item in task:
        total += weight(item)

    if total > 10:
        total = 10
    return total
"""
WHOLE = "def solve(task):\n    return sorted(task)\n"


def read(
    text: str, *, parent: str = PARENT, entry: str = "solve", finish: str = "stop", most: int | None = None
) -> str | Unusable:
    """Has a reply read."""
    completion = Completion(text, "m", 10, 20, 0.0, finish)
    return program_of(completion, parent, entry, most_changed_lines=most)


def reason(text: str, *, parent: str = PARENT, entry: str = "solve", most: int | None = None) -> str:
    """Why a reply is refused; `taken` if it is not."""
    found = read(text, parent=parent, entry=entry, most=most)
    return found.reason if isinstance(found, Unusable) else "taken"


def detail(text: str, *, parent: str = PARENT) -> str:
    """What a refusal says."""
    found = read(text, parent=parent)
    assert isinstance(found, Unusable), found
    return found.detail


def block(search: str, replace: str) -> str:
    """A SEARCH/REPLACE block as it is asked for."""
    return f"<<<<<<< SEARCH\n{search}\n=======\n{replace}\n>>>>>>> REPLACE"
