"""What a search starts from besides its problem's baselines: files, and the archive of another run."""

import os
from collections.abc import Sequence
from pathlib import Path

from evolve.cli.exits import Misuse, say
from evolve.cli.names import read_policy
from evolve.cli.run_names import run_named
from evolve.cli.terminal import harmless
from evolve.models.redaction import Redactor
from evolve.runs.header import Header
from evolve.runs.history import best_of
from evolve.runs.store import Store
from problems.base import Problem
from sandbox.faults import Fault


class SeedRefused(Exception):  # noqa: N818 - reads as what happened
    """A seed policy's bytes cannot be a policy's source."""


def sources_of(paths: Sequence[Path]) -> dict[str, str]:
    """Reads seed policies; their names cannot be those of baselines.

    Raises:
        SeedRefused: One is refused by a rule of admission.
        Misuse: One cannot be read, or two have one name.
    """
    sources: dict[str, str] = {}
    redact = Redactor.of(os.environ)
    for path in paths:
        source, name = read_policy(path), f"file:{harmless(path.name)}"
        if isinstance(source, Fault):
            raise SeedRefused(f"{path} is refused ({source.rule}): {source.message}")
        if redact(source) != source:
            raise Misuse(f"{path} holds the value of a key that is set in the environment; take it out")
        if name in sources:
            raise Misuse(
                f"expected seed policies of different names, but got two called {path.name}; rename one"
            )
        sources[name] = source
    return sources


def archive_of(store: Store, run: str, problem: Problem, *, at_most: int) -> dict[str, str]:
    """Reads the best of another run's archive.

    Raises:
        Misuse: It searched for another problem, or has no archive yet.
    """
    theirs = Header.read(store, run_named(run)).spec.problem
    if theirs != problem.name:
        raise Misuse(f"expected --from a run of {problem.name!r}, but {run!r} searched for {theirs!r}")
    found = best_of(store, run, at_most=max(1, at_most))
    if not found:
        raise Misuse(f"run {run!r} has no candidate without fault yet; start without --from")
    say(f"starts from {len(found)} candidates of {run}, which are measured anew")
    return found
