"""Attacks come to nothing, and each succeeds where what stops it is taken away: these tests can fail."""

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from sandbox import ChildLimits, Fault, ForkServer, Interface, Layer, Mode
from tests.sandbox.attacks import ATTACKS
from tests.sandbox.attacks.attack import WIDE, Attack, Check, Scene
from tests.sandbox.attacks.kernel import REFUSED_HERE
from tests.sandbox.attacks.stage import PRODUCT, Stage
from tests.sandbox.conftest import Servers
from tests.sandbox.wrappers import CANNOT, wrapped

EACH_ATTACK = pytest.mark.parametrize("attack", ATTACKS, ids=lambda attack: attack.name)
NAIVE = frozenset({Check.PROCESS, Check.TYPES, Check.WORDS})
"""What an evaluator lacks that believes its policies."""


@pytest.fixture
def stage(tmp_path: Path) -> Iterator[Stage]:
    """Something to spoil."""
    with Stage.built(tmp_path) as built:
        yield built
        built.clear()


def test_there_are_as_many_attacks_as_are_claimed() -> None:
    assert len(ATTACKS) == len({attack.name for attack in ATTACKS})
    assert len(ATTACKS) >= 62 + 25
    assert all(attack.guards for attack in ATTACKS)


def test_the_table_of_attacks_names_every_one() -> None:
    table = (PRODUCT / "docs" / "attacks.md").read_text(encoding="utf-8")
    missing = [attack.name for attack in ATTACKS if f"| {attack.name} " not in table]
    assert not missing, "make it anew: python -m benchmarks.attacks --write docs/attacks.md"
    assert f"\n{len(ATTACKS)} attacks" in table


@EACH_ATTACK
def test_an_attack_comes_to_nothing(server: ForkServer, stage: Stage, attack: Attack) -> None:
    if attack.impossible:
        pytest.skip(attack.impossible)
    scene = stage.play(server, attack)
    assert scene.survived
    assert attack.leak(scene) == (server.mode in attack.accepted), scene.answer


def weakened(servers: Servers, stage: Stage, attack: Attack) -> Scene:
    """The attack where nothing that stops it is in force."""
    if attack.layers:
        return stage.play(servers(Mode.FULL, attack.layers | attack.helpers), attack)
    if Check.FRESH in attack.checks:
        return stage.play_together(servers(Mode.FULL), attack)
    if Check.WATCH in attack.checks:
        return stage.play(servers(Mode.FULL), attack, limits=WIDE)
    assert attack.checks & NAIVE
    return stage.play_naively(attack)


@EACH_ATTACK
def test_an_attack_succeeds_without_what_stops_it(servers: Servers, stage: Stage, attack: Attack) -> None:
    if attack.needs_root and os.geteuid() != 0:
        pytest.skip("an ordinary user has no such right to begin with")
    if attack.impossible:
        pytest.skip(attack.impossible)
    scene = weakened(servers, stage, attack)
    if isinstance(scene.answer, str) and scene.answer.startswith(REFUSED_HERE):
        pytest.skip(f"{attack.name}: {scene.answer}")
    assert attack.leak(scene), scene.answer


@pytest.mark.slow
@pytest.mark.parametrize(
    ("attack", "layer"),
    [
        pytest.param(a, layer, id=f"{a.name}-{layer}")
        for a in ATTACKS
        if not a.impossible
        for layer in sorted(a.layers)
    ],
)
def test_each_named_layer_stops_an_attack_alone(
    servers: Servers, stage: Stage, attack: Attack, layer: Layer
) -> None:
    scene = stage.play(servers(Mode.FULL, frozenset(Layer) - {layer}), attack)
    assert not attack.leak(scene), scene.answer


@pytest.mark.slow
def test_all_of_it_holds_for_an_ordinary_user() -> None:
    if os.geteuid() != 0:
        pytest.skip("this user is ordinary, so all of it has been held for one")
    command = [
        sys.executable,
        "-m",
        "pytest",
        "-q",
        "-p",
        "no:cacheprovider",
        "-m",
        "slow or not slow",
        __file__,
    ]
    done = subprocess.run(wrapped("ordinary_user", *command), capture_output=True, text=True, check=False)
    if done.returncode == CANNOT:
        pytest.skip(done.stderr)
    assert done.returncode == 0, done.stdout[-5000:]
    assert " failed" not in done.stdout


