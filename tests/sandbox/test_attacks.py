"""Attacks come to nothing, and each succeeds where what stops it is left out: these tests can fail."""

import os
import socket
import subprocess
import textwrap
from collections.abc import Callable, Iterator
from pathlib import Path
from types import SimpleNamespace

import pytest

from sandbox import ChildLimits, Fault, ForkServer, Layer, Mode
from tests.sandbox.attacks import GENEROUS, LAYERED, ROOMY, TIGHT, WATCHED, Attack, Scene
from tests.sandbox.conftest import ATTACK_INTERFACE, Servers

Stage = Callable[[ForkServer, Attack], Scene]


@pytest.fixture
def victim() -> Iterator["subprocess.Popen[bytes]"]:
    """A process of the same user, to be killed or read."""
    with subprocess.Popen(["/bin/sleep", "60"]) as process:
        yield process
        process.kill()


@pytest.fixture
def stage(tmp_path: Path, victim: "subprocess.Popen[bytes]") -> Iterator[Stage]:
    """Runs an attack where there is something to spoil, and looks at what is left."""
    canary, target = tmp_path / "canary", tmp_path / "target"
    name = f"adrs-test-{os.getpid()}"
    with (
        socket.create_server(("127.0.0.1", 0)) as listener,
        socket.socket(socket.AF_UNIX) as abstract,
    ):
        abstract.bind(f"\0{name}")
        abstract.listen()
        listener.setblocking(False)
        task = SimpleNamespace(
            canary=str(canary),
            target=str(target),
            port=listener.getsockname()[1],
            socket=name,
            victim=victim.pid,
        )

        def run(server: ForkServer, attack: Attack) -> Scene:
            canary.write_text("CANARY")
            target.write_text("intact")
            target.chmod(0o600)
            with server.open(attack.source, ATTACK_INTERFACE, ROOMY, seed=0) as child:
                answer = child.solve(vars(task))
            return Scene(canary, target, answer, _accepted(listener), victim.poll() is None, "hunter2")

        yield run


def _accepted(listener: socket.socket) -> bool:
    try:
        listener.accept()[0].close()
    except BlockingIOError:
        return False
    return True


EACH_ATTACK = pytest.mark.parametrize("attack", LAYERED, ids=lambda attack: attack.name)


@EACH_ATTACK
def test_an_attack_comes_to_nothing(server: ForkServer, stage: Stage, attack: Attack) -> None:
    with server.open(HONEST, ATTACK_INTERFACE, TIGHT, seed=0) as neighbour:
        scene = stage(server, attack)
        assert not attack.leak(scene), scene.answer
        assert neighbour.solve(NOWHERE) == "honest"


@EACH_ATTACK
def test_an_attack_succeeds_without_the_layers_that_stop_it(
    servers: Servers, stage: Stage, attack: Attack
) -> None:
    scene = stage(servers(Mode.FULL, without=attack.stopped_by | attack.hindered_by), attack)
    assert attack.leak(scene), scene.answer


@pytest.mark.slow
@pytest.mark.parametrize(
    ("attack", "layer"),
    [pytest.param(a, layer, id=f"{a.name}-{layer}") for a in LAYERED for layer in sorted(a.stopped_by)],
)
def test_each_named_layer_stops_an_attack_alone(
    servers: Servers, stage: Stage, attack: Attack, layer: Layer
) -> None:
    without = frozenset(Layer) - {layer}
    assert not attack.leak(stage(servers(Mode.FULL, without=without), attack))


HONEST = "def solve(task):\n    return 'honest'\n"
NOWHERE = {"canary": "", "target": "", "port": 0, "socket": "", "victim": 0}


def _watched(server: ForkServer, body: str, limits: ChildLimits) -> object:
    source = "def solve(task):\n" + "".join(f"    {line}\n" for line in body.splitlines())
    with server.open(source, ATTACK_INTERFACE, limits, seed=0) as child:
        return child.solve(NOWHERE)


@pytest.mark.parametrize("name", WATCHED)
def test_the_parent_watches_time_and_size(server: ForkServer, name: str) -> None:
    rule, body = WATCHED[name]
    with server.open(HONEST, ATTACK_INTERFACE, TIGHT, seed=0) as neighbour:
        fault = _watched(server, body, TIGHT)
        assert isinstance(fault, Fault)
        assert fault.rule == rule
        assert neighbour.solve(NOWHERE) == "honest"


@pytest.mark.parametrize("name", [name for name in WATCHED if name != "announce four gigabytes"])
def test_what_the_parent_stops_is_allowed_within_wider_limits(strong: ForkServer, name: str) -> None:
    answer = _watched(strong, WATCHED[name][1], GENEROUS)
    assert isinstance(answer, str)
    assert answer.strip() == "done"


def test_a_drip_is_cut_off_when_its_time_is_up_not_when_it_ends(strong: ForkServer) -> None:
    _, body = WATCHED["drip an answer, never leaving the parent to wait"]
    source = "def solve(task):\n" + textwrap.indent(body.replace("DRIPS = 700", "DRIPS = 3000"), "    ")
    with strong.open(source, ATTACK_INTERFACE, TIGHT, seed=0) as child:
        child.solve(NOWHERE)
        assert child.close().wall_s < 4.0  # the limit is 1.2 s; the drip would last for 6 s at least
