"""Whether the baselines leave something to be found, start a search apart, and spread over the archive."""

from collections.abc import Iterator, Mapping
from itertools import combinations
from typing import Final

from evaluators.audit.cheating import Arena
from evaluators.values import Evaluation
from evolve.lint.remarks import Remark, consider, fine, mend
from evolve.search.grid import Grid
from problems.base import Axis, Problem, Split

LEAST_LEAD: Final = 0.02
"""Of the best baseline over the idle one; with less between them, a search cannot tell good from bad."""

_ALIKE: Final = 1e-9
_NEAR_THE_BOUND: Final = 0.995


def measured(arena: Arena) -> Iterator[tuple[str, Evaluation]]:
    """Measures every baseline on the arena's groups.

    Raises:
        TrustedSideBroken: The problem's own fault.
    """
    for baseline in arena.problem.baselines:
        yield baseline.name, Evaluation.of(Split.SEARCH, tuple(arena.measured(baseline.source)))


def policy_remarks(problem: Problem, found: Mapping[str, Evaluation]) -> Iterator[Remark]:
    """Looks at what the baselines came to."""
    faulty = {name: evaluation.faults[0] for name, evaluation in found.items() if evaluation.faults}
    for name, (instance, fault) in faulty.items():
        told = f"{name} fails on {instance}: {fault.rule}: {fault.message}"
        yield mend("baselines", told, "a baseline must be without fault")
    if faulty:
        return
    if len(found) < 2:
        yield mend("baselines", f"there are {len(found)}", "add an idle one, and a good one from a paper")
        return
    yield _strength(problem, {name: evaluation.score or 0.0 for name, evaluation in found.items()})
    yield _seeds(problem, found)
    for axis in problem.axes:
        yield _axis(axis, found)
    yield _cells(problem, found)


def _strength(problem: Problem, scores: Mapping[str, float]) -> Remark:
    idle, best = problem.baselines[0].name, max(scores, key=lambda name: scores[name])
    lead, recorded = scores[best] - scores[idle], problem.best_baseline
    found = f"the best, {best}, has {scores[best]:.4f} on search, the idle one, {idle}, {scores[idle]:.4f}"
    if lead <= _ALIKE:
        return mend(
            "baselines", found, "add a better one than doing nothing: nothing else shows what can be won"
        )
    if lead < LEAST_LEAD:
        return consider("baselines", found, f"add a stronger one, or harder instances: {lead:.4f} is little")
    if recorded.score > _NEAR_THE_BOUND:
        told = f"the best, {recorded.name}, has {recorded.score:.4f} on validation"
        return consider("baselines", told, "make harder instances: there is next to nothing left to be won")
    return fine("baselines", found)


def _seeds(problem: Problem, found: Mapping[str, Evaluation]) -> Remark:
    seeds, grid = problem.seeds, Grid(problem.axes)
    unknown = sorted(set(seeds) - found.keys())
    if unknown or not seeds:
        told = f"{unknown[0]} is no baseline" if unknown else "there are none"
        return mend("seeds", told, "name baselines: a search starts from them")
    if len(seeds) < 2:
        return consider(
            "seeds", f"{seeds[0]} is the only one", "name another, so that there is more to cross"
        )
    same = [
        f"{one} and {other}"
        for one, other in combinations(seeds, 2)
        if grid.cell(found[one]) == grid.cell(found[other]) and _alike(found[one], found[other])
    ]
    if len(same) == len(seeds) * (len(seeds) - 1) // 2:
        advice = "take others: the archive keeps one of them, and the search starts from one place"
        return mend("seeds", f"all {len(seeds)} score alike everywhere", advice)
    if same:
        found_told = f"{' and '.join(same)} score alike on every instance, in one cell"
        return consider("seeds", found_told, "take others: the archive keeps one of each such pair")
    cells = len({grid.cell(found[name]) for name in seeds})
    return fine("seeds", f"{len(seeds)} of them lie in {cells} cells, no two alike")


def _alike(one: Evaluation, other: Evaluation) -> bool:
    pairs = zip(one.measurements, other.measurements, strict=True)
    return all(abs(a.score - b.score) <= _ALIKE for a, b in pairs)


def _axis(axis: Axis, found: Mapping[str, Evaluation]) -> Remark:
    about = f"axis {axis.metric}"
    if not all(axis.metric in m.metrics for evaluation in found.values() for m in evaluation.measurements):
        return mend(
            about, "it is not measured on every instance", "give it among the metrics of each outcome"
        )
    grid = Grid([axis])
    values = [evaluation.metric(axis.metric) for evaluation in found.values()]
    used = len({grid.cell(evaluation) for evaluation in found.values()})
    told = f"baselines have {min(values):.4g} to {max(values):.4g}, in {used} of {len(axis.edges) + 1} cells"
    if used == 1:
        advice = (
            f"put edges between these (now {', '.join(f'{e:g}' for e in axis.edges)}), or take another metric"
        )
        return consider(about, told, advice)
    return fine(about, told)


def _cells(problem: Problem, found: Mapping[str, Evaluation]) -> Remark:
    grid = Grid(problem.axes)
    used, total = len({grid.cell(evaluation) for evaluation in found.values()}), 1
    for axis in problem.axes:
        total *= len(axis.edges) + 1
    told = f"{len(found)} baselines lie in {used} of its {total} cells"
    if total < 2 * len(found):
        return consider("archive", told, "cut the axes finer: so few cells keep little that is different")
    return fine("archive", told)
