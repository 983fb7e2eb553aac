"""A world of its own: no network, no other processes, and a file tree with nothing in it but Python."""

import os
import signal
import struct
from collections.abc import Iterable
from pathlib import Path
from typing import Final

from sandbox import syscalls
from sandbox.layers import Layer, LayerMissing
from sandbox.readable import Readable

_NEW_MOUNTS, _NEW_UTS, _NEW_IPC = 0x00020000, 0x04000000, 0x08000000
_NEW_USER, _NEW_PID, _NEW_NET = 0x10000000, 0x20000000, 0x40000000
_NO_SUID, _NO_DEVICES, _NO_EXEC, _BIND, _RECURSIVE, _PRIVATE = 2, 4, 8, 1 << 12, 1 << 14, 1 << 18
_DETACH: Final = 2
_AT_FDCWD, _AT_RECURSIVE = -100, 0x8000
_READ_ONLY_NO_SUID: Final = 1 | 2
_SET_PARENT_DEATH_SIGNAL: Final = 1
_OLD: Final = Path("/old")
_LIBRARY_LINKS: Final = (Path("/lib"), Path("/lib64"), Path("/usr/lib64"))


def enter() -> "Processes":
    """Moves this process into namespaces of its own.

    An ordinary user may return to a process namespace only if his user namespace owns it. So there the
    process forks once: what returns is process 1 of such a namespace, and the original waits for its end.

    Raises:
        LayerMissing: The system refuses.
    """
    try:
        _unshare()
        syscalls.call("mount", b"none", b"/", None, _RECURSIVE | _PRIVATE, None)
        processes = Processes(os.open("/proc/self/ns/pid", os.O_RDONLY | os.O_CLOEXEC))
        # A rehearsal of what every fork does, so that a refusal shows now.
        processes.leave()
        processes.come_back()
    except OSError as error:
        raise LayerMissing(Layer.NAMESPACES, f"the system refuses them ({error})") from error
    return processes


def _unshare() -> None:
    flags = _NEW_MOUNTS | _NEW_UTS | _NEW_IPC | _NEW_NET
    if os.geteuid() == 0:
        syscalls.call("unshare", flags)
        return
    user, group = os.getuid(), os.getgid()
    syscalls.call("unshare", flags | _NEW_USER | _NEW_PID)
    for name, text in (
        ("setgroups", "deny"),
        ("uid_map", f"{user} {user} 1"),
        ("gid_map", f"{group} {group} 1"),
    ):
        Path(f"/proc/self/{name}").write_text(text, encoding="ascii")
    first = os.fork()
    if first:
        os.waitpid(first, 0)
        os._exit(0)
    syscalls.prctl(_SET_PARENT_DEATH_SIGNAL, signal.SIGKILL)


class Processes:
    """The process namespaces of forks: one for each, in which it is process 1."""

    def __init__(self, own: int) -> None:
        self._leave = syscalls.prepare("unshare", _NEW_PID)
        self._return = syscalls.prepare("setns", own, _NEW_PID)

    def leave(self) -> None:
        """Puts the next fork into a new process namespace."""
        self._leave()

    def come_back(self) -> None:
        """Puts later forks into the fork server's own again; a second `leave` would nest them otherwise."""
        self._return()


def narrow_root(readable: Readable) -> None:
    """Replaces the file tree by one that has only what Python needs, all of it read-only.

    Landlock alone would leave names, sizes and times of every file on the machine to be looked at.

    Raises:
        LayerMissing: The system refuses.
    """
    folders, single = _sources(readable.folders()), _sources((*readable.packages, *readable.single_files()))
    links = {path: path.readlink() for path in _LIBRARY_LINKS if path.is_symlink()}
    try:
        _pivot(readable.stdlib)
        for path, source in folders.items():
            _show(path, source)
        for site in readable.sites:
            if site.is_dir():
                _mount_empty(site)
        for path, source in single.items():
            _show(path, source)
        for path, target in links.items():
            path.parent.mkdir(parents=True, exist_ok=True)
            path.symlink_to(target)
        syscalls.call("umount2", bytes(_OLD), _DETACH)
        _OLD.rmdir()
        _set_read_only(Path("/"), recursive=False)
    except OSError as error:
        raise LayerMissing(Layer.NAMESPACES, f"no file tree of its own ({error})") from error


def _sources(paths: Iterable[Path]) -> dict[Path, Path]:
    # Links are followed now, while they still point into the tree that they were made for.
    return {path: _OLD / path.resolve().relative_to("/") for path in paths}


def _mount_empty(target: Path) -> None:
    flags = _NO_SUID | _NO_DEVICES | _NO_EXEC
    syscalls.call("mount", b"adrs", bytes(target), b"tmpfs", flags, b"size=1m,nr_inodes=1k,mode=755")


def _pivot(somewhere: Path) -> None:
    # Any folder serves as the first mount point, since pivoting frees it again: so one that surely exists.
    _mount_empty(somewhere)
    (somewhere / _OLD.name).mkdir()
    os.chdir(somewhere)
    syscalls.call("pivot_root", b".", _OLD.name.encode())
    os.chdir("/")


def _show(path: Path, source: Path) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    if source.is_dir():
        path.mkdir(exist_ok=True)
    elif not path.exists():
        path.touch()
    syscalls.call("mount", bytes(source), bytes(path), None, _BIND | _RECURSIVE, None)
    _set_read_only(path, recursive=True)


def _set_read_only(path: Path, *, recursive: bool) -> None:
    attributes = struct.pack("=QQQQ", _READ_ONLY_NO_SUID, 0, 0, 0)
    flags = _AT_RECURSIVE if recursive else 0
    syscalls.call("mount_setattr", _AT_FDCWD, bytes(path), flags, attributes, len(attributes))
