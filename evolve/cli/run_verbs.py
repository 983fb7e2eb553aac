"""The verbs that look at what was run, and those of authors of problems; each imports its module."""

from collections.abc import Callable, Mapping
from pathlib import Path
from types import MappingProxyType
from typing import Final

import typer

from evolve.cli import options


def runs(
    every: options.AllRuns = False,
    as_json: options.Json = False,
    db: options.Db = options.DB,
    _config: options.Config = None,
) -> None:
    """Lists the runs, newest first."""
    from evolve.cli.runs import list_runs

    raise typer.Exit(list_runs(db, every=every, as_json=as_json))


def show(
    run: options.RunName,
    candidate: options.CandidateName = None,
    as_json: options.Json = False,
    db: options.Db = options.DB,
    _config: options.Config = None,
) -> None:
    """Shows a run, or one of its candidates."""
    if candidate is None:
        from evolve.cli.show import show_run

        raise typer.Exit(show_run(db, run, as_json=as_json))
    from evolve.cli.candidate import show_candidate

    raise typer.Exit(show_candidate(db, run, candidate, as_json=as_json))


def candidates(  # noqa: PLR0913 - the verb's options
    run: options.RunName,
    *,
    sort: options.SortKey = "step",
    filters: options.Filters = None,
    top: options.Top = None,
    as_json: options.Json = False,
    db: options.Db = options.DB,
    _config: options.Config = None,
) -> None:
    """Lists what a run proposed, filtered and sorted."""
    from evolve.cli.candidates import Selection, list_candidates

    selection = Selection(sort, filters or (), top)
    raise typer.Exit(list_candidates(db, run, selection, as_json=as_json))


def diff(
    run: options.RunName,
    first: options.OneCandidate,
    second: options.OtherCandidate = None,
    *,
    as_json: options.Json = False,
    db: options.Db = options.DB,
    _config: options.Config = None,
) -> None:
    """Compares two candidates of a run, or one with its parent."""
    from evolve.cli.diff import show_diff

    raise typer.Exit(show_diff(db, run, first, second, as_json=as_json))


def compare(
    names: options.RunNames,
    *,
    as_json: options.Json = False,
    db: options.Db = options.DB,
    _config: options.Config = None,
) -> None:
    """Compares runs, each with the first."""
    from evolve.cli.compare import compare_runs

    raise typer.Exit(compare_runs(db, names, as_json=as_json))


def table_(  # noqa: PLR0913 - the verb's options
    names: options.RunsNamed,
    *,
    split: options.ToldSplit = None,
    form: options.TableForm = "markdown",
    out: options.Out = None,
    force: options.Force = False,
    db: options.Db = options.DB,
    _config: options.Config = None,
) -> None:
    """Writes what runs ended with as a table for a paper."""
    from evolve.cli.paper_table import TableRequest, table_of

    raise typer.Exit(table_of(db, TableRequest(names, split, form, out, force)))


def figure(  # noqa: PLR0913 - the verb's options
    names: options.RunsNamed,
    *,
    kind: options.FigureKind = "progress",
    split: options.FigureSplit = None,
    over: options.FigureOver = None,
    out: options.FigureOut = None,
    wide: options.Wide = False,
    force: options.Force = False,
    as_json: options.Json = False,
    db: options.Db = options.DB,
    _config: options.Config = None,
) -> None:
    """Draws what runs did as a picture for a paper."""
    from evolve.cli.figure import FigureRequest, figure

    raise typer.Exit(figure(db, FigureRequest(names, kind, split, over, out, wide, force, as_json)))


def cite(
    names: options.Cited,
    *,
    out: options.Out = None,
    force: options.Force = False,
    db: options.Db = options.DB,
    _config: options.Config = None,
) -> None:
    """Prints BibTeX of baselines, data sets and this program."""
    from evolve.cli.cite import cite

    raise typer.Exit(cite(db, names, out=out, force=force))


def bundle(
    run: options.RunName,
    *,
    out: options.BundleOut = None,
    force: options.Force = False,
    db: options.Db = options.DB,
    _config: options.Config = None,
) -> None:
    """Packs a run into one file, for somebody else to check."""
    from evolve.cli.bundle import bundle_run

    raise typer.Exit(bundle_run(db, run, out=out, force=force))


def replay(
    file: options.BundleFile,
    *,
    workers: options.Workers = None,
    _db: options.NoDb = options.DB,
    _config: options.Config = None,
) -> None:
    """Checks such a file: the same run, once more, on this machine."""
    from evolve.cli.bundle import replay_bundle

    raise typer.Exit(replay_bundle(file, workers=workers))


