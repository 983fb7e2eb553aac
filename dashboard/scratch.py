"""A folder for what commands say, which nobody else takes and nobody leaves behind."""

import fcntl
import os
import shutil
import stat
import tempfile
import time
from pathlib import Path
from typing import Final

_PREFIX: Final = "adrs-dashboard-"
_LOCK: Final = "held"
_NEW_S: Final = 60.0
"""So long a folder without a lock may belong to a server that is about to take it."""
_HELD: Final[list[int]] = []
"""Locks of this process, which end with it however it ends."""


def scratch_folder() -> Path:
    """Makes a folder, held as long as this process lives, and deletes those of servers that were killed."""
    for left in Path(tempfile.gettempdir()).glob(f"{_PREFIX}*"):
        if _is_left(left):
            shutil.rmtree(left, ignore_errors=True)
    folder = Path(tempfile.mkdtemp(prefix=_PREFIX))
    _HELD.append(os.open(folder / _LOCK, os.O_CREAT | os.O_RDWR, 0o600))
    fcntl.flock(_HELD[-1], fcntl.LOCK_EX)
    return folder


def _is_left(folder: Path) -> bool:
    """Whether it is of a server of ours that has ended."""
    try:
        found = folder.lstat()
        is_ours = stat.S_ISDIR(found.st_mode) and found.st_uid == os.getuid()
        if not is_ours or time.time() - found.st_mtime < _NEW_S:
            return False
        with (folder / _LOCK).open("rb") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:  # held, gone meanwhile, or of something else
        return False
    return True
