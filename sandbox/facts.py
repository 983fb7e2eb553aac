"""What kind of machine this is, as far as it bears on which layers of the sandbox can be had."""

import errno
import os
import platform
import sys
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from sandbox import syscalls

_SETTINGS: Final = {
    "kernel.unprivileged_userns_clone": "kernel/unprivileged_userns_clone",
    "kernel.apparmor_restrict_unprivileged_userns": "kernel/apparmor_restrict_unprivileged_userns",
    **{f"user.max_{kind}_namespaces": f"user/max_{kind}_namespaces" for kind in ("user", "mnt", "pid")},
    **{f"user.max_{kind}_namespaces": f"user/max_{kind}_namespaces" for kind in ("net", "ipc", "uts")},
}
"""Kernel settings that may forbid namespaces, and their files below /proc/sys."""

_SYS_ADMIN: Final = 1 << 21
_FILTERED: Final = 2
_VERSION_FLAG: Final = 1
_CGROUP_MARKS: Final = {
    "kubepods": "kubernetes",
    "libpod": "podman",
    "docker": "docker",
    "lxc": "lxc",
}


@dataclass(frozen=True, slots=True)
class Facts:
    """What was found; the defaults are those of a machine that lacks nothing.

    Attributes:
        system: `Linux`, or what else `uname` says.
        pointer_bits: Of this interpreter, which may be narrower than the machine.
        kernel: Major and minor number.
        version: The whole of /proc/version; emulated kernels say here what they are.
        administrator: Whether this process has the capability CAP_SYS_ADMIN.
        filtered: Whether somebody has put a seccomp filter around this process.
        container: Whose container this looks like; None if like none. Marks alone prove nothing.
        security_modules: Those that the kernel started with; None if it does not tell.
        settings: Kernel settings that exist here, by name.
        landlock: The name of the error that Landlock answers with, or nothing.
        proc: Whether /proc is mounted.
    """

    system: str = "Linux"
    architecture: str = "x86_64"
    pointer_bits: int = 64
    kernel: tuple[int, int] = (6, 12)
    version: str = ""
    root: bool = False
    administrator: bool = False
    filtered: bool = False
    container: str | None = None
    security_modules: tuple[str, ...] | None = None
    settings: Mapping[str, int] = field(default_factory=dict)
    landlock: str = ""
    proc: bool = True

    @staticmethod
    def read(root: Path = Path("/")) -> "Facts":
        """Looks at this machine and this process; changes nothing.

        Args:
            root: Where the machine's files are, for tests.
        """
        status = _fields(root / "proc/self/status")
        settings = {name: _number(root / "proc/sys" / file) for name, file in _SETTINGS.items()}
        modules = _text(root / "sys/kernel/security/lsm").split(",")
        return Facts(
            system=platform.system(),
            architecture=platform.machine(),
            pointer_bits=64 if sys.maxsize > 1 << 32 else 32,
            kernel=_kernel(platform.release()),
            version=_text(root / "proc/version"),
            root=os.geteuid() == 0,
            administrator=bool(int(status.get("CapEff", "0"), 16) & _SYS_ADMIN),
            filtered=status.get("Seccomp") == str(_FILTERED),
            container=_container(root, os.environ),
            security_modules=tuple(modules) if any(modules) else None,
            settings={name: value for name, value in settings.items() if value is not None},
            landlock=_landlock(),
            proc=bool(status) or platform.system() != "Linux",
        )


def _text(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8", errors="replace").strip()
    except OSError:
        return ""


def _number(path: Path) -> int | None:
    text = _text(path)
    return int(text) if text.isdecimal() else None


def _fields(path: Path) -> dict[str, str]:
    pairs = (line.partition(":") for line in _text(path).splitlines())
    return {name: value.strip() for name, _, value in pairs}


def _kernel(release: str) -> tuple[int, int]:
    major, _, rest = release.partition(".")
    minor = rest.partition(".")[0].partition("-")[0]
    return (int(major) if major.isdecimal() else 0, int(minor) if minor.isdecimal() else 0)


def _container(root: Path, environment: Mapping[str, str]) -> str | None:
    if "KUBERNETES_SERVICE_HOST" in environment:
        return "kubernetes"
    if (root / "run/.containerenv").exists():
        return "podman"
    if (root / ".dockerenv").exists():
        return "docker"
    groups = _text(root / "proc/self/cgroup")
    marked = (whose for mark, whose in _CGROUP_MARKS.items() if mark in groups)
    # Set by podman, LXC and systemd-nspawn, among others.
    return next(marked, environment.get("container") or None)


def _landlock() -> str:
    if platform.system() != "Linux":
        return "ENOSYS"  # the number means another call elsewhere
    try:
        syscalls.call("landlock_create_ruleset", None, 0, _VERSION_FLAG)
    except OSError as error:
        # This error has two names, and the table knows it by the other.
        if error.errno == errno.EOPNOTSUPP:
            return "EOPNOTSUPP"
        return errno.errorcode.get(error.errno or errno.ENOSYS, "")
    return ""
