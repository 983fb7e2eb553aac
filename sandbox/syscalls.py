"""System calls that Python does not wrap, by name, on the architectures whose numbers are known."""

import ctypes
import os
import platform
import struct
from collections.abc import Callable, Mapping, Sequence
from types import MappingProxyType
from typing import Final

_X86_64: Final = {
    "read": 0, "write": 1, "open": 2, "close": 3, "stat": 4, "fstat": 5, "lstat": 6, "poll": 7, "lseek": 8,
    "mmap": 9, "mprotect": 10, "munmap": 11, "brk": 12, "rt_sigaction": 13, "rt_sigprocmask": 14,
    "rt_sigreturn": 15, "ioctl": 16, "pread64": 17, "readv": 19, "writev": 20, "access": 21, "pipe": 22,
    "select": 23, "sched_yield": 24, "mremap": 25, "madvise": 28, "dup": 32, "dup2": 33, "nanosleep": 35,
    "getitimer": 36, "alarm": 37, "setitimer": 38, "getpid": 39, "socket": 41, "connect": 42, "clone": 56,
    "fork": 57, "vfork": 58, "execve": 59, "exit": 60, "kill": 62, "uname": 63, "fcntl": 72, "ftruncate": 77,
    "getdents": 78, "getcwd": 79, "readlink": 89, "gettimeofday": 96, "getrlimit": 97, "getrusage": 98,
    "sysinfo": 99, "times": 100, "ptrace": 101, "getuid": 102, "getgid": 104, "setuid": 105, "geteuid": 107,
    "getegid": 108, "getppid": 110, "capset": 126, "sigaltstack": 131, "pivot_root": 155, "prctl": 157,
    "arch_prctl": 158, "mount": 165, "umount2": 166, "gettid": 186, "futex": 202, "sched_setaffinity": 203,
    "sched_getaffinity": 204, "getdents64": 217, "set_tid_address": 218, "restart_syscall": 219,
    "clock_gettime": 228, "clock_getres": 229, "clock_nanosleep": 230, "exit_group": 231, "keyctl": 250,
    "openat": 257, "newfstatat": 262, "readlinkat": 267, "faccessat": 269, "pselect6": 270, "ppoll": 271,
    "unshare": 272, "set_robust_list": 273, "epoll_create1": 291, "dup3": 292, "pipe2": 293,
    "perf_event_open": 298, "prlimit64": 302, "setns": 308, "getcpu": 309, "process_vm_readv": 310,
    "seccomp": 317, "getrandom": 318, "memfd_create": 319, "bpf": 321, "userfaultfd": 323, "membarrier": 324,
    "statx": 332, "rseq": 334, "pidfd_send_signal": 424, "io_uring_setup": 425, "pidfd_open": 434,
    "clone3": 435, "close_range": 436, "pidfd_getfd": 438, "faccessat2": 439, "mount_setattr": 442,
    "landlock_create_ruleset": 444, "landlock_add_rule": 445, "landlock_restrict_self": 446,
}  # fmt: skip

