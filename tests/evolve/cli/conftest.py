"""Ways to call the command, and problems that nobody should ship."""

import json
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from evolve.cli import main
from problems import registry

COMMAND = (sys.executable, "-m", "evolve")


@dataclass(frozen=True, slots=True)
class Ended:
    """A command that has ended."""

    code: int
    out: str
    err: str

    @property
    def json(self) -> dict[str, Any]:
        """The one object that was printed."""
        assert self.out.count("\n") == 1, self.err
        found: dict[str, Any] = json.loads(self.out)
        return found


Adrs = Callable[..., Ended]


@pytest.fixture
def adrs(
    toy: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Adrs:
    """Calls the command in this process, in an empty folder, without data."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("ADRS_DATA", str(tmp_path / "data"))
    monkeypatch.setenv("COLUMNS", "120")
    monkeypatch.delenv("ADRS_DB", raising=False)

    def call(*words: object) -> Ended:
        monkeypatch.setattr(sys, "argv", ["adrs", *map(str, words)])
        capsys.readouterr()
        code = main()
        return Ended(code, *capsys.readouterr())

    return call


STRANGE = '''
"""Problems that no one should ship."""

from dataclasses import replace

from adrs_toy.order import PROBLEM as ORDER
from problems.base import Baseline, Outcome


class Generous:
    task = ORDER.evaluator.task

    def measure(self, instance, answer):
        outcome = ORDER.evaluator.measure(instance, answer)
        return Outcome(1.5 * outcome.score, outcome.metrics)


HOLE = replace(ORDER, name="toy-hole", evaluator=Generous())
DEAD = replace(
    ORDER,
    name="toy-dead",
    baselines=(Baseline("raising", "def solve(task):\\n    raise RuntimeError\\n", "none", "none", 0.0),),
    seeds=("raising",),
)
'''


@pytest.fixture
def strange(toy: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Installs `toy-hole`, whose bound is wrong, `toy-dead`, whose seeds raise, and `toy-broken`."""
    site = tmp_path / "site"
    info = site / "strange-1.0.dist-info"
    info.mkdir(parents=True)
    (info / "METADATA").write_text("Metadata-Version: 2.1\nName: strange\nVersion: 1.0\n")
    points = ["toy-hole = strange:HOLE", "toy-dead = strange:DEAD", "toy-broken = no_such_module:PROBLEM"]
    (info / "entry_points.txt").write_text("\n".join(["[adrs.problems]", *points]))
    (site / "strange.py").write_text(STRANGE)
    monkeypatch.syspath_prepend(site)
    monkeypatch.setenv("PYTHONPATH", f"{site}:{toy}")
    registry._entries.cache_clear()
    registry.get.cache_clear()
    yield
    monkeypatch.undo()
    registry._entries.cache_clear()
    registry.get.cache_clear()
