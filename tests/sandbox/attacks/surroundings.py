"""Attacks on what is around a policy: environment, descriptors, network, other processes."""

from sandbox import Layer
from tests.sandbox.attacks.attack import Attack, answered, contains, guards
from tests.sandbox.attacks.calls import CTYPES, call

N, L, S, R = Layer.NAMESPACES, Layer.LANDLOCK, Layer.SECCOMP, Layer.RLIMITS
I, E, D = Layer.IDENTITY, Layer.ENVIRONMENT, Layer.DESCRIPTORS  # noqa: E741 - one letter each, as the others
SAME_USER = frozenset({I})
"""Stops what is allowed towards processes of the same user, where the policy can be nobody."""
ROOT_IS_EXEMPT = frozenset({R})
"""The limit on processes does not bind root."""

SECRET = "ADRS_TEST_SECRET"
"""Name of a variable that the evaluator has, and no policy may see."""

ENVIRONMENT = (
    Attack(
        "find a key in the environment",
        "import os\nreturn ' '.join(os.environ)",
        contains(SECRET),
        guards(E),
    ),
    Attack(
        "find an open descriptor",
        "import os\nfound = []\nfor fd in range(4, 64):\n    try:\n        os.fstat(fd)\n"
        "        found.append(fd)\n"
        "    except OSError:\n        pass\nreturn 'found' if found else ''",
        answered("found"),
        guards(D),
    ),
    Attack(
        "write to every descriptor",
        "import os\nfound = []\nfor fd in range(4, 64):\n    try:\n        os.write(fd, b'')\n"
        "        found.append(fd)\n"
        "    except OSError:\n        pass\nreturn 'wrote' if found else ''",
        answered("wrote"),
        guards(D),
    ),
)

NETWORK = (
    Attack(
        "connect by TCP",
        "import socket\nsocket.create_connection(('127.0.0.1', task.port), 1)",
        lambda scene: scene.connected,
        guards(N, L, S),
    ),
    Attack(
        "send by UDP",
        "import socket\ns = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)\n"
        "s.sendto(b'x', ('127.0.0.1', task.port))\nreturn 'sent'",
        answered("sent"),
        guards(N, S),
    ),
    Attack(
        "listen for calls",
        "import socket\nsocket.create_server(('127.0.0.1', 0))\nreturn 'listening'",
        answered("listening"),
        guards(L, S),
    ),
    Attack(
        "connect to an abstract socket",
        "import socket\ns = socket.socket(socket.AF_UNIX)\n"
        "s.connect('\\0' + task.socket)\nreturn 'connected'",
        answered("connected"),
        guards(N, L, S),
    ),
    Attack(
        "see the network's devices",
        "import socket\nreturn 'seen' if len(socket.if_nameindex()) > 1 else ''",
        answered("seen"),
        guards(N, S),
    ),
    Attack(
        "make a socket pair", "import socket\nsocket.socketpair()\nreturn 'made'", answered("made"), guards(S)
    ),
    Attack(
        "listen to the kernel",
        "import socket\nsocket.socket(socket.AF_NETLINK, socket.SOCK_RAW, 0).bind((0, 0))\nreturn 'heard'",
        answered("heard"),
        guards(S),
    ),
    Attack(
        "listen to every packet",
        "import socket\nsocket.socket(socket.AF_PACKET, socket.SOCK_RAW, 3)\nreturn 'heard'",
        answered("heard"),
        guards(S, I),
        needs_root=True,
    ),
)

