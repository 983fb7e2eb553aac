"""Whose rights a candidate has: nobody's where possible, and no capability anywhere."""

import os
import struct
from collections.abc import Iterable
from pathlib import Path
from typing import Final

from sandbox import syscalls
from sandbox.layers import Layer, LayerMissing

NOBODY: Final = 65534
_CAPABILITY_VERSION_3: Final = 0x20080522
_SET_DUMPABLE, _SET_NO_NEW_PRIVILEGES = 4, 38


def can_be_nobody(needed: Iterable[Path]) -> bool:
    """Whether this process may become nobody, and nobody may read what Python needs.

    An interpreter in a home folder is closed to nobody unless the file tree was narrowed; then a child keeps
    the user's name without any of its capabilities. Tried in a fork that ends at once.
    """
    if os.geteuid() != 0:
        return False
    trial = os.fork()
    if trial == 0:
        os._exit(0 if _tried(needed) else 1)
    return os.waitpid(trial, 0)[1] == 0


def _tried(needed: Iterable[Path]) -> bool:
    try:
        _become_nobody()
    except OSError:
        return False
    return all(os.access(path, os.R_OK) for path in needed)


def _become_nobody() -> None:
    os.setgroups([])
    os.setresgid(NOBODY, NOBODY, NOBODY)
    os.setresuid(NOBODY, NOBODY, NOBODY)


class Renunciation:
    """Gives up the identity, or at least all capabilities, for good; prepared once, made by every fork.

    Raises:
        LayerMissing: The numbers of the calls are unknown here.
    """

    def __init__(self, *, to_nobody: bool) -> None:
        header = struct.pack("=Ii", _CAPABILITY_VERSION_3, 0)
        self._to_nobody = to_nobody
        try:
            self._drop_capabilities = syscalls.prepare("capset", header, bytes(24))
        except OSError as error:
            raise LayerMissing(Layer.IDENTITY, str(error)) from error
        self._hide_memory = syscalls.prepare_prctl(_SET_DUMPABLE, 0)

    def make(self) -> None:
        """Makes the calling process nobody, where that was decided, and takes every capability from it."""
        if self._to_nobody:
            _become_nobody()
        self._drop_capabilities()
        self._hide_memory()


def no_new_privileges() -> syscalls.Prepared:
    """Prepares that no program could give privileges back; Landlock and seccomp insist on it."""
    return syscalls.prepare_prctl(_SET_NO_NEW_PRIVILEGES, 1)
