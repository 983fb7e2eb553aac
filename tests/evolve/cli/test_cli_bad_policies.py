from pathlib import Path

import pytest

from tests.evolve.cli.conftest import Adrs, Ended

GOOD = "def solve(task):\n    return tuple(range(len(task.jobs)))\n"


@pytest.fixture
def judged(adrs: Adrs, tmp_path: Path) -> Adrs:
    """Measures a source on the smallest split of `toy-order`."""

    def judge(source: str | bytes, problem: str = "toy-order") -> Ended:
        path = tmp_path / "policy.py"
        path.write_bytes(source if isinstance(source, bytes) else source.encode())
        return adrs("eval", problem, path, "--split", "smoke", "--workers", 1, "--json")

    return judge


def test_a_byte_order_mark_and_any_line_ends_are_no_fault(judged: Adrs) -> None:
    ended = judged(b"\xef\xbb\xbf" + GOOD.replace("\n", "\r\n").encode())
    assert ended.code == 0
    assert ended.json["faults"] == []


@pytest.mark.parametrize(
    ("raw", "rule", "element"),
    [
        pytest.param(GOOD.encode() + b"# \0", "source_has_nul", "line 3", id="nul"),
        pytest.param(GOOD.encode() + b"# \xe9", "source_not_utf8", "line 3", id="latin-1"),
        pytest.param(b"#" * (10 << 20), "source_too_large", None, id="10 MB"),
    ],
)
def test_bytes_that_are_no_source_are_refused_without_a_sandbox(
    judged: Adrs, raw: bytes, rule: str, element: str | None
) -> None:
    ended = judged(raw)
    (fault,) = ended.json["faults"]
    assert ended.code == 1
    assert (fault["kind"], fault["rule"], fault["element"]) == ("refused", rule, element)
    assert fault["instance"] is None
    assert ended.json["score"] is None
    assert ended.json["sandbox"] is None


CASES = [
    pytest.param("def solve(:\n", "refused", "syntax_error", "line 1", id="syntax"),
    pytest.param("def order(task): ...\n", "refused", "missing_entry_point", None, id="no solve"),
    pytest.param("def solve(task):\n    raise ValueError(7)\n", "raised", "exception", "line 2", id="raises"),
    pytest.param(
        "def solve(task):\n    return (0, 1, 1, 2, 3, 4)\n", "invalid", "duplicate_index", "[2]", id="twice"
    ),
    pytest.param("def solve(task):\n    return (0, 1, 2)\n", "invalid", "missing_index", "3", id="missing"),
]
SLOW_CASES = [
    pytest.param("def solve(task):\n    while True: pass\n", "timed_out", "cpu_limit", None, id="loops"),
    pytest.param(
        "import time\ndef solve(task):\n    time.sleep(60)\n", "timed_out", "wall_limit", None, id="sleeps"
    ),
    pytest.param(
        "def solve(task):\n    return bytes(1 << 40)\n", "out_of_memory", "memory_limit", None, id="eats"
    ),
    pytest.param("import os\ndef solve(task):\n    os._exit(0)\n", "killed", "exited", None, id="exits"),
    pytest.param("def solve(task):\n    return 7\n", "invalid", "answer_type", None, id="type"),
    pytest.param("def solve(task):\n    return ((0,),)\n", "invalid", "answer_type", "[0]", id="shape"),
    pytest.param(
        "def solve(task):\n    return (0, float('nan'))\n", "invalid", "not_finite", "[1]", id="nan"
    ),
    pytest.param(
        "def solve(task):\n    return tuple(range(99999))\n", "invalid", "answer_too_large", None, id="large"
    ),
]


def _expect(ended: Ended, kind: str, rule: str, element: str | None) -> None:
    fault = ended.json["faults"][0]
    assert ended.code == 1
    assert (fault["kind"], fault["rule"]) == (kind, rule), fault
    assert element is None or fault["element"] == element
    assert fault["instance"] == "drawn-00"
    assert ended.json["instances"][0]["score"] == 0.0


