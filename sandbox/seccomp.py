"""The system calls a candidate may make: computing, reading allowed files, telling the time."""

import ctypes
import errno
import struct
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from sandbox import syscalls
from sandbox.layers import Layer, LayerMissing

_NAMES: Final = """
    access alarm arch_prctl brk clock_getres clock_gettime clock_nanosleep close close_range dup dup2 dup3
    epoll_create1 exit exit_group faccessat faccessat2 fstat getcpu getcwd getdents getdents64 getegid geteuid
    getgid getitimer getpid getppid getrandom getrlimit getrusage gettid gettimeofday getuid lseek lstat
    madvise mmap mprotect mremap munmap nanosleep newfstatat open openat pipe pipe2 poll ppoll
    pread64 pselect6 read readlink readlinkat readv restart_syscall rseq rt_sigaction rt_sigprocmask
    rt_sigreturn sched_getaffinity sched_yield select set_robust_list set_tid_address setitimer sigaltstack
    stat statx times uname write writev
"""

ALLOWED: Final = tuple(_NAMES.split())
"""Everything else fails with EPERM: processes, threads, signals, sockets, tracing, privileges, new kernels'
novelties. No call that changes a file's name, owner or length is here, for there is no file to change; and
none that tells of the whole machine (`sysinfo`) or disturbs it (`membarrier`), for by such calls children
could tell each other something."""

_ABSENT: Final = {"clone3": errno.ENOSYS, "ioctl": errno.ENOTTY}
"""Calls whose callers have a fallback, and look for it only after these errors."""

_LOAD, _JUMP_EQUAL, _JUMP_AT_LEAST, _JUMP_ANY_BIT, _RETURN = 0x20, 0x15, 0x35, 0x45, 0x06
_NUMBER_AT, _ARCHITECTURE_AT, _ARGUMENTS_AT, _ARGUMENT_BYTES = 0, 4, 16, 8
_ALLOW, _ERROR, _KILL_PROCESS = 0x7FFF0000, 0x00050000, 0x80000000
_REFUSE: Final = _ERROR | errno.EPERM
_AUDIT: Final = {"x86_64": 0xC000003E, "aarch64": 0xC00000B7}
_X32_BIT: Final = 0x40000000
_FARTHEST_JUMP: Final = 255
_SET_MODE_FILTER: Final = 1
_GET_ACTION_AVAILABLE: Final = 2

_DUPLICATE, _GET_FLAGS, _DUPLICATE_CLOSING = 0, (1, 2, 3, 4), 1030
_FCNTL_COMMANDS: Final = (_DUPLICATE, *_GET_FLAGS, _DUPLICATE_CLOSING)
"""What `fcntl` may do: copy a descriptor, read and set its flags. Not: name a process that the kernel shall
signal, take locks that another child could see, watch folders, resize pipes."""

_FUTEX_PRIVATE: Final = 128
_CLONE_THREAD: Final = 0x10000


def _instruction(code: int, k: int, jump_true: int = 0, jump_false: int = 0) -> bytes:
    return struct.pack("=HBBI", code, jump_true, jump_false, k)


def _return(action: int) -> bytes:
    return _instruction(_RETURN, action)


def _argument(index: int, *, high: bool = False) -> bytes:
    return _instruction(_LOAD, _ARGUMENTS_AT + _ARGUMENT_BYTES * index + (4 if high else 0))


def _own_limits_only() -> bytes:
    # prlimit64(pid, resource, new, old) also sets limits, and those of others: only pid 0 with a null `new`.
    refused = _return(_REFUSE)
    body = _return(_ALLOW) + refused
    for load in (_argument(2, high=True), _argument(2), _argument(0)):
        # Past all that is still to be checked, to the refusal at the end.
        body = load + _instruction(_JUMP_EQUAL, 0, 0, _count(body) - _count(refused)) + body
    return body


