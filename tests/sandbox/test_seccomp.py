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
        else:
            assert code == 0x06
            return int(k)


@pytest.mark.parametrize("architecture", syscalls.NUMBERS)
def test_what_is_not_allowed_is_refused(architecture: str) -> None:
    program, numbers = Program.assemble(architecture), syscalls.NUMBERS[architecture]
    special = {numbers["clone3"]: errno.ENOSYS, numbers["ioctl"]: errno.ENOTTY}
    allowed = {numbers[name] for name in ALLOWED if name in numbers} | {numbers["prlimit64"]}
    for number in range(600):
        expected = ALLOW if number in allowed else ERROR | special.get(number, errno.EPERM)
        assert verdict(program, number, AUDIT[architecture]) == expected, number


@pytest.mark.parametrize("architecture", syscalls.NUMBERS)
def test_limits_can_be_read_but_not_set(architecture: str) -> None:
    program, number = Program.assemble(architecture), syscalls.NUMBERS[architecture]["prlimit64"]
    for arguments in ((1, 0, 0, 0, 0, 0), (0, 9, 1, 0, 0, 0), (0, 9, 1 << 32, 0, 0, 0)):
        assert verdict(program, number, AUDIT[architecture], arguments) == ERROR | errno.EPERM
    assert verdict(program, number, AUDIT[architecture], (0, 9, 0, 77, 0, 0)) == ALLOW


@pytest.mark.parametrize("architecture", syscalls.NUMBERS)
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
