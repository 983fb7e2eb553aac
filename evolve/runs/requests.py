"""What a model was asked, in the log: prompts in pieces, since most of a prompt was in the one before."""

import re
from collections.abc import Callable, Mapping
from typing import Any, Final

from evolve.models.language_model import Request
from evolve.runs.texts import digest

_HEADING: Final = re.compile(r"^(?=## )", re.MULTILINE)


def request_texts(request: Request) -> list[str]:
    """Lists the texts that a request's body names by digest."""
    return [request.system, *_pieces(request.prompt)]


def request_body(request: Request) -> dict[str, Any]:
    """Packs a request for the event of its step."""
    found: dict[str, Any] = {
        "model": request.model,
        "system": digest(request.system),
        "prompt": [digest(piece) for piece in _pieces(request.prompt)],
        "max_output_tokens": request.max_output_tokens,
    }
    settings = {"temperature": request.temperature, "reasoning_effort": request.reasoning_effort}
    return found | {name: value for name, value in settings.items() if value is not None}


def read_request(body: Mapping[str, Any], text: Callable[[str], str]) -> Request | None:
    """Reads a packed request, with a reader of texts; None if the step asked no model."""
    if "prompt" not in body:
        return None
    return Request(
        body["model"],
        text(body["system"]),
        "".join(map(text, body["prompt"])),
        body["max_output_tokens"],
        body.get("temperature"),
        body.get("reasoning_effort"),
    )


def _pieces(prompt: str) -> list[str]:
    """Splits a prompt before its headings; joined, the pieces are the prompt."""
    return _HEADING.split(prompt)
