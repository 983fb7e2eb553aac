"""The verbs that look into what policies did, and mend the record; each imports its module when called."""

from collections.abc import Callable, Mapping
from pathlib import Path
from types import MappingProxyType
from typing import Annotated, Final

import typer

from evolve.cli import options

AuditedPolicy = Annotated[
    Path | None,
    typer.Option("--policy", metavar="FILE", help="Attack by this policy.", show_default="the idle one"),
]
VerifiedAgainst = Annotated[
    str, typer.Option("--against", metavar="B", help="best, or all: the baselines it is held against.")
]
VerifiedEvals = Annotated[
    int | None,
    typer.Option(
        "--evals",
        min=0,
        metavar="N",
        help="Evaluations to tune each of them with; 0 for none.",
        show_default="as many as RUN has spent, else 100",
    ),
]
AblatedCandidate = Annotated[
    str | None,
    typer.Argument(
        metavar="CANDIDATE", help="Step, or the first digits of an id.", show_default="the champion"
    ),
]
AblatedAgainst = Annotated[
    str | None,
    typer.Option("--against", metavar="C", help="Changes since this one.", show_default="its first parent"),
]
MostChanges = Annotated[
    int, typer.Option("--most", metavar="N", help="Changes at most; nearer ones are taken together.")
]


def trace(  # noqa: PLR0913 - the verb's options
    subject: options.ProblemOrRun,
    policy: options.TracedPolicy = None,
    *,
    baseline: options.TracedBaseline = None,
    instance: options.InstanceName = None,
    against: options.TracedAgainst = None,
    split: options.SplitName = "validation",
    workload: options.SubjectsWorkload = None,
    out: options.RowsOut = None,
    picture: options.PictureOut = None,
    force: options.Force = False,
    sandbox: options.Sandbox = "auto",
    as_json: options.Json = False,
    db: options.Db = options.DB,
    _config: options.Config = None,
) -> None:
    """Tells what a policy did on an instance, decision by decision."""
    from evolve.cli.trace.command import TraceRequest, trace

    request = TraceRequest(
        subject,
        policy,
        baseline,
        instance,
        split,
        workload,
        against,
        out,
        picture,
        force=force,
        sandbox=sandbox,
        as_json=as_json,
        db=db,
    )
    raise typer.Exit(trace(request))


def audit(
    problem: options.ProblemName,
    *,
    policy: AuditedPolicy = None,
    as_json: options.Json = False,
    _db: options.NoDb = options.DB,
    _config: options.Config = None,
) -> None:
    """Attacks a problem, or a policy on it; exit 7 if cheating pays."""
    from evolve.cli.audit import audit

    raise typer.Exit(audit(problem, policy, as_json=as_json))


def verify(  # noqa: PLR0913 - the verb's options
    subject: options.ProblemOrRun,
    policy: options.TracedPolicy = None,
    *,
    against: VerifiedAgainst = "best",
    evals: VerifiedEvals = None,
    seed: options.Seed = 0,
    workers: options.Workers = None,
    sandbox: options.Sandbox = "auto",
    as_json: options.Json = False,
    db: options.Db = options.DB,
    _config: options.Config = None,
) -> None:
    """Measures a policy wherever it can, and says in words what that proves."""
    from evolve.cli.verify.command import VerifyRequest, verify

    request = VerifyRequest(
        subject, policy, against, evals, seed=seed, workers=workers, sandbox=sandbox, as_json=as_json, db=db
    )
    raise typer.Exit(verify(request))


def report(
    names: options.RunsNamed,
    *,
    out: options.ReportOut = None,
    force: options.Force = False,
    db: options.Db = options.DB,
    _config: options.Config = None,
) -> None:
    """Writes all that is known of runs as one page, for anybody's browser."""
    from evolve.cli.html_report import ReportRequest, report_on

    raise typer.Exit(report_on(db, ReportRequest(names, out, force)))


def ablate(  # noqa: PLR0913 - the verb's options
    run: options.RunName,
    candidate: AblatedCandidate = None,
    *,
    against: AblatedAgainst = None,
    most: MostChanges = 20,
    workers: options.Workers = None,
    as_json: options.Json = False,
    db: options.Db = options.DB,
    _config: options.Config = None,
) -> None:
    """Undoes a candidate's changes one at a time: which are of use?"""
    from evolve.cli.ablate import AblateRequest, ablate

    raise typer.Exit(ablate(AblateRequest(run, candidate, against, most, workers, as_json, db)))


VERBS: Final[Mapping[str, Callable[..., None]]] = MappingProxyType(
    {"verify": verify, "ablate": ablate, "trace": trace, "audit": audit, "report": report}
)
"""By name, in the order of their use."""
