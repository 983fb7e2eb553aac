"""What a child answers, how it fails, and what it may not take along."""

import signal
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pytest

from sandbox import Child, ChildLimits, Fault, FaultKind, ForkServer, Interface, SandboxUnavailable
from sandbox.faults import RULES

LIMITS = ChildLimits(init_cpu_s=2.0, call_cpu_s=2.0)

ONE_SHOT = Interface(
    text="""
from dataclasses import dataclass
import numpy as np
import numpy.typing as npt

SCALE = 2

@dataclass(frozen=True)
class Task:
    sizes: npt.NDArray[np.int64]
    weight: float
""",
    entry="solve",
    answer=list[float],
)


@dataclass(frozen=True, slots=True)
class Task:
    sizes: npt.NDArray[np.int64]
    weight: float


TASK = Task(np.arange(3), 0.5)

STEPWISE = Interface(
    text="""
from typing import NamedTuple

class Setup(NamedTuple):
    start: int

class Observation(NamedTuple):
    load: int

Decision = int
""",
    entry="Policy",
    answer=int,
)

COUNTER = """
class Policy:
    def __init__(self, setup):
        if setup.start < 0:
            raise ValueError("negative")
        self.total = setup.start

    def step(self, observation):
        if observation.load == 13:
            raise KeyError("unlucky")
        if observation.load == 14:
            return "fourteen"
        if observation.load == 15:
            return float("nan")
        self.total += observation.load
        return self.total
"""


def solved(server: ForkServer, source: str, limits: ChildLimits = LIMITS, seed: int = 0) -> object:
    with server.open(source, ONE_SHOT, limits, seed=seed) as child:
        return child.solve(TASK)


def fault_of(server: ForkServer, source: str, limits: ChildLimits = LIMITS) -> Fault:
    fault = solved(server, source, limits)
    assert isinstance(fault, Fault), fault
    assert fault.kind is RULES[fault.rule]
    return fault


def test_an_answer_arrives_in_the_trusted_type(server: ForkServer) -> None:
    source = "import interface\ndef solve(task):\n    return task.sizes * task.weight * interface.SCALE\n"
    assert solved(server, source) == [0.0, 1.0, 2.0]


def test_numbers_of_numpy_become_plain_ones(strong: ForkServer) -> None:
    source = (
        "import numpy as np\ndef solve(task):\n    return (np.float64(1.5), np.int8(2), np.float32(0.5))\n"
    )
    answer = solved(strong, source)
    assert answer == [1.5, 2.0, 0.5]
    assert isinstance(answer, list)
    assert all(type(part) is float for part in answer)


def test_arrays_are_read_only(strong: ForkServer) -> None:
    fault = fault_of(strong, "def solve(task):\n    task.sizes[0] = 7\n    return []\n")
    assert "read-only" in fault.message


FAULTS = {
    "exception": ("def solve(task):\n    x = 1\n    return x / 0\n", "line 3", "ZeroDivisionError"),
    "exception at import": ("x = 1\ny = missing\n", "line 2", "NameError"),
    "memory_limit": ("def solve(task):\n    return [bytearray(2 << 30)]\n", None, "memory"),
    "signal": ("import ctypes\ndef solve(task):\n    ctypes.string_at(0)\n", None, "SIGSEGV"),
    "exited": ("import os\ndef solve(task):\n    os._exit(3)\n", None, "exit status 3"),
    "exited by sys.exit": ("import sys\nsys.exit(4)\n", None, "exit status 4"),
    "exited unheard": ("import os\ndef solve(t):\n    os.close(3)\n    while True: pass", None, "closed"),
    "answer_type": ("def solve(task):\n    return [1.0, 'x']\n", "[1]", "str"),
    "answer_type of an object": ("def solve(task):\n    return [1.0, [object()]]\n", "[1][0]", "object"),
    "not_finite": ("def solve(task):\n    return [1.0, 2.0, float('inf')]\n", "[2]", "inf"),
    "not_finite in arrays": ("import numpy as n\ndef solve(t): return n.array([0, n.nan])", "[1]", "nan"),
    "answer_too_large": ("def solve(task):\n    return [0.1] * 10**6\n", None, "1,048,576 are allowed"),
    "answer_malformed": ("def solve(t):\n    for _ in range(10**5): t = [t]\n    return t", None, "recur"),
    "syntax_error": ("def solve(task):\n    return (\n", "line 2", "never closed"),
    "syntax_error of nesting": ("x = " + "(" * 500 + ")" * 500, None, "nested"),
    "syntax_error of depth": ("x = " + "-" * 100000 + "1", None, "nested"),
    "syntax_error of a null": ("x = 1\0", None, "null"),
    "syntax_error of a surrogate": ("x = '\ud800'", None, "surrogates"),
    "missing_entry_point": ("def solver(task): ...\nclass Policy: ...\n", None, "defines solver, Policy"),
    "missing_entry_point of a value": ("solve = 3", None, "nothing that can be called"),
}  # fmt: skip


