"""What came of asking a model for a step: a completion or a failure, and what it cost; and its event body."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from evolve.models.language_model import Completion
from evolve.runs.ledger import Cost
from evolve.runs.texts import digest


@dataclass(frozen=True, slots=True)
class Reply:
    """How a step's request ended; exactly one of `completion` and `failure` is there.

    Attributes:
        model: The name asked for.
        failure: Why there is no completion: a stable name in snake_case.
        message: What the endpoint said of it.
        cost: Dollars and tokens; of a call in doubt its whole reserve.
        in_doubt: It may have been paid, though no usable reply came.
        attempts: How often it was tried; all but the last were surely not paid.
    """

    model: str
    cost: Cost
    completion: Completion | None = None
    failure: str | None = None
    message: str = ""
    in_doubt: bool = False
    attempts: int = 1

    @property
    def texts(self) -> list[str]:
        """The texts that `body` names by digest."""
        return [] if self.completion is None else [self.completion.text]

    def body(self) -> dict[str, Any]:
        """Packs the reply as the body of its event."""
        found: dict[str, Any] = {
            "model": self.model,
            "usd": self.cost.usd,
            "tokens": self.cost.tokens,
            "attempts": self.attempts,
        }
        if self.completion is None:
            return found | {"failure": self.failure, "message": self.message, "in_doubt": self.in_doubt}
        c = self.completion
        return found | {
            "text": digest(c.text),
            "answered_by": c.model,
            "input_tokens": c.input_tokens,
            "output_tokens": c.output_tokens,
            "cached_tokens": c.cached_tokens,
            "finish_reason": c.finish_reason,
            "estimated": c.is_estimated,
        }

    @staticmethod
    def of(body: Mapping[str, Any], text: str | None) -> "Reply":
        """Reads a packed reply; `text` is that of its completion, if it has one."""
        cost, model, attempts = Cost(body["usd"], body["tokens"]), body["model"], body["attempts"]
        if text is None:
            failure, message = body["failure"], body["message"]
            return Reply(model, cost, None, failure, message, body["in_doubt"], attempts)
        completion = Completion(
            text,
            body["answered_by"],
            body["input_tokens"],
            body["output_tokens"],
            cost.usd,
            body["finish_reason"],
            body["cached_tokens"],
            body["estimated"],
        )
        return Reply(model, cost, completion, attempts=attempts)
