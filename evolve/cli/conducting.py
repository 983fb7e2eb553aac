"""A search, watched to its end, whoever proposes: what `adrs run` and `adrs resume` share."""

import asyncio
import os
import time
from collections.abc import Awaitable, Callable

from evolve.cli.asked_models import announce
from evolve.cli.display import display
from evolve.cli.ending import print_ending
from evolve.cli.exits import Exit, say, tell
from evolve.cli.interrupts import interruptible
from evolve.models.language_model import EndpointUnusable
from evolve.models.opening import open_models
from evolve.models.redaction import Redactor
from evolve.runs.engine import EndReason
from evolve.runs.proposing import Proposing
from evolve.runs.session import Ending, Session
from evolve.runs.spec import Proposer, RunSpec
from evolve.runs.store import Store
from problems.base import Problem


def proposing(spec: RunSpec) -> Proposing:
    """Opens what a run proposes with, and says what will be sent to whom.

    Raises:
        EndpointUnusable: A key is missing.
        ClientMissing: A package is missing.
    """
    if spec.proposer is Proposer.OFFLINE:
        return Proposing()
    redact = Redactor.of(os.environ, spec.models)
    if spec.proposer is Proposer.INBOX:
        return Proposing(redact=redact)
    models = open_models(spec.models, os.environ, redact)
    announce(spec.models)
    return Proposing(models, redact)


def conduct(
    store: Store, problem: Problem, run: str, spec: RunSpec, act: Callable[[Session], Awaitable[Ending]]
) -> Exit:
    """Carries a run to its end, and tells it."""
    opened = proposing(spec)
    tell("evolve.runs.caller")
    if spec.proposer is Proposer.INBOX:
        say(
            f"{run} waits for replies; see what it asks with: adrs ask {run}, and answer with: "
            f"adrs tell {run} STEP FILE"
        )

    async def conducted() -> tuple[Ending, bool]:
        with interruptible(run) as interrupted, display(problem) as watcher:
            session = Session(store, watcher, clock=time.time, interrupted=interrupted, proposing=opened)
            return await act(session), interrupted.is_set()

    try:
        ending, interrupted = asyncio.run(conducted())
    except EndpointUnusable as error:
        say(f"{error}. Nothing is lost; when it is mended, go on with: adrs resume {run}")
        return Exit.ENDPOINT
    print_ending(ending, problem, run, interrupted=interrupted)
    return _exit(ending, interrupted=interrupted)


def _exit(ending: Ending, *, interrupted: bool) -> Exit:
    if interrupted:
        return Exit.INTERRUPTED
    if ending.reason is EndReason.SILENT:
        return Exit.ENDPOINT
    if ending.state.quarantined:
        return Exit.REFUSED
    return Exit.POLICY if ending.state.champion is None else Exit.DONE