HARMLESS = {
    "a number that calls itself equal to all": (
        "class F(float):\n    __lt__ = __gt__ = __eq__ = lambda s, o: True\n    __hash__ = None\n"
        "def solve(task): return F(1.5)\n"
    ),
    "a storm of alarms": (
        "import signal\ndef solve(task):\n    signal.signal(signal.SIGALRM, lambda *a: None)\n"
        "    signal.setitimer(signal.ITIMER_REAL, 1e-4, 1e-4)\n    x = sum(range(10**5))\n    return 1.5\n"
    ),
    "an object that raises when it is forgotten": (
        "class D:\n    def __del__(self): raise KeyboardInterrupt('boo')\n"
        "def solve(task):\n    D()\n    return 1.5\n"
    ),
    "clocks and encoders patched in its own process": (
        "import json, time, struct\ntime.perf_counter = lambda: 0.0\njson.dumps = lambda *a, **k: '9.0'\n"
        "struct.pack = lambda *a: b'9'\ndef solve(task): return 1.5\n"
    ),
    "much output": "def solve(task):\n    for _ in range(100): print('x' * (1 << 20))\n    return 1.5\n",
}


@pytest.mark.parametrize("name", HARMLESS)
def test_what_only_looks_hostile_is_answered(server: ForkServer, stage: Stage, name: str) -> None:
    roomy = ChildLimits(init_cpu_s=5.0, call_cpu_s=5.0)
    interface = Interface(ATTACKS[0].interface.text, "solve", float)
    with server.open(HARMLESS[name], interface, roomy, seed=0) as child:
        assert child.solve(stage.task(0)) == 1.5


FINGERPRINT = """
import gc, itertools, os, sys, threading
def solve(task):
    loaded = sorted(sys.modules)
    return [os.getpid(), len(loaded), gc.get_count()[1:], sys.getallocatedblocks(), threading.active_count()]
"""


def test_a_policy_cannot_tell_its_first_child_from_a_later_one(servers: Servers, stage: Stage) -> None:
    task, found = stage.task(0), []
    server = servers(Mode.FULL)
    for number in range(40):
        with server.open(FINGERPRINT, ATTACKS[0].interface, WIDE, seed=0) as child:
            found.append(child.solve(task))
        with server.open(f"x = [0] * {number}", ATTACKS[0].interface, WIDE, seed=0):
            pass
    assert not any(isinstance(answer, Fault) for answer in found)
    assert all(answer == found[0] for answer in found)


STALE = """
import os, struct
class Policy:
    def __init__(self, setup): self.n = 0
    def step(self, observation):
        self.n += 1
        if self.n == 1:
            {forgery}
        return observation
"""
FORGERIES = {
    "an answer twice": "os.write(3, struct.pack('<cI', b'a', 3) + b'[7]')",
    "answers of more policies than were asked": "os.write(3, struct.pack('<cI', b'a', 5) + b'[7,8]')",
    "a handle that was not given": "os.write(3, struct.pack('<cI', b'a', 1) + b'9')",
    "a verb of ours": "os.write(3, struct.pack('<cI', b's', 0))",
    "a half of an answer": "os.write(3, struct.pack('<cI', b'a', 3) + b'[')",
}


@pytest.mark.parametrize("name", FORGERIES)
def test_an_answer_out_of_turn_is_only_ever_an_answer_of_its_own_policy(
    server: ForkServer, name: str
) -> None:
    interface = Interface("Setup = int\nObservation = int\n", "Policy", int)
    tight = ChildLimits(init_cpu_s=5.0, call_cpu_s=1.0)
    with (
        server.open(STALE.format(forgery=FORGERIES[name]), interface, tight, seed=0) as child,
        server.open(STALE.format(forgery="pass"), interface, tight, seed=0) as neighbour,
    ):
        handle, other = child.start(0), neighbour.start(0)
        assert isinstance(handle, int)
        assert isinstance(other, int)
        decisions = [child.step([(handle, n)])[0] for n in range(1, 5)]
        assert [neighbour.step([(other, n)])[0] for n in range(1, 5)] == [1, 2, 3, 4]
    assert all(isinstance(d, Fault) or type(d) is int for d in decisions)
    assert any(isinstance(d, Fault) for d in decisions) or decisions[0] == 7
