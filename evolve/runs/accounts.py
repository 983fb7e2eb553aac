"""What models were asked in a run, and what that cost: derived from its commits."""

from collections.abc import Iterable
from dataclasses import dataclass, field

from evolve.runs.ledger import Cost, Ledger
from evolve.runs.reply import Reply
from evolve.runs.trial import Trial

SILENT = 10
"""So many steps in a row without a usable reply end a run: whatever answers there, it is no model."""


@dataclass(slots=True)
class Spending:
    """What one model was asked, and what that cost.

    Attributes:
        calls: Steps for which it was asked, whatever came of it.
        doubtful: Those that may have been paid though no usable reply came.
        estimated: Those whose usage the provider did not tell.
    """

    calls: int = 0
    usd: float = 0.0
    input_tokens: int = 0
    output_tokens: int = 0
    doubtful: int = 0
    estimated: int = 0

    def add(self, reply: Reply) -> None:
        """Counts a reply."""
        self.calls += 1
        self.usd += reply.cost.usd
        self.doubtful += reply.in_doubt
        if reply.completion is not None:
            self.input_tokens += reply.completion.input_tokens
            self.output_tokens += reply.completion.output_tokens
            self.estimated += reply.completion.is_estimated


@dataclass(slots=True)
class Accounts:
    """A run's dealings with its models.

    Attributes:
        spending: By name of model, of committed steps.
        silent: Steps since the last usable reply of a model.
    """

    ledger: Ledger = field(default_factory=Ledger)
    spending: dict[str, Spending] = field(default_factory=dict)
    silent: int = 0

    @property
    def is_silent(self) -> bool:
        """Whether what answers is no model."""
        return self.silent >= SILENT

    def lose(self, doubts: Iterable[Cost]) -> None:
        """Counts calls that were lost with the process that sent them; their steps ask again."""
        for cost in doubts:
            self.ledger.spend(cost, in_doubt=True)

    def pay(self, trial: Trial) -> None:
        """Settles a committed step."""
        reply = trial.reply
        if reply is None:
            self.ledger.settle(trial.step, Cost())
            return
        self.ledger.settle(trial.step, reply.cost, in_doubt=reply.in_doubt)
        self.silent = self.silent + 1 if reply.failure else 0
        self.spending.setdefault(reply.model, Spending()).add(reply)
