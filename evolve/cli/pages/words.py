"""Numbers, moments and commands in words, the same wherever and whenever a page is written."""

import shlex
from datetime import UTC, datetime

from evaluators.intervals import Interval
from evolve.cli.ending import REASONS
from evolve.cli.pages.elements import Markup, element, escaped, joined
from evolve.runs.history import Status
from evolve.runs.verifications import Lead


def moment(at: float) -> str:
    """Tells a moment, to the minute."""
    return f"{datetime.fromtimestamp(at, tz=UTC):%Y-%m-%d %H:%M} UTC"


def score(value: float | None) -> str:
    """Tells a score; a dash where there is none."""
    return "-" if value is None else f"{value:.4f}"


def gain(value: float | None) -> str:
    """Tells by how much a score is higher; a dash where that is not known."""
    return "-" if value is None else f"{value:+.4f}"


def lead(found: Interval | Lead | None) -> Markup:
    """Tells a lead, behind it its interval, which is not torn apart; a dash where there is none."""
    told, bracket, ends = ("-" if found is None else str(found)).partition(" [")
    return joined(told, " ", element("span", f"[{ends}", class_="ends")) if bracket else escaped(told)


def command(*words: object) -> str:
    """Writes a command as it is to be typed."""
    return shlex.join(["adrs", *map(str, words)])


def life(status: Status) -> str:
    """Says where a run is in its life, and why."""
    reason, _, detail = (status.reason or "").partition(": ")
    known = {str(each): told for each, told in REASONS.items()}
    told = ": ".join(filter(None, (known.get(reason, reason), detail)))
    return f"{status.phase}: {told}" if told else str(status.phase)
