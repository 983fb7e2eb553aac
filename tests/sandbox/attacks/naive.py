"""An evaluator as they are often written: the policy runs in its process and is believed.

What is done to it shows that an attack on trust can succeed. It reads sources and a task as JSON from its
input, and tells what it takes for the answer of the last one.
"""

import json
import os
import pickle
import resource
import struct
import subprocess
import sys
import time
from collections.abc import Mapping
from dataclasses import dataclass
from types import SimpleNamespace
from typing import Any

_write = json.dumps
"""Kept, since policies replace it; what is told outside of the evaluation must be the truth."""

HIDDEN = {"hidden answer": ["the simulator's own secret"]}
SURVIVED = "survived "
_CHANNEL = 3
_MEMORY_BYTES = 2 << 30
_CPU_S = 20


def believe(sources: list[str], task: dict[str, Any]) -> object:
    """Has each policy called, in this very process, and gives back the last answer."""
    answer: object = None
    for source in sources:
        namespace: dict[str, Any] = {"__name__": "policy"}
        exec(compile(source, "policy.py", "exec"), namespace)
        answer = namespace["solve"](SimpleNamespace(**task))
        raw = received()
        # Two careless readers: of a frame, whatever its length says, and of JSON, whatever it holds.
        answer = json.loads(json.dumps(answer)) if raw is None else decoded(raw)
    return answer


def received() -> bytes | None:
    """What the policy wrote to the channel itself, if it did."""
    os.set_blocking(0, False)
    try:
        return os.read(0, 1 << 20) or None
    except BlockingIOError:
        return None


def decoded(raw: bytes) -> object:
    """Takes a frame for what it is."""
    _, length = struct.unpack_from("<cI", raw)
    body = raw[5:] + bytes(max(length - len(raw) + 5, 0))
    try:
        return json.loads(body)
    except ValueError:
        return pickle.loads(body)


def main() -> None:
    """Runs as a program."""
    resource.setrlimit(resource.RLIMIT_AS, (_MEMORY_BYTES, _MEMORY_BYTES))
    resource.setrlimit(resource.RLIMIT_CPU, (_CPU_S, _CPU_S))
    sources, task = json.load(sys.stdin)
    ours, theirs = os.pipe()
    os.dup2(ours, 0)
    os.dup2(theirs, _CHANNEL)
    began = time.perf_counter()
    try:
        answer = believe(sources, task)
    except Exception as error:  # noqa: BLE001 - an evaluator that means well
        answer = f"error: {error}"
    used_s = time.perf_counter() - began
    sys.stdout.write(SURVIVED + _write([answer, used_s], default=repr))


@dataclass(frozen=True, slots=True)
class Believed:
    """How the evaluator fared.

    Attributes:
        answer: What it takes for the last policy's answer.
        used_s: How long it says that the policies took, by its own clock.
    """

    survived: bool
    answer: object
    used_s: float


def attacked(sources: list[str], task: Mapping[str, Any]) -> Believed:
    """Lets policies loose on such an evaluator, in a process that may be lost."""
    command = [sys.executable, "-m", "tests.sandbox.attacks.naive"]
    try:
        asked = json.dumps([sources, dict(task)]).encode()
        done = subprocess.run(command, input=asked, capture_output=True, timeout=30, check=False)
    except subprocess.TimeoutExpired:
        return Believed(survived=False, answer=None, used_s=0.0)
    _, survived, told = done.stdout.decode("utf-8", "backslashreplace").rpartition(SURVIVED)
    answer, used_s = json.loads(told) if survived else (None, 0.0)
    return Believed(bool(survived), answer, used_s)


if __name__ == "__main__":
    main()
