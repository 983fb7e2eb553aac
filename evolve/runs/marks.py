"""What people wrote on a run: tags and notes, and whether it is put away; events of its log."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from evolve.runs.events import ARCHIVED, NOTED, TAGGED, Draft
from evolve.runs.store import Store


@dataclass(frozen=True, slots=True)
class Note:
    """One note.

    Attributes:
        step: The candidate's that it is on; None if it is on the run.
        at: Seconds since the epoch.
    """

    step: int | None
    author: str
    at: float
    text: str


@dataclass(frozen=True, slots=True)
class Marks:
    """All of it, as it stands now.

    Attributes:
        tags: By step, in the order in which they were first put on.
        archived: Whether the run is put away, out of the list.
    """

    tags: Mapping[int, tuple[str, ...]]
    notes: tuple[Note, ...]
    archived: bool


def marks(store: Store, run: str) -> Marks:
    """Reads what was written on a run."""
    tags: dict[int, list[str]] = {}
    notes, archived = list[Note](), False
    for event in store.events(run, kinds=(TAGGED, NOTED, ARCHIVED)):
        match event.kind:
            case "tagged" if event.step is not None:
                there = tags.setdefault(event.step, [])
                named = event.body["tags"]
                tags[event.step] = [t for t in there if t not in named] + ([] if event.body["off"] else named)
            case "noted":
                notes.append(Note(event.step, event.body["author"], event.at, event.body["text"]))
            case "archived":
                archived = not event.body["undone"]
    return Marks({step: tuple(found) for step, found in tags.items() if found}, tuple(notes), archived)


def tagged(step: int, tags: Sequence[str], author: str, *, off: bool) -> Draft:
    """Writes that tags were put on a candidate, or taken off."""
    return Draft(TAGGED, step, {"tags": list(dict.fromkeys(tags)), "off": off, "author": author})


def noted(step: int | None, text: str, author: str) -> Draft:
    """Writes a note on a candidate, or on the run."""
    return Draft(NOTED, step, {"text": text, "author": author})


def archived(author: str, *, undone: bool) -> Draft:
    """Writes that a run was put away, or brought back."""
    return Draft(ARCHIVED, None, {"undone": undone, "author": author})
