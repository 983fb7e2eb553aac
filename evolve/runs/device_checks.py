"""What a device said of a run: an event of its log, the latest of which counts."""

from collections import deque
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


def latest_check(store: Store, run: str) -> DeviceCheck | None:
    """Finds the latest check on a real device; None if there is none."""
    found: deque[DeviceCheck] = deque(maxlen=1)
    for event in store.events(run, kinds=(GPU_VERIFIED,)):
        check = msgspec.convert(dict(event.body), DeviceCheck)
        if check.evidence:
            found.append(check)
    return found[0] if found else None
