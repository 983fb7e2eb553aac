"""Traces of spot availability from a user's file."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from problems.base import FileForm, Split
from problems.sheets import BadLine, Column, Line, Sheet
from problems.spot.instances import JOBS, WINDOW_TICKS, Window, generated, instances
from problems.spot.simulator import HOUR_S

_GAP_S = JOBS[0].gap_s


@dataclass(frozen=True, slots=True)
class Slice:
    """A stretch of time in which some traces have all ticks of a window.

    Attributes:
        start: Its first tick, counted from the earliest time in the file.
        rows: By place whose trace covers it: the number, in the trace, of the row that holds at each tick.
    """

    start: int
    rows: Mapping[str, np.ndarray]


def traces(sheet: Sheet, what: str) -> dict[str, list[Line]]:
    """Sorts rows by place, their first value; times, their second, must rise at each.

    Args:
        what: A place is called, for the message.
    """
    found: dict[str, list[Line]] = {}
    for line in sheet.lines:
        place, time_s, *_ = line.values
        rows = found.setdefault(place, [])
        if rows and time_s <= rows[-1].values[1]:
            raise BadLine(
                line.number,
                f"expected times of {what} {place!a:.40} to rise, but {time_s:.12g} s comes after "
                f"{rows[-1].values[1]:.12g} s",
            )
        rows.append(line)
    return found


def slices(found: Mapping[str, Sequence[Line]], *, gap_s: int, ticks: int, places: int = 1) -> list[Slice]:
    """Cuts time into windows of some ticks; a row holds until the next of its place.

    Args:
        places: That a slice needs.
    """
    times = {place: np.array([row.values[1] for row in rows]) for place, rows in found.items()}
    first, last = min(t[0] for t in times.values()), max(t[-1] for t in times.values())
    slices, length_s = [], gap_s * ticks
    for number in range(int((last - first) // length_s) + 1):
        at = first + number * length_s + gap_s * np.arange(ticks)
        rows = {
            place: np.searchsorted(t, at, side="right") - 1
            for place, t in times.items()
            if t[0] <= at[0] and t[-1] >= at[-1]
        }
        if len(rows) >= places:
            slices.append(Slice(number * ticks, rows))
    if not slices:
        lines = max(found.values(), key=lambda rows: rows[-1].number)
        raise BadLine(
            lines[-1].number,
            f"expected {(ticks - 1) * gap_s / HOUR_S:.3g} hours without a gap at {places} or more at "
            f"once, but no such time is in the file, which spans {(last - first) / HOUR_S:.3g} hours",
        )
    return slices


def _drafts(sheet: Sheet) -> list[list[Window]]:
    """Makes every slice of time a block, with a window of each zone that covers it."""
    found = traces(sheet, "zone")
    up = {zone: np.array([row.values[2] for row in rows], dtype=bool) for zone, rows in found.items()}
    blocks = []
    for part in slices(found, gap_s=_GAP_S, ticks=WINDOW_TICKS):
        block = f"tick-{part.start}"
        blocks.append(
            [
                Window(f"{zone}.{part.start}", block, tuple(up[zone][rows].tolist()), part.start)
                for zone, rows in part.rows.items()
            ]
        )
    return blocks


def _sample() -> Iterator[tuple[str | int, ...]]:
    """Two zones, each of the windows of one law laid end to end; rows only where something changes."""
    yield "zone", "time_s", "available"
    for zone in ("renewal", "markov"):
        windows = [w.available for w in generated(Split.SEARCH) if w.name.startswith(zone)]
        states = [state for window in windows for state in window]
        for tick, state in enumerate(states):
            if not tick or state != states[tick - 1] or tick == len(states) - 1:
                yield zone, tick * _GAP_S, int(state)


FORM = FileForm(
    columns=(
        Column("zone", str, "where; zones at one time are not independent and share a block"),
        Column("time_s", float, "from when on it holds; rises within a zone, from any start", "s"),
        Column("available", bool, "whether spot machines were there"),
    ),
    about=(
        "A row says from when on spot was there in a zone, or was not; the last row of a zone ends its "
        f"trace. Time is cut into windows of {WINDOW_TICKS} ticks of {_GAP_S} s "
        f"({WINDOW_TICKS * _GAP_S / HOUR_S:.3g} hours) from the earliest row on. A zone that covers a "
        f"window is asked the {len(JOBS)} published jobs in it; windows of all zones at one time are a "
        "block. Prices are the published ones."
    ),
    block="windows of time",
    drafts=_drafts,
    instances=lambda drafts: instances(drafts, JOBS),
    sample=_sample,
)
