"""`adrs lint`: what an author of a problem should mend or consider before it is searched."""

from dataclasses import asdict

from rich.text import Text

from evaluators.calibration import cpu_scale
from evaluators.decisions import opened
from evolve.cli.bar import bar
from evolve.cli.exits import Exit
from evolve.cli.terminal import console, one_line, table, write_json
from evolve.lint.linting import instance_remarks, measured_remarks, text_remarks
from evolve.lint.remarks import Grade, Remark, must_be_mended
from problems.base import Problem, Split
from problems.registry import get
from sandbox import Mode

_STYLES = {Grade.FINE: "", Grade.CONSIDER: "yellow", Grade.MEND: "red"}


def lint(name: str, *, as_json: bool) -> Exit:
    """Looks at a problem from all sides; exit 1 if something must be mended."""
    problem = get(name)
    remarks = _remarks(problem)
    if as_json:
        write_json(
            {
                "problem": problem.name,
                "version": problem.version,
                "remarks": [asdict(remark) for remark in remarks],
                "to_mend": len(must_be_mended(remarks)),
            }
        )
    else:
        _print(problem, remarks)
    return Exit.POLICY if must_be_mended(remarks) else Exit.DONE


def _remarks(problem: Problem) -> tuple[Remark, ...]:
    told, search = instance_remarks(problem)
    remarks = (*text_remarks(problem), *told)
    if not (search and problem.baselines and Split.SEARCH in problem.limits):
        return remarks
    opening = opened(problem, Split.SEARCH, mode=Mode.AUTO, cpu_scale=cpu_scale())
    with opening as bench, bar("measuring baselines and their neighbours") as progress:
        return (*remarks, *measured_remarks(bench, problem, search, progress))


def _print(problem: Problem, remarks: tuple[Remark, ...]) -> None:
    rows = table("about", "grade", "what was found, and what to do", left=3)
    rows.columns[2].no_wrap = False
    for remark in remarks:
        told = remark.found if not remark.advice else f"{remark.found}: {remark.advice}"
        rows.add_row(remark.about, remark.grade, Text(one_line(told)), style=_STYLES[remark.grade])
    out = console()
    out.print(rows)
    out.print()
    count = len(must_be_mended(remarks))
    considered = sum(remark.grade is Grade.CONSIDER for remark in remarks)
    out.print(f"{problem.name}: {count} to mend, {considered} to consider, of {len(remarks)} looked at")
