"""The verbs of `adrs gpu`; each imports its module when it is called."""

from typing import Annotated

import typer

from evolve.cli import options
from evolve.cli.verbs import Verb, VerbGroup

app = typer.Typer(
    cls=VerbGroup, help="Measures on a GPU what policies decide.", rich_markup_mode=None, no_args_is_help=True
)

Cpu = Annotated[
    bool, typer.Option("--cpu", help="Rehearse on the processor, with small shapes: no evidence.")
]
Tokens = Annotated[
    int,
    typer.Option("--tokens", min=1, metavar="N", help="Tokens a GPU in a step: 4096 prefills, 128 decodes."),
]
Rounds = Annotated[int, typer.Option("--rounds", min=3, metavar="N", help="Interleaved repetitions.")]
Places = Annotated[
    int | None,
    typer.Option(
        "--places", min=1, metavar="N", help="Instances replayed.", show_default="all of validation"
    ),
]
Profile = Annotated[
    str | None,
    typer.Option(
        "--profile", metavar="GPU", help="A recorded profile, or a file of one.", show_default="none is taken"
    ),
]
Minutes = Annotated[
    float,
    typer.Option("--minutes", min=0.1, metavar="M", help="A sweep stops after so many; it goes on later."),
]
SweepToo = Annotated[
    bool, typer.Option("--sweep", help="Also time every kernel of kernel_choice, which takes minutes.")
]


@app.command("doctor", cls=Verb)
def doctor(
    as_json: options.Json = False, _db: options.NoDb = options.DB, _config: options.Config = None
) -> None:
    """Checks the GPU: packages, driver, memory, clocks, and that kernels compute what they say."""
    from evolve.cli.gpu.doctor import examine

    raise typer.Exit(examine(as_json=as_json))


@app.command("bench", cls=Verb)
def bench(
    cpu: Cpu = False,
    seed: options.Seed = 0,
    as_json: options.Json = False,
    _db: options.NoDb = options.DB,
    _config: options.Config = None,
) -> None:
    """Measures what this GPU does at best, twice, and how near our kernels come."""
    from evolve.cli.gpu.bench import run_bench

    raise typer.Exit(run_bench(cpu=cpu, seed=seed, as_json=as_json))


@app.command("calibrate", cls=Verb)
def calibrate(
    *,
    sweep: SweepToo = False,
    minutes: Minutes = 10.0,
    out: options.GpuOut = options.GPU,
    seed: options.Seed = 0,
    as_json: options.Json = False,
    _db: options.NoDb = options.DB,
    _config: options.Config = None,
) -> None:
    """Records this GPU's profile, and its sweep table."""
    from evolve.cli.gpu.calibrate import record

    raise typer.Exit(record(out, sweep=sweep, minutes=minutes, seed=seed, as_json=as_json))


@app.command("verify", cls=Verb)
def verify(  # noqa: PLR0913 - the verb's options
    name: options.RunOrProblem,
    *,
    tokens: Tokens = 4096,
    rounds: Rounds = 5,
    places: Places = None,
    cpu: Cpu = False,
    seed: options.Seed = 0,
    sandbox: options.Sandbox = "auto",
    as_json: options.Json = False,
    db: options.Db = options.DB,
    _config: options.Config = None,
) -> None:
    """Replays a run's champion and the baselines on the GPU."""
    from evolve.cli.gpu.verify import VerifyRequest, verify

    request = VerifyRequest(name, tokens, rounds, places, cpu, seed, sandbox, as_json)
    raise typer.Exit(verify(db, request))


@app.command("predict", cls=Verb)
def predict(  # noqa: PLR0913 - the verb's options
    name: options.RunOrProblem,
    *,
    profile: Profile = None,
    tokens: Tokens = 4096,
    sandbox: options.Sandbox = "auto",
    as_json: options.Json = False,
    db: options.Db = options.DB,
    _config: options.Config = None,
) -> None:
    """Tells what a recorded profile of a GPU says of eplb's placements, without that GPU."""
    from evolve.cli.gpu.predict import PredictRequest, predict

    raise typer.Exit(predict(db, PredictRequest(name, profile, tokens, sandbox, as_json)))
