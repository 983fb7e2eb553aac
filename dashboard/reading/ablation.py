"""A candidate with each of its changes undone once, as `adrs ablate` told the log. No streamlit here."""

from collections.abc import Sequence
from typing import Final

import altair as alt
import pandas as pd

from dashboard.charts.style import COLOURS, Layers
from dashboard.data import RunLog
from evolve.cli.terminal import harmless
from evolve.runs.ablations import Ablation, Undone, ablations
from evolve.runs.store import Store

WORTH: Final = "worth on validation, with its 95 % interval"
_ROW, _AROUND = 30, 130
"""Pixels a change, and of what is around them."""
_CUT: Final = 30
"""Characters of a change in a chart."""
_KINDS: Final = {
    "of use": COLOURS[0],
    "needed": COLOURS[2],
    "unsure": COLOURS[5],
    "harmful": COLOURS[1],
    "no matter": COLOURS[-1],
}


def found_of(log: RunLog, step: int) -> dict[int, Ablation]:
    """Reads what was found last of a candidate's changes, by the step that they are since, the latest last.

    Raises:
        StoreError: The run was deleted, or its log is damaged.
    """
    found: dict[int, Ablation] = {}
    with Store.open(log.db, create=False) as store:
        for ablation in ablations(store, log.run):
            if ablation.step == step:
                found.pop(ablation.against, None)
                found[ablation.against] = ablation
    return found


def table(found: Ablation) -> pd.DataFrame:
    """A row a change, in order of lines."""
    rows = [
        {
            "line": undone.at,
            "verdict": harmless(undone.verdict),
            WORTH: "" if undone.worth is None else str(undone.worth),
            "without it": undone.score,
            "lines": f"+{undone.added} -{undone.removed}",
            "change": harmless(undone.headline),
        }
        for undone in found.changes
    ]
    return pd.DataFrame(rows)


def worths(changes: Sequence[Undone]) -> pd.DataFrame:
    """A row a change that was measured: `label`, `worth`, `low` and `high` if known, `kind`, `verdict`."""
    rows = [
        (_label(undone), worth.difference, worth.low, worth.high, _kind(undone), harmless(undone.verdict))
        for undone in changes
        if (worth := undone.worth) is not None
    ]
    columns = ["label", "worth", "low", "high", "kind", "verdict"]
    return pd.DataFrame(rows, columns=columns).astype({"low": float, "high": float})


def forest(shown: pd.DataFrame) -> Layers:
    """Draws what each change is worth, as `worths` gives it, a row a change."""
    there = [kind for kind in _KINDS if kind in set(shown["kind"])]
    base = alt.Chart(shown).encode(
        y=alt.Y("label:N", sort=None, title=None, axis=alt.Axis(labelLimit=140)),
        color=alt.Color(
            "kind:N",
            scale=alt.Scale(domain=there, range=[_KINDS[kind] for kind in there]),
            legend=alt.Legend(orient="bottom", title=None),
        ),
        tooltip=[
            alt.Tooltip("label:N", title="change"),
            alt.Tooltip("worth:Q", format="+.4f"),
            alt.Tooltip("low:Q", format="+.4f"),
            alt.Tooltip("high:Q", format="+.4f"),
            alt.Tooltip("verdict:N"),
        ],
    )
    x = alt.X("worth:Q", title="worth, higher is better", axis=alt.Axis(tickCount=6))
    zero = alt.Chart(pd.DataFrame({"worth": [0.0]})).mark_rule(color="#888888", strokeDash=[4, 3])
    reach = base.transform_filter("isValid(datum.low)").mark_rule(strokeWidth=2.5)
    return alt.layer(
        zero.encode(x=x),
        reach.encode(x="low:Q", x2="high:Q"),
        base.mark_circle(size=90, opacity=1.0).encode(x=x),
    ).properties(height=_AROUND + _ROW * len(shown))


def _label(undone: Undone) -> str:
    text = harmless(undone.headline)
    cut = text if len(text) <= _CUT else f"{text[: _CUT - 1]}…"
    return f"{undone.at}: {cut}"


def _kind(undone: Undone) -> str:
    return next(kind for kind in _KINDS if undone.verdict.startswith(kind))
