"""The mixes of each split, with the times that the recorded sweep has for them."""

import os
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

import numpy as np

from problems.base import Instance, Split, fingerprint
from problems.datasets import DataMissing
from problems.kernel_choice.interface import Shape
from problems.kernel_choice.shapes import Mix, mixes
from problems.kernel_choice.table import FOLDER, Table, TableDamaged


@dataclass(frozen=True, slots=True)
class Case:
    """One mix on the device that was swept."""

    mix: Mix
    table: Table

    @property
    def shapes(self) -> tuple[Shape, ...]:
        """The products asked about."""
        return self.mix.shapes


def table_path() -> Path | None:
    """Finds the recorded sweep table, named by its GPU: of several the first; None if there is none.

    `ADRS_SWEEPS` names another folder than the one that is shipped.
    """
    return next(iter(sorted(_folder().glob("*.json"))), None)


def recorded() -> Table:
    """Reads it.

    Raises:
        DataMissing: None was recorded, or the file is none.
    """
    path = table_path()
    if path is None:
        raise DataMissing(
            f"no sweep table has been recorded in {_folder()}; on a machine with an NVIDIA GPU record one "
            "with: adrs gpu calibrate --sweep, and name its folder in ADRS_SWEEPS"
        )
    return _read(path, path.stat().st_mtime_ns)


def _folder() -> Path:
    return Path(os.environ.get("ADRS_SWEEPS") or FOLDER)


@lru_cache(maxsize=2)
def _read(path: Path, _changed: int) -> Table:
    try:
        return Table.read(path)
    except TableDamaged as error:
        raise DataMissing(f"{error}; record it again with: adrs gpu calibrate --sweep") from error


def generated(split: Split) -> tuple[Instance, ...]:
    """Makes a split's instances, each its own group; a block is a model, whose weights both mixes share.

    Raises:
        DataMissing: There is no table, or it lacks a shape.
    """
    table = recorded()
    return tuple(_instance(mix, table) for mix in mixes(split))


def _instance(mix: Mix, table: Table) -> Instance:
    missing = [shape for shape in mix.shapes if shape not in table.times]
    if missing:
        raise DataMissing(
            f"the sweep table of {table.device.name} lacks {len(missing)} shapes of {mix.model}, the "
            f"first is {tuple(missing[0])}; go on with: adrs gpu calibrate --sweep"
        )
    name = f"{mix.model}-{mix.regime}"
    times = np.array([[us or 0.0 for us in table.times[shape].us] for shape in mix.shapes])
    digest = fingerprint("kernel_choice", repr(mix.shapes), repr(table.configurations), times)
    return Instance(name=name, group=name, block=mix.model, digest=digest, data=Case(mix, table))
