"""`adrs table RUN...`: what runs ended with, as a table for a paper."""

import csv
import io
import sys
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from evolve.cli.best import write_source
from evolve.cli.exits import Exit, Misuse, say
from evolve.cli.names import choose
from evolve.cli.run_names import run_named
from evolve.runs.comparison import Standing
from evolve.runs.header import Header
from evolve.runs.history import outline
from evolve.runs.store import Store
from problems.base import Split
from problems.workload_file import spoken

_CHAMPION: Final = "champion"
_LATEX: Final = str.maketrans(
    {
        "\\": r"\textbackslash{}", "&": r"\&", "%": r"\%", "$": r"\$", "#": r"\#", "_": r"\_",
        "{": r"\{", "}": r"\}", "~": r"\textasciitilde{}", "^": r"\textasciicircum{}",
    }
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Row:
    """One policy of one run on one split."""

    run: str
    header: Header
    standing: Standing

    @property
    def policy(self) -> str:
        """The champion, or a baseline's name."""
        return _CHAMPION if self.standing.lead is None else self.standing.name


@dataclass(frozen=True, slots=True)
class TableRequest:
    """The verb's options, as they came."""

    runs: Sequence[str]
    split: str | None
    form: str
    out: Path | None
    force: bool


def table_of(db: Path, request: TableRequest) -> Exit:
    """Writes the table to a file or to the output.

    Raises:
        Misuse: There is nothing to be told, or an option means nothing.
    """
    choose(request.form, list(FORMS), "form of a table")
    if request.split is not None:
        choose(request.split, [Split.VALIDATION, Split.PUBLISHED], "split to tell")
    with Store.open(db, create=False) as store:
        rows = [row for name in dict.fromkeys(request.runs) for row in _rows(store, run_named(name))]
    chosen = [row for row in rows if request.split in {None, row.standing.split}]
    if not chosen:
        raise Misuse(
            f"nothing was compared in {', '.join(request.runs)}; a run compares its champion with the "
            "baselines when it ends, so let it end: adrs resume RUN"
        )
    text = FORMS[request.form](chosen)
    if request.out is None:
        sys.stdout.write(text)
    else:
        write_source(request.out, text, force=request.force)
        say(f"wrote {len(chosen)} rows to {request.out}")
    return Exit.DONE


def _rows(store: Store, run: str) -> Iterator[Row]:
    told = outline(store, run, now=time.time())
    for standing in told.standings:
        yield Row(run, told.header, standing)


def _cells(row: Row) -> dict[str, str]:
    """The cells for people; columns that say the same in every row are left out later."""
    standing, lead = row.standing, row.standing.lead
    cells = {
        "run": row.run,
        "problem": row.header.spec.problem,
        "split": str(standing.split),
        "policy": row.policy,
        "score": f"{standing.score:.4f}",
        "champion's lead": "" if lead is None else f"{lead.difference:+.4f}",
        "95 % interval": "",
    }
    if lead is not None and lead.low is not None and lead.high is not None:
        cells["95 % interval"] = f"[{lead.low:+.4f}, {lead.high:+.4f}]"
    cells |= {name: f"{value:.4g}" for name, value in standing.dialects.items()}
    return cells | ({"faults": str(standing.faults)} if standing.faults else {})


def _grid(rows: Sequence[Row]) -> tuple[list[str], list[list[str]]]:
    """Columns and cells, without `run`, `problem` and `split` where there is but one of them."""
    cells = [_cells(row) for row in rows]
    names = list(dict.fromkeys(name for row in cells for name in row))
    single = {name for name in ("run", "problem", "split") if len({row[name] for row in cells}) == 1}
    columns = [name for name in names if name not in single]
    return columns, [[row.get(name, "") for name in columns] for row in cells]


def _notes(rows: Sequence[Row]) -> list[str]:
    """What a reader must know: where the scores come from, and how the intervals were made."""
    blocks = {row.standing.lead.blocks for row in rows if row.standing.lead is not None}
    counted = " or ".join(map(str, sorted(blocks)))
    found = ["Strict scores in [0, 1], higher is better; measured in the sandbox."]
    for run in dict.fromkeys(row.run for row in rows):
        spec = next(row.header.spec for row in rows if row.run == run)
        found.append(
            f"{run}: {spec.problem}, {spoken(spec.workload)} workload, {spec.proposer} proposer, "
            f"seed {spec.seed}, at most {spec.max_evals} evaluations, sandbox {spec.sandbox}."
        )
    interval = f"Intervals of the champion's lead: paired bootstrap over {counted} blocks, 95 %"
    return [*found, f"{interval}; not corrected for the choice of the champion on VALIDATION."]


def _markdown(rows: Sequence[Row]) -> str:
    columns, cells = _grid(rows)

    def line(values: Sequence[str]) -> str:
        return f"| {' | '.join(value.replace('|', chr(92) + '|') for value in values)} |\n"

    body = "".join(map(line, cells))
    return line(columns) + line(["---"] * len(columns)) + body + "\n" + "\n".join(_notes(rows)) + "\n"


def _latex(rows: Sequence[Row]) -> str:
    columns, cells = _grid(rows)
    words = {"run", "problem", "split", "policy", "95 % interval"}
    form = "".join("l" if name in words else "r" for name in columns)

    def line(values: Sequence[str]) -> str:
        return " & ".join(value.translate(_LATEX) for value in values) + r" \\" + "\n"

    notes = "".join(f"% {note}\n" for note in _notes(rows))
    head = rf"\begin{{tabular}}{{{form}}}" + "\n\\toprule\n" + line(columns) + "\\midrule\n"
    tail = "\\bottomrule\n\\end{tabular}\n"
    return f"% needs \\usepackage{{booktabs}}\n{notes}{head}{''.join(map(line, cells))}{tail}"


def _csv(rows: Sequence[Row]) -> str:
    """Every figure to the last digit, one row a policy, for programs."""
    dialects = list(dict.fromkeys(name for row in rows for name in row.standing.dialects))
    written = io.StringIO()
    writer = csv.writer(written, lineterminator="\n")
    writer.writerow((*_CSV, *dialects))
    for row in rows:
        spec, standing, lead = row.header.spec, row.standing, row.standing.lead
        interval = (
            (None,) * 5 if lead is None else (lead.difference, lead.low, lead.high, lead.alpha, lead.blocks)
        )
        asked = (spec.problem, spec.workload, spec.seed, spec.max_evals, spec.sandbox)
        figures = (standing.split, row.policy, standing.score, standing.faults, *interval)
        writer.writerow((row.run, *asked, *figures, *(standing.dialects.get(name) for name in dialects)))
    return written.getvalue()


_CSV: Final = (
    "run", "problem", "workload", "seed", "max_evals", "sandbox",
    "split", "policy", "score", "faults", "lead", "low", "high", "alpha", "blocks",
)  # fmt: skip
FORMS: Final[Mapping[str, Callable[[Sequence[Row]], str]]] = {
    "markdown": _markdown,
    "latex": _latex,
    "csv": _csv,
}
