"""A chat completion as it came over the wire, read without trust."""

from collections.abc import Mapping
from typing import Any

from evolve.models.estimate import estimated_tokens
from evolve.models.failures import Place, cut, garbled
from evolve.models.language_model import Completion, Request
from evolve.models.model_spec import FREE, Price

LONGEST = 4_000_000
"""Characters of a reply that are kept; far more than any program."""
MOST_TOKENS = 10**9


def completion_of(payload: object, request: Request, price: Price | None, place: Place) -> Completion:
    """Reads a decoded answer; a missing or senseless usage is estimated and marked.

    Raises:
        InDoubt: It is no chat completion.
    """
    if not isinstance(payload, Mapping):
        raise garbled(place, "what is no JSON object")
    choices = payload.get("choices")
    first = choices[0] if isinstance(choices, list) and choices else None
    message = first.get("message") if isinstance(first, Mapping) else None
    if not isinstance(first, Mapping) or not isinstance(message, Mapping):
        raise garbled(place, f"JSON without a choice: {cut(repr(payload), 200)}")
    text, model, reason = _text(message), payload.get("model"), first.get("finish_reason")
    counts = _usage(payload.get("usage"))
    tokens = counts or _estimated(request, text)
    return Completion(
        text[:LONGEST],
        model if isinstance(model, str) and model else request.model,
        tokens[0],
        tokens[1],
        (price or FREE).cost_usd(*tokens),
        reason if isinstance(reason, str) and reason else "stop",
        tokens[2],
        is_estimated=counts is None,
    )


def _text(message: Mapping[str, Any]) -> str:
    """Reads the content: text, a list of parts, or nothing."""
    content = message.get("content")
    if isinstance(content, list):
        parts = [part.get("text") for part in content if isinstance(part, Mapping)]
        return "".join(part for part in parts if isinstance(part, str))
    return content if isinstance(content, str) else ""


def _usage(usage: object) -> tuple[int, int, int] | None:
    """Reads input, output and cached tokens; None unless they make sense."""
    if not isinstance(usage, Mapping):
        return None
    details = usage.get("prompt_tokens_details")
    cached = details.get("cached_tokens") if isinstance(details, Mapping) else 0
    found = (usage.get("prompt_tokens"), usage.get("completion_tokens"))
    if not all(_is_count(value) for value in found) or not any(found):
        return None
    given, written = int(found[0] or 0), int(found[1] or 0)
    total = usage.get("total_tokens")
    if _is_count(total):  # where hidden reasoning is left out of the reply's tokens, it is in the sum
        written = max(written, int(total or 0) - given)
    return given, written, min(int(cached or 0), given) if _is_count(cached) else 0


def _is_count(value: object) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and 0 <= value <= MOST_TOKENS


def _estimated(request: Request, text: str) -> tuple[int, int, int]:
    return estimated_tokens(request.system) + estimated_tokens(request.prompt), estimated_tokens(text), 0
