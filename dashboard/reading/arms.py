"""Runs beside each other: best so far, pooled over seeds, and what they are held against."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from dashboard.courses import Course, Moment
from dashboard.data import RunLog
from evolve.figures.medians import Band, Curve, band
from evolve.figures.pools import pooled, pooling
from evolve.runs.spec import Proposer
from evolve.search.candidate import SEED
from problems.base import Problem, Split
from problems.registry import BrokenProblem, UnknownProblem, get

EVALUATIONS: Final = "evaluations"
DOLLARS: Final = "dollars"
TIME: Final = "time"
OVER: Final = (EVALUATIONS, DOLLARS, TIME)


@dataclass(frozen=True, slots=True)
class Arm:
    """One line: a run, or several that differ by their seed alone.

    Attributes:
        band: Of one run, the median is its score and the band has no width.
        is_control: Whether it proposes without a model, beside runs of the same problem that ask one.
        is_flat: Whether it spent no dollars, so that over dollars it is one level.
    """

    label: str
    runs: tuple[Course, ...]
    band: Band
    is_control: bool
    is_flat: bool

    @property
    def pooling(self) -> str:
        """A sentence on what its median is of."""
        is_cut = len({run.points[-1][0].evaluated for run in self.runs}) > 1
        return pooling(self.label, self.runs, is_cut=is_cut)


@dataclass(frozen=True, slots=True)
class Reference:
    """What runs are held against.

    Attributes:
        noise_floor: By so much a lead over it comes and goes with the draw of instances; 0 if unknown.
    """

    label: str
    score: float
    noise_floor: float


def search_course(log: RunLog) -> Course:
    """How the best SEARCH score of a run's archive rose; that on VALIDATION the list of runs tells."""
    points = [
        (Moment(step.evaluated, step.usd_total, step.at), step.best)
        for step in log.steps
        if step.evaluated and step.best is not None
    ]
    began = log.steps[0].at if log.steps else 0.0
    return Course(log.run, log.header, Split.SEARCH, points, began, log.standings, _started_from(log))


def arms(courses: Sequence[Course], over: str) -> list[Arm]:
    """Pools runs into lines, in their order; those without a score are left out."""
    found = list[Arm]()
    drawn = [course for course in courses if course.points]
    asking = {_asked(course) for course in drawn if course.header.spec.proposer is not Proposer.OFFLINE}
    for pool in pooled(drawn):
        is_control = pool[0].header.spec.proposer is Proposer.OFFLINE and _asked(pool[0]) in asking
        together = band([_curve(run, over) for run in pool])
        if together is not None:
            found.append(Arm(_label(pool, is_control), pool, together, is_control, _is_flat(pool, over)))
            continue
        for run in pool:  # they have no stretch in common
            alone = band([_curve(run, over)])
            if alone is not None:
                found.append(
                    Arm(_label((run,), is_control), (run,), alone, is_control, _is_flat((run,), over))
                )
    return found


def references(courses: Sequence[Course]) -> list[Reference]:
    """The best baseline of each problem and workload that the runs have, where it is known."""
    found = dict[tuple[str, str], Reference]()
    for course in courses:
        problem = _problem(course)
        best = _best_baseline(course, problem)
        if best is not None:
            name, score = best
            label = f"best baseline of {course.header.spec.problem}: {name} {score:.4f}"
            floor = problem.noise_floor if problem and course.split is Split.VALIDATION else 0.0
            found.setdefault(_asked(course), Reference(label, score, floor))
    return list(found.values())


def _label(pool: Sequence[Course], is_control: bool) -> str:
    others = len(pool) - 1
    told = f" and {others} more seed{'s' if others > 1 else ''}" if others else ""
    return f"{pool[0].name}{told}, {pool[0].header.spec.proposer}{' (control arm)' if is_control else ''}"


def _asked(course: Course) -> tuple[str, str]:
    return course.header.spec.problem, course.header.spec.workload


def _is_flat(pool: Sequence[Course], over: str) -> bool:
    return over == DOLLARS and not any(run.points[-1][0].usd for run in pool)


def _curve(course: Course, over: str) -> Curve:
    return Curve.rising([(_x(moment, over, course.began), score) for moment, score in course.points])


def _x(moment: Moment, over: str, began: float) -> float:
    if over == DOLLARS:
        return moment.usd
    return moment.at - began if over == TIME else float(moment.evaluated)


def _problem(course: Course) -> Problem | None:
    """The problem of a run; None where it is not installed, or broken, which other pages tell."""
    try:
        return get(course.header.spec.problem)
    except (UnknownProblem, BrokenProblem):
        return None


def _best_baseline(course: Course, problem: Problem | None) -> tuple[str, float] | None:
    """Name and score: of the comparison at its end, of what it began with, or as recorded."""
    ranked = [row for row in course.standings if row.split is course.split and row.lead is not None]
    if ranked:
        best = max(ranked, key=lambda row: row.score)
        return best.name, best.score
    if problem and course.split is Split.VALIDATION and course.header.spec.workload == "generated":
        return problem.best_baseline.name, problem.best_baseline.score
    return course.started_from


def _started_from(log: RunLog) -> tuple[str, float] | None:
    reference = log.header.best_baseline()
    if reference is not None and reference.search.score is not None:
        return reference.name, reference.search.score
    seeds = log.header.spec.seeds
    baselines = {baseline.name for baseline in log.problem.baselines}
    scored = [
        (seeds[step.step], step.search)
        for step in log.steps[: len(seeds)]
        if step.operator == SEED and step.search is not None and seeds[step.step] in baselines
    ]
    return max(scored, key=lambda each: each[1], default=None)
