"""What `adrs verify` found of a policy, what follows from it, and both as an event of a run's log."""

import enum
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import msgspec

from evaluators.intervals import FEWEST_BLOCKS
from evolve.runs.events import VERIFIED, Draft
from evolve.runs.store import Store
from problems.base import Split


class Status(enum.StrEnum):
    """What is said of a claim that a policy is better than what there was."""

    VERIFIED = "verified"
    NOT_VERIFIED = "not verified"
    REFUTED = "refuted"


class Lead(msgspec.Struct, frozen=True, kw_only=True):
    """The policy minus a rival, by mean score; above 0 the policy is better.

    Attributes:
        tuned: Whether the rival's constants were sought on SEARCH first.
        low: Lower end of the 95 % interval, None with too few blocks.
        high: Upper end, likewise.
        blocks: Resampled.
    """

    against: str
    tuned: bool
    difference: float
    low: float | None
    high: float | None
    blocks: int

    @property
    def rival(self) -> str:
        """The rival in words."""
        return f"{self.against}, tuned" if self.tuned else self.against

    @property
    def is_behind(self) -> bool:
        """Whether the rival is better for sure enough."""
        return self.high is not None and self.high < 0.0

    @property
    def is_ahead(self) -> bool:
        """Whether the policy is better for sure enough."""
        return self.low is not None and self.low > 0.0

    def __str__(self) -> str:
        if self.low is None or self.high is None:
            return f"{self.difference:+.4f} (no interval: {self.blocks} blocks, {FEWEST_BLOCKS} needed)"
        return f"{self.difference:+.4f} [{self.low:+.4f}, {self.high:+.4f}]"


class Place(msgspec.Struct, frozen=True, kw_only=True):
    """The policy on a split of a workload, beside its rivals.

    Attributes:
        title: As people know it, such as `holdout`, or `overhead-x2`.
        decides: Whether the verdict rests on it; else it may only limit what is claimed.
        score: None if too much ran out of time.
        instances: That were measured.
        dialects: Published scores of the policy, if there are any.
        fault: The first, if there was one.
    """

    title: str
    workload: str
    split: str
    decides: bool
    score: float | None
    instances: int
    faults: int
    fault: str | None
    leads: list[Lead]
    dialects: dict[str, float]


class Decisions(msgspec.Struct, frozen=True, kw_only=True):
    """CPU seconds of a decision on the reference core, the wire taken off."""

    p50_s: float
    p99_s: float
    calls: int
    instances: int


class PublishedGap(msgspec.Struct, frozen=True, kw_only=True):
    """The lead on the published set beside what validation predicts; see `evaluators.gap`."""

    lead: float
    validation: float
    low: float | None
    high: float | None
    suspicious: bool


class Verification(msgspec.Struct, frozen=True, kw_only=True):
    """All that was found of one policy.

    Attributes:
        source: Digest of the policy's source.
        step: Of the run, if it is a candidate of one.
        evals: Evaluations that each rival's tuning was given; 0 if none was tuned.
        places: In the order of measuring.
        differing: Instances of VALIDATION on which two fresh measurements disagree.
        optimality_gap: 1 minus the mean score on VALIDATION; None if that is not known.
        worst: Instance of VALIDATION with the lowest score, and that score.
        looks: At the holdout split from this store, this one included; 0 where it was not looked at.
        noise_floor: Of the problem, in score; 0 if it was never measured.
        notes: What was left out, and why.
    """

    policy: str
    source: str
    step: int | None
    problem: str
    version: int
    workload: str
    evals: int
    places: list[Place]
    differing: int
    optimality_gap: float | None
    worst: tuple[str, float] | None
    decisions: Decisions | None
    gap: PublishedGap | None
    looks: int
    noise_floor: float
    notes: list[str]

    @property
    def verdict(self) -> "Verdict":
        """What follows."""
        return judged(self)


@dataclass(frozen=True, slots=True)
class Verdict:
    """What is said of the policy.

    Attributes:
        reasons: Why.
        limits: Where the claim does not hold; only of a verified one.
    """

    status: Status
    reasons: tuple[str, ...]
    limits: tuple[str, ...] = ()

    def __str__(self) -> str:
        told = f"{self.status}: {'; '.join(self.reasons)}"
        return f"{told}. But: {'; '.join(self.limits)}" if self.limits else told


