"""`adrs gpu calibrate`: this device's profile for eplb, and the sweep table of kernel_choice."""

import datetime as dt
import time
from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np
from rich.text import Text

from evaluators.gpu.expert_time import Curve, Profile, calibrate
from evaluators.gpu.sweep import Sweep, compile_kernels, compilers, measured_device
from evolve.cli.bar import bar
from evolve.cli.exits import Exit, Misuse, say
from evolve.cli.gpu.bench import device_facts
from evolve.cli.gpu.device import Session, device
from evolve.cli.terminal import console, facts, seconds, table, write_json
from problems.kernel_choice.configurations import Unit, configurations
from problems.kernel_choice.interface import Configuration, Shape
from problems.kernel_choice.shapes import swept
from problems.kernel_choice.table import Table, TableDamaged, Timed

_BATCH = 24
"""Shapes that are timed before the table is written anew."""


def record(out: Path, *, sweep: bool, minutes: float, seed: int, as_json: bool) -> Exit:
    """Measures, and writes `profiles/GPU.json` and `sweeps/GPU.json` in a folder."""
    until = time.monotonic() + 60.0 * minutes
    with device() as session:
        rng = np.random.default_rng(seed)
        curves = calibrate(session.gpu, session.watch, rng)
        today = dt.datetime.now(tz=dt.UTC).date()
        machine = {**session.gpu.machine(), "date": today.isoformat(), "state": session.state()}
        path = _written(out, "profiles", session)
        Profile(session.gpu.name, machine, curves).write(path)
        say(f"wrote the profile to {path}")
        if sweep:
            _sweep(session, _written(out, "sweeps", session), rng, until, today)
        if as_json:
            write_json({"device": machine, "curves": {m: _figures(c) for m, c in curves.items()}})
        else:
            _print(session, curves)
    return Exit.DONE


def _written(out: Path, kind: str, session: Session) -> Path:
    path = out / kind / f"{session.gpu.slug}.json"
    path.parent.mkdir(parents=True, exist_ok=True)
    return path


def _sweep(session: Session, path: Path, rng: np.random.Generator, until: float, today: dt.date) -> None:
    gpu = session.gpu
    wanted = configurations(Unit(gpu.shared_bytes))
    before = _times_before(path, wanted, session)
    say(f"compiling the kernels of {len(wanted)} configurations")
    compile_kernels(wanted, compilers())
    sweep = Sweep(gpu, session.watch, wanted, rng)
    sweep.times.update(before)
    measured = measured_device(gpu, session.watch)
    left = [shape for shape in swept() if shape not in sweep.times]
    with bar("sweeping shapes") as progress:
        for start in range(0, len(left), _BATCH):
            if time.monotonic() > until:
                break
            sweep.run(left[start : start + _BATCH])
            sweep.table(measured, today).write(path)
            progress(len(sweep.times), len(list(swept())))
    missing = sum(shape not in sweep.times for shape in swept())
    rest = f"; {missing} are missing: start again to go on" if missing else ""
    say(f"wrote the times of {len(sweep.times)} shapes to {path}{rest}")


def _times_before(path: Path, wanted: Sequence[Configuration], session: Session) -> Mapping[Shape, Timed]:
    """Takes what an interrupted sweep has, if it was of this model, this driver and these versions.

    Raises:
        Misuse: What stands there is no table.
    """
    if not path.is_file():
        return {}
    try:
        found = Table.read(path)
    except TableDamaged as error:
        raise Misuse(f"{error}; move it away, or name another folder with --out") from error
    here = session.gpu.machine()
    same = all(found.machine.get(key) == value for key, value in here.items())
    return found.times if same and found.configurations == wanted else {}


def _print(session: Session, curves: dict[str, Curve]) -> None:
    out = console()
    rows = table("experts of", "base", "an expert", "fitted to", "held out", "median error", "p95 error")
    for model, curve in curves.items():
        rows.add_row(
            Text(model),
            seconds(curve.base_s),
            seconds(curve.busy_s),
            str(curve.fitted),
            str(curve.held_out),
            f"{curve.median_error:.1%}",
            f"{curve.p95_error:.1%}",
        )
    out.print(rows)
    out.print()
    out.print(facts(device_facts(session)))


def _figures(curve: Curve) -> dict[str, float]:
    return {"median_error": curve.median_error, "p95_error": curve.p95_error, "held_out": curve.held_out}
