"""What people decided: champions that wait for a word, and all that was said of a run. No streamlit here."""

from dataclasses import dataclass
from pathlib import Path
from typing import Final

from dashboard.data import Library, Summary
from evolve.runs.events import ARCHIVED, NOTED, TAGGED, VERIFIED, Event
from evolve.runs.history import Phase
from evolve.runs.marks import Marks, marks
from evolve.runs.store import Store
from evolve.runs.verifications import verifications

APPROVED: Final = "approved"
REJECTED: Final = "rejected"
OPPOSITE: Final = {APPROVED: REJECTED, REJECTED: APPROVED}


@dataclass(frozen=True, slots=True)
class Waiting:
    """A champion of a run that ended, neither approved nor rejected.

    Attributes:
        step: The champion's.
        verified: Status of its latest verification; None if there is none of this candidate.
    """

    summary: Summary
    step: int
    verified: str | None


@dataclass(frozen=True, slots=True)
class Said:
    """Something that a person wrote on a run, or had verified.

    Attributes:
        at: Seconds since the epoch.
        author: None of a verification.
        step: None if it is about the run.
    """

    at: float
    author: str | None
    step: int | None
    text: str


def waiting(library: Library) -> list[Waiting]:
    """Lists the champions that wait, those of the latest runs first; runs put away are out of sight.

    Raises:
        StoreError: There is no store, or it cannot be read.
    """
    found = []
    ended = [summary for summary in library.runs() if summary.outline.status.phase is not Phase.RUNNING]
    with Store.open(library.db, create=False) as store:
        for summary in ended:
            run, step = summary.row.name, summary.outline.champion
            if step is None or judgement(marks(store, run), step) is not None:
                continue
            latest = verifications(store, run).latest
            is_its = latest is not None and latest.step == step
            found.append(Waiting(summary, step, str(latest.verdict.status) if latest and is_its else None))
    return found


def judgement(found: Marks, step: int) -> str | None:
    """What was decided of a candidate; None if nothing was."""
    tags = found.tags.get(step, ())
    return next((tag for tag in reversed(tags) if tag in OPPOSITE), None)


def said(db: Path, run: str) -> list[Said]:
    """Reads what people said of a run, the first first; nothing of it is ever changed.

    Raises:
        StoreError: The run was deleted, or its log is damaged.
    """
    with Store.open(db, create=False) as store:
        events = list(store.events(run, kinds=(TAGGED, NOTED, ARCHIVED, VERIFIED)))
    return [Said(event.at, event.body.get("author"), event.step, _text(event)) for event in events]


def _text(event: Event) -> str:
    body = event.body
    if event.kind == TAGGED:
        return f"{'took off' if body['off'] else 'tagged'} {', '.join(body['tags'])}"
    if event.kind == ARCHIVED:
        return "brought it back" if body["undone"] else "put it away"
    return str(body["text"] if event.kind == NOTED else body["verdict"])
