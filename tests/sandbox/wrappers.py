"""Settings in which a machine lacks something, made for one command alone: the machine stays as it is.

As a program, `wrappers.py SETTING COMMAND ...` becomes the command in that setting; `+` joins settings.
"""

import ctypes
import errno
import os
import struct
import sys
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import NoReturn

from sandbox import syscalls

CANNOT = 77
"""Exit code where this machine, or this user, cannot make the setting."""

_NEW_MOUNTS, _NEW_USER = 0x00020000, 0x10000000
_RECURSIVE_PRIVATE = 1 << 14 | 1 << 18
_NO_NEW_PRIVILEGES = 38
_SET_MODE_FILTER = 1
_LOAD_NUMBER, _ALLOW, _ERROR = (0x20, 0, 0, 0), (6, 0, 0, 0x7FFF0000), 0x50000
_LINUX32 = 8
_DROP_FROM_BOUNDING_SET, _SYS_ADMIN = 24, 21

_NAMESPACE_CALLS = ("unshare", "setns", "mount", "umount2", "pivot_root", "mount_setattr")
_LANDLOCK_CALLS = ("landlock_create_ruleset", "landlock_add_rule", "landlock_restrict_self")


def refuse(calls: Mapping[str, int]) -> None:
    """Has system calls fail with an error from now on, as a container's profile does."""
    numbers = syscalls.NUMBERS[syscalls.architecture() or ""]
    steps = [_LOAD_NUMBER]
    for name, error in calls.items():
        steps += [(0x15, 0, 1, numbers[name]), (6, 0, 0, _ERROR | error)]
    code = b"".join(struct.pack("=HBBI", *step) for step in (*steps, _ALLOW))
    kept = ctypes.create_string_buffer(code, len(code))
    syscalls.prctl(_NO_NEW_PRIVILEGES, 1)
    header = struct.pack("@HP", len(code) // 8, ctypes.addressof(kept))
    syscalls.call("seccomp", _SET_MODE_FILTER, 0, header)


def own_users(*, root: bool) -> None:
    """Enters a user namespace, in which this user is root, or an ordinary one."""
    user, group = os.getuid(), os.getgid()
    syscalls.call("unshare", _NEW_USER)
    name = 0 if root else 1000
    Path("/proc/self/setgroups").write_text("deny", encoding="ascii")
    Path("/proc/self/uid_map").write_text(f"{name} {user} 1", encoding="ascii")
    Path("/proc/self/gid_map").write_text(f"{name} {group} 1", encoding="ascii")


def set_to_zero(*, root: bool) -> None:
    """Forbids namespaces of every kind by settings, which count in an own user namespace only."""
    own_users(root=root)
    for path in Path("/proc/sys/user").glob("max_*_namespaces"):
        path.write_text("0", encoding="ascii")


def hide_proc() -> None:
    """Covers /proc by an empty folder."""
    if os.geteuid() != 0:
        own_users(root=True)
    syscalls.call("unshare", _NEW_MOUNTS)
    syscalls.call("mount", b"none", b"/", None, _RECURSIVE_PRIVATE, None)
    syscalls.call("mount", b"none", b"/proc", b"tmpfs", 0, b"mode=755")


def be_no_administrator() -> None:
    """Leaves root all rights but those of CAP_SYS_ADMIN, as the engines of containers do."""
    syscalls.call("prctl", _DROP_FROM_BOUNDING_SET, _SYS_ADMIN, 0, 0, 0)


def be_unknown() -> None:
    """Has `uname` tell of a 32-bit machine, whose system calls have other numbers."""
    if ctypes.CDLL(None).personality(ctypes.c_ulong(_LINUX32)) < 0:
        raise OSError("the personality of 32-bit programs cannot be taken here")


SETTINGS: Mapping[str, Callable[[], None]] = {
    "no_namespaces": lambda: refuse(dict.fromkeys(_NAMESPACE_CALLS, errno.EPERM)),
    "no_administrator": be_no_administrator,
    "no_pivot_root": lambda: refuse({"pivot_root": errno.EPERM}),
    "namespaces_set_to_zero": lambda: set_to_zero(root=True),
    "namespaces_set_to_zero_for_users": lambda: set_to_zero(root=False),
    "no_landlock": lambda: refuse(dict.fromkeys(_LANDLOCK_CALLS, errno.ENOSYS)),
    "landlock_off": lambda: refuse(dict.fromkeys(_LANDLOCK_CALLS, errno.EOPNOTSUPP)),
    "no_seccomp": lambda: refuse({"seccomp": errno.EINVAL}),
    "ordinary_user": lambda: own_users(root=False),
    "no_proc": hide_proc,
    "unknown_machine": be_unknown,
}


def wrapped(setting: str, *command: str) -> list[str]:
    """The command that runs `command` in a setting."""
    return [sys.executable, __file__, setting, *command]


def main(setting: str, command: list[str]) -> NoReturn:
    """Becomes the command in the setting, or ends with `CANNOT` and why."""
    try:
        for name in setting.split("+"):
            SETTINGS[name]()
    except OSError as error:
        sys.stderr.write(f"setting {setting} cannot be made here: {error}\n")
        sys.exit(CANNOT)
    os.execv(command[0], command)


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2:])
