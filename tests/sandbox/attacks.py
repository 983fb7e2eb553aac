"""What a malicious policy would try. Each attack is harmless to the machine even where nothing stops it."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from sandbox import ChildLimits, Layer

N, L, S, R, I, E, D = (  # noqa: E741 - one letter each, so that the table stays a table
    Layer.NAMESPACES,
    Layer.LANDLOCK,
    Layer.SECCOMP,
    Layer.RLIMITS,
    Layer.IDENTITY,
    Layer.ENVIRONMENT,
    Layer.DESCRIPTORS,
)

ROOMY = ChildLimits(init_cpu_s=5.0, call_cpu_s=5.0, memory_bytes=96 << 20)
TIGHT = ChildLimits(init_cpu_s=0.5, call_cpu_s=0.1, memory_bytes=256 << 20)
GENEROUS = ChildLimits(init_cpu_s=5.0, call_cpu_s=5.0, memory_bytes=4 << 30, answer_bytes=16 << 20)


@dataclass(frozen=True, slots=True)
class Scene:
    """What could be spoilt, as it is after an attack."""

    canary: Path
    target: Path
    answer: object
    """A `Fault` where the attack came to nothing."""
    connected: bool
    victim_alive: bool
    secret: str


@dataclass(frozen=True, slots=True)
class Attack:
    """A policy and what shows that it succeeded.

    Attributes:
        stopped_by: Layers that stop it, each of them by itself.
        hindered_by: Layers that stop it on some machines: becoming nobody needs an interpreter that nobody
            may read, and the limit on processes does not bind root.
    """

    name: str
    body: str
    leak: Callable[[Scene], bool]
    stopped_by: frozenset[Layer]
    hindered_by: frozenset[Layer] = frozenset()

    @property
    def source(self) -> str:
        """The policy's text."""
        return "def solve(task):\n" + "".join(f"    {line}\n" for line in self.body.strip().splitlines())


def answered(value: object) -> Callable[[Scene], bool]:
    """The attack says that it succeeded, in so many words."""
    return lambda scene: scene.answer == value


def contains(text: str) -> Callable[[Scene], bool]:
    """The answer carries stolen text away."""
    return lambda scene: isinstance(scene.answer, str) and text in scene.answer


RAW = "import ctypes\nlibc = ctypes.CDLL(None)\n"

FILES = (
    Attack(
        "read a file",
        "return open(task.canary).read()",
        contains("CANARY"),
        frozenset({N, L}),
        frozenset({I}),
    ),
    Attack("read a system file", "return open('/etc/passwd').read()", contains("root:"), frozenset({N, L})),
    Attack(
        "list a folder",
        "import os\nreturn ' '.join(os.listdir(os.path.dirname(task.canary)))",
        contains("canary"),
        frozenset({N, L}),
        frozenset({I}),
    ),
    Attack(
        "read an installed package",
        "import numpy, os\nsite = os.path.dirname(os.path.dirname(numpy.__file__))\n"
        "return open(os.path.join(site, 'typer', '__init__.py')).read()",
        contains("Typer"),
        frozenset({N, L}),
    ),
    Attack(
        "overwrite a file",
        "open(task.target, 'w').write('spoilt')",
        lambda scene: scene.target.read_text() != "intact",
        frozenset({N, L}),
        frozenset({I}),
    ),
    Attack(
        "fill the disk",
        "with open(task.target, 'ab') as f:\n    f.write(bytes(1 << 20))",
        lambda scene: scene.target.stat().st_size >= 1 << 20,
        frozenset({N, L, R}),
        frozenset({I}),
    ),
    Attack(
        "delete a file",
        "import os\nos.unlink(task.target)",
        lambda scene: not scene.target.exists(),
        frozenset({N, L, S}),
        frozenset({I}),
    ),
    Attack(
        "open up a file",
        "import os\nos.chmod(task.target, 0o777)",
        lambda scene: scene.target.stat().st_mode & 0o777 == 0o777,
        frozenset({N, S}),
        frozenset({I}),
    ),
    Attack(
        "make a symbolic link",
        "import os\nos.symlink('/etc/passwd', task.target + '.link')",
        lambda scene: Path(f"{scene.target}.link").is_symlink(),
        frozenset({N, L, S}),
        frozenset({I}),
    ),
    Attack(
        "take over the parent's environment through /proc",
        "import os\nreturn open(f'/proc/{task.victim}/environ').read()",
        contains("PATH="),
        frozenset({N, L}),
        frozenset({I}),
    ),
)

