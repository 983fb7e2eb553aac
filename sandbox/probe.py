"""Proves each layer by an attack that it alone must stop, in a child that is thrown away."""

import enum
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final

from sandbox import trials
from sandbox.facts import Facts
from sandbox.faults import Fault
from sandbox.layers import REQUIRED, Layer, LayerMissing, Mode, SandboxUnavailable
from sandbox.limits import ChildLimits
from sandbox.output import OUTPUT_BYTES
from sandbox.remedies import LEAKING, Remedy, of_watch, remedies
from sandbox.runtime import BARE
from sandbox.server import ForkServer


class State(enum.StrEnum):
    """What a proof found."""

    WORKS = "works"
    MISSING = "missing"
    """It cannot be set up here."""
    LEAKS = "leaks"
    """It was set up, and does not do what it is for."""


class Need(enum.StrEnum):
    """What a mode wants of a layer."""

    REQUIRED = "required"
    WANTED = "wanted"
    """Mode `auto` takes it where it works."""
    UNUSED = "unused"
    """The mode does without it, so candidates run without it even where it works."""


@dataclass(frozen=True, slots=True)
class Try:
    """One thing that an attack tried.

    Attributes:
        refusal: The system's error, or what else came of it; empty if the attack succeeded.
    """

    tried: str
    refusal: str


@dataclass(frozen=True, slots=True)
class Check:
    """One line of the doctor's table.

    Attributes:
        layer: A layer's name; or `cpu_watch`, `wall_watch`, `answer_watch` and `output_watch` for what the
            parent itself does, and `TOGETHER` for the mode as a whole.
        proof: What was tried and what came of it.
        tries: The same, one by one; none if the layer is missing.
        remedies: What to do if it does not work; none if it does.
    """

    layer: str
    need: Need
    state: State
    proof: str
    tries: tuple[Try, ...] = ()
    remedies: tuple[Remedy, ...] = ()

    @property
    def failed(self) -> bool:
        """Whether the mode cannot be trusted for it."""
        return self.need is Need.REQUIRED and self.state is not State.WORKS


@dataclass(frozen=True, slots=True)
class Examination:
    """What the doctor found.

    Attributes:
        checks: Of all layers, then of the parent's watches, then of the mode as a whole.
        taken: The mode in which a candidate ran; None if none ran.
        notes: What a layer of it could not do.
    """

    checks: tuple[Check, ...]
    taken: Mode | None
    notes: tuple[str, ...]
    facts: Facts

    @property
    def failed(self) -> tuple[Check, ...]:
        """What the mode cannot be trusted for."""
        return tuple(check for check in self.checks if check.failed)


TOGETHER: Final = "together"
"""The line of the mode as a whole."""

_LIMITS: Final = ChildLimits(init_cpu_s=2.0, call_cpu_s=2.0, memory_bytes=128 << 20)
_BRIEF: Final = ChildLimits(init_cpu_s=2.0, call_cpu_s=0.05, answer_bytes=1 << 10)
_AT_ONCE: Final = 4
"""More than there may be cores, since one proof only waits."""

_CPU_WATCH: Final = "cpu_watch"
_WATCHES: Final[Mapping[str, tuple[str, str, str]]] = MappingProxyType(
    {
        _CPU_WATCH: ("compute forever where 0.05 s of CPU are allowed", "while True: pass", "cpu_limit"),
        "wall_watch": (
            "sleep for a minute where 1.1 s are allowed",
            "import time; time.sleep(60)",
            "wall_limit",
        ),
        "answer_watch": (
            "announce an answer of 1 GiB where 1 KiB is allowed",
            "import os, struct; os.write(3, struct.pack('<cI', b'a', 1 << 30))",
            "answer_too_large",
        ),
    }
)
"""What a policy tries, how, and the fault it must end with."""


def probe(mode: Mode = Mode.AUTO) -> Examination:
    """Tries every layer by itself, the parent's watch, and the mode as a whole; takes a second or two.

    Args:
        mode: Decides which layers are required; `AUTO` requires those of `STRONG`, which it accepts.
    """
    facts = Facts.read()
    with ThreadPoolExecutor(_AT_ONCE) as pool:
        # The watches come first: while one of them waits, all else is done.
        watches = [pool.submit(_watch, name, facts) for name in _WATCHES]
        layers = [pool.submit(check, layer, _need(layer, mode), facts) for layer in Layer]
        output = pool.submit(_output_watch, facts)
        whole, taken, notes = pool.submit(_together, mode).result()
        checks = [found.result() for found in (*layers, *watches, output)]
    return Examination((*checks, whole), taken, notes, facts)


def _need(layer: Layer, mode: Mode) -> Need:
    if layer in REQUIRED[Mode.STRONG if mode is Mode.AUTO else mode]:
        return Need.REQUIRED
    return Need.WANTED if mode is Mode.AUTO else Need.UNUSED


