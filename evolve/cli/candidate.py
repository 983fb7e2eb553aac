"""`adrs show RUN CANDIDATE`: one candidate with its kin, its scores and its source."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import msgspec
from rich.console import Console
from rich.text import Text

from evaluators.values import Evaluation
from evolve.cli.exits import Exit, Misuse
from evolve.cli.money import dollars
from evolve.cli.report import fault_table, instance_parts, printed_parts, sandbox_sentence
from evolve.cli.run_names import run_named
from evolve.cli.show import ID_DIGITS, print_notes, shown_score
from evolve.cli.terminal import code, console, facts, harmless, local_time, write_json
from evolve.models.language_model import Request
from evolve.runs.header import Header
from evolve.runs.history import request_of, trials
from evolve.runs.marks import marks
from evolve.runs.reply import Reply
from evolve.runs.rescoring import Rescoring, rescorings
from evolve.runs.store import Store
from evolve.runs.trial import Challenge, Trial
from evolve.search.candidate import Candidate
from evolve.search.feedback import feedback
from problems.base import Split
from sandbox import Mode


@dataclass(frozen=True, slots=True)
class Found:
    """A trial with what is needed to read it.

    Attributes:
        steps: Step by candidate id, of it and all before it.
        reference: SEARCH evaluation of its first parent.
        request: What a model was asked for it; None if none was.
        sandbox: The mode in which its run measures.
    """

    trial: Trial
    challenge: Challenge | None
    steps: dict[str, int]
    reference: Evaluation | None
    request: Request | None
    sandbox: Mode

    @property
    def feedback(self) -> str | None:
        """What the next proposal would be told of it; None if it was not measured."""
        stages = self.trial.evaluations
        stage = Split.SEARCH if Split.SEARCH in stages else Split.SMOKE
        if stage not in stages:
            return None
        return feedback(stages[stage], self.reference if stage is Split.SEARCH else None)


def show_candidate(db: Path, run: str, wanted: str, *, as_json: bool) -> Exit:
    """Shows one candidate, by step or by the first digits of its id."""
    with Store.open(db, create=False) as store:
        found, marked = found_trial(store, run_named(run), wanted), marks(store, run)
        anew = [each for each in rescorings(store, run) if found.trial.step in each.scores]
    step = found.trial.step
    if as_json:
        notes = [asdict(note) for note in marked.notes if note.step == step]
        scores = [{"at": each.at, "version": each.version, **each.scores[step]} for each in anew]
        tags = marked.tags.get(step, ())
        write_json({**_as_json(found), "rescored": scores, "tags": tags, "notes": notes})
    else:
        _print(found, console())
        _print_rescorings(found.trial, anew)
        print_notes(marked, step)
    return Exit.DONE


def _print_rescorings(trial: Trial, anew: Sequence[Rescoring]) -> None:
    rows = {}
    for number, each in enumerate(anew, 1):
        now = each.scores[trial.step].items()
        old = {str(split): evaluation.score for split, evaluation in trial.evaluations.items()}
        told = [f"{split} {shown_score(old.get(split))} -> {shown_score(score)}" for split, score in now]
        when = f"rescored {number}, {local_time(each.at)}"
        rows[when] = f"{', '.join(told)}; version {each.version} of the problem"
    if rows:
        out = console()
        out.print()
        out.print(facts(rows))


def found_trial(store: Store, run: str, wanted: str) -> Found:
    """Finds a trial by step, or else by id.

    Raises:
        Misuse: There is none, or more than one.
    """
    header, steps = Header.read(store, run), dict[str, int]()
    by_id: dict[str, tuple[Trial, Challenge | None]] = {}
    chosen: tuple[Trial, Challenge | None] | None = None
    for trial, challenge in trials(store, run, header):
        if trial.candidate is not None:
            steps.setdefault(trial.candidate.id, trial.step)
            if trial.candidate.id.startswith(wanted.lower()):
                by_id.setdefault(trial.candidate.id, (trial, challenge))
        if wanted == str(trial.step):
            chosen = trial, challenge
            break
    if chosen is None and len(by_id) == 1:
        (chosen,) = by_id.values()
    if chosen is None:
        what = f"{len(by_id)} candidates" if by_id else "no candidate"
        last = max(steps.values(), default=-1)
        raise Misuse(
            f"run {run!r} has {what} {wanted!a}; expected a step up to {last}, or an id's first digits, "
            "enough to tell it from others"
        )
    request = None if chosen[0].reply is None else request_of(store, run, chosen[0].step)
    reference = _parent_search(store, run, header, steps, chosen[0].candidate)
    return Found(*chosen, steps, reference, request, header.spec.sandbox)


def _parent_search(
    store: Store, run: str, header: Header, steps: dict[str, int], child: Candidate | None
) -> Evaluation | None:
    if child is None or not child.parents:
        return None
    step = steps[child.parents[0]]
    return next(t.evaluations.get(Split.SEARCH) for t, _ in trials(store, run, header) if t.step == step)


def _as_json(found: Found) -> dict[str, Any]:
    trial, candidate = found.trial, found.trial.candidate
    parents = candidate.parents if candidate else ()
    return {
        "step": trial.step,
        "outcome": str(trial.kind),
        "reason": trial.reason,
        "operator": trial.operator,
        "id": candidate.id if candidate else None,
        "model": candidate.model if candidate else None,
        "parents": [{"step": found.steps[parent], "id": parent} for parent in parents],
        "source": candidate.source if candidate else None,
        "evaluations": {str(stage): _evaluation_json(e) for stage, e in trial.evaluations.items()},
        "challenge": msgspec.to_builtins(found.challenge),
        "quarantined": trial.beyond_bound,
        "sandbox": str(found.sandbox),
        "feedback": found.feedback,
        "detail": trial.detail,
        "asked": None if found.request is None else msgspec.to_builtins(found.request),
        "reply": None if trial.reply is None else msgspec.to_builtins(trial.reply),
    }


def _evaluation_json(evaluation: Evaluation) -> dict[str, Any]:
    return {
        "score": evaluation.score,
        "complete": evaluation.complete,
        "measurements": [msgspec.to_builtins(m) for m in evaluation.measurements],
    }


def _print(found: Found, out: Console) -> None:
    trial = found.trial
    out.print(facts(_headlines(found)))
    if trial.evaluations:
        stage, evaluation = list(trial.evaluations.items())[-1]
        out.print()
        out.print(Text(f"on {stage}", style="bold"))
        for part in instance_parts(evaluation.measurements, evaluation.metrics, out.width):
            out.print(part)
        if evaluation.faults:
            out.print()
            out.print(fault_table(evaluation.faults))
        if evaluation.printed is not None:
            out.print()
            for part in printed_parts(*evaluation.printed, out.width):
                out.print(part)
    if found.feedback is not None:
        out.print()
        out.print(Text("feedback", style="bold"))
        out.print(Text(harmless(found.feedback.rstrip())), soft_wrap=True)
    if trial.candidate is not None:
        out.print()
        out.print(Text("source", style="bold"))
        out.print(code(trial.candidate.source, out), soft_wrap=not out.is_terminal)  # to be copied as it is


def _headlines(found: Found) -> dict[str, str]:
    trial, candidate = found.trial, found.trial.candidate
    rows = {"step": f"{trial.step}, {trial.kind} ({trial.reason})", "operator": trial.operator}
    if candidate is not None:
        rows["id"] = candidate.id[:ID_DIGITS]
        steps = [f"step {found.steps[p]} ({p[:ID_DIGITS]})" for p in candidate.parents]
        rows["parents"] = ", ".join(steps) or "none: a seed"
    for stage, evaluation in trial.evaluations.items():
        rows[str(stage)] = "not all measured" if evaluation.score is None else f"{evaluation.score:.4f}"
    if trial.evaluations:
        rows["sandbox"] = sandbox_sentence(found.sandbox)
    if trial.detail:
        rows["detail"] = trial.detail
    if trial.reply is not None:
        rows["model"] = _reply(trial.reply)
    if trial.beyond_bound:
        rows["quarantined"] = "a score passes its bound: a hole in the problem, not a find"
    if found.challenge is not None:
        rows["challenge"] = _challenge(found.challenge)
    return rows


def _reply(reply: Reply) -> str:
    """Says what came of asking a model."""
    if reply.completion is None:
        paid = f"; may have cost {dollars(reply.cost.usd)}" if reply.in_doubt else "; not billed"
        return f"{reply.model}: {reply.failure}{paid}"
    c = reply.completion
    estimated = " (estimated)" if c.is_estimated else ""
    other = f", answered by {c.model}" if c.model != reply.model else ""
    tokens = f"{c.input_tokens:,} tokens in, {c.output_tokens:,} out{estimated}"
    ended = f"{c.finish_reason}; prompt and reply: --json"
    return f"{reply.model}{other}: {tokens}, {dollars(reply.cost.usd)}, {ended}"


def _challenge(challenge: Challenge) -> str:
    verdict = "promoted to champion" if challenge.promoted else "not promoted"
    if challenge.interval is None:
        return f"{verdict}; there was no champion to meet" if challenge.promoted else verdict
    level = f"at {1 - challenge.interval.alpha:.2%}"
    return f"number {challenge.number}, {verdict}: {challenge.interval} over the champion {level}"
