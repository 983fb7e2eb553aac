"""`adrs gpu doctor`: whether this machine's GPU can be measured on, and what to do where it cannot."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

from rich.text import Text

from evaluators.gpu import expert_time
from evaluators.gpu.device import DeviceMissing, Gpu
from evaluators.gpu.health import read
from evaluators.gpu.numerics import Numeric, numerics
from evolve.cli.exits import Exit
from evolve.cli.gpu.device import device
from evolve.cli.terminal import console, one_line, table, write_json
from problems.kernel_choice import table as sweeps

_RECORDED = {"profile": expert_time.FOLDER, "sweep table": sweeps.FOLDER}
"""Folders of what may have been recorded; a device is usable without."""


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing looked at."""

    what: str
    fine: bool
    found: str


def examine(*, as_json: bool) -> Exit:
    """Looks at everything in turn, and goes on as far as it can."""
    findings = [_package("torch"), _package("triton"), _driver()]
    try:
        with device() as session:
            found = _device(session.gpu)
    except DeviceMissing as error:
        found = [Finding("device", fine=False, found=str(error))]
    findings += found
    usable = all(finding.fine for finding in found if finding.what not in _RECORDED)
    if as_json:
        write_json({"usable": usable, "findings": [asdict(finding) for finding in findings]})
    else:
        _print(findings)
    return Exit.DONE if usable else Exit.EXTRA


def _device(gpu: Gpu) -> list[Finding]:
    """Looks at the device, at our kernels on it, and at what was recorded for it."""
    memory = f"{gpu.memory_bytes / 2**30:.0f} GiB, {gpu.multiprocessors} multiprocessors"
    capability = ".".join(map(str, gpu.capability))
    words = f"{gpu.name}, {memory}, compute capability {capability}"
    return [
        Finding("device", fine=True, found=words),
        *map(_numeric, numerics()),
        *(_recorded(what, folder, gpu.slug) for what, folder in _RECORDED.items()),
    ]


def _print(findings: Sequence[Finding]) -> None:
    rows = table("looked at", "", "found", left=3)
    rows.columns[2].no_wrap = False
    for finding in findings:
        state = Text("fine", style="green") if finding.fine else Text("lacking", style="yellow")
        rows.add_row(finding.what, state, Text(one_line(finding.found)))
    console().print(rows)


def _package(name: str) -> Finding:
    try:
        return Finding(name, fine=True, found=version(name))
    except PackageNotFoundError:
        return Finding(
            name, fine=False, found="not installed; install with: python -m pip install 'adrs[gpu]'"
        )


def _driver() -> Finding:
    reading = read()
    if reading is None:
        return Finding(
            "driver", fine=False, found="nvidia-smi is missing or says nothing: no clocks can be recorded"
        )
    words = (
        f"{reading.driver}; {reading.used_mb} MiB taken, {reading.busy_percent} % busy, {reading.sm_mhz} MHz"
    )
    return Finding("driver", fine=True, found=words)


def _numeric(check: Numeric) -> Finding:
    return Finding(check.kernel, check.right, f"differs from float64 by {check.error:.2g} of its norm")


def _recorded(what: str, folder: Path, gpu: str) -> Finding:
    if (folder / f"{gpu}.json").is_file():
        return Finding(what, fine=True, found=f"recorded for {gpu}")
    return Finding(what, fine=False, found=f"none for {gpu}; record one with: adrs gpu calibrate --sweep")
