"""`adrs doctor`: what this machine can do, and what to do where it cannot."""

import os
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

from rich.console import Console
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
from sandbox.facts import Facts
from sandbox.probe import TOGETHER, Check, Examination, Need, State, probe
from sandbox.remedies import Remedy

_PACKAGES = ("msgspec", "numpy", "rich", "scipy", "sqlalchemy", "typer")
_EXTRAS = (
    "litellm",
    "matplotlib",
    "networkx",
    "openai",
    "optuna",
    "pandas",
    "ray",
    "simpy",
    "streamlit",
    "torch",
)


_NEEDS = {Need.REQUIRED: "yes", Need.WANTED: "for full", Need.UNUSED: "not in {mode}"}
"""Whether a layer is required, in words; a mode may do without one even where it works."""


def examine(db: Path, sandbox: str, *, as_json: bool) -> Exit:
    """Proves the sandbox's layers by attacks, and looks at all else that a run needs."""
    mode = mode_named(sandbox)
    found = probe(mode)
    here, refusal = {**machine(), "cpu_scale": cpu_scale()}, _refusal(db)
    if as_json:
        write_json(_as_json(found, here, db, refusal))
    else:
        out = console()
        out.print(_layer_table(found.checks, mode))
        out.print()
        _print_remedies(found.checks, out)
        rows = {"sandbox": _verdict(mode, found), "place": _place(found.facts)}
        out.print(facts({**rows, **_circumstances(here, db, refusal)}))
    if found.failed:
        return Exit.SANDBOX
    return Exit.USAGE if refusal else Exit.DONE


def _verdict(mode: Mode, found: Examination) -> str:
    lacking = ", ".join(check.layer for check in found.failed if check.layer != TOGETHER)
    if found.failed:
        why = f"it lacks {lacking}" if lacking else "its layers do not work together"
        return f"mode {mode} cannot be had here: {why}"
    taken = found.taken or mode
    which = f"mode auto takes {taken}" if mode is Mode.AUTO else f"mode {taken}"
    return "; ".join([f"{which}: {PROMISES[taken]}", *found.notes])


def _layer_table(checks: Sequence[Check], mode: Mode) -> Table:
    rows = table("layer", "required", "state", "tried, and what came of it", left=4)
    rows.columns[1].no_wrap = rows.columns[2].no_wrap = True
    rows.columns[3].overflow = "fold"
    for check in checks:
        colour = "red" if check.failed else "green" if check.state is State.WORKS else "yellow"
        need = _NEEDS[check.need].format(mode=mode)
        rows.add_row(check.layer, need, Text(check.state, style=colour), Text(one_line(check.proof)))
    return rows


def _print_remedies(checks: Sequence[Check], out: Console) -> None:
    """Prints a way out a line, however long: commands are there to be copied."""
    for remedies, layers in _wanting(checks).items():
        out.print(Text(f"what to do about {', '.join(layers)}: one of", style="bold"))
        for remedy in remedies:
            out.print(Text(f"- {one_line(str(remedy))}"), soft_wrap=True)
        out.print()


def _wanting(checks: Sequence[Check]) -> dict[tuple[Remedy, ...], list[str]]:
    """Finds the lines that ask for something to be done, by what that is."""
    found: dict[tuple[Remedy, ...], list[str]] = {}
    for check in checks:
        follows = check.layer == TOGETHER and found  # from what is missing of its parts
        if check.state is not State.WORKS and check.need is not Need.UNUSED and not follows:
            found.setdefault(check.remedies, []).append(check.layer)
    return found


def _place(found: Facts) -> str:
    """Says what bears on which layers can be had."""
    words = ["root" if found.root else "an ordinary user"]
    if found.root and found.proc and not found.administrator:
        words = ["root without the capability CAP_SYS_ADMIN"]
    if found.container:
        words.append(f"by its marks a container ({found.container})")
    if not found.proc:
        words.append("/proc is not mounted")
    words.append("a seccomp filter around this process" if found.filtered else "no seccomp filter")
    return ", ".join(words)


def _circumstances(here: Mapping[str, str | int | float], db: Path, refusal: str | None) -> dict[str, str]:
    folder = DataFolder.find()
    sets = _data_sets(folder)
    return {
        "machine": f"{here['cores']} cores of {here['cpu']}, {here['memory_gb']} GiB, {here['kernel']}",
        "core": f"{here['cpu_scale']} x the time of the reference core, in whose seconds limits are stated",
        "packages": ", ".join(f"{name} {v}" for name, v in _versions(_PACKAGES).items()),
        "extras": ", ".join(f"{name} {v or '-'}" for name, v in _versions(_EXTRAS).items()),
        "data": f"{', '.join(sets)} in {folder.root}"
        if sets
        else f"none in {folder.root}: set ADRS_DATA, or see: adrs data list",
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
    found: Examination, here: Mapping[str, str | int | float], db: Path, refusal: str | None
) -> dict[str, Any]:
    folder = DataFolder.find()
    return {
        "sandbox": [{**asdict(c), "required": c.need is Need.REQUIRED} for c in found.checks],
        "usable": not found.failed,
        "mode": found.taken,
        "notes": found.notes,
        "facts": asdict(found.facts),
        "machine": dict(here),
        "packages": _versions(_PACKAGES),
        "extras": _versions(_EXTRAS),
        "data": {"folder": str(folder.root), "sets": _data_sets(folder)},
        "store": {"path": str(db), "problem": refusal},
    }
