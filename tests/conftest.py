"""What every test may use."""

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from problems import registry

PLUGIN = Path(__file__).parent / "plugin"

if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
    # A shell's background jobs ignore it, and what they start inherits that: attacks by it would fail.
    signal.signal(signal.SIGINT, signal.default_int_handler)


@pytest.fixture(scope="session")
def toy(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """Installs the package `adrs-toy` for real: `toy-order` and `toy-gate`, in this process and below it."""
    target = tmp_path_factory.mktemp("site-packages")
    uv = Path(sys.executable).with_name("uv")
    options = ["--quiet", "--offline", "--no-deps", "--no-build-isolation", "--no-cache"]
    place = ["--python", sys.executable, "--target", str(target)]
    subprocess.run([uv, "pip", "install", *options, *place, str(PLUGIN)], check=True)
    with pytest.MonkeyPatch.context() as patch:
        patch.syspath_prepend(target)
        inherited = [p for p in (os.environ.get("PYTHONPATH"),) if p]
        patch.setenv("PYTHONPATH", os.pathsep.join([str(target), *inherited]))
        _forget_problems()
        yield target
    _forget_problems()


@pytest.fixture(scope="session")
def finished(toy: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A store with a finished run `done` of `toy-order`; nobody may write it."""
    db = tmp_path_factory.mktemp("finished") / "adrs.db"
    words = ["run", "toy-order", "--max-evals", "30", "--name", "done", "--db", str(db)]
    subprocess.run([sys.executable, "-m", "evolve", *words], check=True, capture_output=True)
    return db


def _forget_problems() -> None:
    registry._entries.cache_clear()
    registry.get.cache_clear()
