"""What a policy prints is kept up to a size, safe to show, and never holds anybody up."""

import pytest

from sandbox import ChildLimits, Fault, ForkServer, Interface
from sandbox.output import OUTPUT_BYTES, Printed, shown

ECHO = Interface("Task = int\n", "solve", object)
STEPS = Interface("Setup = int\nObservation = int\n", "Policy", object)
LIMITS = ChildLimits(init_cpu_s=5.0, call_cpu_s=5.0)


def printed(server: ForkServer, body: str, limits: ChildLimits = LIMITS) -> tuple[object, Printed]:
    source = "import os, sys\ndef solve(task):\n" + "".join(f"    {line}\n" for line in body.splitlines())
    with server.open(source, ECHO, limits, seed=0) as child:
        answer = child.solve(7)
        child.close()
        return answer, child.printed()


PRINTS = {
    "print('a', 7)": "a 7",
    "print('a', end='')": "a",
    "print('a', file=sys.stderr)": "a",
    "os.write(1, b'raw')": "raw",
    "print('a'); os._exit(1)": "a",
    "print('a'); 1 / 0": "a",
    "print('a'); __import__('ctypes').string_at(0)": "a",
    "print('two'); print('lines')": "two\nlines",
    "import numpy; numpy.float64(1) / numpy.float64(0)": "policy.py:3: RuntimeWarning: divide by zero",
}


@pytest.mark.parametrize("body", PRINTS)
def test_what_is_printed_is_kept_however_the_policy_ends(server: ForkServer, body: str) -> None:
    assert printed(server, body)[1].text.startswith(PRINTS[body])


def test_only_the_beginning_of_much_output_is_kept(server: ForkServer) -> None:
    answer, found = printed(server, "for _ in range(100): print('x' * 10**5)\nreturn task")
    assert answer == 7
    assert len(found.text) == OUTPUT_BYTES
    assert found.dropped_bytes == 100 * (10**5 + 1) - OUTPUT_BYTES
    assert str(found).endswith(f"\n... and {found.dropped_bytes:,} bytes more")


def test_a_policy_that_only_prints_is_stopped_by_its_limits(server: ForkServer) -> None:
    tight = ChildLimits(init_cpu_s=5.0, call_cpu_s=0.1)
    answer, found = printed(server, "while True: print('x' * 10**5)", tight)
    assert isinstance(answer, Fault)
    assert answer.rule in {"cpu_limit", "wall_limit"}
    assert len(found.text) == OUTPUT_BYTES


def test_output_moves_no_cursor_and_looks_like_nothing_else(strong: ForkServer) -> None:
    _, found = printed(strong, "os.write(1, b'\\x1b[2Jcl\\rear\\xff\\n\\tnext\\xe2\\x80\\xae')")
    assert found.text == "\\x1b[2Jcl\\rear\\xff\n\\tnext\\u202e"
    assert all(line.isprintable() for line in found.text.splitlines())


def test_line_ends_of_other_systems_are_line_ends() -> None:
    assert shown(b"a\r\nb\n\n") == "a\nb"


def test_each_child_has_its_own_output(strong: ForkServer) -> None:
    source = "class Policy:\n    def __init__(self, n): self.n = n\n    def step(self, o): print(self.n, o)\n"
    with (
        strong.open(source, STEPS, LIMITS, seed=0) as one,
        strong.open(source, STEPS, LIMITS, seed=0) as other,
    ):
        for child, start in ((one, 1), (other, 2)):
            assert child.start(start) == 0
            child.step([(0, 5)])
        one.close()
        other.close()
        assert (one.printed().text, other.printed().text) == ("1 5", "2 5")
