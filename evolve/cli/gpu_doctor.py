"""`adrs gpu doctor`: whether this machine's GPU can be measured on, and what to do where it cannot."""

from dataclasses import asdict, dataclass
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

from rich.text import Text

from evaluators.gpu import expert_time
from evaluators.gpu.device import DeviceMissing, open_gpu
from evaluators.gpu.health import read
from evaluators.gpu.numerics import Numeric, numerics
from evolve.cli.exits import Exit
from evolve.cli.terminal import console, one_line, table, write_json
from problems.kernel_choice import table as sweeps


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing looked at."""

    what: str
    fine: bool
    found: str


def examine(*, as_json: bool) -> Exit:
    """Looks at everything in turn, and goes on as far as it can."""
    findings = [_package("torch"), _package("triton"), _driver()]
    usable = False
    try:
        gpu = open_gpu()
    except DeviceMissing as error:
        findings.append(Finding("device", fine=False, found=str(error)))
    else:
        memory = f"{gpu.memory_bytes / 2**30:.0f} GiB, {gpu.multiprocessors} multiprocessors"
        capability = ".".join(map(str, gpu.capability))
        findings.append(
            Finding("device", fine=True, found=f"{gpu.name}, {memory}, compute capability {capability}")
        )
        checked = numerics()
        findings += map(_numeric, checked)
        findings += [
            _recorded("profile", expert_time.FOLDER, gpu.slug),
            _recorded("sweep table", sweeps.FOLDER, gpu.slug),
        ]
        usable = all(check.right for check in checked)
    if as_json:
        write_json({"usable": usable, "findings": [asdict(finding) for finding in findings]})
    else:
        rows = table("looked at", "", "found", left=3)
        rows.columns[2].no_wrap = False
        for finding in findings:
            state = Text("fine", style="green") if finding.fine else Text("lacking", style="yellow")
            rows.add_row(finding.what, state, Text(one_line(finding.found)))
        console().print(rows)
    return Exit.DONE if usable else Exit.EXTRA


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
