"""An `adrs` command that ends with the server that started it, however that ends."""

import os
import signal
import sys
import threading

from evolve.cli import main


def _end_with_server() -> None:
    """Waits until the other end of the input is gone, as the server never writes to it."""
    while os.read(sys.stdin.fileno(), 1):
        pass
    os.killpg(0, signal.SIGTERM)  # a group of its own, with all that the command started


if __name__ == "__main__":
    threading.Thread(target=_end_with_server, daemon=True).start()
    sys.exit(main())
