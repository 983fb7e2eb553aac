"""Money: what the gains of a run cost, who brought them, and what the next mark may take."""

from typing import Final

import numpy as np
import pandas as pd
import streamlit as st
from streamlit.elements.lib.column_types import ColumnConfig

from dashboard.charts.money import balance_chart, shares_chart
from dashboard.data import Library, RunLog
from dashboard.live import follow
from dashboard.reading.forecasts import FAR, FEWEST, Forecast, forecast, next_mark
from dashboard.reading.spending import COSTS, POINT, amount_told, balance, bill, gains, shares, totals
from evolve.search.candidate import SEED
from problems.base import Split

_BESTS: Final = {Split.SEARCH: "best", Split.VALIDATION: "champion"}
_SEED: Final = 0
"""Of the paths of a forecast, so that the same log gives the same one."""


def show(library: Library) -> None:
    """Draws the page."""
    st.title("Money")
    follow(library, _page)


def _page(log: RunLog) -> None:
    if not log.steps:
        st.info("No candidate has been committed yet, so nothing was spent. Go on with: adrs resume.")
        return
    split = st.segmented_control("Gain on", list(_BESTS), default=Split.SEARCH, required=True)
    frame = log.frame()
    summed = bill(frame, _BESTS[split])
    _heading(log, summed)
    _worth(summed)
    _asked(frame)
    _ahead(frame, _BESTS[split])


def _heading(log: RunLog, summed: pd.DataFrame) -> None:
    points = float(summed["points"].sum())
    with st.container(horizontal=True, gap="large"):
        st.metric("Points gained", f"{points:.2f}", help="Of 0.01 in score, over what the run started from.")
        for name, amount, each in totals(summed):
            st.metric(
                name[0].upper() + name[1:],
                amount_told(name, amount),
                delta=None if each is None else f"{amount_told(name, each)} a point",
                delta_color="off",
                delta_arrow="off",
            )
    ledger = log.state.accounts.ledger
    if ledger.doubtful.usd or ledger.doubtful.tokens:
        st.caption(
            "Calls that may have been billed without a usable reply count in full: "
            f"{ledger.doubtful.usd:.4f} of {ledger.spent.usd:.4f} dollars, {ledger.doubtful.tokens:,} of "
            f"{ledger.spent.tokens:,} tokens. Those lost with their process are of no operator below."
        )
    if not ledger.spent.tokens:
        st.caption("No model was asked, and no dollars were spent: what a gain cost is CPU time.")
    elif not ledger.spent.usd:
        st.caption("Tokens were used, but no price is known or the model is free; adrs.toml can state one.")


def _worth(summed: pd.DataFrame) -> None:
    st.subheader("Who took it, and who brought the gain")
    spent = [name for name, _, _ in totals(summed)]
    if spent:
        cost = (
            spent[0]
            if len(spent) == 1
            else st.segmented_control("Of", spent, default=spent[0], required=True)
        )
        st.altair_chart(
            balance_chart(balance(summed, cost)), width="stretch", alt=f"Shares of {cost} and of the gain"
        )
    st.dataframe(
        summed[_shown(summed)].round({"tokens a point": 0}),
        hide_index=True,
        column_config=_columns(),
        placeholder="-",
    )
    st.caption(
        "A gain is what raised the best so far, and goes to the operator and the model that proposed it, "
        "though what it edited came from others; with so few events, a difference is a hint and no proof."
    )


def _shown(summed: pd.DataFrame) -> list[str]:
    costs = [name for name in COSTS if summed[name].sum() > 0]
    return [
        *("operator", "model", "points", *(f"{name} a point" for name in costs)),
        *("steps", "evaluated", "bests", *costs),
    ]


def _columns() -> dict[str, ColumnConfig]:
    number = st.column_config.NumberColumn
    formats = {"dollars": "$%.4f", "tokens": "localized", "CPU seconds": "%.2f"}
    found: dict[str, ColumnConfig] = {
        "points": number(format="%.2f", help="Of 0.01 in score."),
        "steps": number(help="That were asked of it."),
        "evaluated": number(help="Steps that came to a candidate that was measured."),
        "bests": number(help="Candidates that raised the best so far."),
    }
    for name, told in formats.items():
        found[name] = found[f"{name} a point"] = number(format=told)
    return found


def _asked(frame: pd.DataFrame) -> None:
    by = {"operators": "operator"} | ({"models": "model"} if frame["model"].nunique() > 1 else {})
    found = shares(frame, "operator")
    if found.empty:
        return
    st.subheader("Who was asked when")
    if len(by) > 1:
        what = st.segmented_control("Shares of", list(by), default="operators", required=True)
        found = shares(frame, by[what])
    st.altair_chart(shares_chart(found), width="stretch", alt="Shares of steps over evaluations")


def _ahead(frame: pd.DataFrame, best: str) -> None:
    """Tells what the next mark may take; says nothing where too little was gained to tell."""
    measured = frame[frame["operator"] == SEED]
    started = measured[measured[best].notna()]
    if started.empty:
        return
    start = float(measured["evaluated"].max()), float(started[best].iloc[-1])
    risen = frame[gains(frame, best) > 0.0]
    rises = [(float(x), float(y)) for x, y in zip(risen["evaluated"], risen[best], strict=True)]
    mark = next_mark(rises[-1][1], POINT) if len(rises) >= FEWEST else None
    if mark is None:
        return
    st.subheader("The next mark")
    wanted = st.number_input(
        "Score", min_value=mark, max_value=1.0, value=mark, step=POINT, format="%.2f", width=160
    )
    now = float(frame["evaluated"].iloc[-1])
    found = forecast(start, rises, now, mark=float(wanted), rng=np.random.default_rng(_SEED))
    if found is not None:
        _tell(found, frame)


def _tell(found: Forecast, frame: pd.DataFrame) -> None:
    if found.is_far:
        st.text(
            f"More than {FAR:.0f} times the {found.behind:.0f} evaluations behind this run: too far to tell."
        )
    else:
        asked = frame[frame["operator"] != SEED]
        rates = {"evaluations": 1.0} | {
            name: float(asked[column].sum()) / found.behind for name, column in COSTS.items()
        }
        with st.container(horizontal=True, gap="large"):
            for name, rate in rates.items():
                if rate > 0.0:
                    st.metric(
                        f"{name[0].upper()}{name[1:]} to {found.mark:.2f}",
                        amount_told(name, rate * found.middle),
                        delta=_range(found, rate, name),
                        delta_color="off",
                        delta_arrow="off",
                    )
    st.caption(
        f"If the next improvements come as the {found.improvements} so far did, whose number grew with "
        f"evaluations to the power of {found.exponent:.2f}, and each closes the part of what is left to the "
        "bound that one of them closed, drawn at random: half of such futures take fewer, and eight in ten "
        "lie in the range. A search that has run dry, or a new idea, is not foreseen."
    )


def _range(found: Forecast, rate: float, name: str) -> str:
    is_bounded = found.high <= FAR * found.behind
    most = amount_told(name, rate * found.high) if is_bounded else "far more"
    return f"{amount_told(name, rate * found.low)} to {most}"
