"""Sweep tables: how long every configuration takes for every shape on one GPU, as measured there.

`adrs gpu calibrate` records them; nothing here needs a GPU.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from problems.kernel_choice.interface import Configuration, Device, Shape

FOLDER = Path(__file__).parent / "sweeps"
"""Where recorded tables stand, one file a GPU."""


class TableDamaged(Exception):  # noqa: N818 - reads as what happened
    """A file is no sweep table."""


@dataclass(frozen=True, slots=True)
class Timed:
    """One shape's times in microseconds, medians with a cold cache.

    Attributes:
        us: By configuration; None where the device could not run it, or ran it wrongly.
        cublas_us: The vendor's library on the same product, timed in the same minutes.
    """

    us: tuple[float | None, ...]
    cublas_us: float

    @property
    def best_us(self) -> float:
        """The fastest configuration's time."""
        return min(time for time in self.us if time is not None)


@dataclass(frozen=True, slots=True)
class Table:
    """A sweep.

    Attributes:
        machine: Driver, versions, date and clocks, as plain text and numbers.
    """

    device: Device
    machine: Mapping[str, str | float]
    configurations: tuple[Configuration, ...]
    times: Mapping[Shape, Timed]

    @staticmethod
    def read(path: Path) -> "Table":
        """Reads a table.

        Raises:
            TableDamaged: The file is none.
        """
        try:
            return _table(json.loads(path.read_text(encoding="utf-8")))
        except (OSError, ValueError, KeyError, TypeError) as error:
            raise TableDamaged(f"{path} is no sweep table: {error}") from error

    def write(self, path: Path) -> None:
        """Writes a table, a shape a line: whole, or not at all."""
        head = {
            "device": self.device._asdict(),
            "machine": dict(self.machine),
            "configurations": self.configurations,
        }
        lines = [
            json.dumps(
                {"shape": shape, "cublas_us": _short(timed.cublas_us), "us": list(map(_short, timed.us))},
                separators=(",", ":"),
            )
            for shape, timed in self.times.items()
        ]
        text = json.dumps(head)[:-1] + ',\n"shapes": [\n' + ",\n".join(lines) + "\n]}\n"
        beside = path.with_suffix(".new")
        beside.write_text(text, encoding="utf-8")
        beside.replace(path)


def _short(time: float | None) -> float | None:
    """Rounds to a thousandth of itself: more is noise."""
    return None if time is None else float(f"{time:.4g}")


def _table(raw: Any) -> Table:  # noqa: ANN401 - JSON
    configurations = tuple(Configuration(*map(int, row)) for row in raw["configurations"])
    times = {}
    for line in raw["shapes"]:
        us = tuple(None if time is None else float(time) for time in line["us"])
        if len(us) != len(configurations) or all(time is None for time in us):
            raise ValueError(f"shape {line['shape']} needs {len(configurations)} times, one of them a number")
        times[Shape(*map(int, line["shape"]))] = Timed(us, float(line["cublas_us"]))
    return Table(Device(**raw["device"]), raw["machine"], configurations, times)
