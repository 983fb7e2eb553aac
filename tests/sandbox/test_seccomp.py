"""The filter, run by a small interpreter, on both architectures."""

import errno
import struct

import pytest

from sandbox import syscalls
from sandbox.seccomp import ALLOWED, Program

AUDIT = {"x86_64": 0xC000003E, "aarch64": 0xC00000B7}
ALLOW, ERROR, KILL = 0x7FFF0000, 0x00050000, 0x80000000


def verdict(program: Program, number: int, audit: int, arguments: tuple[int, ...] = (0,) * 6) -> int:
    data = struct.pack("=IIQ6Q", number, audit, 0, *arguments)
    instructions = list(struct.iter_unpack("=HBBI", program.code))
    at, value = 0, 0
    while True:
        code, jump_true, jump_false, k = instructions[at]
        at += 1
        if code == 0x20:
            (value,) = struct.unpack_from("=I", data, k)
        elif code == 0x15:
            at += jump_true if value == k else jump_false
        elif code == 0x35:
            at += jump_true if value >= k else jump_false
        elif code == 0x45:
            at += jump_true if value & k else jump_false
        else:
            assert code == 0x06
            return int(k)


EACH_ARCHITECTURE = pytest.mark.parametrize("architecture", syscalls.NUMBERS)
JUDGED_BY_ARGUMENTS = ("prlimit64", "fcntl", "futex", "clone")


@EACH_ARCHITECTURE
@pytest.mark.parametrize("threads", [False, True])
def test_what_is_not_allowed_is_refused(architecture: str, threads: bool) -> None:
    program, numbers = Program.assemble(architecture, threads=threads), syscalls.NUMBERS[architecture]
    special = {numbers["clone3"]: errno.ENOSYS, numbers["ioctl"]: errno.ENOTTY}
    allowed = {numbers[name] for name in ALLOWED if name in numbers}
    for number in set(range(600)) - {numbers[name] for name in JUDGED_BY_ARGUMENTS}:
        expected = ALLOW if number in allowed else ERROR | special.get(number, errno.EPERM)
        assert verdict(program, number, AUDIT[architecture]) == expected, number


@EACH_ARCHITECTURE
def test_descriptors_can_be_copied_but_no_one_signalled_or_told_through_them(architecture: str) -> None:
    program, number = Program.assemble(architecture), syscalls.NUMBERS[architecture]["fcntl"]
    copying_and_flags = {0, 1, 2, 3, 4, 1030}
    for command in range(1100):
        expected = ALLOW if command in copying_and_flags else ERROR | errno.EPERM
        assert verdict(program, number, AUDIT[architecture], (3, command, 9, 0, 0, 0)) == expected


@EACH_ARCHITECTURE
def test_only_private_futexes_can_be_waited_for_without_threads(architecture: str) -> None:
    number, audit = syscalls.NUMBERS[architecture]["futex"], AUDIT[architecture]
    shared, private = (0, 9, 0, 0, 0, 0), (0, 9 | 128, 0, 0, 0, 0)
    assert verdict(Program.assemble(architecture), number, audit, shared) == ERROR | errno.EPERM
    assert verdict(Program.assemble(architecture), number, audit, private) == ALLOW
    assert verdict(Program.assemble(architecture, threads=True), number, audit, shared) == ALLOW


@EACH_ARCHITECTURE
def test_threads_can_be_cloned_where_they_are_allowed_and_processes_nowhere(architecture: str) -> None:
    number, audit = syscalls.NUMBERS[architecture]["clone"], AUDIT[architecture]
    thread, process = (0x3D0F00, 0, 0, 0, 0, 0), (17, 0, 0, 0, 0, 0)
    allowing = Program.assemble(architecture, threads=True)
    assert verdict(allowing, number, audit, thread) == ALLOW
    assert verdict(allowing, number, audit, process) == ERROR | errno.EPERM
    assert verdict(Program.assemble(architecture), number, audit, thread) == ERROR | errno.EPERM


@EACH_ARCHITECTURE
def test_limits_can_be_read_but_not_set(architecture: str) -> None:
    program, number = Program.assemble(architecture), syscalls.NUMBERS[architecture]["prlimit64"]
    for arguments in ((1, 0, 0, 0, 0, 0), (0, 9, 1, 0, 0, 0), (0, 9, 1 << 32, 0, 0, 0)):
        assert verdict(program, number, AUDIT[architecture], arguments) == ERROR | errno.EPERM
    assert verdict(program, number, AUDIT[architecture], (0, 9, 0, 77, 0, 0)) == ALLOW


@EACH_ARCHITECTURE
def test_another_architectures_numbers_kill(architecture: str) -> None:
    program = Program.assemble(architecture)
    assert verdict(program, 0, 0x40000003) == KILL


def test_the_x32_numbers_kill() -> None:
    assert verdict(Program.assemble("x86_64"), 0x40000000, AUDIT["x86_64"]) == KILL


DANGEROUS = ["execve", "clone", "kill", "socket", "connect", "ptrace", "setuid", "prctl", "mount", "bpf"]


@pytest.mark.parametrize("name", DANGEROUS)
def test_no_dangerous_call_is_on_the_list(name: str) -> None:
    assert name not in ALLOWED
    assert all(name in numbers for numbers in syscalls.NUMBERS.values())
