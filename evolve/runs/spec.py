"""What a run was asked to do, enough to do it again."""

import enum
from collections.abc import Mapping
from dataclasses import dataclass, field

from evolve.models.model_spec import ModelSpec
from sandbox import Mode

WINDOW = 8
WIDEST = 1024
"""The widest window: at 1,024 a step knows little of what the last thousand found."""
LARGEST = 10**9
"""The largest budget and seed: far beyond any use, far within what every database stores."""


class Proposer(enum.StrEnum):
    """Who proposes."""

    OFFLINE = "offline"
    """Operators that need no model."""
    LLM = "llm"
    """Operators that ask a language model."""
    INBOX = "inbox"
    """The same, but whoever runs `adrs ask` and `adrs tell` is the model."""


@dataclass(frozen=True, slots=True)
class RunSpec:
    """A run's specification, stored in its first event.

    Attributes:
        seed: Seeds every step's generator; two runs of one specification are the same run.
        max_evals: Candidates that reach SMOKE, seeds included, at most.
        max_minutes: Wall minutes since the run was started or resumed, at most; None for no such limit.
        window: Step k is asked from the commits 0..k-window-1, whatever the number of workers.
        workers: Worker processes; decides speed and nothing else.
        sandbox: The mode in force, never `auto`.
        seeds: Names of the candidates that start the search.
        step_deadline_s: Wall seconds after which a step's measuring is given up as cancelled.
        models: Whom to ask; one at least where the proposer is `llm`, none elsewhere.
        operators: Shares by name of operator; empty for the usual ones.
        calls: Calls of models in flight; decides speed and nothing else. 0 means all that the window allows.
        max_usd: Dollars at most, calls in doubt included; None for no such limit.
        max_tokens: Tokens at most, input and output together; None for no such limit.
        call_deadline_s: Wall seconds for all attempts of a step to have its request answered.
        sections: Tokens of a prompt's sections, by name; those not named have their usual budget.
        most_changed_lines: An edit that changes more lines is rejected; None for no such limit.
    """

    problem: str
    workload: str = "generated"
    seed: int = 0
    max_evals: int = 200
    max_minutes: float | None = None
    window: int = WINDOW
    workers: int = 2
    sandbox: Mode = Mode.FULL
    seeds: tuple[str, ...] = ()
    step_deadline_s: float = 900.0
    proposer: Proposer = Proposer.OFFLINE
    models: tuple[ModelSpec, ...] = ()
    operators: Mapping[str, float] = field(default_factory=dict)
    calls: int = 0
    max_usd: float | None = None
    max_tokens: int | None = None
    call_deadline_s: float = 300.0
    sections: Mapping[str, int] = field(default_factory=dict)
    most_changed_lines: int | None = None

    def __post_init__(self) -> None:
        self._check_budgets()
        self._check_speed()
        if not 0 <= self.seed <= LARGEST:
            raise ValueError(f"--seed must be between 0 and {LARGEST}, but got {self.seed}")
        if self.proposer is Proposer.LLM and not self.models:
            raise ValueError("--proposer llm needs a model; name one, such as: --model gpt-5-mini")

    @property
    def calls_in_flight(self) -> int:
        """Calls of models that may be in flight at once."""
        return self.calls or max(1, self.window - self.workers)

    def _check_budgets(self) -> None:
        if not 1 <= self.max_evals <= LARGEST:
            raise ValueError(f"--max-evals must be between 1 and {LARGEST}, but got {self.max_evals}")
        if self.max_minutes is not None and not 0 < self.max_minutes <= LARGEST:
            raise ValueError(f"--max-minutes must be above 0 and finite, but got {self.max_minutes}")
        if self.max_usd is not None and not 0 < self.max_usd <= LARGEST:
            raise ValueError(f"--max-usd must be above 0 and finite, but got {self.max_usd}")
        if self.max_tokens is not None and not 1 <= self.max_tokens <= LARGEST**2:
            raise ValueError(f"--max-tokens must be between 1 and {LARGEST**2}, but got {self.max_tokens}")

        unknown = [model.name for model in self.models if model.price is None]
        if self.max_usd is not None and unknown:
            raise ValueError(
                f"--max-usd needs the price of every model, but that of {unknown[0]!r} is unknown; state it "
                "in adrs.toml, in dollars per million tokens:\n"
                f'[prices."{unknown[0]}"]\ninput = 1.0\noutput = 4.0'
            )

    def _check_speed(self) -> None:
        if not 1 <= self.window <= WIDEST:
            raise ValueError(f"--window must be between 1 and {WIDEST}, but got {self.window}")
        if not 1 <= self.workers <= self.window:
            raise ValueError(
                f"--workers must be between 1 and the window of {self.window}, but got {self.workers}: more "
                "could never be busy at once; use fewer, or a wider --window"
            )
        if self.calls < 0:
            raise ValueError(f"--calls must be at least 1, but got {self.calls}")
        if self.proposer is not Proposer.OFFLINE and self.calls and self.calls + self.workers > self.window:
            raise ValueError(
                f"--workers {self.workers} and --calls {self.calls} together must be at most the window of "
                f"{self.window}; use fewer, or --window {self.calls + self.workers}"
            )
        if self.proposer is not Proposer.OFFLINE and self.workers >= self.window:
            raise ValueError(
                f"--workers {self.workers} leave no call its place in the window of {self.window}; "
                f"use fewer, or --window {self.workers + 1}"
            )
        if not 0 < self.call_deadline_s <= LARGEST:
            raise ValueError(f"--call-deadline must be above 0 and finite, but got {self.call_deadline_s}")
