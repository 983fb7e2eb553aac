"""The fork server: its modes, its end, and that it leaves nothing behind."""

import os
import signal
import subprocess
import sys
import textwrap
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from sandbox import (
    BARE,
    ChildLimits,
    Fault,
    ForkServer,
    ForkServerEnded,
    Interface,
    Layer,
    Mode,
    Runtime,
    SandboxUnavailable,
)
from sandbox.layers import REMEDIES, REQUIRED
from sandbox.zygote_process import ENVIRONMENT, INHERITED, Renewal
from tests.sandbox.conftest import Servers
from tests.sandbox.wrappers import CANNOT, wrapped

LIMITS = ChildLimits(init_cpu_s=2.0, call_cpu_s=2.0)
ECHO = Interface("Task = int\n", "solve", object)
IDENTITY = "def solve(task):\n    return task\n"


def until(condition: Callable[[], bool], timeout_s: float = 10.0) -> bool:
    """Waits for what another process does."""
    end = time.monotonic() + timeout_s
    while not condition() and time.monotonic() < end:
        time.sleep(0.01)
    return condition()


def session(leader: int) -> set[int]:
    """Processes of a session; a fork server starts one, and neither it nor a child can leave it."""
    found = set()
    for folder in Path("/proc").iterdir():
        if folder.name.isdecimal():
            try:
                fields = (folder / "stat").read_text().rpartition(")")[2].split()
            except OSError:
                continue
            if int(fields[3]) == leader:
                found.add(int(folder.name))
    return found


def children_of(pid: int) -> set[int]:
    threads = Path(f"/proc/{pid}/task").iterdir()
    return {int(child) for thread in threads for child in (thread / "children").read_text().split()}


def test_auto_is_full_or_strong_and_says_why() -> None:
    with ForkServer.start(runtime=BARE) as server:
        assert server.mode in {Mode.FULL, Mode.STRONG}
        assert (server.mode is Mode.FULL) or any("mode full" in note for note in server.notes)


@pytest.mark.parametrize("mode", [Mode.WEAK, Mode.NONE])
def test_the_lesser_modes_run_candidates_too(mode: Mode) -> None:
    with ForkServer.start(mode, runtime=BARE) as server, server.open(IDENTITY, ECHO, LIMITS, seed=0) as child:
        assert server.mode is mode
        assert child.solve(7) == 7


def test_a_stronger_mode_has_every_layer_of_a_weaker_one() -> None:
    assert REQUIRED[Mode.NONE] < REQUIRED[Mode.WEAK] < REQUIRED[Mode.STRONG] < REQUIRED[Mode.FULL]
    assert set(REMEDIES) == set(Layer)


def said_of_modes(first: str) -> list[str]:
    """What a process finds of each mode, one line each, if it does `first` before."""
    program = textwrap.dedent(first) + textwrap.dedent("""
        from sandbox import BARE, ForkServer, Mode, SandboxUnavailable
        for mode in (Mode.AUTO, Mode.FULL, Mode.STRONG):
            try:
                with ForkServer.start(mode, runtime=BARE) as server:
                    print(server.mode, server.notes)
            except SandboxUnavailable as error:
                print("unavailable:", error)
        """)
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    return done.stdout.splitlines()


def test_without_namespaces_auto_falls_to_strong_and_full_is_refused() -> None:
    said = said_of_modes("""
        # What a container's profile does: unshare is refused, to this process and all it starts.
        import ctypes, errno, struct
        from sandbox import syscalls
        syscalls.prctl(38, 1)
        number = syscalls.NUMBERS[syscalls.architecture()]["unshare"]
        steps = (0x20, 0, 0, 0), (0x15, 0, 1, number), (6, 0, 0, 0x50000 | errno.EPERM), (6, 0, 0, 0x7fff0000)
        code = ctypes.create_string_buffer(b"".join(struct.pack("=HBBI", *step) for step in steps), 32)
        syscalls.call("seccomp", 1, 0, struct.pack("@HP", 4, ctypes.addressof(code)))
        """)
    auto, full, strong = said
    assert auto.startswith("strong")
    assert "mode full is not to be had: namespaces" in auto
    assert full.startswith("unavailable: mode full is not to be had: namespaces")
    assert "or take --sandbox strong" in full
    assert strong.startswith("strong")


