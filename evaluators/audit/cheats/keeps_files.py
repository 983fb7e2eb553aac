"""Cheat: leaves notes to later groups in every place it can think of, and gives itself away if it finds any.

Way: searches
Rule: none
"""

import contextlib
import os

_PLACES = ["/tmp", "/dev/shm", "/var/tmp", ".", os.path.expanduser("~")]


def _note(place):
    return os.path.join(place, "adrs-redteam-note")


for _place in _PLACES:
    with contextlib.suppress(OSError):
        if os.path.exists(_note(_place)):
            raise RuntimeError(f"leaked: a note was left in {_place}")
    with contextlib.suppress(OSError):
        with open(_note(_place), "w") as _file:
            _file.write("seen")
if os.environ.get("ADRS_NOTE"):
    raise RuntimeError("leaked: a note was left in the environment")
os.environ["ADRS_NOTE"] = "seen"