def check(layer: Layer, need: Need, facts: Facts, without: frozenset[Layer] | None = None) -> Check:
    """Tries one layer: all others are left out, so that none of them can stop the attack in its place.

    Args:
        need: What the check will say of it.
        without: The layers to be left out instead, for tests that prove the proof.
    """
    left_out = frozenset(Layer) - {layer} if without is None else without
    try:
        with trials.laid() as bait, ForkServer.start(Mode.FULL, runtime=BARE, without=left_out) as server:
            answer = _answer(server, trials.attack(layer), bait.as_task(), _LIMITS)
    except SandboxUnavailable as error:
        return Check(layer, need, State.MISSING, _reason(error), remedies=remedies(layer, facts))
    if isinstance(answer, Fault):
        return Check(layer, need, State.LEAKS, f"the proof failed: {answer.message}", remedies=LEAKING)
    return _judged(layer, need, tuple(Try(*pair) for pair in answer))


def _reason(error: SandboxUnavailable) -> str:
    if isinstance(error.__cause__, LayerMissing):
        return error.__cause__.reason
    # Of what a process said when it ended unexpectedly, the last line is the cause.
    return str(error).splitlines()[-1]


def _judged(layer: str, need: Need, tries: tuple[Try, ...]) -> Check:
    refused = ", ".join(t.tried for t in tries if t.refusal)
    got = ", ".join(t.tried for t in tries if not t.refusal)
    if got:
        also = f"; refused: {refused}" if refused else ""
        return Check(layer, need, State.LEAKS, f"NOT refused: {got}{also}", tries, LEAKING)
    return Check(layer, need, State.WORKS, f"refused: {refused}", tries)


def _answer(
    server: ForkServer, source: str, task: Mapping[str, object], limits: ChildLimits
) -> list[tuple[str, str]] | Fault:
    with server.open(source, trials.INTERFACE, limits, seed=0) as child:
        answer = child.solve(task)
    if isinstance(answer, list | Fault):
        return answer
    raise TypeError(f"an attack answers with a list, but this is {answer!r}")


def _watch(name: str, facts: Facts) -> Check:
    """Tries the parent's own watch, with no layer of the kernel in its way."""
    tried, body, expected = _WATCHES[name]
    source = f"def solve(task):\n    {body}\n    return []\n"
    try:
        with ForkServer.start(Mode.NONE, runtime=BARE) as server:
            answer = _answer(server, source, trials.NO_BAIT.as_task(), _BRIEF)
    except SandboxUnavailable as error:
        return Check(name, Need.REQUIRED, State.MISSING, _reason(error), remedies=of_watch(facts))
    rule = answer.rule if isinstance(answer, Fault) else ""
    tries = (Try(tried, rule if rule == expected else ""),)
    if name == _CPU_WATCH and rule == "wall_limit":
        # Where no clock of another process can be read, the wall alone limits a policy.
        return Check(name, Need.WANTED, State.MISSING, f"{tried}: ended by {rule}", tries, of_watch(facts))
    return _judged(name, Need.REQUIRED, tries)


def _output_watch(facts: Facts) -> Check:
    name, tried = "output_watch", f"have 1 MiB of output kept where {OUTPUT_BYTES >> 10} KiB are"
    source = "def solve(task):\n    print('x' * (1 << 20))\n    return []\n"
    try:
        with ForkServer.start(Mode.NONE, runtime=BARE) as server:
            child = server.open(source, trials.INTERFACE, _LIMITS, seed=0)
            child.solve(trials.NO_BAIT.as_task())
            child.close()
            printed = child.printed()
    except SandboxUnavailable as error:
        return Check(name, Need.REQUIRED, State.MISSING, _reason(error), remedies=of_watch(facts))
    cut = printed.dropped_bytes > 0 and len(printed.text) <= OUTPUT_BYTES
    return _judged(name, Need.REQUIRED, (Try(tried, "cut" if cut else ""),))


def _together(mode: Mode) -> tuple[Check, Mode | None, tuple[str, ...]]:
    """Has a policy run in the mode itself, since layers that work one by one may not do so together."""
    tried = "run a policy that computes with numpy"
    source = "import numpy\ndef solve(task):\n    return [(str(numpy.arange(3).sum()), '')]\n"
    try:
        with ForkServer.start(mode) as server:
            answer = _answer(server, source, trials.NO_BAIT.as_task(), _LIMITS)
    except SandboxUnavailable as error:
        cause = error.__cause__
        layer = f"{cause.layer}: " if isinstance(cause, LayerMissing) else ""
        return _whole(State.MISSING, f"{tried}: {layer}{_reason(error)}"), None, ()
    # Why it is not the full mode is a line of its own.
    notes = server.notes[1:] if mode is Mode.AUTO and server.mode is not Mode.FULL else server.notes
    if isinstance(answer, Fault):
        return _whole(State.LEAKS, f"{tried} in mode {server.mode}: {answer.message}"), None, notes
    return _whole(State.WORKS, f"{tried} in mode {server.mode}: done"), server.mode, notes


def _whole(state: State, proof: str) -> Check:
    remedy = () if state is State.WORKS else (Remedy("see to the other layers, or take a weaker mode"),)
    return Check(TOGETHER, Need.REQUIRED, state, proof, remedies=remedy)
