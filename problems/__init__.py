"""What is to be solved: interfaces, instances, simulators, bounds, baselines."""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from problems.base import Problem


def get(name: str) -> "Problem":
    """Finds an installed problem by name.

    Raises:
        UnknownProblem: There is none of that name; the message lists those there are.
        BrokenProblem: Its package cannot be imported.
    """
    from problems.registry import get  # noqa: PLC0415 - loads numpy, which not every importer needs

    return get(name)
