"""The system calls a candidate may make: computing, reading allowed files, telling the time."""

import ctypes
import errno
import struct
from dataclasses import dataclass
from typing import Final

from sandbox import syscalls
from sandbox.layers import Layer, LayerMissing

_NAMES: Final = """
    access alarm arch_prctl brk clock_getres clock_gettime clock_nanosleep close close_range dup dup2 dup3
    epoll_create1 exit exit_group faccessat faccessat2 fcntl fstat futex getcpu getcwd getdents getdents64
    getegid geteuid getgid getitimer getpid getppid getrandom getrlimit getrusage gettid gettimeofday getuid
    lseek lstat madvise membarrier mmap mprotect mremap munmap nanosleep newfstatat open openat pipe pipe2
    poll ppoll pread64 pselect6 read readlink readlinkat readv restart_syscall rseq rt_sigaction
    rt_sigprocmask rt_sigreturn sched_getaffinity sched_yield select set_robust_list set_tid_address
    setitimer sigaltstack stat statx sysinfo times uname write writev
"""

ALLOWED: Final = tuple(_NAMES.split())
"""Everything else fails with EPERM: processes, threads, signals, sockets, tracing, privileges, new kernels'
novelties. No call that changes a file's name, owner or length is here, for there is no file to change."""

_ABSENT: Final = {"clone3": errno.ENOSYS, "ioctl": errno.ENOTTY}
"""Calls whose callers have a fallback, and look for it only after these errors."""

_LOAD, _JUMP_EQUAL, _JUMP_AT_LEAST, _RETURN = 0x20, 0x15, 0x35, 0x06
_NUMBER_AT, _ARCHITECTURE_AT, _ARGUMENTS_AT = 0, 4, 16
_ALLOW, _ERROR, _KILL_PROCESS = 0x7FFF0000, 0x00050000, 0x80000000
_AUDIT: Final = {"x86_64": 0xC000003E, "aarch64": 0xC00000B7}
_X32_BIT: Final = 0x40000000
_SET_MODE_FILTER: Final = 1
_GET_ACTION_AVAILABLE: Final = 2


def _instruction(code: int, k: int, jump_true: int = 0, jump_false: int = 0) -> bytes:
    return struct.pack("=HBBI", code, jump_true, jump_false, k)


def _return(action: int) -> bytes:
    return _instruction(_RETURN, action)


def _when_number_is(number: int, action: int) -> bytes:
    return _instruction(_JUMP_EQUAL, number, 0, 1) + _return(action)


def _own_limits_only(number: int) -> bytes:
    # prlimit64(pid, resource, new, old) also sets limits, and those of others: only pid 0 with a null `new`.
    checked = (_ARGUMENTS_AT, _ARGUMENTS_AT + 16, _ARGUMENTS_AT + 20)
    body = b""
    for i, offset in enumerate(checked):
        remaining = 2 * (len(checked) - 1 - i) + 1
        body += _instruction(_LOAD, offset) + _instruction(_JUMP_EQUAL, 0, 0, remaining)
    body += _return(_ALLOW)
    return _instruction(_JUMP_EQUAL, number, 0, len(body) // 8) + body + _instruction(_LOAD, _NUMBER_AT)


@dataclass(frozen=True, slots=True)
class Program:
    """An assembled filter."""

    code: bytes

    @staticmethod
    def assemble(architecture: str) -> "Program":
        """Writes the filter for one of `syscalls.NUMBERS`."""
        numbers = syscalls.NUMBERS[architecture]
        parts = [
            _instruction(_LOAD, _ARCHITECTURE_AT),
            _instruction(_JUMP_EQUAL, _AUDIT[architecture], 1, 0),
            _return(_KILL_PROCESS),
            _instruction(_LOAD, _NUMBER_AT),
        ]
        if architecture == "x86_64":
            parts += [_instruction(_JUMP_AT_LEAST, _X32_BIT, 0, 1), _return(_KILL_PROCESS)]
        parts += [_when_number_is(numbers[name], _ALLOW) for name in ALLOWED if name in numbers]
        parts += [_when_number_is(numbers[name], _ERROR | error) for name, error in _ABSENT.items()]
        parts += [_own_limits_only(numbers["prlimit64"]), _return(_ERROR | errno.EPERM)]
        return Program(b"".join(parts))

    def install(self) -> None:
        """Filters the calling process from now on; needs `no_new_privs`."""
        code = ctypes.create_string_buffer(self.code, len(self.code))
        header = struct.pack("@HP", len(self.code) // 8, ctypes.addressof(code))
        syscalls.call("seccomp", _SET_MODE_FILTER, 0, header)


def check() -> str:
    """Makes sure that filters can be installed here, and returns the architecture.

    Raises:
        LayerMissing: They cannot.
    """
    known = syscalls.architecture()
    if known is None:
        raise LayerMissing(Layer.SECCOMP, "no system call numbers are known for this architecture")
    try:
        syscalls.call("seccomp", _GET_ACTION_AVAILABLE, 0, struct.pack("=I", _KILL_PROCESS))
    except OSError as error:
        raise LayerMissing(Layer.SECCOMP, f"the kernel refuses it ({error.strerror})") from error
    return known
