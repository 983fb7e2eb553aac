"""The verbs and their options. A verb imports its module when it is called, so that `--help` is quick."""

from pathlib import Path
from typing import Annotated

import typer
from typer.core import TyperGroup


class InOrder(TyperGroup):
    """Lists the verbs in the order of a newcomer's needs."""

    def list_commands(self, ctx: object) -> list[str]:
        """Puts the group first, which would come last."""
        return sorted(self.commands, key=lambda verb: verb != "problems")


app = typer.Typer(
    name="adrs",
    cls=InOrder,
    help="Evolves policy programs, and measures them where they cannot cheat.",
    rich_markup_mode=None,
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)
problems = typer.Typer(
    help="Lists problems, or shows one.", rich_markup_mode=None, invoke_without_command=True
)
app.add_typer(problems, name="problems")

_DB = Path("results/adrs.db")
_MODES = "auto (full, else strong), full, strong, weak or none"

ProblemName = Annotated[
    str, typer.Argument(metavar="PROBLEM", help="Name, as in: adrs problems", show_default=False)
]
RunName = Annotated[str, typer.Argument(metavar="RUN", help="Name, as in: adrs runs", show_default=False)]
Db = Annotated[Path, typer.Option("--db", envvar="ADRS_DB", metavar="FILE", help="Store of runs.")]
Json = Annotated[bool, typer.Option("--json", help="Print one JSON object instead.")]
Workload = Annotated[
    str, typer.Option("--workload", metavar="W", help="generated, or real where there is data.")
]
Sandbox = Annotated[str, typer.Option("--sandbox", metavar="MODE", help=f"{_MODES}.")]
Workers = Annotated[
    int | None,
    typer.Option("--workers", min=1, metavar="N", help="Worker processes.", show_default="one a core"),
]
MaxMinutes = Annotated[
    float | None,
    typer.Option("--max-minutes", metavar="M", help="Wall minutes at most.", show_default="no limit"),
]


def _version(wanted: bool) -> None:
    if wanted:
        from importlib.metadata import version

        typer.echo(f"adrs {version('adrs')}")
        raise typer.Exit


@app.callback()
def adrs(
    _: Annotated[
        bool, typer.Option("--version", callback=_version, is_eager=True, help="Print the version.")
    ] = False,
) -> None:
    """Evolves policy programs, and measures them where they cannot cheat."""


@problems.callback()
def problems_list(context: typer.Context, as_json: Json = False) -> None:
    """Lists the installed problems, or shows one."""
    if context.invoked_subcommand is None:
        from evolve.cli.catalogue import list_problems

        raise typer.Exit(list_problems(as_json=as_json))


@problems.command("show")
def problems_show(problem: ProblemName, as_json: Json = False) -> None:
    """Shows a problem: brief, interface, splits, limits, data, baselines, bound."""
    from evolve.cli.catalogue import show_problem

    raise typer.Exit(show_problem(problem, as_json=as_json))


@app.command("eval")
def evaluate(  # noqa: PLR0913 - the verb's options
    problem: ProblemName,
    policy: Annotated[
        Path | None, typer.Argument(metavar="POLICY.py", help="The policy's file.", show_default=False)
    ] = None,
    *,
    baseline: Annotated[
        str | None,
        typer.Option("--baseline", metavar="NAME", help="Measure this baseline instead of a file."),
    ] = None,
    split: Annotated[
        str, typer.Option("--split", metavar="S", help="smoke, search, validation, holdout or published.")
    ] = "validation",
    workload: Workload = "generated",
    form: Annotated[
        str,
        typer.Option(
            "--form", metavar="FORM", help="interface, or published: written for the published form."
        ),
    ] = "interface",
    workers: Workers = None,
    sandbox: Sandbox = "auto",
    as_json: Json = False,
    db: Db = _DB,
) -> None:
    """Measures one policy on one split; exit 1 if it has any fault."""
    from evolve.cli.evaluate import EvalRequest, evaluate

    request = EvalRequest(
        problem,
        policy,
        baseline,
        split,
        workload,
        form,
        workers=workers,
        sandbox=sandbox,
        as_json=as_json,
        db=db,
    )
    raise typer.Exit(evaluate(request))


