"""Which model a run asks, for what, and at which price."""

import enum
from dataclasses import dataclass


class Role(enum.StrEnum):
    """What a model is asked for; operators name the role they need."""

    EDIT = "edit"
    """Most proposals: a cheap model will do."""
    JUMP = "jump"
    """Rare proposals of a new idea, worth a strong model; where no model has this role, the editors jump."""


class Client(enum.StrEnum):
    """Who speaks to the provider."""

    AUTO = "auto"
    """The openai SDK for an `api_base` and for OpenAI's own models, litellm for every other provider."""
    OPENAI = "openai"
    LITELLM = "litellm"


@dataclass(frozen=True, slots=True)
class Price:
    """US dollars per million tokens.

    Attributes:
        cached: Of input tokens that the provider had cached; None means as any other input.
    """

    input: float
    output: float
    cached: float | None = None

    def cost_usd(self, input_tokens: int, output_tokens: int, cached_tokens: int = 0) -> float:
        """Dollars of one call; `cached_tokens` are part of `input_tokens`."""
        cached = self.input if self.cached is None else self.cached
        fresh = input_tokens - cached_tokens
        return (fresh * self.input + cached_tokens * cached + output_tokens * self.output) / 1e6


FREE = Price(0.0, 0.0)
"""Of a model that someone states to be free, such as one on their own machine."""


@dataclass(frozen=True, slots=True)
class ModelSpec:
    """One model of a run; stored with the run, so it holds no key.

    Attributes:
        name: As the provider calls it.
        share: How often it is asked among the models of its role, relative to theirs.
        max_output_tokens: Longest reply, hidden reasoning included.
        api_base: Address of an OpenAI-compatible endpoint; None for the provider's own.
        api_key_env: Environment variable with the key; None for the provider's usual one.
        price: None if unknown, which no dollar budget accepts.
    """

    name: str
    role: Role = Role.EDIT
    share: float = 1.0
    temperature: float | None = None
    max_output_tokens: int = 8192
    reasoning_effort: str | None = None
    api_base: str | None = None
    client: Client = Client.AUTO
    api_key_env: str | None = None
    price: Price | None = None

    def __post_init__(self) -> None:
        if not self.name.strip():
            raise ValueError("expected the name of a model, but got an empty one; name one with --model")
        if not 0 < self.share < float("inf"):
            raise ValueError(f"share of model {self.name!r} must be above 0, but got {self.share}")
        if self.temperature is not None and not 0 <= self.temperature < float("inf"):
            raise ValueError(
                f"temperature of model {self.name!r} must be at least 0 and finite, "
                f"but got {self.temperature}"
            )
        if not 1 <= self.max_output_tokens <= 10**7:
            raise ValueError(
                f"max_output_tokens of model {self.name!r} must be between 1 and 10,000,000, "
                f"but got {self.max_output_tokens}"
            )
