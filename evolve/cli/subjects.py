"""Policies as commands name them: a file, a baseline, or a candidate of a run."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from evolve.cli.candidate import found_trial
from evolve.cli.exits import Misuse
from evolve.cli.names import BEST, baseline_named, read_policy
from evolve.cli.run_names import run_named
from evolve.nearest import nearest
from evolve.runs.header import Header
from evolve.runs.history import champion_source
from evolve.runs.store import Store
from problems.base import Problem
from problems.registry import get, names
from sandbox.faults import Fault

CHAMPION: Final = "champion"
_SHOWN: Final = 5


@dataclass(frozen=True, slots=True)
class Policy:
    """A policy by the name that people know it by.

    Attributes:
        source: Or why it is none.
        step: Of its run, if it is a candidate of one.
    """

    name: str
    source: str | Fault
    step: int | None = None


@dataclass(frozen=True, slots=True)
class Subject:
    """What a command is about: a problem, or a run and thereby its problem and workload.

    Attributes:
        run: None for a problem.
    """

    problem: Problem
    workload: str
    run: str | None = None


def subject_named(db: Path, name: str) -> Subject:
    """Finds a problem or a run.

    Raises:
        Misuse: There is neither, nor a store in which a run could be.
        UnknownRun: There is a store, but no such run in it.
    """
    if name in names():
        return Subject(get(name), "generated")
    if not db.exists():
        near = ", ".join(nearest(name, names())[:_SHOWN])
        raise Misuse(f"there is no problem {name!a}, and no store {db} with runs; problems are: {near}")
    with Store.open(db, create=False) as store:
        spec = Header.read(store, run_named(name)).spec
    return Subject(get(spec.problem), spec.workload, name)


def policy_named(db: Path, subject: Subject, name: str) -> Policy:
    """Finds a policy: FILE.py, a baseline, RUN:CANDIDATE, or, of a run, a candidate.

    A candidate is a step, the first digits of an id, or `champion`.

    Raises:
        Misuse: There is none of that name, or it solves another problem.
    """
    if name.endswith(".py") or Path(name).is_file():
        return Policy(Path(name).name, read_policy(Path(name)))
    if name == BEST or name in {b.name for b in subject.problem.baselines}:
        baseline = baseline_named(subject.problem, name)
        return Policy(baseline.name, baseline.source)
    run, colon, candidate = name.rpartition(":")
    if colon and run and candidate:
        return _candidate(db, subject.problem, run, candidate)
    if subject.run is not None:
        return _candidate(db, subject.problem, subject.run, name)
    known = ", ".join(nearest(name, [b.name for b in subject.problem.baselines])[:_SHOWN])
    raise Misuse(
        f"expected a policy's file, a baseline of {subject.problem.name} ({known}) or RUN:CANDIDATE, "
        f"but got {name!a}"
    )


def _candidate(db: Path, problem: Problem, run: str, wanted: str) -> Policy:
    with Store.open(db, create=False) as store:
        solved = Header.read(store, run_named(run)).spec.problem
        if solved != problem.name:
            raise Misuse(
                f"run {run!r} is about {solved}, so its candidates are no policies of {problem.name}"
            )
        if wanted == CHAMPION:
            champion = champion_source(store, run)
            if champion is None:
                raise Misuse(
                    f"run {run!r} has no champion yet; name a candidate, as in: adrs candidates {run}"
                )
            return Policy(f"champion of {run}, step {champion[0]}", champion[1], champion[0])
        trial = found_trial(store, run, wanted).trial
    if trial.candidate is None:
        raise Misuse(f"step {trial.step} of run {run!r} came to no candidate ({trial.reason}); name another")
    return Policy(f"step {trial.step} of {run}", trial.candidate.source, trial.step)


def one_of(name: str, known: Sequence[str], what: str, listing: str) -> str:
    """Checks that a name is one of many, too many to list in a sentence.

    Raises:
        Misuse: It is not; the message has the nearest, and says how to see all.
    """
    if name in known:
        return name
    near = ", ".join(nearest(name, known)[:_SHOWN])
    raise Misuse(f"there is no {what} {name!a}; the nearest of {len(known)} are: {near}. {listing}")