@pytest.mark.parametrize(("source", "kind", "rule", "element"), CASES)
def test_a_fault_is_told_by_rule_and_place(
    judged: Adrs, source: str, kind: str, rule: str, element: str | None
) -> None:
    _expect(judged(source), kind, rule, element)


@pytest.mark.slow
@pytest.mark.parametrize(("source", "kind", "rule", "element"), SLOW_CASES)
def test_a_limit_or_an_ill_formed_answer_is_told_by_rule(
    judged: Adrs, source: str, kind: str, rule: str, element: str | None
) -> None:
    _expect(judged(source), kind, rule, element)


@pytest.mark.slow
def test_a_stepwise_policy_without_its_class_is_refused(judged: Adrs) -> None:
    ended = judged(GOOD, "toy-gate")
    assert ended.code == 1
    assert ended.json["faults"][0]["rule"] == "missing_entry_point"


@pytest.mark.slow
def test_a_policy_that_always_loops_is_given_up_after_a_few_groups(adrs: Adrs, tmp_path: Path) -> None:
    (tmp_path / "loops.py").write_text("def solve(task):\n    while True: pass\n")
    ended = adrs("eval", "toy-order", "loops.py", "--workers", 1)
    assert ended.code == 1
    assert "3 of 3 instances" in ended.out
    assert "after 3 groups of instances had run out of time twice" in ended.out


def test_a_hostile_message_moves_no_cursor_and_is_no_markup(adrs: Adrs, tmp_path: Path) -> None:
    text = "def solve(task):\n    raise ValueError('[bold]\\x1b[2J\\u202e[/]')\n"
    (tmp_path / "hostile.py").write_text(text)
    ended = adrs("eval", "toy-order", "hostile.py", "--split", "smoke")
    assert r"[bold]\x1b[2J\u202e[/]" in ended.out
    assert "\x1b" not in ended.out
    assert "\u202e" not in ended.out


def test_what_a_policy_prints_is_shown_as_its_own_words(adrs: Adrs, tmp_path: Path) -> None:
    path = tmp_path / "policy.py"
    path.write_text("print('[red]a[/red]', '\\x1b[2J')\n" + GOOD)
    shown = adrs("eval", "toy-order", path, "--split", "smoke", "--workers", 1)
    assert "| [red]a[/red] \\x1b[2J" in shown.out
    told = adrs("eval", "toy-order", path, "--split", "smoke", "--workers", 1, "--json").json["printed"]
    assert told["text"] == "[red]a[/red] \\x1b[2J"


def test_of_much_that_is_printed_the_beginning_is_shown(adrs: Adrs, tmp_path: Path) -> None:
    path = tmp_path / "policy.py"
    path.write_text("for i in range(40): print('line', i)\n" + GOOD)
    shown = adrs("eval", "toy-order", path, "--split", "smoke", "--workers", 1).out
    assert "| line 15\n24 lines more: --json\n" in shown
    assert "| line 16" not in shown


def test_a_long_line_of_a_policys_is_cut_so_that_none_of_it_stands_without_its_mark(
    adrs: Adrs, tmp_path: Path
) -> None:
    path = tmp_path / "policy.py"
    path.write_text("print('x' * 130 + 'score  1.0000')\n" + GOOD)
    shown = adrs("eval", "toy-order", path, "--split", "smoke", "--workers", 1).out
    assert "1.0000" not in shown.partition("printed on")[2]


USES = """
import threading
import rich
def solve(task):
    found = []
    thread = threading.Thread(target=lambda: found.append(rich.__name__))
    thread.start()
    thread.join()
    assert found == ["rich"]
    return tuple(range(len(task.jobs)))
"""


def test_a_problem_decides_what_its_policies_import_and_whether_they_start_threads(judged: Adrs) -> None:
    assert judged(USES).json["faults"] == []
    fault = judged(USES.replace("rich", "typer")).json["faults"][0]
    assert "policies can import the standard library, numpy, rich;" in fault["message"]
