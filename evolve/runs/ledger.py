"""What models cost: reserved when a step is asked, settled when it is committed, in step order."""

import math
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Cost:
    """What a call takes.

    Attributes:
        usd: US dollars.
        tokens: Input and output together.
    """

    usd: float = 0.0
    tokens: int = 0

    def __add__(self, other: "Cost") -> "Cost":
        return Cost(self.usd + other.usd, self.tokens + other.tokens)


@dataclass(frozen=True, slots=True)
class Budget:
    """Most that models may cost; None for no limit."""

    max_usd: float | None = None
    max_tokens: int | None = None


@dataclass(slots=True)
class Ledger:
    """A run's money. The limit is hard: what is spent and what is reserved never exceed it together.

    Attributes:
        spent: By committed steps and by calls in doubt.
        doubtful: The part of it that calls in doubt may have cost: they count with their whole reserve.
        reserved: By step that is asked and not committed.
    """

    spent: Cost = field(default_factory=Cost)
    doubtful: Cost = field(default_factory=Cost)
    reserved: dict[int, Cost] = field(default_factory=dict)

    def reserve(self, step: int, cost: Cost) -> None:
        """Sets aside what a step may cost."""
        self.reserved[step] = cost

    def settle(self, step: int, cost: Cost, *, in_doubt: bool = False) -> None:
        """Replaces a step's reserve by what it cost."""
        self.reserved.pop(step, None)
        self.spend(cost, in_doubt=in_doubt)

    def spend(self, cost: Cost, *, in_doubt: bool) -> None:
        """Adds a cost; a step whose call was lost with its process keeps its reserve for the next call."""
        self.spent += cost
        if in_doubt:
            self.doubtful += cost

    def exhausted_by(self, cost: Cost, budget: Budget) -> str | None:
        """Names the limit that a further reserve would pass; None if there is room.

        Rounding of sums is forgiven up to a billionth of the limit.
        """
        usd = self.spent.usd + math.fsum(c.usd for c in self.reserved.values()) + cost.usd
        tokens = self.spent.tokens + sum(c.tokens for c in self.reserved.values()) + cost.tokens
        if budget.max_usd is not None and usd > budget.max_usd * (1 + 1e-9):
            return "max_usd"
        if budget.max_tokens is not None and tokens > budget.max_tokens:
            return "max_tokens"
        return None
