"""`adrs tag`, `adrs note` and `adrs archive`: what people write on a run, with their name and the time."""

import getpass
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from evolve.cli.candidate import found_trial
from evolve.cli.exits import Exit, Misuse, say
from evolve.cli.run_names import run_named
from evolve.runs.events import COMMITTED
from evolve.runs.marks import archived, marks, noted, tagged
from evolve.runs.store import Store

LONGEST_TAG = 40
LONGEST_NOTE = 4_000


def author_named(author: str | None) -> str:
    """Takes the name given, else that of the login."""
    if author is not None:
        return _line(author, "author's name")
    try:
        return getpass.getuser()
    except (OSError, KeyError):  # no login of that number, as in a container
        return "unknown"


def tag_named(text: str) -> str:
    """Checks that a text can be a tag.

    Raises:
        Misuse: It cannot.
    """
    if not text or len(text) > LONGEST_TAG or not all(c.isalnum() or c in "-_." for c in text):
        raise Misuse(
            f"expected a tag of at most {LONGEST_TAG} letters, digits, dashes, dots and underscores, but "
            f"got {text!a}"
        )
    return text


@dataclass(frozen=True, slots=True)
class TagRequest:
    """The verb's options, as they came."""

    run: str
    candidate: str
    tags: Sequence[str]
    off: bool
    author: str | None


def tag(db: Path, request: TagRequest) -> Exit:
    """Puts tags on a candidate, or takes them off."""
    run, named = run_named(request.run), [tag_named(text) for text in request.tags]
    with Store.open(db, create=False) as store:
        step = _step(store, run, request.candidate)
        missing = [text for text in named if text not in marks(store, run).tags.get(step, ())]
        if request.off and missing:
            raise Misuse(f"step {step} of run {run!r} has no tag {missing[0]!r}, so none was taken off")
        store.append(
            run, [tagged(step, named, author_named(request.author), off=request.off)], at=time.time()
        )
        left = marks(store, run).tags.get(step, ())
    say(f"step {step} of run {run!r} has the tags: {', '.join(left) or 'none'}")
    return Exit.DONE


def note(db: Path, run: str, text: str, *, candidate: str | None, author: str | None) -> Exit:
    """Writes a note on a run, or on one of its candidates."""
    if not text.strip() or len(text) > LONGEST_NOTE:
        raise Misuse(f"expected a note of 1 to {LONGEST_NOTE} characters, but got {len(text.strip())}")
    with Store.open(db, create=False) as store:
        step = None if candidate is None else _step(store, run_named(run), candidate)
        store.append(run_named(run), [noted(step, text.strip(), author_named(author))], at=time.time())
    say(f"noted on {'' if step is None else f'step {step} of '}run {run!r}")
    return Exit.DONE


def archive(db: Path, runs: Sequence[str], *, undo: bool, author: str | None) -> Exit:
    """Puts runs away, out of the list, or brings them back: all that are named, or none."""
    with Store.open(db, create=False) as store:
        for run in runs:
            store.refuse_written(run_named(run), at=time.time())
        for run in runs:
            store.append(run, [archived(author_named(author), undone=undo)], at=time.time())
    what = (
        "brought back"
        if undo
        else "put away; adrs runs --all lists it still, adrs archive --undo brings it back"
    )
    for run in runs:
        say(f"run {run!r} is {what}")
    return Exit.DONE


def _step(store: Store, run: str, wanted: str) -> int:
    """Finds a step by its number, else by its candidate's id, for which all scores are read."""
    commits = store.events(run, kinds=(COMMITTED,))
    found = next((event.step for event in commits if str(event.step) == wanted), None)
    return found_trial(store, run, wanted).trial.step if found is None else found


def _line(text: str, what: str) -> str:
    if not text.strip() or not text.isprintable() or len(text) > LONGEST_TAG:
        raise Misuse(f"expected an {what} of 1 to {LONGEST_TAG} printable characters, but got {text!a}")
    return text.strip()
