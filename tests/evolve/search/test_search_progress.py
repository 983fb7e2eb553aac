"""Each operator finds what is better, on a problem of no package of ours that is scored here."""

import numpy as np

from evolve.search.candidate import Candidate
from evolve.search.operators import Context, Operator
from tests.evolve.search.policies import OPERATORS, elite, proposed

TOY = """
from typing import NamedTuple

class Job(NamedTuple):
    length: float
    value: float
    waited: float
"""
SEED = """\
def urgency(job):
    return job.length * 1.0 + 5.0


def solve(jobs):
    return sorted(jobs, key=lambda job: urgency(job))
"""


def toy_score(source: str) -> float:
    """Cost of the best order of some jobs, relative to that of the order that a source chooses."""
    rng = np.random.default_rng(5)
    rows = [tuple(float(x) for x in rng.random(3)) for _ in range(12)]
    scope: dict[str, object] = {}
    try:
        exec(compile(source, "toy", "exec"), scope)
        jobs = [type("Job", (), dict(zip(("length", "value", "waited"), row, strict=True)))() for row in rows]
        order = list(scope["solve"](jobs))  # type: ignore[operator]
        if {id(job) for job in order} != {id(job) for job in jobs} or len(order) != len(jobs):
            return 0.0
    except Exception:  # noqa: BLE001 - the candidate's own failure, whatever it is
        return 0.0
    ratios = sorted(range(12), key=lambda n: rows[n][0] / rows[n][1])
    best = completion([rows[n] for n in ratios])
    return best / completion([(job.length, job.value, job.waited) for job in order])


def completion(rows: list[tuple[float, ...]]) -> float:
    """Sum over jobs of value times completion time, lower is better; optimal in order of length / value."""
    time = total = 0.0
    for length, value, _ in rows:
        time += length
        total += value * time
    return total


def climbed(operator: Operator, source: str, lender: str, steps: int) -> float:
    score = toy_score(source)
    for seed in range(steps):
        where = Context("solve", TOY, (elite(source), elite(lender)), lambda _: True)
        proposal = proposed(operator, where, seed)
        if isinstance(proposal, Candidate) and (found := toy_score(proposal.source)) > score:
            source, score = proposal.source, found
    return score


def test_edits_find_the_expression_that_matters() -> None:
    source = SEED.replace("job.length * 1.0 + 5.0", "job.length * 1.0 + 0.0 * job.value")
    assert toy_score(source) < 0.9
    assert climbed(OPERATORS["edit"], source, source, 150) > 0.95


def test_constants_find_the_weight_that_matters() -> None:
    source = SEED.replace("job.length * 1.0 + 5.0", "job.length * 1.0 + 0.01 * -job.value")
    assert toy_score(source) < 0.9
    assert climbed(OPERATORS["constants"], source, source, 80) > 0.97


def test_crossover_joins_what_two_parents_know() -> None:
    knows_urgency = SEED.replace("* 1.0 + 5.0", "/ job.value").replace(
        "lambda job: urgency", "lambda job: -urgency"
    )
    assert toy_score(knows_urgency) < 0.6
    assert climbed(OPERATORS["crossover"], SEED, knows_urgency, 40) == 1.0
