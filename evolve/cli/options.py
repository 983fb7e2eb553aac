"""The options of the verbs: name, placeholder, one line of help. One option means the same everywhere."""

from pathlib import Path
from typing import Annotated

import typer

DB = Path("results/adrs.db")
_MODES = "auto (full, else strong), full, strong, weak or none"

ProblemName = Annotated[
    str, typer.Argument(metavar="PROBLEM", help="Name, as in: adrs problems", show_default=False)
]
ProblemNames = Annotated[
    str,
    typer.Argument(
        metavar="PROBLEM", help="Name, as in: adrs problems; or all, with --baseline best", show_default=False
    ),
]
RunName = Annotated[str, typer.Argument(metavar="RUN", help="Name, as in: adrs runs", show_default=False)]
PolicyFile = Annotated[
    Path | None, typer.Argument(metavar="POLICY.py", help="The policy's file.", show_default=False)
]
CandidateName = Annotated[
    str | None,
    typer.Argument(metavar="CANDIDATE", help="Step, or the first digits of an id.", show_default=False),
]

Db = Annotated[Path, typer.Option("--db", envvar="ADRS_DB", metavar="FILE", help="Store of runs.")]
NoDb = Annotated[
    Path, typer.Option("--db", envvar="ADRS_DB", metavar="FILE", help="Taken everywhere; problems need none.")
]
Json = Annotated[bool, typer.Option("--json", help="Print one JSON object instead.")]
Workload = Annotated[
    str, typer.Option("--workload", metavar="W", help="generated, or real where there is data.")
]
Workers = Annotated[
    int | None,
    typer.Option("--workers", min=1, metavar="N", help="Worker processes.", show_default="one a core"),
]
Sandbox = Annotated[str, typer.Option("--sandbox", metavar="MODE", help=f"{_MODES}.")]
NewSandbox = Annotated[
    str | None, typer.Option("--sandbox", metavar="MODE", help="Another mode than before, with --fork.")
]

BaselineName = Annotated[
    str | None,
    typer.Option("--baseline", metavar="NAME", help="Measure this baseline, or the best, instead of a file."),
]
SplitName = Annotated[
    str, typer.Option("--split", metavar="S", help="smoke, search, validation, holdout or published.")
]
Form = Annotated[
    str,
    typer.Option("--form", metavar="FORM", help="interface, or published: written for the published form."),
]

MaxEvals = Annotated[
    int, typer.Option("--max-evals", min=1, metavar="N", help="Candidates measured at most, seeds included.")
]
MoreEvals = Annotated[
    int | None,
    typer.Option("--max-evals", min=1, metavar="N", help="Candidates at most, those before included."),
]
MaxMinutes = Annotated[
    float | None,
    typer.Option("--max-minutes", metavar="M", help="Wall minutes at most.", show_default="no limit"),
]
Seed = Annotated[
    int, typer.Option("--seed", min=0, metavar="N", help="Same seed, same run, at any number of workers.")
]
SeedPolicies = Annotated[
    list[Path] | None,
    typer.Option("--seed-policy", metavar="FILE", help="Start from this policy, too; may be repeated."),
]
NewName = Annotated[
    str | None,
    typer.Option("--name", metavar="NAME", help="The run's name.", show_default="problem and time"),
]
ForkName = Annotated[
    str | None, typer.Option("--name", metavar="NAME", help="The new run's name, with --fork.")
]
Fork = Annotated[bool, typer.Option("--fork", help="Go on as a new run, whatever has changed since.")]

Out = Annotated[
    Path | None, typer.Option("--out", metavar="FILE", help="Write it there.", show_default="print it")
]
Force = Annotated[bool, typer.Option("--force", help="Overwrite the file.")]
