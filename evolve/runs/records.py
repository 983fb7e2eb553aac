"""Trials as events, and back."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import islice
from typing import Any, Final

from evaluators.intervals import Interval
from evaluators.values import Usage
from evolve.models.language_model import Request
from evolve.runs.events import ASKED, COMMITTED, MEASURED, PROMOTED, REPLIED, Draft, Event
from evolve.runs.packing import Layout, pack, unpack, unpack_usage
from evolve.runs.reply import Reply
from evolve.runs.requests import read_request, request_body, request_texts
from evolve.runs.step import Ask
from evolve.runs.store import Store, digest
from evolve.runs.trial import Challenge, OutcomeKind, Trial
from evolve.search.candidate import Candidate
from problems.base import Split

_AHEAD: Final = 64
"""Events whose texts are in memory at once; a reply may have megabytes."""


def asked(ask: Ask, parents: list[int]) -> Draft:
    """Writes that a step was asked, with what a model was asked for it."""
    body: dict[str, Any] = {"parents": parents, "operator": ask.operator}
    if ask.plan is not None and ask.plan.request is not None:
        reserve = [ask.reserve.usd, ask.reserve.tokens]
        body |= {**request_body(ask.plan.request), "reserve": reserve}
    return Draft(ASKED, ask.step, body)


def ask_texts(ask: Ask) -> list[str]:
    """Lists the texts that an ask's event names by digest."""
    return [] if ask.plan is None or ask.plan.request is None else request_texts(ask.plan.request)


def drafts(trial: Trial, challenge: Challenge | None, *, parents: list[int], status: int) -> list[Draft]:
    """Writes a committed trial as its events, in their order: replied, measured, committed, promoted."""
    found = [] if trial.reply is None else [Draft(REPLIED, trial.step, trial.reply.body())]
    found += [
        Draft(MEASURED, trial.step, pack(evaluation, trial.usage.get(stage, Usage())))
        for stage, evaluation in trial.evaluations.items()
    ]
    body: dict[str, Any] = {
        "outcome": str(trial.kind),
        "reason": trial.reason,
        "operator": trial.operator,
        "status": status,
    }
    if trial.candidate is not None:
        body |= {"text": digest(trial.candidate.source), "parents": parents, "model": trial.candidate.model}
        body |= {"novelty": trial.novelty}
    if trial.detail:
        body |= {"detail": trial.detail}
    if trial.beyond_bound:
        body |= {"quarantined": True}
    if challenge is not None:
        body |= {"challenge": _challenge_body(challenge)}
    found.append(Draft(COMMITTED, trial.step, body))
    if challenge is not None and challenge.promoted:
        found.append(Draft(PROMOTED, trial.step, {"challenge": challenge.number}))
    return found


def texts(trial: Trial) -> list[str]:
    """Lists the texts that a trial's events name by digest."""
    replied = [] if trial.reply is None else trial.reply.texts
    return replied if trial.candidate is None else [*replied, trial.candidate.source]


class Reader:
    """Rebuilds trials from a run's events, given in order."""

    def __init__(self, store: Store, layouts: Mapping[Split, Layout]) -> None:
        self._store = store
        self._layouts = layouts
        self._ids: dict[int, str] = {}
        self._parents: dict[int, Sequence[int]] = {}
        self._reply: Reply | None = None
        self._measured: list[Event] = []
        self._texts: dict[str, str] = {}

    def at(self, store: Store) -> "Reader":
        """Goes on with another opening of the same store."""
        self._store = store
        return self

    def request(self, event: Event) -> Request | None:
        """Reads what an asked step requests of a model."""
        return read_request(event.body, self._store.text)

    def ahead(self, events: Iterable[Event]) -> Iterator[Event]:
        """Passes events on, and reads the texts that many of them name at once: a fifth of the time."""
        waiting = iter(events)
        while chunk := list(islice(waiting, _AHEAD)):
            named = [e.body.get("text") for e in chunk if e.kind in {REPLIED, COMMITTED}]
            self._texts = self._store.texts({digest for digest in named if digest is not None})
            yield from chunk
        self._texts = {}

    def read(self, event: Event) -> tuple[Trial, Challenge | None] | None:
        """Takes the next event; at a commit gives back the trial and its challenge."""
        if event.kind == ASKED and event.step is not None:
            self._parents[event.step] = event.body["parents"]
        if event.kind == REPLIED:
            text = event.body.get("text")
            self._reply = Reply.of(event.body, None if text is None else self._text(text))
        if event.kind == MEASURED:
            self._measured.append(event)
        if event.kind != COMMITTED or event.step is None:
            return None
        found = [e.body for e in self._measured if e.step == event.step]
        self._measured.clear()
        evaluations = {Split(body["stage"]): unpack(body, self._layouts) for body in found}
        usage = {Split(body["stage"]): unpack_usage(body) for body in found}
        body = event.body
        parents, reply = self._parents.pop(event.step, ()), self._reply
        self._reply = None
        trial = Trial(
            event.step, OutcomeKind(body["outcome"]), body["reason"], body["operator"],
            self._candidate(event), body.get("novelty"), evaluations, usage,
            tuple(self._ids[step] for step in parents), body.get("detail", ""), reply,
        )  # fmt: skip
        return trial, read_challenge(body.get("challenge"))

    def _candidate(self, event: Event) -> Candidate | None:
        body = event.body
        if body.get("text") is None or event.step is None:
            return None
        parents = tuple(self._ids[step] for step in body["parents"])
        candidate = Candidate(self._text(body["text"]), parents, body["operator"], body["model"])
        self._ids[event.step] = candidate.id
        return candidate

    def _text(self, digest: str) -> str:
        found = self._texts.get(digest)
        return self._store.text(digest) if found is None else found


def _challenge_body(challenge: Challenge) -> dict[str, Any]:
    interval = challenge.interval
    found: dict[str, Any] = {"number": challenge.number, "promoted": challenge.promoted}
    if interval is not None:
        found["interval"] = [
            interval.difference,
            interval.low,
            interval.high,
            interval.alpha,
            interval.blocks,
        ]
    return found


def read_challenge(body: Mapping[str, Any] | None) -> Challenge | None:
    """Reads the challenge of a committed step; None if it made none."""
    if body is None:
        return None
    row = body.get("interval")
    return Challenge(body["number"], body["promoted"], None if row is None else Interval(*row))
