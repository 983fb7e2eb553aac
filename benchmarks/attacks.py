"""What each attack of the test suite meets: every mode, every layer left out, every layer by itself.

    python -m benchmarks.attacks [--write docs/attacks.md] [--json]

Runs from the root of the repository. Ends with status 1 if an attack succeeds that a mode promises to
contain, or if one succeeds nowhere: then it shows nothing.
"""

import os
import sys
import tempfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

from benchmarks.report import arguments, show
from evaluators.machine import machine
from sandbox import ForkServer, Layer, Mode, SandboxUnavailable
from tests.sandbox.attacks import ATTACKS
from tests.sandbox.attacks.attack import WIDE, Attack, Check, Scene
from tests.sandbox.attacks.kernel import REFUSED_HERE
from tests.sandbox.attacks.stage import Stage
from tests.sandbox.attacks.surroundings import SECRET

MODES = (Mode.FULL, Mode.STRONG, Mode.WEAK, Mode.NONE)
CONTAINING = (Mode.FULL, Mode.STRONG)
HEAD = """# Attacks

Made by `python -m benchmarks.attacks --write docs/attacks.md` on {machine}, as {user}.

{count} attacks, each a policy with a test of what it left behind. In the columns of modes, "-" is contained
and "leaks" is not. *Stopped by* names what contains an attack by itself; where those are layers, each was
measured alone, with all others left out. *One less* names the layers whose loss alone lets the attack
succeed in what is left of mode full; it is empty where a second layer stands behind the first. *Shown by*
says where the attack was seen to succeed, so that its test can fail: with these layers left out, with wider
limits, in one child in place of two, or against an evaluator that runs policies in its own process and
believes them (`tests/sandbox/attacks/naive.py`).

Attacks that only root can try are marked (root). `adrs doctor` tries the most telling ones on your machine;
[threat-model.md](threat-model.md) says what is promised.
"""


@dataclass(frozen=True, slots=True)
class Finding:
    """What one attack met.

    Attributes:
        modes: Whether it succeeded, by mode; modes that this machine lacks are missing.
        alone: Layers that stop it by themselves, as measured.
        one_less: Layers without which alone it succeeds.
        shown: Where it succeeded, in words; empty if nowhere.
    """

    attack: Attack
    modes: Mapping[Mode, bool]
    alone: Sequence[Layer]
    one_less: Sequence[Layer]
    shown: str

    @property
    def is_sound(self) -> bool:
        """Whether it is contained where that is promised, and shown to succeed elsewhere."""
        broken = [mode for mode in CONTAINING if self.modes.get(mode) and mode not in self.attack.accepted]
        return not broken and bool(self.shown) and self.attack.layers <= {*self.alone}

    def row(self) -> dict[str, str]:
        """Its line of the table."""
        guards = sorted(self.alone) if self.attack.layers else sorted(self.attack.guards)
        return {
            "kind": self.attack.kind,
            "attack": self.attack.name + (" (root)" if self.attack.needs_root else ""),
            "stopped by": ", ".join(guards),
            **{str(mode): _verdict(self.modes.get(mode)) for mode in MODES},
            "one less": ", ".join(sorted(self.one_less)),
            "shown by": self.shown or "NOTHING",
        }


def _verdict(succeeded: bool | None) -> str:
    return "?" if succeeded is None else "leaks" if succeeded else "-"


