"""Traces of spot availability and prices in several regions, from a user's file."""

from collections.abc import Iterator

import numpy as np

from problems.base import FileForm, Split
from problems.sheets import BadLine, Column, Sheet
from problems.spot.file_form import slices, traces
from problems.spot.simulator import HOUR_S, ON_DEMAND_USD_H
from problems.spot_multi.instances import JOB, REGIONS, WINDOW_TICKS, Window, instances
from problems.spot_multi.simulator import PRICE_UNIT_USD_H, PRICE_UNITS_USD
from problems.spot_multi.worlds import generated


def _drafts(sheet: Sheet) -> list[list[Window]]:
    """Makes every slice of time a block and a window, with the regions that cover it."""
    found = traces(sheet, "region")
    if len(found) > len(REGIONS):
        last = list(found.values())[len(REGIONS)][0]
        raise BadLine(last.number, f"expected at most {len(REGIONS)} regions, but this is another")
    up = {name: np.array([row.values[2] for row in rows], dtype=bool) for name, rows in found.items()}
    units = {
        name: np.array([round(row.values[3] * PRICE_UNITS_USD) for row in rows], dtype=np.int32)
        for name, rows in found.items()
    }
    blocks = []
    for part in slices(found, gap_s=JOB.gap_s, ticks=WINDOW_TICKS, places=2):
        available, prices = (
            np.stack([series[name][rows] for name, rows in part.rows.items()], axis=1)
            for series in (up, units)
        )
        name = f"tick-{part.start}"
        blocks.append([Window(name, name, tuple(part.rows), available, prices, part.start)])
    return blocks


def _sample() -> Iterator[tuple[str | float, ...]]:
    """Two regions, the windows of one scenario laid end to end; rows only where something changes."""
    yield "region", "time_s", "available", "price_usd_h"
    windows = [window for window in generated(Split.VALIDATION) if len(window.regions) >= 2][:8]
    for place, name in enumerate(windows[0].regions[:2]):
        states = [
            (int(up), price / PRICE_UNITS_USD)
            for window in windows
            for up, price in zip(
                window.available[:, place].tolist(), window.prices[:, place].tolist(), strict=True
            )
        ]
        for tick, state in enumerate(states):
            if not tick or state != states[tick - 1] or tick == len(states) - 1:
                yield name, tick * JOB.gap_s, *state


FORM = FileForm(
    columns=(
        Column("region", str, "where; a run starts in the one that the file names first"),
        Column("time_s", float, "from when on it holds; rises within a region, from any start", "s"),
        Column("available", bool, "whether spot machines were there"),
        Column(
            "price_usd_h",
            float,
            "of a spot machine, below that of on-demand",
            "USD/h",
            PRICE_UNIT_USD_H,
            ON_DEMAND_USD_H - PRICE_UNIT_USD_H,
        ),
    ),
    about=(
        "A row says from when on spot was there in a region, or was not, and at which price, in steps of "
        "0.0001 USD/h; the last row of a region ends its trace. Time is cut into windows of "
        f"{WINDOW_TICKS} ticks of {JOB.gap_s} s ({WINDOW_TICKS * JOB.gap_s / HOUR_S:.3g} hours) from the "
        f"earliest row on; a window with two regions or more that cover it, at most {len(REGIONS)}, is an "
        "instance and a block."
    ),
    block="windows of time",
    drafts=_drafts,
    instances=lambda drafts: instances(drafts, JOB),
    sample=_sample,
)