def tag(  # noqa: PLR0913 - the verb's options
    run: options.RunName,
    candidate: options.OneCandidate,
    tags: options.TagNames,
    *,
    off: options.TagOff = False,
    author: options.Author = None,
    db: options.Db = options.DB,
    _config: options.Config = None,
) -> None:
    """Puts tags on a candidate, or takes them off."""
    from evolve.cli.marks import TagRequest, tag

    raise typer.Exit(tag(db, TagRequest(run, candidate, tags, off, author)))


def note(
    run: options.RunName,
    text: options.NoteText,
    *,
    candidate: options.OnCandidate = None,
    author: options.Author = None,
    db: options.Db = options.DB,
    _config: options.Config = None,
) -> None:
    """Writes a note on a run, or on one of its candidates."""
    from evolve.cli.marks import note

    raise typer.Exit(note(db, run, text, candidate=candidate, author=author))


def archive(
    names: options.RunsNamed,
    *,
    undo: options.ArchiveUndo = False,
    author: options.Author = None,
    db: options.Db = options.DB,
    _config: options.Config = None,
) -> None:
    """Puts runs away, out of the list; nothing of them is lost."""
    from evolve.cli.marks import archive

    raise typer.Exit(archive(db, names, undo=undo, author=author))


def rescore(
    run: options.RunName,
    *,
    every: options.RescoreAll = False,
    workers: options.Workers = None,
    as_json: options.Json = False,
    db: options.Db = options.DB,
    _config: options.Config = None,
) -> None:
    """Measures candidates anew, after their evaluator was repaired."""
    from evolve.cli.rescore import rescore

    raise typer.Exit(rescore(db, run, every=every, workers=workers, as_json=as_json))


def delete(
    run: options.RunName,
    *,
    yes: options.DeleteYes = False,
    db: options.Db = options.DB,
    _config: options.Config = None,
) -> None:
    """Deletes a run, for good."""
    from evolve.cli.delete import delete_run

    raise typer.Exit(delete_run(db, run, yes=yes))


def best(
    run: options.RunName,
    out: options.Out = None,
    *,
    force: options.Force = False,
    as_json: options.Json = False,
    db: options.Db = options.DB,
    _config: options.Config = None,
) -> None:
    """Hands over the champion's source."""
    from evolve.cli.best import hand_over, print_json

    raise typer.Exit(print_json(db, run) if as_json else hand_over(db, run, out=out, force=force))


def dashboard(
    *,
    host: options.DashboardHost = "127.0.0.1",
    port: options.DashboardPort = 8501,
    public: options.Public = False,
    db: options.Db = options.DB,
    _config: options.Config = None,
) -> None:
    """Serves pages on runs: look, compare, judge."""
    from evolve.cli.dashboard import serve

    serve(db, host=host, port=port, is_public=public)


def workload(
    problem: options.ProblemName,
    *,
    describe: options.DescribedFile = None,
    sample: options.Sample = False,
    schema: options.Schema = False,
    as_json: options.Json = False,
    _db: options.NoDb = options.DB,
    _config: options.Config = None,
) -> None:
    """Shows what a workload file of your own must hold, or what one holds."""
    from evolve.cli.workload import workload

    raise typer.Exit(workload(problem, describe=describe, sample=sample, schema=schema, as_json=as_json))


def new_problem(
    name: options.ProblemsName,
    *,
    kind: options.ProblemKind = None,
    out: options.PackageOut = Path(),
    _db: options.NoDb = options.DB,
    _config: options.Config = None,
) -> None:
    """Writes a package for a problem of your own, which works."""
    from evolve.cli.new_problem import new_problem

    raise typer.Exit(new_problem(name, kind=kind, out=out))


def lint(
    problem: options.ProblemName,
    *,
    as_json: options.Json = False,
    _db: options.NoDb = options.DB,
    _config: options.Config = None,
) -> None:
    """Says what a problem's author should mend before it is searched."""
    from evolve.cli.lint import lint

    raise typer.Exit(lint(problem, as_json=as_json))


VERBS: Final[Mapping[str, Callable[..., None]]] = MappingProxyType(
    {
        "runs": runs,
        "show": show,
        "candidates": candidates,
        "diff": diff,
        "compare": compare,
        "table": table_,
        "figure": figure,
        "cite": cite,
        "bundle": bundle,
        "replay": replay,
        "best": best,
        "tag": tag,
        "note": note,
        "archive": archive,
        "rescore": rescore,
        "delete": delete,
        "dashboard": dashboard,
        "workload": workload,
        "new-problem": new_problem,
        "lint": lint,
    }
)
"""By name, in the order of their use."""
