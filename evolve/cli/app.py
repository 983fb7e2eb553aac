"""The verbs and their options. A verb imports its module when it is called, so that `--help` is quick."""

from typing import Annotated

import typer
from typer.core import TyperGroup

from evolve.cli import evidence_verbs, options, run_verbs
from evolve.cli.data import verbs as data
from evolve.cli.gpu import verbs as gpu
from evolve.cli.verbs import Verb, VerbGroup


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
    cls=VerbGroup, help="Lists problems, or shows one.", rich_markup_mode=None, invoke_without_command=True
)
app.add_typer(problems, name="problems")
config = typer.Typer(help="Shows the configuration.", rich_markup_mode=None, no_args_is_help=True)
app.add_typer(config, name="config")
app.add_typer(data.app, name="data")
app.add_typer(gpu.app, name="gpu")


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
def problems_list(
    context: typer.Context,
    as_json: options.Json = False,
    _db: options.NoDb = options.DB,
    _config: options.Config = None,
) -> None:
    """Lists the installed problems, or shows one."""
    if context.invoked_subcommand is None:
        from evolve.cli.catalogue import list_problems

        raise typer.Exit(list_problems(as_json=as_json))


@problems.command("show", cls=Verb)
def problems_show(
    problem: options.ProblemName,
    as_json: options.Json = False,
    _db: options.NoDb = options.DB,
    _config: options.Config = None,
) -> None:
    """Shows a problem: brief, interface, splits, limits, data, baselines, bound."""
    from evolve.cli.catalogue import show_problem

    raise typer.Exit(show_problem(problem, as_json=as_json))


@app.command("eval", cls=Verb)
def evaluate(  # noqa: PLR0913 - the verb's options
    problem: options.ProblemNames,
    policy: options.PolicyFile = None,
    *,
    baseline: options.BaselineName = None,
    split: options.SplitName = "validation",
    workload: options.Workload = "generated",
    form: options.Form = "interface",
    workers: options.Workers = None,
    sandbox: options.Sandbox = "auto",
    as_json: options.Json = False,
    db: options.Db = options.DB,
    _config: options.Config = None,
) -> None:
    """Measures a policy, or the best baselines; exit 1 on a fault."""
    from evolve.cli.evaluate import EvalRequest, evaluate
    from evolve.cli.overview import ALL, evaluate_all

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
    raise typer.Exit(evaluate_all(request) if problem == ALL else evaluate(request))


@app.command("time", cls=Verb)
def time_(  # noqa: PLR0913 - the verb's options
    problem: options.ProblemName,
    policy: options.TimedPolicy,
    *,
    against: options.Against = "best",
    split: options.TimedSplit = "search",
    workload: options.Workload = "generated",
    pairs: options.Pairs = 36,
    seed: options.PairSeed = 0,
    sandbox: options.Sandbox = "auto",
    as_json: options.Json = False,
    _db: options.NoDb = options.DB,
    _config: options.Config = None,
) -> None:
    """Times a policy beside a baseline or another policy."""
    from evolve.cli.timing import TimeRequest, compare

    request = TimeRequest(
        problem, policy, against, split, workload, pairs=pairs, seed=seed, sandbox=sandbox, as_json=as_json
    )
    raise typer.Exit(compare(request))


@app.command(cls=Verb)
def tune(  # noqa: PLR0913 - the verb's options
    problem: options.ProblemName,
    policy: options.PolicyFile = None,
    *,
    baseline: options.BaselineName = None,
    evals: options.Evals = 100,
    sampler: options.Sampler = "tpe",
    workload: options.Workload = "generated",
    seed: options.Seed = 0,
    workers: options.Workers = None,
    sandbox: options.Sandbox = "auto",
    out: options.TunedOut = None,
    force: options.Force = False,
    as_json: options.Json = False,
    _db: options.NoDb = options.DB,
    _config: options.Config = None,
) -> None:
    """Finds better constants for a policy, if there are any."""
    from evolve.cli.tune import TuneRequest, tune

    request = TuneRequest(
        problem, policy, baseline, evals, sampler, workload, seed, workers, sandbox, out, force, as_json
    )
    raise typer.Exit(tune(request))