def judged(found: Verification) -> Verdict:
    """Draws the verdict.

    Verified takes a lead over every rival, as published and tuned, whose interval is above 0 on every place
    that decides, HOLDOUT among them, and no less than the noise floor. Refuted takes a fault, two fresh
    measurements that disagree, a rival that is ahead for sure, or a published score that validation does not
    explain.
    """
    against = tuple(_against(found))
    if against:
        return Verdict(Status.REFUTED, against)
    lacking = tuple(_lacking(found))
    if lacking:
        return Verdict(Status.NOT_VERIFIED, lacking)
    deciding = [place for place in found.places if place.decides]
    rivals = list(dict.fromkeys(lead.rival for place in deciding for lead in place.leads))
    where = " and ".join(place.title for place in deciding)
    reason = f"ahead of {', '.join(rivals)} on {where}, each with a 95 % interval above 0"
    return Verdict(Status.VERIFIED, (reason,), tuple(_limits(found)))


def _against(found: Verification) -> Iterator[str]:
    for place in found.places:
        if place.decides and place.score is None:
            yield f"it ran out of time on {place.title}"
        elif place.decides and place.faults:
            yield _failed(place)
    if found.differing:
        yield f"two fresh measurements disagree on {found.differing} instances of validation"
    for place in found.places:
        yield from (
            f"behind {lead.rival} on {place.title}: {lead}"
            for lead in place.leads
            if place.decides and lead.is_behind
        )
    if found.gap is not None and found.gap.suspicious:
        high = found.gap.high
        yield (
            f"on the published set it leads by {found.gap.lead:+.4f}, while validation explains at most "
            f"{high:+.4f}: it may know the published answers"
        )


def _failed(place: Place) -> str:
    return f"{place.faults} of {place.instances} instances of {place.title} ended with a fault: {place.fault}"


def _lacking(found: Verification) -> Iterator[str]:
    deciding = [place for place in found.places if place.decides]
    if not found.evals:
        yield "no rival's constants were tuned"
    if not any(place.split == Split.HOLDOUT for place in deciding):
        yield "its workload has no holdout split"
    for place in deciding:
        for lead in place.leads:
            if not lead.is_ahead:
                yield f"its lead over {lead.rival} on {place.title} is not sure: {lead}"
            elif lead.difference < found.noise_floor:
                yield (
                    f"its lead over {lead.rival} on {place.title}, {lead}, is below the problem's noise "
                    f"floor of {found.noise_floor:.4f}"
                )
        if not place.leads:
            yield f"it stands beside no rival on {place.title}"


def _limits(found: Verification) -> Iterator[str]:
    for place in found.places:
        if place.decides:
            continue
        if place.score is None:
            yield f"it ran out of time on {place.title}"
        elif place.faults:
            yield _failed(place)
        yield from (f"behind {lead.rival} on {place.title}: {lead}" for lead in place.leads if lead.is_behind)


def verification_draft(found: Verification) -> Draft:
    """Writes a verification, and its verdict in words, as an event."""
    body = {**msgspec.to_builtins(found), "verdict": str(found.verdict), "status": str(found.verdict.status)}
    return Draft(VERIFIED, found.step, body)


@dataclass(frozen=True, slots=True)
class Verifications:
    """What was verified of a run so far.

    Attributes:
        latest: None if nothing was.
        statuses: Of all of them, in order: who tries often enough finds a lucky one.
    """

    latest: Verification | None
    statuses: tuple[str, ...]

    def __str__(self) -> str:
        if self.latest is None:
            return "not verified yet: adrs verify RUN"
        told = ", ".join(f"{status} {n}" for status, n in Counter(self.statuses).items())
        again = f"; {len(self.statuses)} verifications so far: {told}" if len(self.statuses) > 1 else ""
        return f"{self.latest.policy}: {self.latest.verdict}{again}"


def verifications(store: Store, run: str) -> Verifications:
    """Reads the verifications of a run."""
    bodies: Sequence[dict[str, object]] = [dict(event.body) for event in store.events(run, kinds=(VERIFIED,))]
    latest = msgspec.convert(bodies[-1], Verification) if bodies else None
    return Verifications(latest, tuple(str(body["status"]) for body in bodies))
