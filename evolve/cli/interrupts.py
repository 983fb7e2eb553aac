"""Signals: the first stops a run cleanly, the second at once."""

import asyncio
import os
import signal
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType
from typing import Final

from evolve.cli.exits import Exit, say

SIGNALS: Final = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
_SHOW_CURSOR: Final = "\x1b[?25h"


@contextmanager
def interruptible(run: str) -> Iterator[asyncio.Event]:
    """Gives an event that the first signal sets; must be entered within the running loop.

    Plain handlers, not the loop's own: a second signal is heard even while the loop is busy or stuck.
    """
    loop, interrupted = asyncio.get_running_loop(), asyncio.Event()
    signals = 0

    def stop() -> None:
        say("stopping at the next commit; once more to stop at once")
        interrupted.set()

    def handle(number: int, _: FrameType | None) -> None:
        nonlocal signals
        signals += 1
        if signals == 1:
            loop.call_soon_threadsafe(stop)  # not here: a signal may come in the midst of printing
        else:
            _tell(f"stopped at once by {signal.Signals(number).name}; go on with: adrs resume {run}")
            os._exit(Exit.INTERRUPTED)

    # Under nohup a hang-up is ignored, and stays so.
    heard = [s for s in SIGNALS if s is not signal.SIGHUP or signal.getsignal(s) is not signal.SIG_IGN]
    before = {number: signal.signal(number, handle) for number in heard}
    try:
        yield interrupted
    finally:
        for number in heard:
            signal.signal(number, before[number])


def _tell(message: str) -> None:
    """Writes past all buffers and locks."""
    cursor = _SHOW_CURSOR if sys.stderr.isatty() else ""
    os.write(2, f"{cursor}\nadrs: {message}\n".encode())