@app.command(cls=Verb)
def run(  # noqa: PLR0913 - the verb's options
    context: typer.Context,
    problem: options.MaybeProblem = None,
    *,
    workload: options.Workload = "generated",
    proposer: options.Proposer = "offline",
    model: options.Models = None,
    api_base: options.ApiBase = None,
    max_evals: options.MaxEvals = 200,
    max_minutes: options.MaxMinutes = None,
    max_usd: options.MaxUsd = None,
    max_tokens: options.MaxTokens = None,
    most_changed_lines: options.MostChangedLines = None,
    preview: options.Preview = False,
    workers: options.Workers = None,
    calls: options.Calls = None,
    call_deadline: options.CallDeadline = 300.0,
    window: options.Window = 8,
    seed: options.Seed = 0,
    seed_policy: options.SeedPolicies = None,
    from_: options.From = None,
    replay: options.Replay = None,
    name: options.NewName = None,
    sandbox: options.Sandbox = "auto",
    db: options.Db = options.DB,
    _config: options.Config = None,
) -> None:
    """Evolves policies, and compares the champion with baselines."""
    from evolve.cli.run import RunRequest, start

    raise typer.Exit(start(RunRequest.of(context.params, context.obj)))


@app.command(cls=Verb)
def resume(  # noqa: PLR0913 - the verb's options
    context: typer.Context,
    run: options.RunName,
    *,
    max_evals: options.KeptMaxEvals = None,
    max_minutes: options.KeptMaxMinutes = None,
    max_usd: options.KeptMaxUsd = None,
    max_tokens: options.KeptMaxTokens = None,
    workers: options.KeptWorkers = None,
    calls: options.KeptCalls = None,
    call_deadline: options.KeptCallDeadline = None,
    api_base: options.KeptApiBase = None,
    fork: options.Fork = False,
    name: options.ForkName = None,
    sandbox: options.NewSandbox = None,
    db: options.Db = options.DB,
    _config: options.Config = None,
) -> None:
    """Goes on with a run that was stopped or killed."""
    from evolve.cli.resume import ResumeRequest, resume

    raise typer.Exit(resume(ResumeRequest.of(context.params)))


@app.command(cls=Verb)
def ask(
    run: options.RunName,
    *,
    wait: options.Wait = False,
    as_json: options.Json = False,
    db: options.Db = options.DB,
    _config: options.Config = None,
) -> None:
    """Prints what a run with --proposer inbox asks."""
    from evolve.cli.inbox import ask

    raise typer.Exit(ask(db, run, wait=wait, as_json=as_json))


@app.command(cls=Verb)
def tell(
    run: options.RunName,
    step: options.Step,
    file: options.ReplyFile,
    *,
    db: options.Db = options.DB,
    _config: options.Config = None,
) -> None:
    """Answers it with the text of a file."""
    from evolve.cli.inbox import tell

    raise typer.Exit(tell(db, run, step, file))


@app.command(cls=Verb)
def prompt(
    name: options.RunOrProblem,
    *,
    operator: options.OperatorName = None,
    as_json: options.Json = False,
    db: options.Db = options.DB,
    _config: options.Config = None,
) -> None:
    """Prints the next prompt in full, without paying."""
    from evolve.cli.prompt import show_prompt

    raise typer.Exit(show_prompt(db, name, operator=operator, as_json=as_json))


for name, verb in {**run_verbs.VERBS, **evidence_verbs.VERBS}.items():
    app.command(name, cls=Verb)(verb)


@app.command(cls=Verb)
def doctor(
    sandbox: options.Sandbox = "auto",
    as_json: options.Json = False,
    db: options.Db = options.DB,
    _config: options.Config = None,
) -> None:
    """Checks this machine: sandbox, packages, data, store."""
    from evolve.cli.doctor import examine

    raise typer.Exit(examine(db, sandbox, as_json=as_json))


@config.command("show", cls=Verb)
def config_show(
    context: typer.Context, as_json: options.Json = False, _config: options.Config = None
) -> None:
    """Prints every key with its value and where that comes from; as adrs.toml, it means the same."""
    from evolve.cli.config_show import show_configuration

    raise typer.Exit(show_configuration(context, as_json=as_json))
