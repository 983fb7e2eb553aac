"""A look at a problem from all sides: texts, instances, and what its baselines come to in the sandbox."""

from collections.abc import Callable, Iterator
from itertools import count

from evaluators.audit.auditing import places
from evaluators.audit.cheating import Arena
from evaluators.audit.guard import TrustedSideBroken
from evaluators.drive import Bench
from evaluators.values import Evaluation
from evolve.lint.instances import loaded, split_remarks
from evolve.lint.policies import measured, policy_remarks
from evolve.lint.remarks import Remark, mend
from evolve.lint.smoothness import Neighbour, count_of_neighbours, neighbours, smoothness_remark
from evolve.lint.texts import brief_remarks, unit_remarks
from problems.base import Instance, Problem, Split, groups


def text_remarks(problem: Problem) -> Iterator[Remark]:
    """Looks at what people and models read."""
    yield from brief_remarks(problem)
    yield from unit_remarks(problem)
    if not problem.baselines:
        yield mend("baselines", "there are none", "add an idle one, and a good one from a paper")
    if not problem.axes:
        yield mend("archive", "there is no axis", "name metrics by which policies of one score differ")


def instance_remarks(problem: Problem) -> tuple[tuple[Remark, ...], tuple[Instance, ...]]:
    """Looks at the generated splits; gives the instances of SEARCH, too, none if they cannot be made."""
    stages, wrong = loaded(problem)
    return (*wrong, *split_remarks(stages)), tuple(stages.get(Split.SEARCH, ()))


def measured_remarks(
    bench: Bench, problem: Problem, search: tuple[Instance, ...], progress: Callable[[int, int], None]
) -> Iterator[Remark]:
    """Looks at what the baselines, and their neighbours, come to.

    Args:
        progress: Hears how many of how many are measured.
    """
    done, total = count(1), len(problem.baselines) + count_of_neighbours(problem)
    found: dict[str, Evaluation] = {}
    close: list[Neighbour] = []
    try:
        for name, evaluation in measured(Arena.of(bench, problem, groups(search))):
            found[name] = evaluation
            progress(next(done), total)
        yield from policy_remarks(problem, found)
        for neighbour in neighbours(Arena.of(bench, problem, places(search))):
            close.append(neighbour)
            progress(next(done), total)
        yield smoothness_remark(close)
    except TrustedSideBroken as error:
        advice = "whatever an answer is, an outcome in [0, 1] or an InvalidAnswer must come of it"
        yield mend("trusted side", str(error), advice)
