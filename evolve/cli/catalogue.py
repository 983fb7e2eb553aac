"""`adrs problems`: what can be searched, and what there is to know about it."""

from collections.abc import Iterator
from dataclasses import asdict, dataclass
from typing import Any

from rich.console import Console
from rich.table import Table
from rich.text import Text

from evolve.cli.exits import Exit, say
from evolve.cli.report import limits_sentence
from evolve.cli.terminal import code, console, facts, harmless, one_line, table, write_json
from problems.base import Problem, Split, groups
from problems.datasets import DataFolder, DataMissing
from problems.registry import BrokenProblem, get, ignored, names
from problems.variants import PREFIX


def list_problems(*, as_json: bool) -> Exit:
    """Lists the problems that load, and names those that do not."""
    found: list[Problem] = []
    broken: dict[str, str] = {}
    for name in names():
        try:
            found.append(get(name))
        except BrokenProblem as error:
            broken[name] = str(error)
    shadows = ignored()
    if as_json:
        write_json(
            {
                "problems": [_summary(problem) for problem in found],
                "broken": [{"name": name, "message": message} for name, message in broken.items()],
                "ignored": [{"name": name, "message": message} for name, message in shadows],
            }
        )
        return Exit.DONE
    rows = table("problem", "shape", "workloads", "title", left=4)
    for problem in found:
        shape = "one-shot" if problem.one_shot else "step-wise"
        rows.add_row(problem.name, shape, ", ".join(problem.workloads), one_line(problem.title))
    console().print(rows)
    for message in (*broken.values(), *(message for _, message in shadows)):
        say(one_line(message))
    return Exit.DONE


def _summary(problem: Problem) -> dict[str, Any]:
    return {
        "name": problem.name,
        "version": problem.version,
        "title": problem.title,
        "one_shot": problem.one_shot,
        "workloads": list(problem.workloads),
    }


def show_problem(name: str, *, as_json: bool) -> Exit:
    """Shows all there is to know before writing a policy."""
    problem, folder = get(name), DataFolder.find()
    stages = list(_stages(problem, folder))
    if as_json:
        write_json(_as_json(problem, folder, stages))
    else:
        _print(problem, folder, stages, console())
    return Exit.DONE


@dataclass(frozen=True, slots=True)
class Stage:
    """The size of a split, or why it is not known.

    Attributes:
        missing: What is said of data that is needed and not there; None if nothing is.
    """

    workload: str
    split: Split
    instances: int = 0
    groups: int = 0
    blocks: int = 0
    missing: str | None = None


def _stages(problem: Problem, folder: DataFolder) -> Iterator[Stage]:
    for workload, splits in problem.workloads.items():
        for split in splits:
            try:
                found = problem.load(workload, split, folder)
            except DataMissing as error:
                yield Stage(workload, split, missing=str(error))
            else:
                blocks = len({i.block for i in found})
                yield Stage(workload, split, len(found), len(groups(found)), blocks)


def _as_json(problem: Problem, folder: DataFolder, stages: list[Stage]) -> dict[str, Any]:
    missing = list(dict.fromkeys(s.missing for s in stages if s.missing))
    return {
        **_summary(problem),
        "brief": problem.brief,
        "interface": problem.interface_text,
        "splits": [{**asdict(s), "split": str(s.split)} for s in stages],
        "limits": {str(split): asdict(limits) for split, limits in problem.limits.items()},
        "data": {"folder": str(folder.root), "found": not missing, "missing": missing},
        "baselines": [{**asdict(b), "seed": b.name in problem.seeds} for b in problem.baselines],
        "bound": problem.bound,
        "counts": list(problem.counts),
        "noise_floor": problem.noise_floor,
        "perturbations": dict(problem.perturbations),
        "published_form": problem.published_form is not None,
    }


def _print(problem: Problem, folder: DataFolder, stages: list[Stage], out: Console) -> None:
    """Prints the long texts first, so that the tables are on the screen when it stops."""
    out.print(Text(harmless(problem.brief.strip())), soft_wrap=True)
    out.print()
    out.print(Text("## interface.py", style="bold"))
    out.print()
    out.print(code(problem.interface_text, out))
    out.print()
    out.print(_heading(problem))
    out.print()
    for part in (_split_table(stages), _baseline_table(problem)):
        out.print(part)
        out.print()
    out.print(facts(_remarks(problem, folder, stages)))


def _heading(problem: Problem) -> Text:
    shape = "one-shot" if problem.one_shot else "step-wise"
    return Text(
        f"{problem.name}, version {problem.version}, {shape}: {one_line(problem.title)}", style="bold"
    )


def _split_table(stages: list[Stage]) -> Table:
    found = table("workload", "split", "instances", "groups", "blocks", left=2)
    for stage in stages:
        sizes = (stage.instances, stage.groups, stage.blocks)
        cells = ["no data", "", ""] if stage.missing else [f"{n:,}" for n in sizes]
        found.add_row(stage.workload, str(stage.split), *cells)
    return found


def _baseline_table(problem: Problem) -> Table:
    found = table("baseline", "score", "seed")
    found.columns[2].justify = "left"
    for baseline in problem.baselines:
        found.add_row(baseline.name, f"{baseline.score:.4f}", "yes" if baseline.name in problem.seeds else "")
    return found


def _remarks(problem: Problem, folder: DataFolder, stages: list[Stage]) -> dict[str, str]:
    missing = list(dict.fromkeys(s.missing for s in stages if s.missing))
    more = f" (and {len(missing) - 1} more: --json)" if len(missing) > 1 else ""
    papers = [f"{b.name}: {b.paper} ({b.licence})" for b in problem.baselines]
    shifted = [f"{PREFIX}{name}: {shift}" for name, shift in problem.perturbations.items()]
    return {
        "bound": problem.bound,
        "scores": "of baselines: strict, on generated validation",
        **({"noise": _noise(problem.noise_floor)} if problem.noise_floor else {}),
        "limits": "\n".join(_limits(problem)),
        "data": missing[0] + more if missing else f"found in {folder.root}",
        **({"variants": "\n".join(shifted)} if shifted else {}),
        "papers": "\n".join(papers),
    }


def _noise(floor: float) -> str:
    return f"standard deviation of a near lead when validation is drawn anew: {floor:.4f}"


def _limits(problem: Problem) -> Iterator[str]:
    """Says each set of limits once, with the splits it holds on."""
    splits: dict[str, list[str]] = {}
    for split, limits in problem.limits.items():
        splits.setdefault(limits_sentence(limits, one_shot=problem.one_shot), []).append(str(split))
    for sentence, where in splits.items():
        yield sentence if len(splits) == 1 else f"{', '.join(where)}: {sentence}"