@pytest.mark.parametrize("case", FAULTS)
def test_a_fault_names_its_rule_and_its_place(server: ForkServer, case: str) -> None:
    source, element, text = FAULTS[case]
    fault = fault_of(server, source)
    assert fault.rule == case.split(maxsplit=1)[0]
    assert text in fault.message
    if element is not None:
        assert fault.element == element


def test_an_exception_without_readable_text_is_still_an_exception(strong: ForkServer) -> None:
    source = (
        "class Hostile(BaseException):\n    def __str__(self): raise self\n"
        "def solve(task):\n    raise Hostile\n"
    )
    fault = fault_of(strong, source)
    assert (fault.rule, fault.element) == ("exception", "line 4")


def test_text_of_a_child_is_short_and_printable(strong: ForkServer) -> None:
    fault = fault_of(strong, "def solve(task):\n    raise ValueError('\\x1b[2J\\n\\u202e' + 'x' * 9999)\n")
    assert fault.message.isprintable()
    assert len(fault.message) < 320
    assert "\\x1b[2J" in fault.message


REFUSED = {
    "open('/etc/shadow')": "no files but Python's own",
    "open('no such file')": "no files but Python's own",
    "__import__('socket').socket()": "no network",
    "__import__('subprocess').run(['id'])": "cannot start processes",
    "__import__('os').fork()": "no processes",
    "thread()": "`threads` of its limits",
    "import scipy": "can import the standard library, numpy; a problem may allow more by `importable`",
}


@pytest.mark.parametrize("attempt", REFUSED)
def test_what_the_sandbox_refuses_is_explained(strong: ForkServer, attempt: str) -> None:
    source = (
        f"import threading\nthread = threading.Thread(target=int).start\ndef solve(task):\n    {attempt}\n"
    )
    fault = fault_of(strong, source)
    assert REFUSED[attempt] in fault.message
    assert fault.element == "line 4"


def test_an_error_of_the_policys_own_gets_no_hint(strong: ForkServer) -> None:
    assert (
        fault_of(strong, "def solve(t):\n    raise OSError(5, 'mine')\n").message == "OSError: [Errno 5] mine"
    )


def test_a_dead_child_goes_on_saying_why(strong: ForkServer) -> None:
    with strong.open("import os\ndef solve(task): os._exit(0)\n", ONE_SHOT, LIMITS, seed=0) as child:
        first, second = child.solve(TASK), child.solve(TASK)
    assert isinstance(first, Fault)
    assert first == second


def test_an_exception_leaves_the_child_alive(strong: ForkServer) -> None:
    source = "calls = []\ndef solve(task):\n    calls.append(1)\n    return [1.0 / (len(calls) - 1)]\n"
    with strong.open(source, ONE_SHOT, LIMITS, seed=0) as child:
        assert isinstance(child.solve(TASK), Fault)
        assert child.solve(TASK) == [1.0]


def test_an_interrupted_exchange_cannot_be_mistaken_for_the_next(strong: ForkServer) -> None:
    def interrupt(*_: object) -> None:
        raise InterruptedError

    source = "import time\ndef solve(task):\n    time.sleep(0.3)\n    return [1.0]\n"
    before = signal.signal(signal.SIGALRM, interrupt)
    try:
        with strong.open(source, ONE_SHOT, LIMITS, seed=0) as child:
            signal.setitimer(signal.ITIMER_REAL, 0.1)
            with pytest.raises(InterruptedError):
                child.solve(TASK)
            with pytest.raises(SandboxUnavailable, match="interrupted"):
                child.solve(TASK)
    finally:
        signal.signal(signal.SIGALRM, before)
    assert solved(strong, source) == [1.0]