def test_on_an_unknown_architecture_every_mode_but_none_is_refused() -> None:
    said = said_of_modes("""
        import sandbox.zygote_process
        # The fork server is another process, so it is told by way of its start-up text.
        patch = "import platform; platform.machine = lambda: 'pdp11'; "
        sandbox.zygote_process.BOOT = patch + sandbox.zygote_process.BOOT
        """)
    assert len(said) == 3
    for line in said:
        assert line.startswith("unavailable")
        assert "no system call numbers are known" in line


def test_an_interface_that_fails_is_ours_and_says_so(strong: ForkServer) -> None:
    with pytest.raises(SandboxUnavailable, match=r"ModuleNotFoundError.*preloaded"):
        strong.open(IDENTITY, Interface("import scipy\n", "solve", int), LIMITS, seed=0)
    with strong.open(IDENTITY, ECHO, LIMITS, seed=0) as child:
        assert child.solve(1) == 1


def test_a_preload_that_is_not_there_is_ours() -> None:
    with pytest.raises(SandboxUnavailable, match="No module named 'no_such_module'"):
        ForkServer.start(Mode.NONE, runtime=Runtime(preload=("no_such_module",)))


def test_a_killed_fork_server_is_started_again() -> None:
    with ForkServer.start(Mode.STRONG, runtime=BARE) as server:
        child = server.open(IDENTITY, ECHO, LIMITS, seed=0)
        os.kill(server.pid, signal.SIGKILL)
        with pytest.raises(ForkServerEnded, match="fork server ended"):
            until(lambda: child.solve(1) is None)  # it may still answer before the kernel takes it along
        child.close()
        with server.open(IDENTITY, ECHO, LIMITS, seed=0) as fresh:
            assert fresh.solve(2) == 2


def test_a_fork_server_makes_way_for_a_fresh_one_after_its_time() -> None:
    with ForkServer.start(Mode.STRONG, runtime=BARE, renewal=Renewal(forks=3)) as server:
        pids = []
        for number in range(7):
            with server.open(IDENTITY, ECHO, LIMITS, seed=0) as child:
                assert child.solve(number) == number
            pids.append(server.pid)
    assert [pids.index(pid) for pid in pids] == [0, 0, 0, 3, 3, 3, 6]
    assert not any(Path(f"/proc/{pid}").exists() for pid in pids)


def test_a_fork_server_that_grows_makes_way_for_a_fresh_one() -> None:
    greedy = Interface("GREED = bytearray(b'x') * (48 << 20)\nTask = int\n", "solve", object)
    with ForkServer.start(Mode.STRONG, runtime=BARE) as server:
        server.open(IDENTITY, ECHO, LIMITS, seed=0).close()
        small = server.pid
        server.open(IDENTITY, greedy, LIMITS, seed=0).close()
        assert server.pid == small
        server.open(IDENTITY, ECHO, LIMITS, seed=0).close()
        assert server.pid != small


def test_a_fork_server_with_a_child_goes_on() -> None:
    with (
        ForkServer.start(Mode.STRONG, runtime=BARE, renewal=Renewal(forks=1)) as server,
        server.open(IDENTITY, ECHO, LIMITS, seed=0) as child,
        server.open(IDENTITY, ECHO, LIMITS, seed=0) as other,
    ):
        assert (child.solve(1), other.solve(2)) == (1, 2)


@pytest.mark.parametrize("mode", [Mode.FULL, pytest.param(Mode.STRONG, marks=pytest.mark.slow)])
def test_two_hundred_children_leave_nothing_behind(servers: Servers, mode: Mode) -> None:
    server = servers(mode)

    def left() -> tuple[int, set[int], str]:
        mounts = Path("/proc/self/mounts").read_text()
        return len(list(Path("/proc/self/fd").iterdir())), children_of(server.pid), mounts

    bodies = ("return task", "import os; os._exit(1)", "1 / 0", "import ctypes; ctypes.string_at(0)")
    with server.open(IDENTITY, ECHO, LIMITS, seed=0) as child:
        child.solve(0)
    before = left()
    open_there = len(list(Path(f"/proc/{server.pid}/fd").iterdir()))
    for number in range(200):
        with server.open(f"def solve(task):\n    {bodies[number % 4]}\n", ECHO, LIMITS, seed=0) as child:
            child.solve(number)
    assert left() == before
    assert len(list(Path(f"/proc/{server.pid}/fd").iterdir())) == open_there


