"""Every baseline of every problem: strict scores, and published ones beside them where there are any.

Scores are measured in the sandbox on generated VALIDATION, and on PUBLISHED where its data is found. `lb` and
`sd` are the published scales; eplb has no published set at hand.
"""

import asyncio
from collections.abc import Mapping

from benchmarks.report import Row, arguments, show
from evaluators.values import Evaluation
from evolve.cli.measuring import Bench, Means
from evolve.runs.comparison import dialects
from evolve.runs.setting import Setting
from problems.base import Baseline, Problem, Split
from problems.datasets import DataMissing
from problems.registry import get, names
from sandbox import Mode

NOTHING = {"score": None, "lb": None, "sd": None}


async def scores(problem: Problem, split: Split) -> dict[str, dict[str, float | None]]:
    """Score, and on PUBLISHED lb and sd, of each baseline; empty where the split or its data is missing."""
    if split not in problem.workloads["generated"]:
        return {}
    try:
        setting = Setting.load(problem.name, "generated", [split])
    except DataMissing:
        return {}
    found: dict[str, dict[str, float | None]] = {}
    async with Bench.started(setting, Means(None, Mode.AUTO)) as bench:
        for baseline in problem.baselines:
            evaluation = (await bench.measure(baseline.name, baseline.source, split)).evaluation
            published = await _published(setting, bench, baseline, evaluation)
            found[baseline.name] = {**NOTHING, "score": evaluation.score, **published}
    return found


async def _published(
    setting: Setting, bench: Bench, baseline: Baseline, evaluation: Evaluation
) -> Mapping[str, float]:
    if evaluation.stage is not Split.PUBLISHED:
        return {}
    rules = setting.by_published_rules()
    if rules is not setting:
        evaluation = (await bench.measure(baseline.name, baseline.source, Split.PUBLISHED, rules)).evaluation
    return dialects(rules, evaluation)


def rows(problem: Problem) -> list[Row]:
    """A row for each baseline."""
    validation, published = (
        asyncio.run(scores(problem, split)) for split in (Split.VALIDATION, Split.PUBLISHED)
    )

    def row(baseline: Baseline) -> Row:
        there = published.get(baseline.name, NOTHING)
        best = baseline is problem.best_baseline
        return {
            "problem": problem.name,
            "baseline": f"{baseline.name}{' *' if best else ''}",
            "validation": _rounded(validation[baseline.name]["score"]),
            "published": _rounded(there["score"]),
            "lb": _rounded(there["lb"]),
            "sd": _rounded(there["sd"]),
        }

    return [row(baseline) for baseline in problem.baselines]


def _rounded(value: float | None) -> str:
    return "-" if value is None else f"{value:.4f}"


def main() -> None:
    """Measures every problem that is installed, or those named."""
    parser = arguments(__doc__ or "")
    parser.add_argument("problems", nargs="*", help="all, if none is named")
    given = parser.parse_args()
    found = [row for name in given.problems or names() for row in rows(get(name))]
    show("baselines", found, as_json=given.json, note="* the best baseline, which `--baseline best` names")


if __name__ == "__main__":
    main()