def test_the_whole_life_has_a_limit_too(strong: ForkServer) -> None:
    spin = (
        "import time\ndef solve(task):\n    end = time.process_time() + 0.06\n"
        "    while time.process_time() < end: pass\n    return []\n"
    )
    limits = ChildLimits(init_cpu_s=2.0, call_cpu_s=2.0, total_cpu_s=0.15)
    with strong.open(spin, ONE_SHOT, limits, seed=0) as child:
        answers = [child.solve(TASK) for _ in range(4)]
    assert answers[0] == []
    assert isinstance(answers[-1], Fault)
    assert answers[-1].rule == "cpu_limit"


def test_seeds_decide_what_is_random(strong: ForkServer) -> None:
    source = "import random, numpy\ndef solve(task):\n    return [random.random(), numpy.random.random()]\n"
    assert solved(strong, source, seed=1) == solved(strong, source, seed=1)
    assert solved(strong, source, seed=1) != solved(strong, source, seed=2)
    assert solved(strong, source, seed=1 << 200) != solved(strong, source, seed=2)


def test_sets_iterate_alike_in_every_child(servers: ForkServer, strong: ForkServer) -> None:
    source = "def solve(task):\n    return [float(ord(c)) for c in set('abcdefgh')]\n"
    assert solved(strong, source) == solved(strong, source)


def test_state_does_not_persist_between_children(server: ForkServer) -> None:
    source = (
        "import builtins, interface\ndef solve(task):\n"
        "    found = hasattr(builtins, 'left') + hasattr(interface, 'left') + hasattr(interface.np, 'left')\n"
        "    builtins.left = interface.left = interface.np.left = 1\n    return [found]\n"
    )
    assert [solved(server, source) for _ in range(2)] == [[0.0], [0.0]]


def test_the_policy_is_a_module_with_dataclasses(strong: ForkServer) -> None:
    source = (
        "from __future__ import annotations\nfrom dataclasses import dataclass\n"
        "@dataclass\nclass P:\n    x: float\n"
        "def solve(task):\n    return [P(1.0).x, __name__ == 'policy']\n"
    )
    fault = fault_of(strong, source)
    assert (fault.rule, fault.element) == ("answer_type", "[1]")  # a bool is no float, so the name was right


@pytest.mark.parametrize("name", ["sandbox", "problems", "evaluators", "scipy", "typer"])
def test_neither_ours_nor_unlisted_packages_can_be_imported(server: ForkServer, name: str) -> None:
    assert "ModuleNotFoundError" in fault_of(server, f"import {name}\n").message


def test_the_standard_library_and_numpy_can_be_imported(server: ForkServer) -> None:
    names = "heapq bisect decimal fractions statistics json sqlite3 zoneinfo email numpy.fft numpy.polynomial"
    lines = "".join(f"import {name}\n" for name in names.split())
    limits = ChildLimits(init_cpu_s=10.0, call_cpu_s=2.0)
    assert solved(server, lines + "def solve(task): return []\n", limits) == []


def test_usage_is_told_by_the_parent(strong: ForkServer) -> None:
    source = (
        "import time, numpy\nkept = numpy.ones(8 << 20)\n"
        "def solve(task):\n    end = time.process_time() + 0.05\n"
        "    while time.process_time() < end: pass\n    time.process_time = lambda: 0.0\n    return []\n"
    )
    with strong.open(source, ONE_SHOT, LIMITS, seed=0) as child:
        before = child.cpu_s()
        child.solve(TASK)
        assert child.cpu_s() - before >= 0.04
        usage = child.close()
    assert usage == child.close()
    assert usage.cpu_s >= 0.04
    assert usage.peak_bytes > 64 << 20
    assert usage.wall_s >= 0.04


