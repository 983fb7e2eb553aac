"""`adrs doctor`: what this machine can do, and what to do where it cannot."""

import os
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

from rich.table import Table
from rich.text import Text

from evaluators.calibration import cpu_scale
from evaluators.machine import machine
from evolve.cli.exits import Exit
from evolve.cli.names import mode_named
from evolve.cli.terminal import console, facts, one_line, table, write_json
from evolve.runs.errors import StoreError
from evolve.runs.store import Store
from problems.datasets import DataFolder
from sandbox import PROMISES, Mode
from sandbox.probe import Check, State, probe

_PACKAGES = ("msgspec", "numpy", "rich", "scipy", "sqlalchemy", "typer")
_EXTRAS = ("litellm", "networkx", "openai", "optuna", "pandas", "ray", "simpy", "streamlit", "torch")


def examine(db: Path, sandbox: str, *, as_json: bool) -> Exit:
    """Proves the sandbox's layers by attacks, and looks at all else that a run needs."""
    mode = mode_named(sandbox)
    checks, here, refusal = probe(mode), {**machine(), "cpu_scale": cpu_scale()}, _refusal(db)
    failed = [check for check in checks if check.failed]
    if as_json:
        write_json(_as_json(checks, here, db, refusal))
    else:
        out = console()
        out.print(_layer_table(checks))
        out.print()
        out.print(facts({"sandbox": _verdict(mode, checks), **_circumstances(here, db, refusal)}))
    if failed:
        return Exit.SANDBOX
    return Exit.USAGE if refusal else Exit.DONE


def _verdict(mode: Mode, checks: Sequence[Check]) -> str:
    lacking = ", ".join(check.layer for check in checks if check.failed)
    if lacking:
        return f"mode {mode} cannot be had here: {lacking}"
    if mode is not Mode.AUTO:
        return f"mode {mode}: {PROMISES[mode]}"
    works = all(check.state is State.WORKS for check in checks)
    taken = Mode.FULL if works else Mode.STRONG
    return f"mode auto takes {taken}: {PROMISES[taken]}"


def _layer_table(checks: Sequence[Check]) -> Table:
    found = table("layer", "required", "state", "proof, or remedy", left=4)
    found.columns[3].overflow = "fold"
    for check in checks:
        colour = "red" if check.failed else "green" if check.state == "works" else "yellow"
        words = one_line(f"{check.proof}. Remedy: {check.remedy}" if check.remedy else check.proof)
        found.add_row(
            check.layer, "yes" if check.required else "no", Text(check.state, style=colour), Text(words)
        )
    return found


def _circumstances(here: Mapping[str, str | int | float], db: Path, refusal: str | None) -> dict[str, str]:
    folder = DataFolder.find()
    sets = _data_sets(folder)
    return {
        "machine": f"{here['cores']} cores of {here['cpu']}, {here['memory_gb']} GiB, {here['kernel']}",
        "core": f"{here['cpu_scale']} x the time of the reference core, in whose seconds limits are stated",
        "packages": ", ".join(f"{name} {v}" for name, v in _versions(_PACKAGES).items()),
        "extras": ", ".join(f"{name} {v or '-'}" for name, v in _versions(_EXTRAS).items()),
        "data": f"{', '.join(sets)} in {folder.root}" if sets else f"none in {folder.root}: set ADRS_DATA",
        "store": refusal or f"{db}, usable",
    }


def _data_sets(folder: DataFolder) -> list[str]:
    return sorted(sums.parent.name for sums in folder.root.glob("*/SHA256SUMS"))


def _versions(names: Sequence[str]) -> dict[str, str | None]:
    found: dict[str, str | None] = {}
    for name in names:
        try:
            found[name] = version(name)
        except PackageNotFoundError:
            found[name] = None
    return found


def _refusal(db: Path) -> str | None:
    """Says why the store cannot be used, if it cannot; a store is made only where a run is."""
    try:
        if db.exists():
            Store.open(db, create=False).close()
        elif not os.access(folder := _nearest(db), os.W_OK | os.X_OK):
            return f"{db} cannot be made, since {folder} cannot be written; choose another --db"
    except (StoreError, OSError) as error:
        return str(error)
    return None


def _nearest(path: Path) -> Path:
    """The nearest folder above a path that exists."""
    return next(folder for folder in path.absolute().parents if folder.is_dir())


def _as_json(
    checks: Sequence[Check], here: Mapping[str, str | int | float], db: Path, refusal: str | None
) -> dict[str, Any]:
    folder = DataFolder.find()
    return {
        "sandbox": [asdict(check) for check in checks],
        "usable": not any(check.failed for check in checks),
        "machine": dict(here),
        "packages": _versions(_PACKAGES),
        "extras": _versions(_EXTRAS),
        "data": {"folder": str(folder.root), "sets": _data_sets(folder)},
        "store": {"path": str(db), "problem": refusal},
    }
