"""How tests of the clients ask: one call of one model, and servers that answer what no endpoint should."""

import asyncio
import contextlib
import json
from collections.abc import AsyncIterator, Mapping

from evolve.models.language_model import Call, Completion, LanguageModel, Request
from evolve.models.model_spec import Client, ModelSpec, Price
from evolve.models.opening import open_models
from evolve.models.redaction import Redactor

CANARY = "sk-canary-0123456789abcdef"
PRICE = Price(input=1.0, output=2.0)
PROGRAM = "def solve(task):\n    limit = 3\n    return tuple(range(limit))\n"
REQUEST = Request("local", "Be brief.", f"## Program to improve\n\n```python\n{PROGRAM}```\n", 500)


def model_at(
    url: str, environ: Mapping[str, str] | None = None, client: Client = Client.OPENAI
) -> LanguageModel:
    name = "openai/local" if client is Client.LITELLM else "local"
    spec = ModelSpec(name, api_base=url, client=client, price=PRICE)
    variables = dict(environ or {})
    return open_models([spec], variables, Redactor.of(variables, [spec]))[name]


async def asked(model: LanguageModel, *, timeout_s: float = 10.0, request: Request = REQUEST) -> Completion:
    return await model.complete(Call(0, 0, request, timeout_s))


@contextlib.asynccontextmanager
async def answering(status: int, body: bytes | Mapping[str, object], headers: str = "") -> AsyncIterator[str]:
    """Serves one and the same answer, whatever is asked."""
    raw = body if isinstance(body, bytes) else json.dumps(body).encode()

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        head = (await reader.readuntil(b"\r\n\r\n")).decode()
        fields = dict(line.lower().split(":", 1) for line in head.splitlines() if ":" in line)
        size = int(fields["content-length"])
        await reader.readexactly(size)
        start = f"HTTP/1.1 {status} Said\r\nContent-Type: application/json\r\n{headers}"
        writer.write(f"{start}Content-Length: {len(raw)}\r\nConnection: close\r\n\r\n".encode() + raw)
        await writer.drain()
        writer.close()

    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    async with server:
        yield f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}/v1"


def completion(**changes: object) -> dict[str, object]:
    """An answer of a provider, with some of it changed."""
    choice = {"index": 0, "finish_reason": "stop", "message": {"role": "assistant", "content": "hello"}}
    usage = {"prompt_tokens": 100, "completion_tokens": 10, "prompt_tokens_details": {"cached_tokens": 40}}
    return {
        "id": "x",
        "object": "chat.completion",
        "model": "local-1",
        "choices": [choice],
        "usage": usage,
        **changes,
    }