ENVIRONMENT = (
    Attack(
        "find a key in the environment",
        "import os\nreturn ' '.join(os.environ.values())",
        lambda scene: contains(scene.secret)(scene),
        frozenset({E}),
    ),
    Attack(
        "find an open descriptor",
        "import os\nfound = []\nfor fd in range(4, 64):\n    try:\n        os.fstat(fd)\n"
        "        found.append(fd)\n"
        "    except OSError:\n        pass\nreturn 'found' if found else ''",
        answered("found"),
        frozenset({D}),
    ),
)

NETWORK = (
    Attack(
        "connect by TCP",
        "import socket\nsocket.create_connection(('127.0.0.1', task.port), 1)",
        lambda scene: scene.connected,
        frozenset({N, L, S}),
    ),
    Attack(
        "send by UDP",
        "import socket\ns = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)\n"
        "s.sendto(b'x', ('127.0.0.1', task.port))\nreturn 'sent'",
        answered("sent"),
        frozenset({N, S}),
    ),
    Attack(
        "connect to an abstract socket",
        "import socket\ns = socket.socket(socket.AF_UNIX)\n"
        "s.connect('\\0' + task.socket)\nreturn 'connected'",
        answered("connected"),
        frozenset({N, L, S}),
    ),
)

PROCESSES = (
    Attack(
        "fork",
        "import os\npid = os.fork()\nif pid == 0:\n    os._exit(0)\nos.waitpid(pid, 0)\nreturn 'forked'",
        answered("forked"),
        frozenset({S}),
        frozenset({R}),
    ),
    Attack(
        "fork by a raw call",
        RAW + "pid = libc.syscall(57)\nif pid == 0:\n    libc._exit(0)\nreturn 'forked' if pid > 0 else ''",
        answered("forked"),
        frozenset({S}),
        frozenset({R}),
    ),
    Attack(
        "leave a grandchild behind",
        "import os, time\nif os.fork() == 0:\n    os.setsid()\n"
        "    if os.fork() == 0:\n        time.sleep(1)\n"
        "    os._exit(0)\nreturn 'left'",
        answered("left"),
        frozenset({S}),
        frozenset({R}),
    ),
    Attack(
        "start a thread",
        "import threading\nt = threading.Thread(target=int)\nt.start()\nt.join()\nreturn 'threaded'",
        answered("threaded"),
        frozenset({S}),
        frozenset({R}),
    ),
    Attack(
        "run a program",
        "import subprocess\nreturn subprocess.check_output(['/bin/echo', 'escaped'], text=True)",
        contains("escaped"),
        frozenset({N, L, S}),
        frozenset({R}),
    ),
    Attack(
        "kill another process",
        "import os\nos.kill(task.victim, 9)",
        lambda scene: not scene.victim_alive,
        frozenset({N, L, S}),
        frozenset({I}),
    ),
    Attack(
        "trace another process",
        RAW + "attached = libc.ptrace(0x4206, task.victim, None, None)\n"
        "return 'attached' if attached == 0 else ''",
        answered("attached"),
        frozenset({N, L, S}),
        frozenset({I}),
    ),
    Attack(
        "read another process's memory",
        RAW + "size = ctypes.c_long\n"
        "class Part(ctypes.Structure):\n    _fields_ = [('at', ctypes.c_void_p), ('size', ctypes.c_size_t)]\n"
        "maps = open(f'/proc/{task.victim}/maps').readline()\n"
        "there = Part(int(maps.split('-')[0], 16), 4)\n"
        "buffer = ctypes.create_string_buffer(4)\n"
        "here = Part(ctypes.addressof(buffer), 4)\n"
        "both = ctypes.byref(here), size(1), ctypes.byref(there), size(1), 0\n"
        "got = libc.process_vm_readv(task.victim, *both)\n"
        "return 'read' if got == 4 else ''",
        answered("read"),
        frozenset({N, L, S}),
        frozenset({I}),
    ),
)

