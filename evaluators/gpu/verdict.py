"""Whether a device agrees with a simulator: rank agreement, leads as measured, and a verdict in one word."""

import enum
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from itertools import combinations

import numpy as np

from evaluators.intervals import Interval, paired
from evaluators.values import Measurement

_RESAMPLES = 10_000
_FEWEST_BLOCKS = 2


@dataclass(frozen=True, slots=True)
class Case:
    """What one policy decided in one place, simulated and on the device; higher is better in both.

    Attributes:
        place: What was decided on, the same for all policies.
        block: Unit of resampling; places of one block are not independent.
        seconds: Device time that the decision leads to; lower is better.
        detail: Further figures, in the twin's units.
    """

    policy: str
    place: str
    block: str
    simulated: float
    measured: float
    seconds: float
    detail: Mapping[str, float] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Agreement:
    """Kendall's tau-b between simulated and measured values of policies in the same place, over all places.

    Attributes:
        low: Lower end of the bootstrap interval over blocks, 95 %; None with a single block. Likewise `high`.
        pairs: Pairs of policies compared; those that the simulator values alike say nothing of its order.
    """

    tau: float
    low: float | None
    high: float | None
    pairs: int
    blocks: int

    def __str__(self) -> str:
        ends = "" if self.low is None or self.high is None else f" [{self.low:+.2f}, {self.high:+.2f}]"
        return f"{self.tau:+.2f}{ends} over {self.pairs} pairs in {self.blocks} blocks"


@dataclass(frozen=True, slots=True)
class Disagreement:
    """Two policies in one place that the device ranks the other way round.

    Attributes:
        simulated: First minus second as simulated; `measured` has the other sign.
    """

    place: str
    first: str
    second: str
    simulated: float
    measured: float


class Status(enum.StrEnum):
    """What a device says of a champion's lead."""

    VERIFIED = "verified"
    CONTRADICTED = "contradicted"
    NOT_VERIFIED = "not verified"


@dataclass(frozen=True, slots=True)
class Verdict:
    """A status with its reason, and what it rests on.

    Attributes:
        lead: Champion minus `against` on the device; None without a champion.
        against: Of the policies that decide otherwise, the one that the simulator values most.
    """

    status: Status
    reason: str
    agreement: Agreement | None = None
    lead: Interval | None = None
    against: str | None = None


def agreement(cases: Sequence[Case], rng: np.random.Generator) -> Agreement | None:
    """Computes the rank agreement; None if no two policies differ in any place, simulated and measured."""
    by_block: dict[str, list[tuple[float, float]]] = {}
    for first, second in _pairs(cases):
        by_block.setdefault(first.block, []).append(
            (first.simulated - second.simulated, first.measured - second.measured)
        )
    sums = np.array([_counted(pairs) for pairs in by_block.values()], dtype=np.float64).reshape(-1, 3)
    tau = _tau(sums.sum(axis=0))
    if tau is None:
        return None
    low = high = None
    if len(sums) >= _FEWEST_BLOCKS:
        drawn = rng.integers(len(sums), size=(_RESAMPLES, len(sums)))
        taus = [one for row in sums[drawn].sum(axis=1) if (one := _tau(row)) is not None]
        low, high = (float(end) for end in np.quantile(taus, [0.025, 0.975]))
    return Agreement(tau, low, high, sum(map(len, by_block.values())), len(sums))


def disagreements(cases: Sequence[Case]) -> list[Disagreement]:
    """Lists pairs that the device ranks the other way round, the widest measured gap first."""
    found = []
    for first, second in _pairs(cases):
        simulated = first.simulated - second.simulated
        measured = first.measured - second.measured
        if simulated * measured < 0.0:
            found.append(Disagreement(first.place, first.policy, second.policy, simulated, measured))
    return sorted(found, key=lambda d: -abs(d.measured))


def verdict(
    cases: Sequence[Case], champion: str | None, rng: np.random.Generator, *, is_evidence: bool
) -> Verdict:
    """Judges a champion's lead over the policy that the simulator values next, and the agreement of ranks."""
    found = agreement(cases, rng)
    if champion is None:
        return Verdict(Status.NOT_VERIFIED, "no champion was replayed", found)
    others = _others(cases, champion)
    if not others:
        return Verdict(Status.NOT_VERIFIED, "no other policy decides otherwise", found)
    against = max(others, key=lambda name: _mean(cases, name, "simulated"))
    lead = paired(_measurements(cases, champion), _measurements(cases, against), rng)
    status, reason = _judged(lead)
    if _mean(cases, champion, "simulated") <= _mean(cases, against, "simulated"):
        status, reason = Status.NOT_VERIFIED, f"the simulator itself gives it no lead over {against}"
    if not is_evidence:
        status, reason = Status.NOT_VERIFIED, "no device: a rehearsal on a processor is no evidence"
    return Verdict(status, reason, found, lead, against)


def _others(cases: Sequence[Case], champion: str) -> list[str]:
    """Names the policies that decide otherwise than the champion somewhere."""
    simulated: dict[str, list[float]] = {}
    for case in cases:
        simulated.setdefault(case.policy, []).append(case.simulated)
    return [name for name, values in simulated.items() if values != simulated[champion]]


def _judged(lead: Interval) -> tuple[Status, str]:
    if lead.low is None or lead.high is None:
        return Status.NOT_VERIFIED, f"{lead.blocks} blocks are too few for an interval"
    if lead.low > 0.0:
        return Status.VERIFIED, "the champion leads on the device, too"
    if lead.high < 0.0:
        return Status.CONTRADICTED, "another policy leads on the device"
    return Status.NOT_VERIFIED, "the device shows no difference"


def _mean(cases: Sequence[Case], policy: str, what: str) -> float:
    return float(np.mean([getattr(case, what) for case in cases if case.policy == policy]))


def _measurements(cases: Sequence[Case], policy: str) -> list[Measurement]:
    mine = sorted((case for case in cases if case.policy == policy), key=lambda case: case.place)
    return [Measurement(case.place, case.block, case.block, case.measured, {}, None) for case in mine]


def _pairs(cases: Sequence[Case]) -> list[tuple[Case, Case]]:
    by_place: dict[str, list[Case]] = {}
    for case in cases:
        by_place.setdefault(case.place, []).append(case)
    return [pair for found in by_place.values() for pair in combinations(found, 2)]


def _counted(pairs: Sequence[tuple[float, float]]) -> tuple[float, float, float]:
    """Concordant less discordant pairs, and those that are no ties in either value."""
    signs = np.sign(np.array(pairs))
    return (
        float((signs[:, 0] * signs[:, 1]).sum()),
        float((signs[:, 0] != 0).sum()),
        float((signs[:, 1] != 0).sum()),
    )


def _tau(sums: np.ndarray) -> float | None:
    agreed, simulated, measured = sums
    return float(agreed / np.sqrt(simulated * measured)) if simulated and measured else None