_AARCH64: Final = {
    "getcwd": 17, "epoll_create1": 20, "dup": 23, "dup3": 24, "fcntl": 25, "ioctl": 29, "umount2": 39,
    "mount": 40, "pivot_root": 41, "ftruncate": 46, "faccessat": 48, "openat": 56, "close": 57, "pipe2": 59,
    "getdents64": 61, "lseek": 62, "read": 63, "write": 64, "readv": 65, "writev": 66, "pread64": 67,
    "pselect6": 72, "ppoll": 73, "readlinkat": 78, "newfstatat": 79, "fstat": 80, "capset": 91, "exit": 93,
    "exit_group": 94, "set_tid_address": 96, "unshare": 97, "futex": 98, "set_robust_list": 99,
    "nanosleep": 101, "getitimer": 102, "setitimer": 103, "clock_gettime": 113, "clock_getres": 114,
    "clock_nanosleep": 115, "ptrace": 117, "sched_setaffinity": 122, "sched_getaffinity": 123,
    "sched_yield": 124, "restart_syscall": 128, "kill": 129, "sigaltstack": 132, "rt_sigaction": 134,
    "rt_sigprocmask": 135, "rt_sigreturn": 139, "setuid": 146, "times": 153, "uname": 160, "getrlimit": 163,
    "getrusage": 165, "prctl": 167, "getcpu": 168, "gettimeofday": 169, "getpid": 172, "getppid": 173,
    "getuid": 174, "geteuid": 175, "getgid": 176, "getegid": 177, "gettid": 178, "sysinfo": 179,
    "socket": 198, "connect": 203, "brk": 214, "munmap": 215, "mremap": 216, "keyctl": 219, "clone": 220,
    "execve": 221, "mmap": 222, "mprotect": 226, "madvise": 233, "perf_event_open": 241, "prlimit64": 261,
    "setns": 268, "process_vm_readv": 270, "seccomp": 277, "getrandom": 278, "memfd_create": 279, "bpf": 280,
    "userfaultfd": 282, "membarrier": 283, "statx": 291, "rseq": 293, "pidfd_send_signal": 424,
    "io_uring_setup": 425, "pidfd_open": 434, "clone3": 435, "close_range": 436, "pidfd_getfd": 438,
    "faccessat2": 439, "mount_setattr": 442, "landlock_create_ruleset": 444, "landlock_add_rule": 445,
    "landlock_restrict_self": 446,
}  # fmt: skip

NUMBERS: Final[Mapping[str, Mapping[str, int]]] = MappingProxyType(
    {"x86_64": MappingProxyType(_X86_64), "aarch64": MappingProxyType(_AARCH64)}
)
"""Numbers by architecture; a name that an architecture lacks is a call that it does not have."""

_Argument = ctypes.c_long | ctypes.c_ulong | ctypes.c_int | ctypes.c_char_p

_libc = ctypes.CDLL(None, use_errno=True)
_libc.syscall.restype = ctypes.c_long


def architecture() -> str | None:
    """The running architecture if its numbers are known; a 32-bit interpreter has other ones."""
    machine = platform.machine()
    return machine if machine in NUMBERS and struct.calcsize("P") == 8 else None


class Prepared:
    """A system call whose arguments are converted already.

    A fork shares the fork server's memory until it writes to it, and every page costs it a microsecond or
    two; so what every fork calls is looked up and converted once, before.
    """

    def __init__(
        self, name: str, function: Callable[..., int], arguments: Sequence[_Argument], kept: object = None
    ) -> None:
        self._kept = kept  # what an argument points to
        self._name = name
        self._function = function
        self._arguments = tuple(arguments)

    def __call__(self) -> int:
        """Makes the call.

        Raises:
            OSError: It failed.
        """
        result = self._function(*self._arguments)
        if result < 0:
            error = ctypes.get_errno()
            raise OSError(error, f"{self._name}: {os.strerror(error)}")
        return result


def prepare(name: str, *arguments: int | bytes | None, kept: object = None) -> Prepared:
    """Prepares a system call; bytes are passed as a pointer to a copy.

    Args:
        kept: What lives as long as the prepared call, since an argument holds its address.

    Raises:
        OSError: The architecture's numbers are unknown.
    """
    known = architecture()
    if known is None:
        raise OSError(f"no system call numbers are known for {platform.machine()}")
    raw = [ctypes.c_long(a) if isinstance(a, int) else ctypes.c_char_p(a) for a in arguments]
    return Prepared(name, _libc.syscall, (ctypes.c_long(NUMBERS[known][name]), *raw), kept)


def prepare_prctl(option: int, value: int) -> Prepared:
    """Prepares the setting of an attribute of the calling process, on any architecture."""
    values = [ctypes.c_ulong(argument) for argument in (value, 0, 0, 0)]
    return Prepared(f"prctl({option})", _libc.prctl, (ctypes.c_int(option), *values))


def call(name: str, *arguments: int | bytes | None) -> int:
    """Makes a system call; bytes are passed as a pointer to a copy.

    Raises:
        OSError: It failed; or the architecture's numbers are unknown.
    """
    return prepare(name, *arguments)()


def prctl(option: int, value: int) -> None:
    """Sets an attribute of the calling process, on any architecture.

    Raises:
        OSError: It failed.
    """
    prepare_prctl(option, value)()
