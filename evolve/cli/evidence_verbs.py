"""The verbs that look into what policies did, and mend the record; each imports its module when called."""

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Final

import typer

from evolve.cli import options


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
    force: options.Force = False,
    sandbox: options.Sandbox = "auto",
    as_json: options.Json = False,
    db: options.Db = options.DB,
    _config: options.Config = None,
) -> None:
    """Tells what a policy did on an instance, decision by decision."""
    from evolve.cli.trace import TraceRequest, trace

    request = TraceRequest(
        subject, policy, baseline, instance, split, workload, against, out, force, sandbox, as_json, db
    )
    raise typer.Exit(trace(request))


VERBS: Final[Mapping[str, Callable[..., None]]] = MappingProxyType({"trace": trace})
"""By name, in the order of their use."""
