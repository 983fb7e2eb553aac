"""`adrs doctor`: what this machine can do, and what to do where it cannot."""

import sys
from collections.abc import Sequence
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

from rich.text import Text

from evaluators.calibration import cpu_scale
from evaluators.machine import machine
from evolve.cli.exits import Exit
from evolve.cli.names import mode_named
from evolve.cli.terminal import console, facts, one_line, table, write_json
from evolve.runs.errors import StoreError
from evolve.runs.store import Store
from problems.datasets import DataFolder
from sandbox.probe import Check, probe

_PACKAGES = ("msgspec", "numpy", "rich", "scipy", "sqlalchemy", "typer")
_EXTRAS = ("litellm", "openai", "optuna", "pandas", "ray", "simpy", "streamlit", "torch")


def examine(db: Path, sandbox: str, *, as_json: bool) -> Exit:
    """Probes the sandbox's layers for real, and looks at all else that a run needs."""
    checks = probe(mode_named(sandbox))
    usable = all(check.state == "ok" for check in checks if check.required)
    here, store = {**machine(), "cpu_scale": cpu_scale()}, _store(db)
    if as_json:
        write_json(_as_json(checks, here, store, usable=usable))
    else:
        _print(checks, here, store)
    if not usable:
        return Exit.SANDBOX
    return Exit.DONE if store is None else Exit.USAGE