@pytest.fixture
def child(server: ForkServer) -> Iterator[Child]:
    with server.open(COUNTER, STEPWISE, LIMITS, seed=0) as child:
        yield child


def handles(child: Child, count: int) -> list[int]:
    started = [child.start((start,)) for start in range(count)]
    assert not any(isinstance(handle, Fault) for handle in started)
    return [handle for handle in started if isinstance(handle, int)]


def test_each_handle_has_its_own_state(child: Child) -> None:
    first, second = handles(child, 2)
    assert child.step([(first, (5,)), (second, (7,))]) == [5, 8]
    assert child.step([(second, (1,)), (first, (1,))]) == [9, 6]
    assert child.step([]) == []


def test_a_faulty_item_is_one_fault_and_the_others_go_on(child: Child) -> None:
    items = [(handle, (load,)) for handle, load in zip(handles(child, 5), (1, 13, 14, 15, 1), strict=True)]
    one, raised, typed, infinite, last = child.step(items)
    assert (one, last) == (1, 5)
    assert isinstance(raised, Fault)
    assert (raised.kind, raised.rule) == (FaultKind.RAISED, "exception")
    assert isinstance(typed, Fault)
    assert typed.rule == "answer_type"
    assert isinstance(infinite, Fault)
    assert infinite.rule == "not_finite"
    assert child.step([(0, (1,))]) == [2]


def test_only_wrong_types_among_the_items_are_faults(child: Child) -> None:
    one, typed = child.step(
        [(handle, (load,)) for handle, load in zip(handles(child, 2), (1, 14), strict=True)]
    )
    assert one == 1
    assert isinstance(typed, Fault)
    assert typed.rule == "answer_type"


def test_a_fault_in_init_has_its_line_and_takes_no_handle(child: Child) -> None:
    fault = child.start((-1,))
    assert isinstance(fault, Fault)
    assert (fault.rule, fault.element) == ("exception", "line 5")
    assert handles(child, 1) == [0]


def test_a_kill_is_the_fault_of_every_item_and_of_every_later_one(strong: ForkServer) -> None:
    source = COUNTER.replace('raise KeyError("unlucky")', "import os; os._exit(1)")
    with strong.open(source, STEPWISE, LIMITS, seed=0) as child:
        first, second = handles(child, 2)
        faults = child.step([(first, (1,)), (second, (13,))])
        later = child.step([(first, (1,))])
    assert all(isinstance(fault, Fault) and fault.rule == "exited" for fault in (*faults, *later))
    assert isinstance(child.start((1,)), Fault)


@pytest.mark.parametrize(
    "reply", ["b's', b''", "b'r', b''", "b'm', b'[]'", "b'a', b'[1, 2, 3]'", "b'a', b'['", "b'?', b''"]
)
def test_a_reply_out_of_form_ends_the_child(strong: ForkServer, reply: str) -> None:
    source = (
        "import os, struct\nclass Policy:\n    def __init__(self, setup): ...\n"
        "    def step(self, observation):\n"
        f"        verb, body = {reply}\n        os.write(3, struct.pack('<cI', verb, len(body)) + body)\n"
        "        os.read(3, 1)\n"
    )
    with strong.open(source, STEPWISE, LIMITS, seed=0) as child:
        (handle,) = handles(child, 1)
        faults = child.step([(handle, (1,)), (handle, (2,))])
        assert [fault.rule for fault in faults if isinstance(fault, Fault)] == ["protocol"] * 2
        assert child.step([(handle, (1,))]) == faults[:1]


def test_half_a_surrogate_in_an_error_is_told_and_hurts_no_neighbour(strong: ForkServer) -> None:
    source = (
        "class Policy:\n    def __init__(self, setup): self.setup = setup\n"
        "    def step(self, observation):\n        raise ValueError('\\ud800')\n"
    )
    with strong.open(source, STEPWISE, LIMITS, seed=0) as child:
        (handle,) = handles(child, 1)
        (fault,) = child.step([(handle, (5,))])
        assert isinstance(fault, Fault)
        assert fault.rule == "exception"
        assert "\\ud800" in fault.message
        again = child.step([(handle, (5,))])
        assert isinstance(again[0], Fault)
        assert again[0].rule == "exception"  # the process lives