class Matrix:
    """Fork servers by mode and layers left out, and where a fresh stage is set for each try."""

    def __init__(self, folder: Path, undo: ExitStack) -> None:
        self._folder = folder
        self._undo = undo
        self._servers: dict[tuple[Mode, frozenset[Layer]], ForkServer | None] = {}

    def _server(self, mode: Mode, without: frozenset[Layer] = frozenset()) -> ForkServer | None:
        key = (mode, without)
        if key not in self._servers:
            try:
                self._servers[key] = self._undo.enter_context(ForkServer.start(mode, without=without))
            except SandboxUnavailable:
                self._servers[key] = None
        return self._servers[key]

    def _succeeds(self, attack: Attack, mode: Mode, without: frozenset[Layer] = frozenset()) -> bool | None:
        server = self._server(mode, without)
        if server is None:
            return None
        scene, leaked = self._play(attack, lambda stage: stage.play(server, attack))
        return not scene.survived or leaked

    def _play(self, attack: Attack, play: Callable[[Stage], Scene]) -> tuple[Scene, bool]:
        with Stage.built(self._folder) as stage:
            scene = play(stage)
            leaked = attack.leak(scene)
            stage.clear()
        return scene, leaked

    def examine(self, attack: Attack) -> Finding:
        """Tries an attack everywhere."""
        if attack.impossible:
            return Finding(attack, {}, tuple(attack.layers), (), attack.impossible)
        modes = {mode: found for mode in MODES if (found := self._succeeds(attack, mode)) is not None}
        if not attack.layers:
            return Finding(attack, modes, (), (), self._shown_by_check(attack))
        everything = frozenset(Layer)
        alone = [x for x in Layer if self._succeeds(attack, Mode.FULL, everything - {x}) is False]
        one_less = [x for x in Layer if self._succeeds(attack, Mode.FULL, frozenset({x}))]
        return Finding(attack, modes, alone, one_less, self._shown_by_layers(attack))

    def _shown_by_layers(self, attack: Attack) -> str:
        for removed in (attack.layers, attack.layers | attack.helpers):
            if self._succeeds(attack, Mode.FULL, removed):
                return f"no {', '.join(sorted(removed))}"
        if attack.needs_root and os.geteuid() != 0:
            return "an ordinary user cannot"
        server = self._server(Mode.FULL, attack.layers | attack.helpers)
        if server is None:
            return ""
        scene, _ = self._play(attack, lambda stage: stage.play(server, attack))
        refused = isinstance(scene.answer, str) and scene.answer.startswith(REFUSED_HERE)
        return str(scene.answer) if refused else ""

    def _shown_by_check(self, attack: Attack) -> str:
        server = self._server(Mode.FULL) or self._server(Mode.STRONG)
        if Check.FRESH in attack.checks and server is not None:
            told, play = "one child for both", lambda stage: stage.play_together(server, attack)
        elif Check.WATCH in attack.checks and server is not None:
            told, play = "wider limits", lambda stage: stage.play(server, attack, limits=WIDE)
        else:
            told, play = "a believing evaluator", lambda stage: stage.play_naively(attack)
        return told if self._play(attack, play)[1] else ""


def findings() -> Iterator[Finding]:
    """Tries every attack everywhere, one after the other."""
    os.environ[SECRET] = "hunter2"
    with ExitStack() as undo:
        folder = Path(undo.enter_context(tempfile.TemporaryDirectory(prefix="adrs-attacks-")))
        matrix = Matrix(folder, undo)
        for attack in ATTACKS:
            yield matrix.examine(attack)


def page(found: Sequence[Finding]) -> str:
    """The table as Markdown, by kind."""
    here = machine()
    described = f"{here['cpu']}, {here['kernel']}, Python {here['python']}"
    user = "root" if os.geteuid() == 0 else "an ordinary user"
    parts = [HEAD.format(machine=described, user=user, count=len(found))]
    columns = [column for column in found[0].row() if column != "kind"]
    for kind in dict.fromkeys(finding.attack.kind for finding in found):
        rows = [finding.row() for finding in found if finding.attack.kind == kind]
        lines = [f"## {kind.capitalize()}", "", _line(columns), _line(["---"] * len(columns))]
        lines += [_line([row[column] for column in columns]) for row in rows]
        parts.append("\n".join(lines) + "\n")
    return "\n".join(parts)


def _line(cells: Sequence[str]) -> str:
    return f"| {' | '.join(cells)} |"


def main() -> None:
    """Prints a table, or one JSON object, and writes the page if asked to."""
    parser = arguments("What each attack of the test suite meets.")
    parser.add_argument("--write", type=Path, metavar="FILE", help="write the table there, as Markdown")
    given = parser.parse_args()
    found = list(findings())
    if given.write is not None:
        given.write.write_text(page(found), encoding="utf-8")
    show("attacks", [finding.row() for finding in found], as_json=given.json)
    unsound = [finding.attack.name for finding in found if not finding.is_sound]
    if unsound:
        sys.exit(
            f"{len(unsound)} attacks are not contained as promised, or show nothing: {', '.join(unsound)}"
        )


if __name__ == "__main__":
    main()
