"""What is seen of a run while it goes on: a live picture on a terminal, plain lines elsewhere."""

import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager

from rich.console import Console, Group, RenderableType
from rich.live import Live
from rich.progress_bar import ProgressBar
from rich.table import Table
from rich.text import Text

from evolve.cli.money import dollars
from evolve.cli.progress import Progress, Reference, best_baseline
from evolve.cli.terminal import console, whole
from evolve.runs.session import Watcher
from evolve.runs.spec import Proposer, RunSpec
from evolve.runs.state import State
from problems.base import Problem, Split
from problems.workload_file import spoken
from sandbox import PROMISES, Mode

_EVERY_S = 5.0
_SHARES = 10
_BAR_COLUMNS = 24


@contextmanager
def display(problem: Problem) -> Iterator[Watcher]:
    """Gives the watcher that suits where the output goes."""
    out = console()
    if not out.is_terminal:
        yield PlainLines(problem, out)
        return
    picture = Picture(problem)
    with Live(picture, console=out, refresh_per_second=5, transient=True):
        yield picture


def heading(run: str, spec: RunSpec) -> str:
    """Says what runs, in a line."""
    workers = "1 worker" if spec.workers == 1 else f"{spec.workers} workers"
    promise = "" if spec.sandbox in {Mode.FULL, Mode.AUTO} else f" ({PROMISES[spec.sandbox]})"
    sandbox = f"sandbox {spec.sandbox}{promise}"
    proposer = ""
    if spec.proposer is not Proposer.OFFLINE:
        proposer = f", proposer {spec.proposer}"
    if spec.models:
        proposer += f" ({', '.join(dict.fromkeys(model.name for model in spec.models))})"
    return f"{run}: {spec.problem}, {spoken(spec.workload)}{proposer}, seed {spec.seed}, {workers}, {sandbox}"


class Clock:
    """Time and speed since a run went on."""

    def __init__(self, evaluated: int = 0) -> None:
        self._from = evaluated
        self._since = time.monotonic()

    @property
    def elapsed_s(self) -> float:
        """Wall seconds since then."""
        return time.monotonic() - self._since

    def rate(self, evaluated: int) -> float:
        """Evaluations per second since then."""
        return (evaluated - self._from) / max(self.elapsed_s, 1e-9)


class PlainLines:
    """Prints a line every few seconds, and whenever another tenth of the budget is spent."""

    def __init__(self, problem: Problem, out: Console) -> None:
        self._problem, self._out = problem, out
        self._clock, self._spec = Clock(), RunSpec(problem.name)
        self._said_s, self._share = 0.0, 0
        self._best: Reference | None = None

    def began(self, run: str, spec: RunSpec, state: State, /) -> None:
        """Says what runs."""
        self._clock, self._spec = Clock(state.evaluated), spec
        self._best = best_baseline(self._problem, spec)
        self._share = _SHARES * state.evaluated // spec.max_evals
        self._out.print(heading(run, spec), soft_wrap=True)

    def committed(self, state: State, /) -> None:
        """Says how far it is, from time to time."""
        now, share = self._clock.elapsed_s, _SHARES * state.evaluated // self._spec.max_evals
        if share > self._share or now - self._said_s >= _EVERY_S:
            self._said_s, self._share = now, share
            self._out.print(self._line(Progress.of(state), now), soft_wrap=True)

    def _line(self, progress: Progress, now: float) -> str:
        parts = [
            f"{now:6.1f} s",
            f"{progress.evaluated}/{self._spec.max_evals} evaluated",
            f"{self._clock.rate(progress.evaluated):.1f}/s",
            f"best {_score(progress.best)} search",
            f"champion {_score(progress.champion)} validation{self._to_beat()}",
            f"{progress.cells} cells",
        ]
        if progress.spent_usd is not None:
            parts.append(dollars(progress.spent_usd))
        if progress.faults:
            parts.append("faults " + _pairs(progress.faults.items()))
        return "  ".join(parts)

    def _to_beat(self) -> str:
        return "" if self._best is None else f" (best baseline {self._best.validation:.4f})"

    def comparing(self, split: Split, /) -> None:
        """Says that the search is over."""
        self._out.print(f"comparing the champion with every baseline on {split}", soft_wrap=True)


