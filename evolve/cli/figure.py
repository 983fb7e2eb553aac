"""`adrs figure RUN...`: what runs did, as a picture for a paper, with the caption that it needs."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from importlib.metadata import version
from importlib.util import find_spec
from pathlib import Path
from typing import Final

from evolve.cli.compare import apart
from evolve.cli.exits import Exit, ExtraMissing, Misuse, say
from evolve.cli.names import choose
from evolve.cli.run_names import run_named
from evolve.cli.terminal import console, harmless, write_json
from evolve.cli.written import write_whole
from evolve.figures.cells import Cells
from evolve.figures.gaps import GapFigure
from evolve.figures.progress import OVER, NothingToDraw, Progress
from evolve.figures.scores import Scores
from evolve.figures.style import SUFFIXES, Picture, rendered
from evolve.figures.traced import Traced, trace
from evolve.runs.store import Store
from problems.base import Split
from problems.workload_file import spoken


@dataclass(frozen=True, slots=True)
class FigureRequest:
    """The verb's options, as they came."""

    runs: Sequence[str]
    kind: str
    split: str | None
    over: str | None
    out: Path | None
    wide: bool
    force: bool
    as_json: bool


@dataclass(frozen=True, slots=True)
class Kind:
    """A sort of figure.

    Attributes:
        splits: Those that it can tell of, the usual one first; empty if there is no choice.
        over: Whether it has something on its horizontal axis to choose.
    """

    splits: tuple[Split, ...]
    over: bool
    of: Callable[[Sequence[Traced], Split, str], Picture]


KINDS: Final[Mapping[str, Kind]] = {
    "progress": Kind((Split.VALIDATION, Split.SEARCH), True, Progress.of),
    "scores": Kind((Split.VALIDATION, Split.PUBLISHED), False, lambda runs, split, _: Scores.of(runs, split)),
    "gap": Kind((Split.VALIDATION, Split.SEARCH), False, lambda runs, split, _: GapFigure.of(runs, split)),
    "archive": Kind((), False, lambda runs, _, __: Cells.of(runs)),
}


def figure(db: Path, request: FigureRequest) -> Exit:
    """Draws a figure into a file, and prints its caption or its numbers.

    Raises:
        Misuse: An option means nothing, or the runs have nothing to show together.
        ExtraMissing: The package that draws is not installed.
    """
    kind = KINDS[choose(request.kind, list(KINDS), "kind of figure")]
    split, over = _chosen(request, kind)
    path = _path(request)
    with Store.open(db, create=False) as store:
        runs = [trace(store, run_named(name)) for name in dict.fromkeys(request.runs)]
    _refuse_empty(runs)
    _refuse_strangers(runs)
    for warning in (warning for run in runs for warning in run.warnings):
        say(warning)
    try:
        picture = kind.of(runs, split, over)
    except NothingToDraw as error:
        raise Misuse(str(error)) from error
    if path is not None:
        content, doubts = rendered(picture, path.suffix, wide=request.wide)
        write_whole(path, content, force=request.force)
        say(f"wrote {path}")
        for doubt in doubts:
            say(doubt)
    _tell(picture, runs, request)
    return Exit.DONE


def _chosen(request: FigureRequest, kind: Kind) -> tuple[Split, str]:
    """Takes the options that only some kinds have."""
    if request.split is not None and not kind.splits:
        raise Misuse(f"--split has no meaning for a figure of kind {request.kind}; leave it out")
    if request.over is not None and not kind.over:
        raise Misuse(f"--over has no meaning for a figure of kind {request.kind}; leave it out")
    over = choose(request.over or OVER[0], OVER, "scale to draw over")
    known = kind.splits or (Split.SEARCH,)
    return Split(choose(request.split or known[0], [str(s) for s in known], "split to tell")), over


def _path(request: FigureRequest) -> Path | None:
    """Finds where to draw; with --json and no file asked for, nowhere."""
    if request.out is None and request.as_json:
        return None
    path = request.out or Path(f"{run_named(request.runs[0])}-{request.kind}.pdf")
    choose(path.suffix, SUFFIXES, f"suffix of a figure's file in {str(path)!r}")
    if find_spec("matplotlib") is None:
        raise ExtraMissing(
            "figures are drawn with matplotlib, which is not installed; install it with: "
            "python -m pip install 'adrs[figures]', or take the numbers with --json"
        )
    return path


def _refuse_empty(runs: Sequence[Traced]) -> None:
    for run in runs:
        if not run.points:
            raise Misuse(
                f"run {run.name!r} ({run.outline.status}) has measured nothing, so there is nothing to draw; "
                f"let it go on: adrs resume {run.name}"
            )


def _refuse_strangers(runs: Sequence[Traced]) -> None:
    for run in runs[1:]:
        differing = apart(runs[0].header, run.header)
        if differing:
            raise Misuse(
                f"runs {runs[0].name!r} and {run.name!r} cannot share a figure: another {differing}; "
                "draw them one by one"
            )


def _tell(picture: Picture, runs: Sequence[Traced], request: FigureRequest) -> None:
    caption = " ".join([*picture.caption, *_origin(runs)])
    if request.as_json:
        write_json({"kind": request.kind, **picture.numbers, "caption": caption})
    else:
        console().print(harmless(caption), soft_wrap=True)


def _origin(runs: Sequence[Traced]) -> list[str]:
    """Sentences on whose numbers these are, enough to find and to check them."""
    spec = runs[0].spec
    told = [
        f"{run.name} (seed {run.spec.seed}, {run.spec.proposer} proposer, {run.state.evaluated} evaluations, "
        f"archive {run.digest})"
        for run in runs
    ]
    warnings = [f"{w[0].upper()}{w[1:]}." for run in runs for w in run.warnings]
    where = f"Problem {spec.problem}, {spoken(spec.workload)} workload, sandbox {spec.sandbox}"
    return [f"{where}; n = {len(runs)}: {'; '.join(told)}.", *warnings, f"adrs {version('adrs')}."]
