"""A person, or any program, is the model: asked and told through files."""

import io
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace

import pytest

from tests.evolve.cli.conftest import COMMAND, Adrs

SOLVE = """\
Longest first, number {}.

```python
from interface import Answer, Task


def solve(task: Task) -> Answer:
    return sorted(range(len(task.jobs)), key=lambda i: -i * {})
```
"""


@pytest.fixture
def waiting(adrs: Adrs, tmp_path: Path) -> Iterator["subprocess.Popen[bytes]"]:
    words = ["run", "toy-order", "--proposer", "inbox", "--name", "mine", "--max-evals", "5"]
    process = subprocess.Popen(
        [*COMMAND, *words], cwd=tmp_path, stdout=subprocess.PIPE, stderr=subprocess.STDOUT
    )
    yield process
    process.kill()
    process.wait()


def test_a_run_waits_is_answered_and_goes_on(
    adrs: Adrs, waiting: "subprocess.Popen[bytes]", tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked = adrs("ask", "mine", "--wait", "--json").json
    first = asked["step"]
    assert "## Program to" in asked["prompt"]
    assert f"this is step {first} of mine" in adrs("ask", "mine").err

    (tmp_path / "empty.md").write_text(" \n")
    for file, message in (
        ("none.md", "none.md cannot be read: No such file or directory"),
        ("empty.md", "expected a reply, but empty.md is empty"),
    ):
        refused = adrs("tell", "mine", first, file)
        assert (refused.code, message in refused.err) == (2, True)
    (tmp_path / "huge.md").write_bytes(b"x" * (5 << 20))
    assert "expected a reply of at most 4,194,304 bytes" in adrs("tell", "mine", first, "huge.md").err

    (tmp_path / "bad.md").write_bytes(b"\xff\xfe no program")
    assert adrs("tell", "mine", first, "bad.md").code == 0
    twice = adrs("tell", "mine", first, "bad.md")
    assert (twice.code, f"step {first} of run 'mine' waits for no reply" in twice.err) == (2, True)

    for number in range(1, 12):
        if waiting.poll() is not None:
            break
        found = adrs("ask", "mine", "--wait", "--json")
        if found.code != 0:
            break
        monkeypatch.setattr(
            sys, "stdin", SimpleNamespace(buffer=io.BytesIO(SOLVE.format(number, number).encode()))
        )
        adrs("tell", "mine", found.json["step"], "-")
    assert waiting.wait(timeout=60) in {0, 1}
    shown = adrs("show", "mine", "--json").json
    assert (shown["status"], shown["evaluated"]) == ("stopped", 5)
    assert adrs("show", "mine", first, "--json").json["reason"] == "no_program"
    over = adrs("ask", "mine")
    assert (over.code, "no step of mine waits, and nobody runs it" in over.err) == (1, True)


def test_a_reply_told_while_nobody_runs_the_run_is_taken_later(
    adrs: Adrs, waiting: "subprocess.Popen[bytes]", tmp_path: Path
) -> None:
    first = adrs("ask", "mine", "--wait", "--json").json["step"]
    waiting.kill()
    waiting.wait()
    (tmp_path / "reply.md").write_text(SOLVE.format(3, 3))
    told = adrs("tell", "mine", first, "reply.md")
    assert (told.code, "go on with: adrs resume mine" in told.err) == (0, True)
    process = subprocess.Popen([*COMMAND, "resume", "mine"], cwd=tmp_path, stdout=subprocess.DEVNULL)
    try:
        assert adrs("ask", "mine", "--wait", "--json").json["step"] > first
        until = time.monotonic() + 30
        found = adrs("show", "mine", first, "--json").json
        while (
            found["step"] != first and time.monotonic() < until
        ):  # it is no step yet, but the start of an id
            time.sleep(0.2)
            found = adrs("show", "mine", first, "--json").json
        assert found["reply"]["completion"]["text"].startswith("Longest first")
    finally:
        process.kill()
        process.wait()


def test_a_run_that_waits_is_interrupted_at_once(
    adrs: Adrs, waiting: "subprocess.Popen[bytes]", tmp_path: Path
) -> None:
    step = adrs("ask", "mine", "--wait", "--json").json["step"]
    waiting.send_signal(signal.SIGINT)
    out, _ = waiting.communicate(timeout=10)  # no reply ever comes
    assert waiting.returncode == 130
    assert b"it was interrupted" in out
    assert b"Traceback" not in out
    assert adrs("ask", "mine", "--json").json["step"] == step


def test_a_run_that_asks_nobody_is_told_so(adrs: Adrs, finished: Path) -> None:
    for words in (["ask", "done"], ["tell", "done", 3, "x.md"]):
        Path("x.md").write_text("x")
        ended = adrs(*words, "--db", finished)
        assert (ended.code, "waits for nobody, as its proposer is offline" in ended.err) == (2, True)