@app.command()
def run(  # noqa: PLR0913 - the verb's options
    problem: ProblemName,
    *,
    workload: Workload = "generated",
    max_evals: Annotated[
        int,
        typer.Option("--max-evals", min=1, metavar="N", help="Candidates measured at most, seeds included."),
    ] = 200,
    max_minutes: MaxMinutes = None,
    workers: Workers = None,
    seed: Annotated[
        int, typer.Option("--seed", min=0, metavar="N", help="Same seed, same run, at any number of workers.")
    ] = 0,
    seed_policy: Annotated[
        list[Path] | None,
        typer.Option("--seed-policy", metavar="FILE", help="Start from this policy, too; may be repeated."),
    ] = None,
    name: Annotated[
        str | None,
        typer.Option("--name", metavar="NAME", help="The run's name.", show_default="problem and time"),
    ] = None,
    sandbox: Sandbox = "auto",
    db: Db = _DB,
) -> None:
    """Evolves policies for a problem, and compares the champion with every baseline."""
    from evolve.cli.run import RunRequest, start

    request = RunRequest(
        problem, workload, max_evals, max_minutes, workers, seed, tuple(seed_policy or ()), name, sandbox, db
    )
    raise typer.Exit(start(request))


@app.command()
def resume(  # noqa: PLR0913 - the verb's options
    run: RunName,
    *,
    max_evals: Annotated[
        int | None,
        typer.Option("--max-evals", min=1, metavar="N", help="Candidates at most, those before included."),
    ] = None,
    max_minutes: MaxMinutes = None,
    workers: Workers = None,
    fork: Annotated[
        bool, typer.Option("--fork", help="Go on as a new run, whatever has changed since.")
    ] = False,
    name: Annotated[
        str | None, typer.Option("--name", metavar="NAME", help="The new run's name, with --fork.")
    ] = None,
    sandbox: Annotated[
        str | None,
        typer.Option("--sandbox", metavar="MODE", help="Another mode than before, with --fork."),
    ] = None,
    db: Db = _DB,
) -> None:
    """Goes on with a run that was stopped or killed; nothing is lost."""
    from evolve.cli.run import ResumeRequest, resume

    request = ResumeRequest(
        run, max_evals, max_minutes, workers, fork=fork, name=name, sandbox=sandbox, db=db
    )
    raise typer.Exit(resume(request))


@app.command()
def runs(as_json: Json = False, db: Db = _DB) -> None:
    """Lists the runs, newest first."""
    from evolve.cli.runs import list_runs

    raise typer.Exit(list_runs(db, as_json=as_json))


@app.command()
def show(
    run: RunName,
    candidate: Annotated[
        str | None,
        typer.Argument(metavar="CANDIDATE", help="Step, or the first digits of an id.", show_default=False),
    ] = None,
    as_json: Json = False,
    db: Db = _DB,
) -> None:
    """Shows a run, or one of its candidates."""
    if candidate is None:
        from evolve.cli.show import show_run

        raise typer.Exit(show_run(db, run, as_json=as_json))
    from evolve.cli.candidates import show_candidate

    raise typer.Exit(show_candidate(db, run, candidate, as_json=as_json))


@app.command()
def best(
    run: RunName,
    out: Annotated[
        Path | None, typer.Option("--out", metavar="FILE", help="Write it there.", show_default="print it")
    ] = None,
    force: Annotated[bool, typer.Option("--force", help="Overwrite the file.")] = False,
    db: Db = _DB,
) -> None:
    """Hands over the champion's source."""
    from evolve.cli.runs import hand_over

    raise typer.Exit(hand_over(db, run, out=out, force=force))


@app.command()
def doctor(sandbox: Sandbox = "auto", as_json: Json = False, db: Db = _DB) -> None:
    """Checks this machine: sandbox, packages, data, store."""
    from evolve.cli.doctor import examine

    raise typer.Exit(examine(db, sandbox, as_json=as_json))
