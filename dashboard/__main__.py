"""Becomes the server of the pages on a store: `python -m dashboard DB STREAMLIT-OPTIONS`.

What the first page needs is read meanwhile: of a run of 10,000 candidates whoever comes at once waits a tenth
less, and whoever comes seconds later not at all.
"""

import sys
import threading
from importlib import import_module
from pathlib import Path

from streamlit.web.cli import main as streamlit

APP = Path(__file__).with_name("app.py")


def main() -> None:
    """Serves until it is stopped."""
    db, *options = sys.argv[1:]
    threading.Thread(target=_warm, args=(Path(db),), name="adrs-warm", daemon=True).start()
    sys.argv = ["streamlit", "run", str(APP), *options, "--", "--db", db]
    streamlit()


def _warm(db: Path) -> None:
    import_module("dashboard.warm").read(db)


if __name__ == "__main__":
    main()
