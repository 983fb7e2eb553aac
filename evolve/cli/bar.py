"""A progress bar on the error stream, gone when it is done; nothing where that is no terminal."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager

from rich import progress

from evolve.cli.terminal import console

Progress = Callable[[int, int], None]
"""Hears how many of how many are done."""


@contextmanager
def bar(what: str, *, hidden: bool = False) -> Iterator[Progress]:
    """Shows a bar labelled `what`, and gives what moves it."""
    err = console(stderr=True)
    columns = (progress.TextColumn(what), progress.BarColumn(), progress.MofNCompleteColumn())
    disable = hidden or not err.is_terminal
    with progress.Progress(*columns, console=err, transient=True, disable=disable) as shown:
        task = shown.add_task("", total=None)
        yield lambda done, total: shown.update(task, completed=done, total=total)