KERNEL = (
    Attack(
        "make memory outside the limit",
        "import os\nos.memfd_create('hidden')\nreturn 'made'",
        answered("made"),
        frozenset({S}),
    ),
    Attack(
        "leave the processor",
        "import os\nos.sched_setaffinity(0, os.sched_getaffinity(0))\nreturn 'left'",
        answered("left"),
        frozenset({S}),
    ),
    Attack(
        "make a socket pair",
        "import socket\nsocket.socketpair()\nreturn 'made'",
        answered("made"),
        frozenset({S}),
    ),
    Attack(
        "gain a user namespace",
        RAW + "return 'gained' if libc.unshare(0x10000000) == 0 else ''",
        answered("gained"),
        frozenset({S}),
    ),
    Attack(
        "lift its own limits",
        "import resource\nresource.setrlimit(resource.RLIMIT_AS, (1 << 50, 1 << 50))\nreturn 'lifted'",
        answered("lifted"),
        frozenset({S, R}),
    ),
)

MEMORY = (
    Attack(
        "take a lot at once",
        "return 'took' if bytearray(128 << 20) else ''",
        answered("took"),
        frozenset({R}),
    ),
    Attack(
        "take it in arrays",
        "import numpy\nparts = [numpy.empty(64 << 20, dtype='u1') for _ in range(16)]\nreturn 'took'",
        answered("took"),
        frozenset({R}),
    ),
    Attack(
        "take it by a mapping",
        "import mmap\nmmap.mmap(-1, 1 << 30)\nreturn 'took'",
        answered("took"),
        frozenset({R}),
    ),
)

LAYERED = (*FILES, *ENVIRONMENT, *NETWORK, *PROCESSES, *KERNEL, *MEMORY)
"""Attacks that layers stop."""

SPIN = "import time\nend = time.process_time() + 0.4\nwhile time.process_time() < end:\n    pass\n"

WATCHED = {
    "compute too long": ("cpu_limit", SPIN + "return 'done'"),
    "compute too long in one instruction": ("cpu_limit", "pow(3, 1 << 21)\nreturn 'done'"),
    "compute too long with every signal ignored": (
        "cpu_limit",
        (
            "import signal\nfor s in set(signal.Signals) - {signal.SIGKILL, signal.SIGSTOP}:\n"
            "    signal.signal(s, signal.SIG_IGN)\n" + SPIN + "return 'done'"
        ),
    ),
    "compute too long with the clocks patched": (
        "cpu_limit",
        (
            "import time\nreal = time.process_time\ntime.process_time = time.perf_counter = lambda: 0.0\n"
            "end = real() + 0.4\nwhile real() < end:\n    pass\nreturn 'done'"
        ),
    ),
    "sleep": ("wall_limit", "import time\ntime.sleep(1.4)\nreturn 'done'"),
    "drip an answer, never leaving the parent to wait": (
        "wall_limit",
        (
            "import os, struct, time\nDRIPS = 700\nbody = b'\"done\"' + b' ' * DRIPS\n"
            "frame = struct.pack('<cI', b'a', len(body)) + body\n"
            "for byte in frame:\n    time.sleep(0.002)\n    os.write(3, bytes([byte]))\n"
            "os.read(3, 1)"
        ),
    ),
    "return too much": ("answer_too_large", "return 'done' + ' ' * (2 << 20)"),
    "announce four gigabytes": (
        "answer_too_large",
        "import os, struct\nos.write(3, struct.pack('<cI', b'a', 0xffffffff))\nos.read(3, 1)",
    ),
}
"""Attacks that the parent's own watch stops, with the rule that it names."""
