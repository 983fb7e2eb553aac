"""What policies find around them is what their problem allows, and nothing more."""

import os
import textwrap
from collections.abc import Iterator

import pytest

from sandbox import BARE, ChildLimits, Fault, ForkServer, Interface, Mode, Runtime, SandboxUnavailable
from tests.sandbox.conftest import Servers

ECHO = Interface("Task = int\n", "solve", object)
LIMITS = ChildLimits(init_cpu_s=10.0, call_cpu_s=10.0, memory_bytes=1 << 30)
ALLOWED = Runtime(preload=(), importable=("typer", "click", "rich"))


def solved(server: ForkServer, body: str, limits: ChildLimits = LIMITS) -> object:
    source = "def solve(task):\n" + textwrap.indent(textwrap.dedent(body), "    ")
    with server.open(source, ECHO, limits, seed=0) as child:
        return child.solve(7)


@pytest.fixture(scope="module", params=[Mode.FULL, Mode.STRONG])
def mode(request: pytest.FixtureRequest, servers: Servers) -> Mode:
    servers(request.param)  # skips where the mode cannot be had
    return Mode(request.param)


@pytest.fixture(scope="module")
def allowing(mode: Mode) -> Iterator[ForkServer]:
    with ForkServer.start(mode, runtime=ALLOWED) as server:
        yield server


@pytest.fixture(scope="module")
def threaded(mode: Mode) -> Iterator[ForkServer]:
    with ForkServer.start(mode, runtime=Runtime(preload=(), threads=True)) as server:
        yield server


def test_an_allowed_package_can_be_imported_with_its_parts(allowing: ForkServer) -> None:
    assert solved(allowing, "import rich.text\nreturn rich.text.Text('a').plain") == "a"


@pytest.mark.parametrize("name", ["numpy", "scipy", "pytest", "sandbox", "evolve"])
def test_no_other_installed_package_can_be_found(allowing: ForkServer, name: str) -> None:
    fault = solved(allowing, f"import {name}")
    assert isinstance(fault, Fault)
    assert fault.message.startswith(f"ModuleNotFoundError: No module named '{name}'")
    assert "can import the standard library, typer, click, rich;" in fault.message


def test_a_package_that_is_not_installed_is_ours_to_mend() -> None:
    with pytest.raises(SandboxUnavailable, match="No module named 'no_such_package'"):
        ForkServer.start(Mode.NONE, runtime=Runtime(preload=(), importable=("no_such_package",)))


SUM = """
    import threading
    found = []
    def work():
        found.append(sum(range(1000)))
    threads = [threading.Thread(target=work) for _ in range(4)]
    for thread in threads: thread.start()
    for thread in threads: thread.join()
    return found
"""


def test_threads_run_where_they_are_allowed(threaded: ForkServer) -> None:
    assert solved(threaded, SUM) == [499500] * 4


def test_threads_are_refused_everywhere_else(mode: Mode) -> None:
    with ForkServer.start(mode, runtime=BARE) as server:
        fault = solved(server, SUM)
    assert isinstance(fault, Fault)
    assert "`threads` of its limits" in fault.message


def test_a_thread_is_no_way_to_a_process(threaded: ForkServer) -> None:
    fault = solved(threaded, "import os\nreturn os.fork()")
    assert isinstance(fault, Fault)
    assert "PermissionError" in fault.message


def test_the_time_of_all_threads_counts(threaded: ForkServer) -> None:
    tight = ChildLimits(init_cpu_s=10.0, call_cpu_s=0.2)
    body = """
        import threading
        def work():
            while True: pass
        threading.Thread(target=work).start()
        threading.Event().wait()
    """
    fault = solved(threaded, body, tight)
    assert isinstance(fault, Fault)
    assert fault.rule == "cpu_limit"


def test_a_thousand_threads_are_too_many(threaded: ForkServer, mode: Mode) -> None:
    if mode is Mode.STRONG and os.geteuid() == 0:
        pytest.skip("root, who cannot become nobody without a file tree of his own, is bound by memory alone")
    body = """
        import threading
        threading.stack_size(1 << 15)
        stop, count = threading.Event(), 0
        try:
            while count < 2000:
                threading.Thread(target=stop.wait, daemon=True).start()
                count += 1
        except RuntimeError:
            stop.set()
            return count
        stop.set()
        return "all of them"
    """
    assert solved(threaded, body) != "all of them"
    assert solved(threaded, SUM) == [499500] * 4
