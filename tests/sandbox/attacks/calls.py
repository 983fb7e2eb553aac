"""System calls by number, for attacks that go past the standard library."""

from sandbox import syscalls

_MORE = {
    "x86_64": {
        "shmget": 29, "semget": 64, "chroot": 161, "mlock": 149, "mq_open": 240, "inotify_init1": 294,
        "name_to_handle_at": 303,
    },
    "aarch64": {
        "shmget": 194, "semget": 190, "chroot": 51, "mlock": 228, "mq_open": 180, "inotify_init1": 26,
        "name_to_handle_at": 264,
    },
}  # fmt: skip

ARCHITECTURE = syscalls.architecture() or "x86_64"

CTYPES = "import ctypes\nlibc = ctypes.CDLL(None, use_errno=True)\n"
"""What a body begins with that uses `call`."""


def number(name: str) -> int:
    """A call's number on this machine."""
    return _MORE[ARCHITECTURE].get(name) or syscalls.NUMBERS[ARCHITECTURE][name]


def call(name: str, arguments: str) -> str:
    """An expression that makes the call; below 0 if it failed."""
    return f"libc.syscall({number(name)}, {arguments})"
