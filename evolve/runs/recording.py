"""A run as it was, to be run again: when its steps were asked, what models replied, what depended on time."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from evolve.models.language_model import Request
from evolve.runs.events import ASKED, COMMITTED, MEASURED, PLATEAU, PROMOTED, REPLIED
from evolve.runs.header import Header
from evolve.runs.history import open_steps
from evolve.runs.ledger import Cost
from evolve.runs.records import Reader
from evolve.runs.reply import Reply
from evolve.runs.store import Store
from evolve.runs.trial import OutcomeKind, Trial
from sandbox.faults import FaultKind

_TIMED = frozenset({FaultKind.TIMED_OUT, FaultKind.OUT_OF_MEMORY, FaultKind.KILLED})
"""Faults that another machine, or another hour, may not repeat."""


_TOLD = (ASKED, REPLIED, MEASURED, COMMITTED, PROMOTED, PLATEAU)
"""Kinds of events that a repeated run writes again."""


class NotRecorded(Exception):  # noqa: N818 - reads as what happened
    """A repeated run asked what the recorded one did not."""


@dataclass(frozen=True, slots=True)
class Recording:
    """What a run has to repeat; answers requests from the log, by step and never by text.

    Attributes:
        schedule: By step, after how many commits it was asked.
        replies: By step, for steps that were committed.
        fixed: Trials that depended on time.
    """

    run: str
    schedule: Mapping[int, int]
    replies: Mapping[int, Reply]
    fixed: Mapping[int, Trial]

    @staticmethod
    def read(store: Store, run: str, header: Header) -> "Recording":
        """Reads a run's log; steps that were asked and not committed are left out.

        Raises:
            StoreError: There is no such run, or its log is damaged.
        """
        reader, commits = Reader(store, header.layouts), 0
        asked, trials = dict[int, int](), dict[int, Trial]()
        for event in reader.ahead(store.events(run)):
            if event.kind == ASKED and event.step is not None:
                asked[event.step] = commits
            commits += event.kind == COMMITTED
            found = reader.read(event)
            if found is not None:
                trials[found[0].step] = found[0]
        schedule = {step: at for step, at in asked.items() if step in trials}
        replies = {step: trial.reply for step, trial in trials.items() if trial.reply is not None}
        fixed = {step: trial for step, trial in trials.items() if depended_on_time(trial)}
        return Recording(run, schedule, replies, fixed)

    async def ask(self, step: int, request: Request, reserve: Cost, /) -> Reply:
        """Answers as in the log.

        Raises:
            NotRecorded: The step asked no model then.
        """
        if step not in self.replies:
            raise NotRecorded(
                f"step {step} asks a model, which it did not in run {self.run!r}: programs or problem have "
                "changed since, and the run cannot be repeated with this version of them"
            )
        return self.replies[step]

    async def leave(self) -> None:
        """Ends nothing: no call is under way."""


def depended_on_time(trial: Trial) -> bool:
    """Whether it was cut short, or has a fault that another hour may not repeat."""
    faults = (fault for e in trial.evaluations.values() for _, fault in e.faults)
    return trial.kind is OutcomeKind.CANCELLED or any(fault.kind in _TIMED for fault in faults)


_FLEETING = frozenset({"usage", "printed"})
"""Parts of a measurement that may differ from one time to the next, as times do."""


def first_difference(store: Store, run: str, repeated: str) -> str | None:
    """Compares two logs, commit by commit, in everything but measured time; None if they tell the same.

    Returns:
        Where they part, in words.
    """
    old, new = (list(_committed(store, name)) for name in (run, repeated))
    for a, b in zip(old, new, strict=False):
        if a != b:
            return f"step {a[1]}, event {a[0]!r}" + ("" if a[:2] == b[:2] else " is missing")
    if len(old) != len(new):
        return f"{len(old)} events were recorded, and {len(new)} came again"
    return None


def _committed(store: Store, run: str) -> Iterator[tuple[str, int | None, object]]:
    """Yields the events of committed steps without what may differ from one time to the next."""
    unfinished = open_steps(store, run)
    for event in store.events(run, kinds=_TOLD):
        if event.step not in unfinished:
            body = {name: value for name, value in event.body.items() if name not in _FLEETING}
            yield event.kind, event.step, body
