"""How charts look: colours told apart by nearly everybody, axes with units, in light and in dark."""

from collections.abc import Sequence
from typing import Final

import altair as alt
import pandas as pd

COLOURS: Final = ("#0072B2", "#D55E00", "#009E73", "#CC79A7", "#E69F00", "#56B4E9", "#999999")
"""Wong 2011, https://doi.org/10.1038/nmeth.1618; the last is grey, since black is lost in the dark."""
SCALE: Final = "viridis"
"""For scores: even in lightness, so that it can be read in grey."""
HEIGHT: Final = 340
CHOSEN: Final = "chosen"
"""Name of the selection by which a click comes back: a list of objects with a `step`."""

Layers = alt.LayerChart | alt.FacetChart
"""What altair says that layers come to."""


def palette(names: Sequence[str]) -> alt.Scale:
    """Gives each name a colour, the same in every chart of a page."""
    return alt.Scale(domain=list(names), range=[COLOURS[i % len(COLOURS)] for i in range(len(names))])


def thinned(frame: pd.DataFrame, most: int, *, by: str) -> pd.DataFrame:
    """Keeps at most so many rows of each group, evenly, its last one included: what no screen can show."""
    kept = []
    for _, group in frame.groupby(by, sort=False):
        stride = max(1, -(-len(group) // most))
        kept.append(group.iloc[::-1].iloc[::stride].iloc[::-1])
    return pd.concat(kept) if kept else frame


def choice(*, nearest: bool = False) -> alt.Parameter:
    """Makes marks of rows with a `step` answer to a click; all of a chart answer if the nearest one may."""
    return alt.selection_point(name=CHOSEN, fields=["step"], empty=False, nearest=nearest)


def rule(value: float, label: str) -> Layers:
    """A labelled horizontal line, such as a bound."""
    frame = pd.DataFrame({"value": [value], "label": [label]})
    base = alt.Chart(frame)
    line = base.mark_rule(strokeDash=[4, 3], color="#888888").encode(y="value:Q")
    text = base.mark_text(align="left", baseline="bottom", dx=4, dy=-2, color="#888888").encode(
        x=alt.value(0), y="value:Q", text="label:N"
    )
    return alt.layer(line, text)