BIRTHS = (
    Attack(
        "fork",
        "import os\npid = os.fork()\nif pid == 0:\n    os._exit(0)\nos.waitpid(pid, 0)\nreturn 'forked'",
        answered("forked"),
        guards(S),
        ROOT_IS_EXEMPT,
    ),
    Attack(
        "fork by a raw call",
        f"{CTYPES}pid = {call('clone', '17, 0, 0, 0, 0')}\n"
        "if pid == 0:\n    libc._exit(0)\nreturn 'forked' if pid > 0 else ''",
        answered("forked"),
        guards(S),
        ROOT_IS_EXEMPT,
    ),
    Attack(
        "fork by the newest call",
        f"{CTYPES}arguments = (ctypes.c_uint64 * 11)()\narguments[4] = 17\n"
        f"pid = {call('clone3', 'arguments, 88')}\n"
        "if pid == 0:\n    libc._exit(0)\nreturn 'forked' if pid > 0 else ''",
        answered("forked"),
        guards(S),
        ROOT_IS_EXEMPT,
    ),
    Attack(
        "leave a grandchild behind",
        "import os, time\nif os.fork() == 0:\n    os.setsid()\n"
        "    if os.fork() == 0:\n        time.sleep(1)\n"
        "    os._exit(0)\nreturn 'left'",
        answered("left"),
        guards(S),
        ROOT_IS_EXEMPT,
    ),
    Attack(
        "start a thread",
        "import threading\nt = threading.Thread(target=int)\nt.start()\nt.join()\nreturn 'threaded'",
        answered("threaded"),
        guards(S),
        ROOT_IS_EXEMPT,
    ),
    Attack(
        "start five hundred threads",
        "import threading\nstop = threading.Event()\nthreading.stack_size(1 << 15)\n"
        "for _ in range(500):\n    threading.Thread(target=stop.wait, daemon=True).start()\n"
        "stop.set()\nreturn 'threaded'",
        answered("threaded"),
        guards(S),
        ROOT_IS_EXEMPT,
    ),
    Attack(
        "run a program",
        "import subprocess\nreturn subprocess.check_output(['/bin/echo', 'escaped'], text=True)",
        contains("escaped"),
        guards(N, L, S),
        ROOT_IS_EXEMPT,
    ),
    Attack(
        "become a program",
        "import os\nos.execv('/bin/sh', ['sh', '-c', 'printf ' + chr(34) + "
        "'a\\\\011\\\\000\\\\000\\\\000\\\\042replaced\\\\042' + chr(34) + ' >&3; read x <&3'])",
        contains("replaced"),
        guards(N, L, S),
    ),
)

OTHERS = (
    Attack(
        "kill another process",
        "import os\nos.kill(task.victim, 9)",
        lambda scene: not scene.victim_alive,
        guards(N, L, S),
        SAME_USER,
    ),
    Attack(
        "be able to kill the fork server",
        "import os\nos.kill(task.server, 0)\nreturn 'able'",
        answered("able"),
        guards(N, L, S),
        SAME_USER,
    ),
    Attack(
        "be able to kill the evaluator",
        "import os\nos.kill(task.parent, 0)\nreturn 'able'",
        answered("able"),
        guards(N, L, S),
        SAME_USER,
    ),
    Attack(
        "be able to kill everybody",
        "import os\nos.kill(-1, 0)\nreturn 'able'",
        answered("able"),
        guards(N, S),
    ),
    Attack(
        "have the kernel kill another process when a pipe is written to",
        "import fcntl, os\nr, w = os.pipe()\nfcntl.fcntl(r, 8, task.victim)\nfcntl.fcntl(r, 10, 9)\n"
        "fcntl.fcntl(r, fcntl.F_SETFL, os.O_ASYNC)\nos.write(w, b'x')",
        lambda scene: not scene.victim_alive,
        guards(N, L, S),
        SAME_USER,
    ),
    Attack(
        "trace another process",
        f"{CTYPES}attached = libc.ptrace(0x4206, task.victim, None, None)\n"
        "return 'attached' if attached == 0 else ''",
        answered("attached"),
        guards(N, L, S),
        SAME_USER,
    ),
    Attack(
        "read another process's memory",
        f"{CTYPES}size = ctypes.c_long\n"
        "class Part(ctypes.Structure):\n    _fields_ = [('at', ctypes.c_void_p), ('size', ctypes.c_size_t)]\n"
        "maps = open(f'/proc/{task.victim}/maps').readline()\n"
        "there = Part(int(maps.split('-')[0], 16), 4)\n"
        "buffer = ctypes.create_string_buffer(4)\n"
        "here = Part(ctypes.addressof(buffer), 4)\n"
        "both = ctypes.byref(here), size(1), ctypes.byref(there), size(1), 0\n"
        "got = libc.process_vm_readv(task.victim, *both)\n"
        "return 'read' if got == 4 else ''",
        answered("read"),
        guards(N, L, S),
        SAME_USER,
    ),
    Attack(
        "take a descriptor of another process",
        f"{CTYPES}import os\nvictim = os.pidfd_open(task.victim)\n"
        f"return 'took' if {call('pidfd_getfd', 'victim, 0, 0')} >= 0 else ''",
        answered("took"),
        guards(N, L, S),
        SAME_USER,
    ),
    Attack(
        "slow another process down",
        "import os\nos.setpriority(os.PRIO_PROCESS, task.victim, 5)",
        lambda scene: scene.victim_priority == 5,
        guards(N, S),
        SAME_USER,
    ),
)

SURROUNDINGS = (*ENVIRONMENT, *NETWORK, *BIRTHS, *OTHERS)
