"""The files a candidate may open: those that the interpreter needs, to read."""

import os
import struct
from collections.abc import Sequence
from pathlib import Path
from typing import Final

from sandbox import syscalls
from sandbox.layers import Layer, LayerMissing

WRITE_FILE, READ_FILE, READ_DIR = 1 << 1, 1 << 2, 1 << 3
READ: Final = READ_FILE | READ_DIR
_FILE_RIGHTS: Final = WRITE_FILE | READ_FILE
_VERSION_FLAG: Final = 1
_RULE_PATH_BENEATH: Final = 1
_RIGHTS_BY_ABI: Final = ((5, 16), (3, 15), (2, 14), (1, 13))
"""From which version on the kernel knows how many file rights."""
_NET_BIND_CONNECT: Final = 3
_SCOPE_SOCKETS_SIGNALS: Final = 3

Rule = tuple[Path, int]
"""A path and the rights that hold for it and everything beneath it."""


def version() -> int:
    """The kernel's Landlock ABI, at least 1.

    Raises:
        LayerMissing: The kernel has none, or it is switched off.
    """
    try:
        return syscalls.call("landlock_create_ruleset", None, 0, _VERSION_FLAG)
    except OSError as error:
        raise LayerMissing(Layer.LANDLOCK, f"the system refuses it ({error})") from error


def ruleset(rules: Sequence[Rule]) -> int:
    """Builds a set that forbids every right the kernel knows, but for `rules`; returns its descriptor."""
    abi = version()
    rights = (1 << next(count for since, count in _RIGHTS_BY_ABI if abi >= since)) - 1
    attributes = struct.pack("=Q", rights)
    if abi >= 4:
        attributes += struct.pack("=Q", _NET_BIND_CONNECT)
    if abi >= 6:
        attributes += struct.pack("=Q", _SCOPE_SOCKETS_SIGNALS)
    descriptor = syscalls.call("landlock_create_ruleset", attributes, len(attributes), 0)
    for path, allowed in rules:
        _add(descriptor, path, allowed)
    return descriptor


def _add(descriptor: int, path: Path, allowed: int) -> None:
    opened = os.open(path, os.O_PATH | os.O_CLOEXEC)
    try:
        rights = allowed if path.is_dir() else allowed & _FILE_RIGHTS
        attributes = struct.pack("=Qi", rights, opened)
        syscalls.call("landlock_add_rule", descriptor, _RULE_PATH_BENEATH, attributes, 0)
    finally:
        os.close(opened)


def restriction(descriptor: int) -> syscalls.Prepared:
    """Prepares the call that binds a process to the set for good; it needs `no_new_privs`."""
    return syscalls.prepare("landlock_restrict_self", descriptor, 0)
