"""Becomes the server of the pages on a store: `python -m dashboard DB STREAMLIT-OPTIONS`.

What the first page needs is imported and read before the server answers. A browser that came meanwhile would
wait as long, in front of an empty page.
"""

import os
import sys
from contextlib import suppress
from pathlib import Path

from streamlit.web.cli import main as streamlit

from dashboard import views
from dashboard.commands import LINK
from dashboard.data import library, settle
from evolve.cli.exits import say
from evolve.runs.errors import StoreError

__all__ = ["views"]  # that is, all of them are imported before anybody waits for one

APP = Path(__file__).with_name("app.py")


def main() -> None:
    """Serves until it is stopped."""
    db, *options = sys.argv[1:]
    with suppress(StoreError, ValueError):  # the pages say what is wrong with the store
        library(Path(db)).runs()
    settle()
    say(f"serving {db} at {os.environ.pop(LINK)} until Ctrl-C")  # no command that is started needs it
    sys.stderr.flush()
    sys.argv = ["streamlit", "run", str(APP), *options, "--", "--db", db]
    streamlit()


if __name__ == "__main__":
    main()
