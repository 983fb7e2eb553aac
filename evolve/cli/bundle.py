"""`adrs bundle RUN` and `adrs replay FILE`: a run handed over, and checked by whoever got it."""

import time
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

from evolve.cli.exits import Exit, Misuse, say
from evolve.cli.names import cores
from evolve.cli.replay import repeat
from evolve.cli.run_names import run_named
from evolve.cli.terminal import size
from evolve.runs.bundle import BundleDamaged, pack, unpacked
from evolve.runs.header import Header
from evolve.runs.history import is_running
from evolve.runs.store import Store
from sandbox import PROMISES, Mode

_PACKAGES = ("adrs", "numpy", "scipy", "msgspec")


def bundle_run(db: Path, run: str, *, out: Path | None, force: bool) -> Exit:
    """Packs a run that has stopped."""
    path = out or Path(f"{run_named(run)}.adrs.zip")
    with Store.open(db, create=False) as store:
        if is_running(store, run, now=time.time()):
            raise Misuse(f"run {run!r} is going on; stop it first, or wait for its end")
        if force:
            path.unlink(missing_ok=True)
        try:
            manifest = pack(store, run, path, packages=_versions())
        except FileExistsError as error:
            raise Misuse(f"{path} exists and was not touched; choose another file, or add --force") from error
        except OSError as error:
            path.unlink(missing_ok=True)
            raise Misuse(f"{path} cannot be written: {error.strerror}; choose another file") from error
    held = f"{manifest.steps} steps, {size(path.stat().st_size)}"
    say(f"packed {run} into {path}: {held}. Whoever gets it checks it with: adrs replay {path.name}")
    return Exit.DONE


def replay_bundle(path: Path, *, workers: int | None) -> Exit:
    """Runs a bundle's run once more on this machine, and says whether it came out the same."""
    if not path.is_file():
        raise Misuse(f"there is no file {path}; name a bundle, as adrs bundle RUN writes it")
    try:
        with unpacked(path) as (db, manifest):
            _refuse_open_mode(db, manifest.run)
            if manifest.champion is not None:
                step, validation = int(manifest.champion["step"]), manifest.champion["validation"]
                say(f"{manifest.run}: its champion, step {step}, had {validation:.4f} on validation")
            return repeat(db, manifest.run, name=None, workers=workers or cores())
    except BundleDamaged as error:
        say(str(error))
        return Exit.DATA


def _refuse_open_mode(db: Path, run: str) -> None:
    """Runs no stranger's programs outside of the sandbox, whatever mode their run was measured in."""
    with Store.open(db, create=False) as store:
        mode = Header.read(store, run).spec.sandbox
    if mode not in {Mode.FULL, Mode.STRONG}:
        raise Misuse(
            f"this run was measured in sandbox mode {mode} ({PROMISES[mode]}), and would be again; it is not "
            "repeated. Take its champion from the bundle's run.db with adrs best, and measure that"
        )


def _versions() -> dict[str, str]:
    found = {}
    for name in _PACKAGES:
        try:
            found[name] = version(name)
        except PackageNotFoundError:
            found[name] = "unknown"
    return found
