"""What an audit finds: one row for each attack."""

import enum
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final


class Verdict(enum.StrEnum):
    """What an attack came to."""

    STOPPED = "stopped"
    """A fault on every instance, which scores 0."""
    HARMLESS = "no gain"
    """It was accepted, somewhere at least, and is worth no more than honest work."""
    UNFIT = "does not apply"
    """There is nothing in an answer for it to change."""
    DOUBTFUL = "look at it"
    """It is worth more than the answer that it changed, which an honest policy might reach so, too; or the
    policy ran out of time once, and once not."""
    GAINS = "GAINS"
    """It is worth more than honest work."""
    LEAKS = "LEAKS"
    """It found what no policy may see."""
    BREAKS = "BREAKS IT"
    """The trusted side raised what it may not, or gave a score that cannot be."""
    DIFFERS = "DIFFERS"
    """What should be measured alike was not."""
    FITTED = "FITS SEARCH"
    """It is better on SEARCH than what it does on other instances explains."""


BAD: Final = frozenset({Verdict.GAINS, Verdict.LEAKS, Verdict.BREAKS, Verdict.DIFFERS, Verdict.FITTED})


class Part(enum.StrEnum):
    """Where an audit looks."""

    CHEAT = "candidate"
    """Cheating candidates, measured in the sandbox."""
    ANSWER = "answer"
    """Changed answers, given to the trusted side as the sandbox would."""
    POLICY = "policy"
    """The policy that was named."""


@dataclass(frozen=True, slots=True)
class Finding:
    """One attack and what came of it.

    Attributes:
        aim: What it tries.
        outcome: What came of it, in words.
        gain: Mean score over that of honest work on the same instances; None where nothing was accepted.
    """

    part: Part
    name: str
    aim: str
    outcome: str
    gain: float | None
    verdict: Verdict

    @property
    def bad(self) -> bool:
        """Whether scores of this problem, or of this policy, are no evidence before it is mended."""
        return self.verdict in BAD


def bad(findings: Iterable[Finding]) -> tuple[Finding, ...]:
    """Those that must be mended."""
    return tuple(finding for finding in findings if finding.bad)