def test_closing_the_server_ends_its_children(servers: Servers) -> None:
    server = ForkServer.start(Mode.STRONG, runtime=BARE)
    pid = server.pid
    child = server.open(IDENTITY, ECHO, LIMITS, seed=0)
    assert len(children_of(pid)) == 1
    server.close()
    assert not Path(f"/proc/{pid}").exists()
    fault = child.solve(1)
    assert isinstance(fault, Fault)
    assert fault.rule == "exited"


PARENT = """
import sys
from sandbox import BARE, ChildLimits, ForkServer, Interface, Mode
server = ForkServer.start(Mode(sys.argv[1]), runtime=BARE)
limits = ChildLimits(init_cpu_s=50, call_cpu_s=50)
interface = Interface("Task = int", "solve", int)
waiting = server.open("def solve(task): return task", interface, limits, seed=0)
print(server.pid, flush=True)
server.open("while True: pass", interface, limits, seed=0)
"""


@pytest.mark.parametrize("mode", [Mode.FULL, Mode.STRONG, Mode.NONE])
def test_a_killed_parent_leaves_no_process_mount_or_file(
    mode: Mode, servers: Servers, tmp_path: Path
) -> None:
    servers(mode)  # skips where the mode cannot be had
    mounts = Path("/proc/self/mounts").read_text()
    environment = {**os.environ, "TMPDIR": str(tmp_path)}
    command = [sys.executable, "-c", PARENT, mode]
    with subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, text=True) as parent:
        assert parent.stdout is not None
        leader = int(parent.stdout.readline())
        assert until(lambda: len(session(leader)) >= 3)  # the fork server, a waiting and a busy child
        parent.kill()
    assert until(lambda: not session(leader)), session(leader)
    assert Path("/proc/self/mounts").read_text() == mounts
    assert not list(tmp_path.iterdir())


def test_children_are_bound_to_the_core_they_are_given() -> None:
    core = max(os.sched_getaffinity(0))
    source = "import os\ndef solve(task):\n    return sorted(os.sched_getaffinity(0))\n"
    with (
        ForkServer.start(Mode.STRONG, runtime=BARE, core=core) as server,
        server.open(source, ECHO, LIMITS, seed=0) as child,
    ):
        assert child.solve(0) == [core]


def test_full_mode_hides_even_the_names_of_files(servers: Servers, tmp_path: Path) -> None:
    paths = ["/etc/passwd", "/proc", "/home", str(tmp_path), sys.executable]
    source = f"import os\ndef solve(task):\n    return [os.path.lexists(p) for p in {paths}]\n"
    with servers(Mode.FULL).open(source, ECHO, LIMITS, seed=0) as child:
        assert child.solve(0) == [False] * len(paths)


def test_full_mode_hides_every_other_process(servers: Servers) -> None:
    source = "import os\ndef solve(task):\n    return [os.getpid(), os.getppid()]\n"
    with servers(Mode.FULL).open(source, ECHO, LIMITS, seed=0) as child:
        assert child.solve(0) == [1, 0]


def test_a_child_finds_no_variable_but_the_given_ones(server: ForkServer) -> None:
    with server.open(
        "import os\ndef solve(task):\n    return sorted(os.environ)\n", ECHO, LIMITS, seed=0
    ) as child:
        names = child.solve(0)
    assert isinstance(names, list)
    assert set(names) - {"LC_CTYPE", *INHERITED} == set(ENVIRONMENT)


def test_importing_the_sandbox_loads_no_numpy() -> None:
    code = "import sys, sandbox; sys.exit('numpy' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


ORDINARY = """
import os, sys
from sandbox import BARE, ChildLimits, ForkServer, Interface, Mode
with ForkServer.start(Mode(sys.argv[1]), runtime=BARE) as server:
    interface = Interface("Task = int", "solve", object)
    source = "import os, decimal; solve = lambda task: [task, os.path.lexists('/etc/passwd')]"
    with server.open(source, interface, ChildLimits(init_cpu_s=5), seed=0) as child:
        print(os.geteuid() != 0, server.mode, child.solve(5))
"""


@pytest.mark.parametrize("mode", [Mode.FULL, Mode.STRONG])
def test_an_ordinary_user_has_the_same_modes(mode: Mode, servers: Servers) -> None:
    servers(mode)
    command = [sys.executable, "-c", ORDINARY, mode]
    wanted = command if os.geteuid() else wrapped("ordinary_user", *command)
    done = subprocess.run(wanted, capture_output=True, text=True, check=False)
    if done.returncode == CANNOT:
        pytest.skip(done.stderr)
    assert done.stdout.startswith(f"True {mode} [5, {mode is not Mode.FULL}"), done.stderr