def _one_of(index: int, values: Sequence[int]) -> bytes:
    body = _return(_REFUSE) + _return(_ALLOW)
    for value in reversed(values):
        body = _instruction(_JUMP_EQUAL, value, _count(body) - 1) + body
    return _argument(index) + body


def _any_bit(index: int, mask: int) -> bytes:
    return _argument(index) + _instruction(_JUMP_ANY_BIT, mask, 0, 1) + _return(_ALLOW) + _return(_REFUSE)


def _count(code: bytes) -> int:
    return len(code) // len(_return(0))


def _verdicts(numbers: Mapping[str, int], *, threads: bool) -> dict[int, bytes]:
    """What is done about each call that is not simply refused, by its number."""
    found = {numbers[name]: _return(_ALLOW) for name in ALLOWED if name in numbers}
    found |= {numbers[name]: _return(_ERROR | error) for name, error in _ABSENT.items()}
    found[numbers["prlimit64"]] = _own_limits_only()
    found[numbers["fcntl"]] = _one_of(1, _FCNTL_COMMANDS)
    if threads:
        # A thread that ends wakes its joiner by a futex that is not private.
        found[numbers["clone"]] = _any_bit(0, _CLONE_THREAD)
        found[numbers["futex"]] = _return(_ALLOW)
    else:
        # One that is shared lies in a file, where children of two fork servers could meet.
        found[numbers["futex"]] = _any_bit(1, _FUTEX_PRIVATE)
    return found


def _ranges(verdicts: Mapping[int, bytes]) -> list[tuple[int, bytes]]:
    """First numbers of the stretches that have the same verdict, in order."""
    found = [(0, verdicts.get(0, _return(_REFUSE)))]
    for number in range(1, max(verdicts) + 2):
        verdict = verdicts.get(number, _return(_REFUSE))
        if verdict != found[-1][1]:
            found.append((number, verdict))
    return found


def _search(ranges: Sequence[tuple[int, bytes]]) -> bytes:
    """Writes a binary search: the kernel tries every number when a filter is installed, so depth is time."""
    if len(ranges) == 1:
        return ranges[0][1]
    middle = len(ranges) // 2
    below, above = _search(ranges[:middle]), _search(ranges[middle:])
    if _count(below) > _FARTHEST_JUMP:
        raise ValueError(f"a filter can jump over {_FARTHEST_JUMP} instructions, not {_count(below)}")
    return _instruction(_JUMP_AT_LEAST, ranges[middle][0], _count(below)) + below + above


@dataclass(frozen=True, slots=True)
class Program:
    """An assembled filter."""

    code: bytes

    @staticmethod
    def assemble(architecture: str, *, threads: bool = False) -> "Program":
        """Writes the filter for one of `syscalls.NUMBERS`.

        Args:
            threads: Allows threads, of the calling process alone.
        """
        parts = [
            _instruction(_LOAD, _ARCHITECTURE_AT),
            _instruction(_JUMP_EQUAL, _AUDIT[architecture], 1, 0),
            _return(_KILL_PROCESS),
            _instruction(_LOAD, _NUMBER_AT),
        ]
        if architecture == "x86_64":
            parts += [_instruction(_JUMP_AT_LEAST, _X32_BIT, 0, 1), _return(_KILL_PROCESS)]
        verdicts = _verdicts(syscalls.NUMBERS[architecture], threads=threads)
        return Program(b"".join((*parts, _search(_ranges(verdicts)))))

    def installation(self) -> syscalls.Prepared:
        """Prepares the call that filters the calling process from then on; it needs `no_new_privs`."""
        code = ctypes.create_string_buffer(self.code, len(self.code))
        header = struct.pack("@HP", _count(self.code), ctypes.addressof(code))
        return syscalls.prepare("seccomp", _SET_MODE_FILTER, 0, header, kept=code)


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
        raise LayerMissing(Layer.SECCOMP, f"the system refuses it ({error.strerror})") from error
    return known
