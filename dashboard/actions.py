"""What pages may have done: a closed set of `adrs` commands, of checked values alone. No streamlit here."""

import hashlib
import re
import shlex
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from dashboard.data import RunLog
from evolve.cli.exits import Misuse
from evolve.cli.marks import LONGEST_NOTE, author_named, tag_named
from evolve.cli.run_names import run_named
from problems.base import Split
from problems.registry import names

_SHORT: Final = frozenset({"tag", "note", "archive"})
_FILE_NAME: Final = 80
"""Characters of a run's name that are kept in a file's."""


class Refused(ValueError):  # noqa: N818 - reads as what happened
    """This cannot be asked for; the message says what was expected, what came, and what to do."""


@dataclass(frozen=True, slots=True)
class Action:
    """A command; the functions below make them, and nothing else does.

    Attributes:
        runs: What it is about, at least one.
        options: Each in one word, `--name=value`, so that no value is taken for an option.
        words: What follows them, behind `--` for the same reason.
        step: Of the run, if it is about one candidate.
        file: Name of what it makes in the folder of exports; None if it makes no file.
    """

    verb: str
    runs: tuple[str, ...]
    words: tuple[str, ...]
    options: tuple[str, ...] = ()
    step: int | None = None
    file: str | None = None

    @property
    def is_long(self) -> bool:
        """Whether it may take minutes; the others write one line."""
        return self.verb not in _SHORT

    @property
    def title(self) -> str:
        """What it does, for people."""
        where = ", ".join(self.runs)
        return f"{self.verb} {where}" if self.step is None else f"{self.verb} step {self.step} of {where}"

    def typed(self, db: Path) -> str:
        """How a terminal is told the same."""
        out = () if self.file is None else (f"--out={self.file}",)
        dashes = ("--",) if any(word.startswith("-") for word in self.words) else ()
        return shlex.join(["adrs", self.verb, *self.options, *out, f"--db={db}", *dashes, *self.words])


def tag(log: RunLog, step: int, tags: Sequence[str], *, off: bool = False) -> Action:
    """Puts tags on a candidate, or takes them off."""
    if not tags:
        raise Refused("expected at least one tag, but got none")
    try:
        named = tuple(tag_named(text) for text in tags)
    except Misuse as error:
        raise Refused(str(error)) from error
    options = (*_signed(), *(("--off",) if off else ()))
    return Action("tag", (_run(log),), (log.run, _step(log, step), *named), options, step)


def note(log: RunLog, text: str, *, step: int | None = None) -> Action:
    """Writes a note on a run, or on one of its candidates."""
    if not text.strip() or len(text) > LONGEST_NOTE:
        raise Refused(f"expected a note of 1 to {LONGEST_NOTE:,} characters, but got {len(text.strip()):,}")
    if not _is_text(text):
        raise Refused("expected a note of text alone, but got characters that no command can be given")
    on = () if step is None else (f"--candidate={_step(log, step)}",)
    return Action("note", (_run(log),), (log.run, text.strip()), (*_signed(), *on), step)


def archive(log: RunLog, *, undo: bool = False) -> Action:
    """Puts a run away, out of the list, or brings it back."""
    return Action("archive", (_run(log),), (log.run,), (*_signed(), *(("--undo",) if undo else ())))


def verify(log: RunLog, step: int) -> Action:
    """Measures a candidate wherever that is possible; the verdict goes into the log."""
    return Action("verify", (_subject(log),), (log.run, f"{log.run}:{_candidate(log, step)}"), (), step)


def bundle(log: RunLog) -> Action:
    """Packs a run into one file, for somebody else to check."""
    return Action("bundle", (_run(log),), (log.run,), ("--force",), file=_file(log, ".adrs.zip"))


def trace(log: RunLog, step: int, instance: str, *, split: Split, against: int | str | None = None) -> Action:
    """Tells what a candidate did on an instance, as JSON, and where another, or a baseline, parts from it."""
    layout = log.header.layouts.get(split)
    if layout is None or split is Split.HOLDOUT:
        known = ", ".join(s for s in log.header.layouts if s is not Split.HOLDOUT)
        raise Refused(f"expected a split that run {log.run!r} measures ({known}), but got {str(split)!r}")
    if instance not in {name for name, _, _ in layout.rows}:
        raise Refused(f"{split} of run {log.run!r} has no instance {instance[:80]!a}")
    options = [f"--split={split}", f"--instance={instance}", "--json"]
    if against is not None:
        options.append(f"--against={_policy(log, against)}")
    words = (log.run, f"{log.run}:{_candidate(log, step)}")
    return Action("trace", (_subject(log),), words, tuple(options), step)


def ablate(log: RunLog, step: int, *, against: int | None = None) -> Action:
    """Measures a candidate with one change undone at a time, as JSON: since its parent, or another step."""
    options = ("--json",) if against is None else ("--json", f"--against={_candidate(log, against)}")
    return Action("ablate", (_subject(log),), (log.run, _candidate(log, step)), options, step)


def report(logs: Sequence[RunLog]) -> Action:
    """Writes one file with the figures of runs, for a colleague without the tool."""
    if not logs:
        raise Refused("expected at least one run, but got none")
    runs = tuple(_run(log) for log in logs)
    more = f"-and-{len(logs) - 1}" if len(logs) > 1 else ""
    return Action("report", runs, runs, ("--force",), file=_file(logs[0], f"{more}.html"))


def _run(log: RunLog) -> str:
    """A run that is open is in the store; this asks that commands take its name, too."""
    try:
        return run_named(log.run)
    except Misuse as error:
        raise Refused(str(error)) from error


def _subject(log: RunLog) -> str:
    """The same for commands that take a problem or a run."""
    if log.run in names():
        raise Refused(f"run {log.run!r} has the name of a problem, which this command would take instead")
    return _run(log)


def _step(log: RunLog, step: int) -> str:
    if not 0 <= step < len(log.steps):
        raise Refused(f"run {log.run!r} has no step {step}; it has steps 0 to {len(log.steps) - 1}")
    return str(step)


def _candidate(log: RunLog, step: int) -> str:
    found = _step(log, step)
    if log.steps[step].id is None:
        raise Refused(f"step {step} of run {log.run!r} came to no candidate ({log.steps[step].reason})")
    return found


def _policy(log: RunLog, name: int | str) -> str:
    if isinstance(name, int):
        return f"{log.run}:{_candidate(log, name)}"
    known = [baseline.name for baseline in log.problem.baselines]
    if name not in known:
        raise Refused(
            f"expected a baseline of {log.problem.name} ({', '.join(known)}), but got {name[:80]!a}"
        )
    return name


def _signed() -> tuple[str]:
    """Whose it is: the login that the server runs under."""
    return (f"--author={author_named(None)}",)


def _is_text(text: str) -> bool:
    """Whether a command can be given it: a NUL ends an argument, and half a surrogate pair is no text."""
    try:
        return "\0" not in text and bool(text.encode())
    except UnicodeEncodeError:
        return False


def _file(log: RunLog, ending: str) -> str:
    """A name for a file, of letters that every system takes, and another one for each run."""
    plain = re.sub(r"[^A-Za-z0-9._-]", "_", log.run).lstrip(".-")[:_FILE_NAME] or "run"
    mark = "" if plain == log.run else f"-{hashlib.sha256(log.run.encode()).hexdigest()[:8]}"
    return f"{plain}{mark}{ending}"
