"""What a run's gains cost, by model and operator, and who was asked when. No streamlit here."""

import math
from collections.abc import Mapping, Sequence
from typing import Final

import numpy as np
import pandas as pd

from evolve.search.candidate import SEED

POINT: Final = 0.01
"""A point gained, in score."""
COSTS: Final[Mapping[str, str]] = {"dollars": "usd", "tokens": "tokens", "CPU seconds": "cpu_s"}
"""Column of a frame of steps by what is spent."""
NO_MODEL: Final = "no model"
REST: Final = "others"
_MOST: Final = 6
"""Kinds that are told apart in shares; the rarest are taken together."""
_WINDOWS: Final = 24
_FEWEST: Final = 10
_DIGITS: Final = 3
_COUNTS: Final = ("tokens", "evaluations")


def gains(frame: pd.DataFrame, score: str) -> pd.Series:
    """By step, how much it raised the best so far; what a run starts from is no gain.

    Args:
        frame: A row a step, as `RunLog.frame` gives it.
        score: Column of the best so far, `best` on SEARCH or `champion` on VALIDATION.
    """
    reached = frame[score].astype(float).ffill()
    found = reached.diff().fillna(0.0)
    return found.where(frame["operator"] != SEED, 0.0)


def bill(frame: pd.DataFrame, score: str) -> pd.DataFrame:
    """A row an operator and model, the greatest gain first, and without gain the greatest cost.

    Returns:
        Columns `operator`, `model`, `steps`, `evaluated` (steps that came to a measured candidate), `bests`
        (how many raised the best so far), `points` gained, each of `COSTS`, and each of them `a point`,
        missing where nothing was gained.
    """
    told = pd.DataFrame(
        {
            "operator": frame["operator"],
            "model": frame["model"].fillna(NO_MODEL),
            "steps": 1,
            "evaluated": (frame["outcome"] == "evaluated").astype(int),
            "points": gains(frame, score) / POINT,
            **{name: frame[column] for name, column in COSTS.items()},
        }
    )
    told["bests"] = (told["points"] > 0).astype(int)
    summed = told.groupby(["operator", "model"], sort=False).sum().reset_index()
    for name in COSTS:
        summed[f"{name} a point"] = a_point(summed[name], summed["points"])
    order = ["points", "dollars", "CPU seconds"]
    return summed.sort_values(order, ascending=False, kind="stable").reset_index(drop=True)


def a_point(cost: pd.Series, points: pd.Series) -> pd.Series:
    """Cost by points; missing where there are none."""
    return cost / points.where(points > 0.0)


def balance(summed: pd.DataFrame, cost: str) -> pd.DataFrame:
    """What part of the cost each took beside what part of the gain it brought: a row a `who` and `part`.

    Args:
        summed: What `bill` gives.
        cost: One of `COSTS` that something was spent of.
    """
    who = summed["operator"].where(
        summed["model"] == NO_MODEL, summed["operator"] + ", " + summed["model"].astype(str)
    )
    parts = {f"of {cost}": summed[cost], "of the gain": summed["points"]}
    found = [
        pd.DataFrame({"who": who, "part": part, "share": values / total, "amount": values})
        for part, values in parts.items()
        if (total := float(values.sum())) > 0.0
    ]
    told = pd.concat(found, ignore_index=True)
    return told[told.groupby("who")["amount"].transform("sum") > 0.0]


def shares(frame: pd.DataFrame, by: str) -> pd.DataFrame:
    """Which operators or models were asked, a row a window of evaluations and kind, ready to be stacked.

    Args:
        by: `operator` or `model`.

    Returns:
        Columns `first` and `last` (evaluations, of the window), `kind`, `steps`, `share`, and `low` and
        `high`, between which its share lies in the stack.
    """
    asked = frame[frame["operator"] != SEED]
    if asked.empty:
        return pd.DataFrame(columns=["first", "last", "kind", "steps", "share", "low", "high"])
    kinds = kinds_of(frame, by)
    kind = asked[by].fillna(NO_MODEL)
    kind = kind.where(kind.isin(kinds), REST)
    evaluated = int(frame["evaluated"].max())
    width = window(evaluated)
    place = (asked["evaluated"].clip(lower=1) - 1) // width
    counts = pd.crosstab(place, kind).reindex(columns=kinds, fill_value=0)
    share = counts.div(counts.sum(axis=1), axis=0)
    high = share.cumsum(axis=1)
    return pd.DataFrame(
        {
            "first": np.repeat(counts.index.to_numpy() * width, len(kinds)),
            "last": np.repeat(
                np.minimum((counts.index.to_numpy() + 1) * width, max(evaluated, 1)), len(kinds)
            ),
            "kind": kinds * len(counts),
            "steps": counts.to_numpy().ravel(),
            "share": share.to_numpy().ravel(),
            "low": (high - share).to_numpy().ravel(),
            "high": high.to_numpy().ravel(),
        }
    )


def kinds_of(frame: pd.DataFrame, by: str) -> list[str]:
    """Operators or models in order of how often they were asked; the rarest are called `REST`."""
    asked = frame.loc[frame["operator"] != SEED, by].fillna(NO_MODEL)
    ranked = [str(kind) for kind in asked.value_counts().index]
    return ranked if len(ranked) <= _MOST + 1 else [*ranked[:_MOST], REST]


def window(evaluated: int) -> int:
    """Evaluations in a window, so that no more than some two dozen stand beside each other."""
    return max(_FEWEST, -(-evaluated // _WINDOWS))


def totals(summed: pd.DataFrame) -> Sequence[tuple[str, float, float | None]]:
    """What was spent in all: its name, the amount, and the amount by point gained, if any was gained."""
    points = float(summed["points"].sum())
    return [
        (name, float(summed[name].sum()), float(summed[name].sum()) / points if points > 0.0 else None)
        for name in COSTS
        if summed[name].sum() > 0
    ]


def amount_told(name: str, amount: float) -> str:
    """An amount of one of `COSTS` to three digits where it is no count."""
    if name in _COUNTS or amount <= 0.0:
        number = f"{amount:,.0f}"
    else:
        whole = math.floor(math.log10(amount)) + 1
        number = f"{amount:,.{max(0, _DIGITS - whole)}f}"
    return f"${number}" if name == "dollars" else number
