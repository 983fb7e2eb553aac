"""What the local endpoint reads and writes: as much of HTTP/1.1 and of chat completions as it needs."""

import asyncio
import json
import math
from collections.abc import Mapping
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any, Final

from benchmarks.llm_law import Draw

LARGEST: Final = 16 << 20
"""Bytes of a request."""
COMPLETIONS: Final = "/v1/chat/completions"
MODELS: Final = "/v1/models"
_METHODS: Final[Mapping[str, str]] = {COMPLETIONS: "POST", MODELS: "GET"}
_UNREAD: Final = (ValueError, RecursionError)


class Malformed(Exception):  # noqa: N818 - reads as what the request is
    """A request that gets no completion, whoever asks.

    Attributes:
        answer: What the client is told.
        is_whole: Whether its body was read, so that the connection can go on.
    """

    def __init__(self, status: int, told: str, *, is_whole: bool = True, more: str = "") -> None:
        super().__init__(told)
        close = "" if is_whole else "Connection: close\r\n"
        self.answer = answer(status, error("invalid_request", told), more=more + close)
        self.is_whole = is_whole


@dataclass(frozen=True, slots=True)
class Incoming:
    """An HTTP request.

    Attributes:
        path: Without its query.
        headers: Names in lower case.
        keeps: Whether the client wants the connection to go on.
    """

    method: str
    path: str
    headers: Mapping[str, str]
    body: bytes
    keeps: bool


async def read_request(reader: asyncio.StreamReader) -> Incoming:
    """Reads the next request of a connection.

    Raises:
        Malformed: It is no HTTP, too large, of unknown length, or for nothing that is served.
        asyncio.IncompleteReadError: The client went away.
    """
    try:
        head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1").split("\r\n")
        method, target, version = head[0].split(" ")
        if not version.startswith("HTTP/1."):
            raise ValueError(f"expected HTTP/1.1, but got {version!r}")  # noqa: TRY301 - told below
        headers = {k.strip().lower(): v.strip() for k, _, v in (line.partition(":") for line in head[1:])}
        size = _length(headers.get("content-length", "0"))
    except (ValueError, asyncio.LimitOverrunError):
        raise Malformed(400, "Expected a request of HTTP/1.1.", is_whole=False) from None
    if "transfer-encoding" in headers:
        raise Malformed(411, "Expected a Content-Length.", is_whole=False)
    if size > LARGEST:
        raise Malformed(413, f"Expected at most {LARGEST} bytes, but got {size}.", is_whole=False)
    body = await reader.readexactly(size)
    path = target.partition("?")[0]
    if path not in _METHODS:
        raise Malformed(404, f"There is no {path}.")
    if method != _METHODS[path]:
        raise Malformed(405, f"{path} takes {_METHODS[path]} only.", more=f"Allow: {_METHODS[path]}\r\n")
    keeps = version != "HTTP/1.0" and headers.get("connection", "").lower() != "close"
    return Incoming(method, path, headers, body, keeps)


def _length(told: str) -> int:
    if not (told.isascii() and told.isdigit()):
        raise ValueError(f"expected a number of bytes, but got {told!r}")
    return int(told)


def asked_of(body: bytes) -> tuple[str, str]:
    """Reads the model's name and the text of all messages.

    Raises:
        Malformed: It is no request for a completion, or one that is to be streamed.
    """
    try:
        asked = json.loads(body)
        messages = [_text(message["content"]) for message in asked["messages"]]
    except (*_UNREAD, KeyError, TypeError):
        raise Malformed(400, "Expected a JSON object with messages.") from None
    if not messages:
        raise Malformed(400, "Expected one message at least.")
    if asked.get("stream"):
        raise Malformed(400, "This endpoint does not stream; ask without `stream`.")
    model = str(asked.get("model")).encode("utf-8", "replace").decode("utf-8")
    return model, "\n".join(messages)


def _text(content: Any) -> str:  # noqa: ANN401 - as it came
    """Reads a message's content: a text, parts with a text each, or nothing."""
    if isinstance(content, list):
        return "".join(str(part["text"]) for part in content if "text" in part)
    return "" if content is None else str(content)


def tokens(text: str) -> int:
    """Counts a token for every four bytes begun."""
    return math.ceil(len(text.encode("utf-8", "surrogatepass")) / 4)


def answer(
    status: int, body: Mapping[str, Any] | bytes, *, kind: str = "application/json", more: str = ""
) -> bytes:
    """Writes an HTTP response.

    Args:
        kind: Of its content.
        more: Header lines, each with its end.
    """
    raw = body if isinstance(body, bytes) else json.dumps(body).encode()
    head = f"HTTP/1.1 {status} {HTTPStatus(status).phrase}\r\nContent-Type: {kind}\r\n{more}"
    return f"{head}Content-Length: {len(raw)}\r\n\r\n".encode("latin-1", "replace") + raw


def error(code: str, message: str) -> dict[str, Any]:
    """Says in the way of OpenAI why there is no completion."""
    return {"error": {"message": message, "type": code, "code": code, "param": None}}


def completion(found: Draw, *, model: str, prompt: str, echoed: str) -> bytes:
    """Writes the response for a draw, misbehaved as the draw says."""
    given, written = tokens(prompt), tokens(found.text)
    content = None if found.kind == "empty" and found.form else found.text + echoed
    body: dict[str, Any] = {
        "id": "chatcmpl-local",
        "object": "chat.completion",
        "created": 0,
        "model": "another-model" if found.kind == "renamed" else model,
        "choices": [
            {
                "index": 0,
                "finish_reason": found.finish_reason,
                "message": {"role": "assistant", "content": content},
            }
        ],
    }
    if found.kind != "no_usage":
        total = given + written
        body["usage"] = {"prompt_tokens": given, "completion_tokens": written, "total_tokens": total}
    if found.kind == "garbage":
        return answer(200, b"\x00\xff{not json" + json.dumps(body).encode()[:40])
    whole = answer(200, body, kind="text/html" if found.kind == "content_type" else "application/json")
    if found.kind == "drop_midway":
        start = whole.index(b"\r\n\r\n") + 4
        return whole[: (start + len(whole)) // 2]
    return b"" if found.kind == "drop" else whole