class Picture:
    """A live picture; drawn by another thread, so it looks at pictures of the state only."""

    def __init__(self, problem: Problem) -> None:
        self._problem = problem
        self._clock, self._spec, self._head = Clock(), RunSpec(problem.name), ""
        self._reference: Reference | None = None
        self._progress: Progress | None = None
        self._comparing: Split | None = None

    def began(self, run: str, spec: RunSpec, state: State, /) -> None:
        """Starts the clock."""
        self._clock, self._spec, self._head = Clock(state.evaluated), spec, heading(run, spec)
        self._reference = best_baseline(self._problem, spec)
        self._progress = Progress.of(state)

    def committed(self, state: State, /) -> None:
        """Takes a new picture of the state."""
        self._progress = Progress.of(state)

    def comparing(self, split: Split, /) -> None:
        """Remembers that the search is over."""
        self._comparing = split

    def __rich__(self) -> RenderableType:
        progress = self._progress
        if progress is None:
            return Text(f"starting workers for {self._problem.name} ...", style="dim")
        rows = Table.grid(padding=(0, 2))
        rows.add_column(style="dim", no_wrap=True)
        rows.add_column()
        rows.add_row("evaluations", self._speed(progress))
        rows.add_row("best so far", f"{_score(progress.best)} on search")
        rows.add_row("champion", _champion(progress))
        if self._reference is not None:
            rows.add_row("to beat", self._lead(progress, self._reference))
        if progress.spent_usd is not None:
            budget = "" if self._spec.max_usd is None else f" of {dollars(self._spec.max_usd)}"
            rows.add_row("spent", dollars(progress.spent_usd) + budget)
        rows.add_row("archive", f"{progress.elites} elites, {progress.cells} cells")
        rows.add_row("faults", Text(_pairs(progress.faults.items()) or "none"))
        kept = {name: f"{kept}/{tried}" for name, (kept, tried) in progress.tallies.items()}
        rows.add_row("kept", Text(_pairs(kept.items()) or "nothing yet"))
        return Group(Text(self._head, style="bold"), Text(), rows)

    def _speed(self, progress: Progress) -> RenderableType:
        budget, rate = self._spec.max_evals, self._clock.rate(progress.evaluated)
        if self._comparing is not None:
            return Text(f"{progress.evaluated}, done; comparing with every baseline on {self._comparing}")
        figures = f"{progress.evaluated}/{budget}  {rate:.1f}/s  {whole(self._clock.elapsed_s)}"
        if rate > 0 and progress.evaluated < budget:
            figures += f", about {whole((budget - progress.evaluated) / rate)} left"
        row = Table.grid(padding=(0, 2))
        row.add_row(ProgressBar(total=budget, completed=progress.evaluated, width=_BAR_COLUMNS), figures)
        return row

    def _lead(self, progress: Progress, best: Reference) -> Text:
        found = Text(f"{best.validation:.4f} on validation, baseline {best.name}")
        if progress.champion is not None:
            lead = round(progress.champion - best.validation, 4) + 0.0  # never -0.0000
            found.append(f"  {lead:+.4f}", style="green" if lead > 0 else "dim")
        return found


def _champion(progress: Progress) -> str:
    if progress.champion is None:
        return "none yet"
    return f"{progress.champion:.4f} on validation, step {progress.since}"


def _score(value: float | None) -> str:
    return "-" if value is None else f"{value:.4f}"


def _pairs(items: Iterable[tuple[str, object]]) -> str:
    return ", ".join(f"{name} {value}" for name, value in items)
