"""`adrs run --replay RUN`: a recorded run once more, without its models, and whether it came out the same."""

import asyncio
import time
from pathlib import Path

from evolve.cli.display import display
from evolve.cli.exits import Exit, say
from evolve.cli.interrupts import interruptible
from evolve.cli.run_names import fresh_name, run_named
from evolve.cli.terminal import console
from evolve.runs.digests import changed, digests
from evolve.runs.header import Header
from evolve.runs.recording import first_difference
from evolve.runs.session import Ending, Session
from evolve.runs.setting import Setting
from evolve.runs.store import Store
from problems.base import Problem


def repeat(db: Path, run: str, *, name: str | None, workers: int) -> Exit:
    """Runs a recorded run again under a new name, and says whether both logs tell the same."""
    with Store.open(db, create=False) as store:
        header = Header.read(store, run_named(run))
        new = run_named(name) if name else fresh_name(f"{run}-replay", store)
        setting = Setting.load(header.spec.problem, header.spec.workload)
        _warn(run, header, setting)
        ending, interrupted = asyncio.run(_conduct(store, setting.problem, run, new, workers))
        if interrupted:
            say(f"the replay was interrupted after {ending.state.commits} steps, and cannot be resumed")
            return Exit.INTERRUPTED
        return _verdict(store, run, new, ending)


async def _conduct(store: Store, problem: Problem, run: str, new: str, workers: int) -> tuple[Ending, bool]:
    with interruptible(new) as interrupted, display(problem) as watcher:
        session = Session(store, watcher, clock=time.time, interrupted=interrupted)
        return await session.repeat(run, new, workers=workers), interrupted.is_set()


def _warn(run: str, header: Header, setting: Setting) -> None:
    differing = changed(header.digests, digests(setting.problem, setting.stages))
    if differing:
        what = ", ".join(differing)
        say(f"since run {run!r} was made, this has changed, and so may what comes of it: {what}")


def _verdict(store: Store, run: str, new: str, ending: Ending) -> Exit:
    difference, out = first_difference(store, run, new), console()
    if difference is not None:
        out.print(f"{new} differs from {run}: {difference}. Compare them with: adrs show", soft_wrap=True)
        return Exit.POLICY
    steps, digest = ending.state.commits, ending.state.archive.digest()
    out.print(
        f"{new} repeats {run}: {steps} steps, every event and score the same, archive {digest[:12]}.",
        soft_wrap=True,
    )
    return Exit.DONE
