"""What the driver says of a GPU's clocks, temperature, power and load, by `nvidia-smi`."""

import subprocess
from dataclasses import dataclass
from typing import Final

_FIELDS: Final = (
    "driver_version",
    "memory.used",
    "utilization.gpu",
    "clocks.sm",
    "clocks.mem",
    "temperature.gpu",
    "power.draw",
    "clocks_throttle_reasons.active",
)

_THROTTLING: Final = {
    0x4: "power cap",
    0x8: "hardware slowdown",
    0x20: "software thermal limit",
    0x40: "hardware thermal limit",
    0x80: "power brake",
}
"""Bits of the driver's reasons that lower a clock (NVML, nvmlClocksThrottleReasons)."""


@dataclass(frozen=True, slots=True)
class Reading:
    """One look at a GPU.

    Attributes:
        reasons: Why clocks are lowered, in words; empty if they are not.
    """

    driver: str
    used_mb: int
    busy_percent: int
    sm_mhz: int
    memory_mhz: int
    celsius: int
    watts: float
    reasons: tuple[str, ...]


def read() -> Reading | None:
    """Looks at the first visible GPU; None where the driver's tool is missing or says nothing."""
    said = _asked(f"--query-gpu={','.join(_FIELDS)}")
    return None if said is None else parsed(said)


def processes() -> frozenset[int]:
    """Lists the processes that the driver's tool sees computing; none where it sees none or is missing."""
    said = _asked("--query-compute-apps=pid") or ""
    return frozenset(int(line) for line in said.split() if line.isdigit())


def _asked(query: str) -> str | None:
    command = ["nvidia-smi", query, "--format=csv,noheader,nounits"]
    try:
        done = subprocess.run(command, capture_output=True, text=True, timeout=20, check=False)  # noqa: S603
    except (OSError, subprocess.TimeoutExpired):
        return None
    return done.stdout if done.returncode == 0 else None


def parsed(text: str) -> Reading | None:
    """Reads the tool's first line; a figure that it does not have ("[N/A]") is 0."""
    cells = [cell.strip() for cell in text.strip().splitlines()[0].split(",")] if text.strip() else []
    if len(cells) != len(_FIELDS):
        return None
    used, busy, sm, memory, celsius, watts = (_number(cell) for cell in cells[1:7])
    bits = int(cells[7], 16) if cells[7].startswith("0x") else 0
    reasons = tuple(words for bit, words in _THROTTLING.items() if bits & bit)
    return Reading(cells[0], int(used), int(busy), int(sm), int(memory), int(celsius), watts, reasons)


def _number(cell: str) -> float:
    try:
        return float(cell)
    except ValueError:
        return 0.0
