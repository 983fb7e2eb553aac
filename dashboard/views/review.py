"""Review: which champions wait for a word, and what is needed to give it."""

from collections.abc import Iterator

import pandas as pd
import streamlit as st

from dashboard import actions
from dashboard.address import CANDIDATE, RUN, chosen_run, chosen_step, look_at, visit
from dashboard.commands import Commands, Started, commands
from dashboard.data import Library, RunLog
from dashboard.errands import do, errand, tell_outcome
from dashboard.reading.detail import shortened
from dashboard.reviews import APPROVED, OPPOSITE, REJECTED, Said, Waiting, judgement, said, waiting
from evolve.cli.marks import LONGEST_NOTE, LONGEST_TAG, author_named
from evolve.cli.terminal import harmless, local_time, size
from evolve.runs.marks import Marks
from evolve.runs.verifications import Status, Verification, Verifications

_WAITING = "champions that wait"
_CANDIDATE, _WHOLE = "this candidate", "the whole run"
_SHOWN = 50
_TAG_HELP = (
    f"Letters, digits, dashes, dots and underscores, at most {LONGEST_TAG}; several with spaces between."
)
_VERDICTS = {Status.VERIFIED: st.success, Status.NOT_VERIFIED: st.warning, Status.REFUTED: st.error}


def show(library: Library) -> None:
    """Draws the page."""
    st.title("Review")
    tell_outcome()
    log = chosen_run(library)
    if log is None:
        return
    _queue(waiting(library))
    step = chosen_step(log)
    if step is None:
        return
    marked, verified, _ = library.told(log.run)
    done = commands(library.db)
    st.subheader("Under review")
    _heading(log, step, marked)
    if library.goes_on(log.run):
        st.info("This run goes on, and has one writer until it ends: judge it then.")
        return
    _decide(done, log, step, marked)
    _verification(done, log, step, verified)
    left, right = st.columns(2, gap="large")
    with left:
        _marks(done, log, step, marked)
    with right:
        _said(said(library.db, log.run))
    _hand_over(done, log, marked)


def _queue(found: list[Waiting]) -> None:
    st.subheader("Waiting for review")
    if not found:
        st.info("No champion waits: every run that has ended is approved, rejected or put away.")
        return
    frame = pd.DataFrame([_row(each) for each in found])
    key = " ".join([_WAITING, *frame["run"]])  # another list, another choice: rows are chosen by number

    def choose() -> None:
        rows = st.session_state[key].selection.rows
        if rows:
            look_at(RUN, found[rows[0]].summary.row.name)
            look_at(CANDIDATE, found[rows[0]].step)

    st.dataframe(
        frame,
        hide_index=True,
        on_select=choose,
        selection_mode="single-row",
        key=key,
        column_config={"score on validation": st.column_config.NumberColumn(format="%.4f")},
    )
    st.caption("Champions of runs that have ended, neither approved nor rejected. Choose a row to review it.")


def _row(each: Waiting) -> dict[str, object]:
    told = each.summary
    return {
        "run": told.row.name,
        "problem": told.outline.header.spec.problem,
        "champion, step": each.step,
        "score on validation": told.score,
        "lead over the best baseline, 95% interval": told.lead,
        "verification": each.verified or "none yet",
    }


def _heading(log: RunLog, step: int, marked: Marks) -> None:
    found, champion = log.steps[step], log.state.champion
    what = "the champion" if champion is not None and champion.step == step else "not the champion"
    st.text(f"Step {step} of {harmless(log.run)}, {what}")
    columns = st.columns(4)
    columns[0].metric("Decision", judgement(marked, step) or "none yet")
    columns[1].metric("Search", "-" if found.search is None else f"{found.search:.4f}")
    columns[2].metric("Validation", "-" if found.validation is None else f"{found.validation:.4f}")
    columns[3].metric("Operator", found.operator)


def _decide(done: Commands, log: RunLog, step: int, marked: Marks) -> None:
    """Approves or rejects; of both tags one stands."""
    decided = judgement(marked, step)
    with st.container(horizontal=True):
        approve = st.button("Approve", icon=":material/check:", type="primary", disabled=decided == APPROVED)
        reject = st.button("Reject", icon=":material/close:", disabled=decided == REJECTED)
        if st.button("Open the candidate", icon=":material/code:"):
            visit("candidate", log.run, step)
    st.text(f"You write as {harmless(author_named(None))}, the login of this server.")
    if approve or reject:
        tag = APPROVED if approve else REJECTED
        other = OPPOSITE[tag]
        both = [lambda: actions.tag(log, step, [tag])]
        if other in marked.tags.get(step, ()):
            both.insert(0, lambda: actions.tag(log, step, [other], off=True))
        do(done, *both)


