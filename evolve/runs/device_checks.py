"""What devices said of a run: events of its log, all of them told."""

from collections import Counter
from dataclasses import dataclass
from typing import Any

import msgspec

from evaluators.gpu import twins
from evolve.runs.events import GPU_VERIFIED, Draft
from evolve.runs.store import Store

NO_DEVICE = "not verified (no device)"


class DeviceCheck(msgspec.Struct, frozen=True, kw_only=True):
    """One replay of a run's champion and the baselines on a device.

    Attributes:
        step: Of the champion; None in logs of before it was noted.
        evidence: Whether it was a GPU; a rehearsal on a processor never counts.
        tau: Rank agreement with the simulator, if any two policies differed.
        lead: Champion minus `against` on the device, if there was another policy.
        cases: Policy, place, simulated and measured value, device seconds.
    """

    problem: str
    step: int | None = None
    status: str
    reason: str
    machine: dict[str, str | float]
    device: str
    evidence: bool
    device_s: float
    tau: dict[str, Any] | None
    lead: dict[str, Any] | None
    against: str | None
    unit: str
    tokens: int
    rounds: int
    cases: list[list[Any]]

    def __str__(self) -> str:
        if not self.evidence:
            return NO_DEVICE
        tau = "" if self.tau is None else f"; Kendall's tau {self.tau['tau']:+.2f}"
        return f"{self.status} on {self.device}: {self.reason}{tau}; {self.device_s:.0f} s of the device"


def is_for_devices(problem: str) -> bool:
    """Whether what a problem decides is kernels, so that a device can be asked."""
    return problem in twins.names()


def check_draft(check: DeviceCheck) -> Draft:
    """Writes a check as an event."""
    return Draft(GPU_VERIFIED, None, msgspec.to_builtins(check))


@dataclass(frozen=True, slots=True)
class Checks:
    """What devices said of a run so far; rehearsals on a processor are left out.

    Attributes:
        every: In order, not the best alone: who tries often enough finds a lucky draw.
    """

    every: tuple[DeviceCheck, ...] = ()

    @property
    def latest(self) -> DeviceCheck | None:
        """None if there is none."""
        return self.every[-1] if self.every else None

    @property
    def statuses(self) -> tuple[str, ...]:
        """Of each, in order."""
        return tuple(check.status for check in self.every)

    def of(self, step: int | None) -> "Checks":
        """Those of one candidate: what was said of a champion is not said of the next one."""
        return Checks(tuple(check for check in self.every if step is not None and check.step == step))

    def told(self, step: int | None) -> str:
        """What is known of one candidate, and that the run has other checks, if it has."""
        found = self.of(step)
        others = len(self.every) - len(found.every)
        checks = "another check" if others == 1 else f"{others} other checks"
        return f"{found}; the run has {checks}" if others else str(found)

    def __str__(self) -> str:
        if self.latest is None:
            return NO_DEVICE
        told = ", ".join(f"{status} {n}" for status, n in Counter(self.statuses).items())
        again = f"; {len(self.every)} checks so far: {told}" if len(self.every) > 1 else ""
        return f"{self.latest}{again}"


def device_checks(store: Store, run: str) -> Checks:
    """Reads the checks of a run."""
    events = store.events(run, kinds=(GPU_VERIFIED,))
    every = (msgspec.convert(dict(event.body), DeviceCheck) for event in events)
    return Checks(tuple(check for check in every if check.evidence))
