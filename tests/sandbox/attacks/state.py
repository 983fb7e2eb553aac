"""Attacks that carry something from one child to another, by what both reach or one leaves behind."""

from sandbox import Layer
from tests.sandbox.attacks.attack import Attack, Check, Guard, answered, guards
from tests.sandbox.attacks.calls import CTYPES, call, number
from tests.sandbox.attacks.files import MADE, OWNER

N, L, S = Layer.NAMESPACES, Layer.LANDLOCK, Layer.SECCOMP


def _carried(
    name: str, first: str, then: str, *stops: Guard, helpers: frozenset[Layer] = frozenset()
) -> Attack:
    return Attack(name, first, answered("found"), guards(*stops), helpers, after=then)


def _kept(name: str, first: str, then: str) -> Attack:
    return _carried(name, first, then, Check.FRESH)


IN_THE_PROCESS = (
    _kept("leave a name in builtins", "import builtins\nbuiltins.evil = 1",
          "import builtins\nreturn 'found' if hasattr(builtins, 'evil') else ''"),
    _kept("leave a module behind", "import sys, types\nsys.modules['evil'] = types.ModuleType('evil')",
          "import sys\nreturn 'found' if 'evil' in sys.modules else ''"),
    _kept("leave a value in the interface", "import interface\ninterface.evil = 1",
          "import interface\nreturn 'found' if hasattr(interface, 'evil') else ''"),
    _kept("leave a variable in the environment", "import os\nos.environ['EVIL'] = '1'",
          "import os\nreturn os.environ.get('EVIL', '') and 'found'"),
    _kept("leave a seed in numpy's generator", "import numpy\nnumpy.random.seed(77)",
          "import numpy\nreturn 'found' if numpy.random.randint(1 << 30) == 726_317_783 else ''"),
    _kept("leave a signal's handler", "import signal\nsignal.signal(signal.SIGUSR1, print)",
          "import signal\nreturn 'found' if signal.getsignal(signal.SIGUSR1) is print else ''"),
    _kept("leave a descriptor open", "import os\nos.dup2(0, 9)",
          "import os\ntry:\n    os.fstat(9)\n    return 'found'\nexcept OSError:\n    return ''"),
    _kept("leave objects on the heap", "import builtins\nbuiltins.kept = [['evil', i] for i in range(99)]",
          "import gc\nlists = (o for o in gc.get_objects() if type(o) is list)\n"
          "return 'found' if any(o[:1] == ['evil'] for o in lists) else ''"),
    _kept("replace the encoder of answers", "import json\njson.dumps = lambda *a, **k: 'evil'",
          "import json\nreturn 'found' if json.dumps(1) == 'evil' else ''"),
)  # fmt: skip

_RENDEZVOUS = "numpy.__file__"

ACROSS_PROCESSES = (
    _carried("leave a file", f"open({MADE}, 'x').close()",
             f"import os\nreturn 'found' if os.path.exists({MADE}) else ''", N, L, helpers=OWNER),
    _carried("leave a file in shared memory", "open('/dev/shm/adrs-attack-made', 'x').close()",
             "import os\nreturn 'found' if os.path.exists('/dev/shm/adrs-attack-made') else ''", N, L),
    _carried("leave shared memory under a key",
             f"{CTYPES}made = {call('shmget', '0x41445254, 4096, 0o1666')}\nassert made >= 0",
             f"{CTYPES}there = {call('shmget', '0x41445254, 4096, 0')}\n"
             "return 'found' if there >= 0 else ''", S),
    _carried("hold a socket's name",
             "import builtins, socket\nbuiltins.end = socket.socket(socket.AF_UNIX)\n"
             "builtins.end.bind('\\0adrs-attack-held')",
             "import socket\nend = socket.socket(socket.AF_UNIX)\n"
             "try:\n    end.bind('\\0adrs-attack-held')\n    return ''\n"
             "except OSError as error:\n    return 'found' if error.errno == 98 else ''", S),
    _carried("hold a lock on a file",
             f"import builtins, fcntl, numpy\nbuiltins.end = open({_RENDEZVOUS})\n"
             "fcntl.lockf(builtins.end, fcntl.LOCK_SH)",
             f"import fcntl, numpy, struct\nend = open({_RENDEZVOUS})\n"
             "asked = struct.pack('hhqqi4x', fcntl.F_WRLCK, 0, 0, 0, 0)\n"
             "found = struct.unpack('hhqqi4x', fcntl.fcntl(end, fcntl.F_GETLK, asked))\n"
             "return 'found' if found[0] != fcntl.F_UNLCK else ''", S),
)  # fmt: skip

MEETING = (
    Attack(
        "wait where another child could wake it",
        f"{CTYPES}import mmap, numpy, os\n"
        f"fd = os.open({_RENDEZVOUS}, os.O_RDONLY)\n"
        "libc.mmap.restype = ctypes.c_void_p\n"
        "at = libc.mmap(None, ctypes.c_size_t(4096), 1, 1, fd, ctypes.c_long(0))\n"
        f"woken = libc.syscall({number('futex')}, ctypes.c_void_p(at), 1, 1, None, None, 0)\n"
        "return 'found' if woken >= 0 else ''",
        answered("found"),
        guards(S),
    ),
)

STATE = (*IN_THE_PROCESS, *ACROSS_PROCESSES, *MEETING)
