"""A look at a problem from all sides: texts, instances, and what its baselines come to in the sandbox."""

from collections.abc import Iterator

from evaluators.audit.auditing import places
from evaluators.audit.cheating import Arena
from evaluators.audit.guard import TrustedSideBroken
from evaluators.drive import Bench
from evolve.lint.instances import loaded, split_remarks
from evolve.lint.policies import measured, policy_remarks
from evolve.lint.remarks import Remark, mend
from evolve.lint.smoothness import neighbours, smoothness_remark
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


def measured_remarks(bench: Bench, problem: Problem, search: tuple[Instance, ...]) -> Iterator[Remark]:
    """Looks at what the baselines, and their neighbours, come to."""
    try:
        whole = Arena.of(bench, problem, groups(search))
        yield from policy_remarks(problem, dict(measured(whole)))
        yield smoothness_remark(list(neighbours(Arena.of(bench, problem, places(search)))))
    except TrustedSideBroken as error:
        advice = "whatever an answer is, an outcome in [0, 1] or an InvalidAnswer must come of it"
        yield mend("trusted side", str(error), advice)
