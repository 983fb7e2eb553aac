"""Attacks on the kernel's doors: privileges, interfaces that no computation needs, resources."""

import platform
from pathlib import Path

from sandbox import Fault, Layer
from tests.sandbox.attacks.attack import Attack, Leak, Scene, answered, guards
from tests.sandbox.attacks.calls import CTYPES, call

N, L, S, R, I = (  # noqa: E741 - one letter each
    Layer.NAMESPACES,
    Layer.LANDLOCK,
    Layer.SECCOMP,
    Layer.RLIMITS,
    Layer.IDENTITY,
)

LOCKED = frozenset({R})
"""The limit on locked memory, which does not bind root."""

REFUSED_HERE = "refused by this machine"
"""What a door answers that is closed to everybody here: then nothing of ours is shown to close it."""


def _door(
    name: str, of: str, arguments: str, *others: Layer, helpers: frozenset[Layer] = frozenset()
) -> Attack:
    """A system call that must not succeed."""
    body = (
        f"{CTYPES}result = {call(of, arguments)}\n"
        f"return 'in' if result >= 0 else {REFUSED_HERE!r} + f': errno {{ctypes.get_errno()}}'"
    )
    return Attack(name, body, answered("in"), guards(S, *others), helpers)


def _root(name: str, body: str, leak: Leak, *stops: Layer) -> Attack:
    """What only root may do in the first place."""
    return Attack(name, body, leak, guards(*stops), needs_root=True)


DOORS = (
    _door("gain a user namespace", "unshare", "0x10000000"),
    _door("make memory outside the limit", "memfd_create", "b'hidden', 0"),
    _door("take over page faults", "userfaultfd", "1"),
    _door("queue calls past the filter", "io_uring_setup", "8, (ctypes.c_char * 120)()", helpers=LOCKED),
    _door("keep a key in the kernel", "keyctl", "0, -3, 1"),
    _door(
        "count its own instructions", "perf_event_open",
        "(ctypes.c_uint64 * 15)(1 | 120 << 32, 0, 0, 0, 0, 0x60), 0, -1, -1, 0",
    ),
    _door("watch folders", "inotify_init1", "0"),
    _door("share memory by a key", "shmget", "0x41445253, 4096, 0o1666"),
    _door("share a semaphore by a key", "semget", "0x41445253, 1, 0o1666"),
    _door("make a message queue", "mq_open", "b'adrs-attack', 0o102, 0o600, 0", L),
    _door("lock memory", "mlock", "ctypes.create_string_buffer(8192), 4096", helpers=LOCKED),
    _door("hold on to a process", "pidfd_open", "task.victim, 0", N),
    _door("change its own attributes", "prctl", "15, b'adrs-attack', 0, 0, 0"),
    _door("learn how busy the machine is", "sysinfo", "ctypes.create_string_buffer(512)"),
    _door("leave the processor", "sched_setaffinity", "0, 8, (ctypes.c_uint64 * 1)(1)"),
)  # fmt: skip

PRIVILEGES = (
    Attack(
        "lift its own limits",
        "import resource\nresource.setrlimit(resource.RLIMIT_AS, (1 << 50, 1 << 50))\nreturn 'lifted'",
        answered("lifted"),
        guards(S, R),
    ),
    Attack(
        "enlarge a pipe",
        "import fcntl, os\nr, w = os.pipe()\nfcntl.fcntl(r, 1031, 1 << 19)\nreturn fcntl.fcntl(r, 1032)",
        answered(1 << 19),
        guards(S),
    ),
    _root(
        "become another user",
        "import os\nos.setresuid(1234, 1234, 1234)\nreturn os.getuid()",
        answered(1234),
        S, I,
    ),
    _root("change the root", "import os\nos.chroot('/')\nreturn 'changed'", answered("changed"), S, I),
    _root("go before others", "import os\nos.nice(-5)\nreturn 'first'", answered("first"), S, I),
    _root(
        "mount a file system",
        f"{CTYPES}where, what = task.folder.encode(), b'tmpfs'\n"
        f"done = {call('mount', 'what, where, what, 0, None')}\n"
        f"{call('umount2', 'where, 2')}\nreturn done",
        answered(0),
        N, L, S, I,
    ),
    _root(
        "make a device",
        "import os\nos.mknod(task.folder + '/adrs-attack-made', 0o020600, os.makedev(1, 1))",
        lambda scene: (scene.target.parent / "adrs-attack-made").exists(),
        N, L, S, I,
    ),
    _root(
        "set the clock",
        "import time\ntime.clock_settime(time.CLOCK_REALTIME, time.clock_gettime(time.CLOCK_REALTIME))\n"
        "return 'set'",
        answered("set"),
        S, I,
    ),
    _root(
        "load a program into the kernel",
        f"{CTYPES}return 'in' if {call('bpf', '0, (ctypes.c_uint32 * 18)(2, 4, 4, 1), 72')} >= 0 else ''",
        answered("in"),
        S, I,
    ),
)  # fmt: skip


def _alive(scene: Scene) -> bool:
    return scene.survived and not isinstance(scene.answer, Fault)


_IS_X86_64 = platform.machine() == "x86_64"
_HAS_32_BIT_GATE = _IS_X86_64 and Path("/proc/sys/abi/vsyscall32").exists()
_INT80 = r"b'\xb8\x14\x00\x00\x00\xcd\x80\xc3'"

OTHER_GATES = (
    Attack(
        "call by the numbers of x32",
        f"{CTYPES}return libc.syscall(0x40000000 + 39)",
        _alive,
        guards(S),
        impossible="" if _IS_X86_64 else "only x86_64 has these numbers",
    ),
    Attack(
        "call by the gate of 32-bit programs",
        f"{CTYPES}import mmap\ncode = mmap.mmap(-1, 4096, prot=7)\ncode.write({_INT80})\n"
        "at = ctypes.addressof(ctypes.c_char.from_buffer(code))\n"
        "return 'in' if ctypes.CFUNCTYPE(ctypes.c_int)(at)() > 0 else ''",
        answered("in"),
        guards(S),
        impossible="" if _HAS_32_BIT_GATE else "this kernel runs no 32-bit programs",
    ),
)

RESOURCES = (
    Attack(
        "take a lot of memory at once",
        "return 'took' if bytearray(128 << 20) else ''",
        answered("took"),
        guards(R),
    ),
    Attack(
        "take memory in arrays",
        "import numpy\nparts = [numpy.empty(64 << 20, dtype='u1') for _ in range(16)]\nreturn 'took'",
        answered("took"),
        guards(R),
    ),
    Attack(
        "take memory by a mapping",
        "import mmap\nmmap.mmap(-1, 1 << 30)\nreturn 'took'",
        answered("took"),
        guards(R),
    ),
    Attack(
        "take memory in a hundred thousand small objects",
        "kept = [bytes(2000) for _ in range(100_000)]\nreturn 'took'",
        answered("took"),
        guards(R),
    ),
    Attack(
        "hold hundreds of files open",
        "kept = [open('/dev/null') for _ in range(300)]\nreturn 'held'",
        answered("held"),
        guards(R),
    ),
    Attack(
        "hold hundreds of pipes open",
        "import os\nkept = [os.pipe() for _ in range(200)]\nreturn 'held'",
        answered("held"),
        guards(R),
    ),
)

KERNEL = (*DOORS, *PRIVILEGES, *OTHER_GATES, *RESOURCES)