def _marks(done: Commands, log: RunLog, step: int, marked: Marks) -> None:
    st.subheader("Tags and notes")
    st.text(f"Tags of step {step}: {harmless(', '.join(marked.tags.get(step, ()))) or 'none'}")
    with st.form("tag", clear_on_submit=True, border=False):
        text = st.text_input("Tags", max_chars=LONGEST_TAG, placeholder="look-at", help=_TAG_HELP)
        with st.container(horizontal=True):
            on, off = st.form_submit_button("Put on"), st.form_submit_button("Take off")
    if on or off:
        do(done, lambda: actions.tag(log, step, text.split(), off=off))
    with st.form("note", clear_on_submit=True, border=False):
        written = st.text_area("Note", max_chars=LONGEST_NOTE, placeholder="What is to be remembered")
        about = st.segmented_control("About", [_CANDIDATE, _WHOLE], default=_CANDIDATE, required=True)
        if st.form_submit_button("Write"):
            do(done, lambda: actions.note(log, written, step=step if about == _CANDIDATE else None))


def _said(found: list[Said]) -> None:
    st.subheader("Said so far")
    if not found:
        st.info(
            "Nobody has said anything of this run yet. Approve, tag or note, and it stands here for good."
        )
        return
    if len(found) > _SHOWN:
        st.text(f"The latest {_SHOWN} of {len(found)}; all of them: adrs show RUN")
    for each in found[-_SHOWN:]:
        with st.container(border=True, gap="xxsmall"):
            about = "the run" if each.step is None else f"step {each.step}"
            who = "adrs verify" if each.author is None else harmless(each.author)
            st.text(f"{local_time(each.at)}  {who}, on {about}")
            st.text(shortened(harmless(each.text)))


def _verification(done: Commands, log: RunLog, step: int, verified: Verifications) -> None:
    st.subheader("Verification")
    latest = verified.latest
    if latest is None or latest.step != step:
        st.text("This candidate is not verified yet." if latest is None else f"So far: {verified}")
    else:
        _VERDICTS[latest.verdict.status](str(latest.verdict.status).capitalize())
        st.text(harmless(str(verified)))
        st.dataframe(
            pd.DataFrame(list(_places(latest))),
            hide_index=True,
            column_config={"score": st.column_config.NumberColumn(format="%.4f")},
        )
        st.caption("Mean score and lead with its 95% interval, paired by blocks; 1 is the proven bound.")
    st.text(
        "Verifying measures it once more wherever that is possible, holdout included, beside tuned "
        "baselines; it first says how long that takes."
    )
    errand(done, "Verify", lambda: actions.verify(log, step), key="verify")


def _places(found: Verification) -> Iterator[dict[str, object]]:
    for place in found.places:
        for lead in place.leads or (None,):
            yield {
                "where": place.title,
                "score": place.score,
                "faults": place.faults,
                "against": "" if lead is None else lead.rival,
                "lead": "" if lead is None else str(lead),
            }


def _hand_over(done: Commands, log: RunLog, marked: Marks) -> None:
    st.subheader("Hand over")
    left, right = st.columns(2, gap="large")
    with left:
        st.text("A bundle is one file with which somebody else repeats the run.")
        packed = errand(done, "Pack a bundle", lambda: actions.bundle(log), key="bundle")
        _download(done, packed, "application/zip")
    with right:
        st.text("A report is one page with figures and verdicts, for any browser.")
        written = errand(done, "Write a report", lambda: actions.report([log]), key="report")
        _download(done, written, "text/html")
    away = marked.archived
    st.text("This run is put away." if away else "A run that is put away is out of the list, and not lost.")
    if st.button("Bring back" if away else "Put away", icon=":material/archive:"):
        do(done, lambda: actions.archive(log, undo=away))


def _download(done: Commands, started: Started | None, kind: str) -> None:
    content = None if started is None else done.made(started)
    if started is not None and started.path is not None and content is not None:
        st.download_button(
            f"Download ({size(len(content))})",
            content,
            started.path.name,
            kind,
            icon=":material/download:",
            key=f"download {started.path.name}",
            on_click="ignore",
        )
