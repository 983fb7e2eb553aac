"""What a language model is to a run: it is asked once, and answers, fails, or cannot be asked at all.

ModelError
 ├── NotBilled          surely unpaid, such as a refused connection or a rate limit: to be tried again
 ├── InDoubt            sent, and perhaps paid: never sent again for the same step
 ├── Refused            this request is refused, unpaid: no use to send it again, but others may be answered
 └── EndpointUnusable   no attempt can succeed before a person acts: the run stops, and can be resumed
"""

from dataclasses import dataclass
from typing import Protocol


@dataclass(frozen=True, slots=True)
class Request:
    """What a model is asked; made of a step's context alone.

    Attributes:
        model: Name of the model, as in its `ModelSpec`.
        system: Instructions that hold for every request of an operator.
        prompt: The rest, as one user message.
        max_output_tokens: Longest reply, hidden reasoning included.
        temperature: None leaves it to the provider; some models refuse any.
        reasoning_effort: None leaves it to the provider.
    """

    model: str
    system: str
    prompt: str
    max_output_tokens: int
    temperature: float | None = None
    reasoning_effort: str | None = None


@dataclass(frozen=True, slots=True)
class Call:
    """One attempt to have a request answered.

    Attributes:
        attempt: Counts attempts of the step from 0.
        timeout_s: Wall seconds left of the step's deadline for calls.
    """

    step: int
    attempt: int
    request: Request
    timeout_s: float


@dataclass(frozen=True, slots=True)
class Completion:
    """A reply that arrived.

    Attributes:
        text: As the model wrote it; any string, lone surrogates too.
        model: The name the provider gave back, which may differ from the one asked for.
        input_tokens: Tokens of the request.
        output_tokens: Tokens of the reply, hidden reasoning included.
        cached_tokens: Those of the input that the provider had cached.
        cost_usd: Dollars, 0 where the model is free or its price unknown.
        finish_reason: `stop`, `length` where the reply was cut, or another word of the provider.
        is_estimated: The provider told no usage, so tokens and dollars are estimates.
    """

    text: str
    model: str
    input_tokens: int
    output_tokens: int
    cost_usd: float
    finish_reason: str = "stop"
    cached_tokens: int = 0
    is_estimated: bool = False


class LanguageModel(Protocol):
    """Whoever answers: a provider, a script, a recording, a person."""

    async def complete(self, call: Call, /) -> Completion:
        """Answers one call within its time.

        Raises:
            NotBilled: It was surely not paid; another attempt may succeed.
            InDoubt: It may have been paid, and no usable reply came.
            EndpointUnusable: No attempt can succeed before a person does something.
        """


class ModelError(Exception):
    """No reply.

    Attributes:
        reason: Stable name in snake_case, such as `rate_limited` or `timed_out`.
    """

    def __init__(self, reason: str, message: str) -> None:
        super().__init__(message)
        self.reason = reason


class NotBilled(ModelError):  # noqa: N818 - reads as what happened
    """The call was surely not paid; another attempt may succeed.

    Attributes:
        retry_after_s: What the provider asks to wait, if it says so.
    """

    def __init__(self, reason: str, message: str, *, retry_after_s: float | None = None) -> None:
        super().__init__(reason, message)
        self.retry_after_s = retry_after_s


class InDoubt(ModelError):  # noqa: N818 - reads as what happened
    """The call was sent and may have been paid, but no usable reply came."""


class Refused(ModelError):  # noqa: N818 - reads as what happened
    """The provider does not answer this request, and takes nothing for it; others it may answer."""


class EndpointUnusable(ModelError):  # noqa: N818 - reads as what happened
    """No attempt can succeed before a person acts; the message names the variable, address or model."""
