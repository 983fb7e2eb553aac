"""What devices said of a run: events of its log, all of them told."""

from collections import Counter
from dataclasses import dataclass
from typing import Any

import msgspec

from evolve.runs.events import GPU_VERIFIED, Draft
from evolve.runs.store import Store

NO_DEVICE = "not verified (no device)"


class DeviceCheck(msgspec.Struct, frozen=True, kw_only=True):
    """One replay of a run's champion and the baselines on a device.

    Attributes:
        evidence: Whether it was a GPU; a rehearsal on a processor never counts.
        tau: Rank agreement with the simulator, if any two policies differed.
        lead: Champion minus `against` on the device, if there was another policy.
        cases: Policy, place, simulated and measured value, device seconds.
    """

    problem: str
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


def check_draft(check: DeviceCheck) -> Draft:
    """Writes a check as an event."""
    return Draft(GPU_VERIFIED, None, msgspec.to_builtins(check))


@dataclass(frozen=True, slots=True)
class Checks:
    """What devices said of a run so far.

    Attributes:
        latest: On a real device; None if there is none.
        statuses: Of every check on a real device, in order: who tries often enough finds a lucky draw.
    """

    latest: DeviceCheck | None
    statuses: tuple[str, ...]

    def __str__(self) -> str:
        if self.latest is None:
            return NO_DEVICE
        told = ", ".join(f"{status} {n}" for status, n in Counter(self.statuses).items())
        again = f"; {len(self.statuses)} checks so far: {told}" if len(self.statuses) > 1 else ""
        return f"{self.latest}{again}"


def device_checks(store: Store, run: str) -> Checks:
    """Reads the checks of a run; rehearsals on a processor do not count."""
    events = store.events(run, kinds=(GPU_VERIFIED,))
    every = (msgspec.convert(dict(event.body), DeviceCheck) for event in events)
    found = [check for check in every if check.evidence]
    return Checks(found[-1] if found else None, tuple(check.status for check in found))
