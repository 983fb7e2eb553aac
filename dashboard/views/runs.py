"""Runs: the list, and several of them beside each other."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

import pandas as pd
import streamlit as st
from streamlit.elements.lib.column_types import ColumnConfig

from dashboard.address import RUN, listed, look_at, looked_at, opened, tell_unread
from dashboard.charts.progress import MOST, progress_chart
from dashboard.courses import Course
from dashboard.data import Library, Summary
from dashboard.live import EVERY_S
from dashboard.reading.arms import DOLLARS, EVALUATIONS, OVER, Arm, Reference, arms, references, search_course
from evolve.runs.history import Phase
from problems.base import Split

_BESIDE: Final = "runs"
"""What the address calls the runs that are compared, separated by blanks: no name holds one."""
_SPLITS: Final = (Split.VALIDATION, Split.SEARCH)
_ANY: Final = "any"


@dataclass(frozen=True, slots=True)
class _Wanted:
    """Which runs are listed, those put away too or not; `_ANY` asks for nothing."""

    words: tuple[str, ...]
    problem: str
    status: str
    tag: str
    archived: bool

    def __contains__(self, summary: Summary) -> bool:
        name, told = summary.row.name.casefold(), summary.outline
        return (
            all(word.casefold() in name for word in self.words)
            and self.problem in {_ANY, told.header.spec.problem}
            and self.status in {_ANY, str(told.status.phase)}
            and self.tag in {_ANY, *summary.tags}
        )


def show(library: Library) -> None:
    """Draws the page."""
    st.title("Runs")
    archived = st.sidebar.toggle("Those put away, too")
    found = listed(library, archived=archived)
    if not found:
        return
    wanted = _Wanted(
        tuple(st.sidebar.text_input("Name contains").split()),
        _one_of("Problem", [s.outline.header.spec.problem for s in found]),
        _one_of("Status", [str(s.outline.status.phase) for s in found]),
        _one_of("Tag", [tag for s in found for tag in s.tags], unless=0),
        archived,
    )
    tell_unread(library)
    is_live = any(s.outline.status.phase is Phase.RUNNING for s in found)
    st.fragment(_page, run_every=EVERY_S if is_live else None)(library, wanted, is_live)


def _page(library: Library, wanted: _Wanted, is_live: bool) -> None:
    """Draws the list and the curves; again and again while a run goes on."""
    found = listed(library, archived=wanted.archived)
    if is_live and not any(s.outline.status.phase is Phase.RUNNING for s in found):
        st.rerun()  # once more as a whole, and then no longer every few seconds
    shown = [summary for summary in found if summary in wanted]
    if not shown:
        st.info("No run is like that; ask for less in the filters beside the page.")
        return
    _progress(library, _table(shown))


def _one_of(label: str, values: Sequence[str], *, unless: int = 1) -> str:
    """Lets one of the values be chosen; with so few of them there is nothing to ask."""
    distinct = sorted(set(values))
    return _ANY if len(distinct) <= unless else str(st.sidebar.selectbox(label, [_ANY, *distinct]))


def _table(found: Sequence[Summary]) -> list[Summary]:
    """Draws the list and gives the runs that are chosen; at first those that the address names."""
    names = [summary.row.name for summary in found]
    asked = st.query_params.get(_BESIDE, "").split() or [looked_at(RUN) or names[0]]
    first = [names.index(name) for name in asked if name in names]
    event = st.dataframe(
        pd.DataFrame([_row(summary) for summary in found]),
        hide_index=True,
        on_select="rerun",
        selection_mode="multi-row",
        selection_default={"selection": {"rows": first, "columns": [], "cells": []}},
        key=f"runs {names}",  # a choice by row number holds for these rows only
        column_config=_columns(),
        placeholder="-",
        alt="Runs, newest first",
    )
    chosen = [found[row] for row in event.selection.rows]
    if chosen:
        look_at(RUN, chosen[0].row.name)
        st.query_params[_BESIDE] = " ".join(summary.row.name for summary in chosen)
    return chosen


def _row(summary: Summary) -> dict[str, object]:
    told, improved = summary.outline, summary.improved
    lead, _, rival = summary.lead.partition(" over ")
    return {
        "run": summary.row.name,
        "problem": told.header.spec.problem,
        "status": str(told.status.phase),
        "champion": summary.score,
        "lead": lead or None,
        "evaluated": told.evaluated,
        "dollars": summary.usd or None,
        "improved": None if improved is None else told.evaluated - improved.evaluated,
        "improved at": None if improved is None else _moment(improved.at),
        "best baseline": rival or None,
        "workload": told.header.spec.workload,
        "proposer": str(told.header.spec.proposer),
        "seed": told.header.spec.seed,
        "tags": list(summary.tags),
        "started": _moment(summary.row.created_at),
    }


def _moment(at: float) -> datetime:
    """The time on the clocks of the machine that serves, as the command line tells it."""
    return datetime.fromtimestamp(at).astimezone().replace(tzinfo=None)


def _columns() -> dict[str, ColumnConfig]:
    number, moment = st.column_config.NumberColumn, st.column_config.DatetimeColumn
    return {
        "run": st.column_config.TextColumn(pinned=True),
        "champion": number(format="%.4f", help="Its score on validation; 1 is the bound."),
        "lead": st.column_config.TextColumn(
            "lead, 95 % interval", help="Champion minus the best baseline on validation, told at the end."
        ),
        "evaluated": number(help="Candidates that were measured."),
        "dollars": number(format="$%.2f", help="What models cost, calls in doubt included."),
        "improved": number("evals ago", help="Candidates measured since a champion was last overthrown."),
        "improved at": moment("last improvement", format="MM-DD HH:mm"),
        "tags": st.column_config.ListColumn(),
        "started": moment(format="MM-DD HH:mm"),
    }


def _progress(library: Library, chosen: Sequence[Summary]) -> None:
    st.subheader("Best so far")
    if not chosen:
        st.info("Choose one run or several in the table, by the boxes at its left: their curves appear here.")
        return
    left, right = st.columns(2)
    over = left.segmented_control("Over", OVER, default=EVALUATIONS, required=True)
    split = right.segmented_control("Score on", _SPLITS, default=Split.VALIDATION, required=True)
    courses = _courses(library, chosen, split)
    found, held = arms(courses, over), references(courses)
    if not found:
        st.info("None of these runs has a score there yet: no candidate got so far without a fault.")
        return
    if len(found) > MOST:
        st.info(
            f"Only {MOST} lines can be told apart, so {len(found) - MOST} are left out: choose fewer runs."
        )
    drawn = found[:MOST]
    chart = progress_chart(drawn, held, split, over)
    st.altair_chart(chart, width="stretch", alt=f"Best score so far on {split} over {over}")
    _explain(drawn, held, over)
    library.ahead(chosen[0].row.name)


def _courses(library: Library, chosen: Sequence[Summary], split: Split) -> list[Course]:
    """How the runs went; only for the split of their archives do their logs have to be read."""
    if split is Split.VALIDATION:
        return [summary.course for summary in chosen]
    logs = (opened(library, summary.row.name) for summary in chosen)
    return [search_course(log) for log in logs if log is not None]


def _explain(drawn: Sequence[Arm], held: Sequence[Reference], over: str) -> None:
    told = ["Scores are strict, higher is better, 1 is the proven bound. A dot is a new best."]
    if any(reference.noise_floor for reference in held):
        floors = ", ".join(f"{r.noise_floor:.4f}" for r in held if r.noise_floor)
        told.append(
            f"Grey band: the noise floor around the best baseline, ± {floors}; leads within it come and go "
            "with the instances that were drawn."
        )
    if over == DOLLARS and any(arm.is_flat for arm in drawn):
        told.append("What spent no dollars is drawn across, at the level it ended with.")
    if any(arm.is_control for arm in drawn):
        told.append("A control arm has the same problem and no model.")
    st.caption(" ".join(told))
    pooled = [arm.pooling for arm in drawn if len(arm.runs) > 1]
    if pooled:
        st.text("\n".join(pooled))  # names of runs and models are no markdown
