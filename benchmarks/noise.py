"""How much of a lead on VALIDATION is luck of the draw: its spread when the instances are drawn again.

    python -m benchmarks.noise [PROBLEM ...] [--draws N] [--json] [--write]

Leads are differences of mean scores, of the best baseline over two policies that are near it: the second
best baseline, and itself with one constant a tenth lower (a whole one by 1 at least), the constant by which
VALIDATION's score changes least, but changes; if none changes it, a half, three quarters, nine tenths lower.
Each draw is a VALIDATION set of its own, `generated~seeds~K`. Where nothing can be drawn again, the spread is
the standard error over VALIDATION's blocks.

A problem's `noise_floor` is the largest spread of leads that are below 0.05; if none is, that of the least.
`--write` records the rows beside this file, where a test holds the floors to them.
"""

import asyncio
import json
import math
import statistics
from collections.abc import Mapping, Sequence
from pathlib import Path

from benchmarks.report import Row, arguments, show
from evaluators.values import Evaluation
from evolve.cli.measuring import Bench, Means
from evolve.runs.setting import Setting
from evolve.search.tuning import NotTunable, knobs, with_values
from problems.base import Problem, Split
from problems.registry import get, names
from problems.variants import PREFIX
from sandbox import Mode

RECORDED = Path(__file__).with_name("noise.json")
DRAWS = 10
LOWER = (0.9, 0.5, 0.25, 0.1)
"""Factors of a constant, tried in turn until one changes a score."""

NEAR = 0.05
"""Policies that are so far apart need no spread to be told apart."""

Pair = tuple[Evaluation, Evaluation]
"""The best baseline and another policy on the same instances."""


def lower(value: float, factor: float, *, whole: bool) -> float:
    """So many times a constant, and never more work than before."""
    if not whole:
        return factor * value
    return value if value <= 1 else max(min(math.floor(factor * value), value - 1), 1)


def variations(source: str, factor: float) -> Mapping[str, str]:
    """Sources with one constant lower, by what is set; none if there is no constant."""
    try:
        found = [(knob, lower(knob.value, factor, whole=knob.whole)) for knob in knobs(source)]
    except NotTunable:
        return {}
    return {
        f"{knob.name.split(' (')[0]} = {value:g}": with_values(source, [knob], [value])
        for knob, value in found
        if value != knob.value
    }


async def measured(bench: Bench, problem: Problem, source: str, workload: str = "generated") -> Evaluation:
    """Measures a policy on VALIDATION of a workload.

    Raises:
        RuntimeError: It has faults, mostly since this machine was busy.
    """
    setting = Setting.load(problem.name, workload, [Split.VALIDATION])
    found = (await bench.measure("a policy", source, Split.VALIDATION, setting)).evaluation
    if found.faults or found.score is None:
        raise RuntimeError(f"a policy has faults on {workload} of {problem.name}, so measure it once more")
    return found


async def nearest(bench: Bench, problem: Problem) -> Mapping[str, str]:
    """The variation of the best baseline whose score on VALIDATION is nearest to its own, and another."""
    best = problem.best_baseline
    lead = await measured(bench, problem, best.source)
    for factor in LOWER:
        sources, gaps = variations(best.source, factor), dict[str, float]()
        for name, source in sources.items():
            gaps[name] = abs(statistics.fmean(_differences(lead, await measured(bench, problem, source))))
        changed = sorted((name for name in sources if gaps[name]), key=gaps.__getitem__)
        if changed:
            return {f"{best.name}, {changed[0]}": sources[changed[0]]}
    return {}


async def pairs(problem: Problem, draws: int) -> Mapping[str, Sequence[Pair]]:
    """The best baseline beside each policy that is near it, on every draw."""
    drawn = "seeds" in problem.perturbations
    workloads = [f"{PREFIX}seeds~{k}" for k in range(1, draws + 1)] if drawn else ["generated"]
    best, second = sorted(problem.baselines, key=lambda baseline: -baseline.score)[:2]
    found: dict[str, list[Pair]] = {}
    first = Setting.load(problem.name, "generated", [Split.VALIDATION])
    async with Bench.started(first, Means(None, Mode.AUTO)) as bench:
        others = {second.name: second.source, **await nearest(bench, problem)}
        for workload in workloads:
            lead = await measured(bench, problem, best.source, workload)
            for name, source in others.items():
                pair = (lead, await measured(bench, problem, source, workload))
                found.setdefault(name, []).append(pair)
    return found


def rows(problem: Problem, draws: int) -> list[Row]:
    """A row for each policy beside the best."""
    best = problem.best_baseline.name
    found = asyncio.run(pairs(problem, draws))
    return [{"problem": problem.name, "best": best, "near": name, **spread(f)} for name, f in found.items()]


def spread(pairs: Sequence[Pair]) -> Row:
    """Mean and standard deviation of the lead of the first, over draws, or over blocks of a single one."""
    if len(pairs) > 1:
        leads = [statistics.fmean(_differences(*pair)) for pair in pairs]
        found = statistics.stdev(leads)
    else:
        leads = _by_block(*pairs[0])
        found = statistics.stdev(leads) / math.sqrt(len(leads))
    return {
        "spread of": "draws" if len(pairs) > 1 else "blocks",
        "n": len(leads),
        "mean lead": round(statistics.fmean(leads), 6),
        "sd of lead": round(found, 6),
    }


def _differences(best: Evaluation, other: Evaluation) -> list[float]:
    return [a.score - b.score for a, b in zip(best.measurements, other.measurements, strict=True)]


def _by_block(best: Evaluation, other: Evaluation) -> list[float]:
    blocks: dict[str, list[float]] = {}
    for measurement, lead in zip(best.measurements, _differences(best, other), strict=True):
        blocks.setdefault(measurement.block, []).append(lead)
    return [statistics.fmean(leads) for leads in blocks.values()]


def main() -> None:
    """Measures every problem of ours, or those named."""
    parser = arguments(__doc__ or "")
    parser.add_argument("problems", nargs="*", help="all, if none is named")
    parser.add_argument("--draws", type=int, default=DRAWS, metavar="N", help="redrawn VALIDATION sets")
    parser.add_argument("--write", action="store_true", help=f"record the rows in {RECORDED.name}")
    given = parser.parse_args()
    chosen = given.problems or list(names())
    found = [row for name in chosen for row in rows(get(name), given.draws)]
    if given.write:
        write(found)
    show(
        "noise", found, as_json=given.json, note="sd of lead: in scores; the floor is the larger of a problem"
    )


def write(found: Sequence[Row]) -> None:
    """Records rows, in place of those of the same problems."""
    fresh = {row["problem"] for row in found}
    kept = recorded() if RECORDED.is_file() else []
    together = sorted([*(row for row in kept if row["problem"] not in fresh), *found], key=_order)
    lines = ",\n".join(json.dumps(row) for row in together)
    RECORDED.write_text(f"[\n{lines}\n]\n", encoding="utf-8")


def _order(row: Row) -> str:
    return str(row["problem"])


def floor(rows: Sequence[Row]) -> float:
    """The noise floor that follows from a problem's rows."""
    figures = [(abs(float(row["mean lead"] or 0.0)), float(row["sd of lead"] or 0.0)) for row in rows]
    close = [deviation for lead, deviation in figures if lead < NEAR]
    return max(close) if close else min(figures)[1]


def recorded() -> list[Row]:
    """What was recorded last."""
    found: list[Row] = json.loads(RECORDED.read_text(encoding="utf-8"))
    return found


if __name__ == "__main__":
    main()
