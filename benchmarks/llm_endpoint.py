"""A local OpenAI-compatible endpoint whose answers, faults and bill follow a seeded law.

Any harness can use it: `python -m benchmarks.llm_endpoint --port 8000`, then `--api-base` with the
address that it prints, and any model name. `benchmarks.llm_law` states the law of its replies. Tokens are
a quarter of the bytes.

It misbehaves on demand, as in `--misbehave stall=0.01`: stall (never answers), rate_limit (429 with
Retry-After, not billed), server_error (503, not billed), drop (billed, not a byte of an answer),
drop_midway (billed, half an answer), garbage (billed, no JSON), huge (1 MB), content_type (text/html),
surrogates (lone ones in the text), renamed (another model's name), no_usage, empty, thinking (the reply
begins with a thought that holds code). `--refuse` turns every request down, from the start or after
`--refuse-after` answers.

The log has one JSON line for every request, written before its answer is sent.
"""

import argparse
import asyncio
import hashlib
import itertools
import json
import math
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Final

import msgspec

from benchmarks.llm_law import KINDS, MISBEHAVIOURS, REFUSALS, Draw, Law, draw
from evolve.models.model_spec import Price

PATH: Final = "/v1/chat/completions"
LARGEST: Final = 16 << 20
_LATER: Final[Mapping[str, int]] = {"rate_limit": 429, "server_error": 503}
_REFUSED: Final[Mapping[str, tuple[int, str, str]]] = {
    "auth": (401, "invalid_api_key", "Incorrect API key provided."),
    "quota": (429, "insufficient_quota", "You exceeded your current quota."),
    "model": (404, "model_not_found", "The model does not exist."),
    "billing": (402, "billing_not_active", "Your account is not active."),
}
_PHRASES: Final[Mapping[int, str]] = {
    200: "OK",
    400: "Bad Request",
    401: "Unauthorized",
    402: "Payment Required",
    404: "Not Found",
    429: "Too Many Requests",
    503: "Service Unavailable",
}


@dataclass(frozen=True, slots=True)
class Logged:
    """A request as the endpoint saw it.

    Attributes:
        at: Seconds since the epoch.
        digest: Of its messages.
        kind: Of the reply, or how the endpoint misbehaved, or `refused`.
        billed: Whether `cost_usd` was taken.
    """

    number: int
    at: float
    digest: str
    kind: str
    status: int
    billed: bool
    input_tokens: int
    output_tokens: int
    cost_usd: float
    model: str


@dataclass(frozen=True, slots=True)
class Served:
    """An endpoint that runs in a process of its own."""

    url: str
    pid: int
    log: Path

    def calls(self) -> Sequence[Logged]:
        """Reads what was asked so far."""
        return read_log(self.log)


def read_log(path: Path) -> Sequence[Logged]:
    """Reads a log; a last line that is not whole yet is left out."""
    if not path.exists():
        return ()
    lines = path.read_bytes().split(b"\n")[:-1]
    return tuple(msgspec.json.decode(line, type=Logged) for line in lines)


@contextmanager
def serving(law: Law, log: Path | None = None, *, port: int = 0) -> Iterator[Served]:
    """Runs an endpoint in another process until the block ends."""
    with TemporaryDirectory() as folder:
        path = log or Path(folder) / "calls.jsonl"
        options = ["--port", str(port), "--log", str(path), "--law", json.dumps(asdict(law))]
        command = [sys.executable, "-m", "benchmarks.llm_endpoint", *options]
        process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
        try:
            assert process.stdout is not None, "the output is a pipe"
            url = process.stdout.readline().strip()
            if not url:
                raise RuntimeError(
                    f"the endpoint ended with status {process.wait()} before it could be asked"
                )
            yield Served(url, process.pid, path)
        finally:
            process.kill()
            process.wait()


@dataclass(frozen=True, slots=True)
class Received:
    """A request for a completion.

    Attributes:
        prompt: The contents of all messages.
        key: The whole authorization header.
    """

    model: str
    prompt: str
    digest: str
    key: str


class Endpoint:
    """Answers requests by a law and keeps the log."""

    def __init__(self, law: Law, log: Path | None) -> None:
        self._law = law
        self._log = log.open("ab", buffering=0) if log is not None else None
        self._before: Counter[str] = Counter()
        self._limited: Counter[str] = Counter()
        self._numbers = itertools.count()
        self._answered = 0

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Serves one connection until it is closed."""
        try:
            while await self._request(reader, writer):
                pass
        except (asyncio.IncompleteReadError, asyncio.LimitOverrunError, ConnectionError, ValueError):
            pass  # the client went away, or speaks no HTTP
        finally:
            writer.close()

    async def _request(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> bool:
        head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1").split("\r\n")
        method, path, _ = head[0].split(" ", 2)
        headers = {k.strip().lower(): v.strip() for k, _, v in (line.partition(":") for line in head[1:])}
        size = int(headers.get("content-length", "0"))
        if size > LARGEST:
            return _answer(writer, 400, _error("too_large", "The request is too large."))
        body = await reader.readexactly(size)
        if method == "GET" and path == "/v1/models":
            return _answer(writer, 200, {"object": "list", "data": [{"id": "local", "object": "model"}]})
        if method != "POST" or path != PATH:
            return _answer(writer, 404, _error("not_found", f"There is no {method} {path}."))
        try:
            asked = json.loads(body)
            prompt = "\n".join(str(message["content"]) for message in asked["messages"])
        except (ValueError, KeyError, TypeError):
            return _answer(writer, 400, _error("bad_request", "Expected a JSON object with messages."))
        digest = hashlib.sha256(prompt.encode("utf-8", "surrogatepass")).hexdigest()
        key, model = headers.get("authorization", ""), str(asked.get("model"))
        return await self._reply(writer, Received(model, prompt, digest, key))

    async def _reply(self, writer: asyncio.StreamWriter, request: Received) -> bool:
        refusal = self._refusal(request.key)
        echoed = f" You sent {request.key}." if self._law.echo_key else ""
        if refusal is not None:
            status, code, told = _REFUSED[refusal]
            self._note(request, Draw("refused", "", "stop", 0.0), status)
            return _answer(writer, status, _error(code, told + echoed))
        found = self._draw(request)
        await asyncio.sleep(found.delay_s)
        if found.kind == "stall":
            self._note(request, found, 0)
            await asyncio.sleep(3600)
        self._answered += 1
        if found.kind in _LATER:
            status = _LATER[found.kind]
            self._note(request, found, status)
            return _answer(writer, status, _error(found.kind, "Later." + echoed), "Retry-After: 0.05\r\n")
        self._note(request, found, 200)
        return _send(writer, found, _completion(found, request, echoed))

    def _refusal(self, key: str) -> str | None:
        law = self._law
        if law.key is not None and key != f"Bearer {law.key}":
            return "auth"
        return law.refuse if self._answered >= law.refuse_after else None

    def _draw(self, request: Received) -> Draw:
        """Applies the law; nobody is put off more than twice with one request."""
        before, law = self._before[request.digest], self._law
        self._before[request.digest] += 1
        found = draw(law, request.prompt, before)
        if found.kind in _LATER and self._limited[request.digest] >= 2:
            calm = {k: v for k, v in law.misbehaviour.items() if k not in _LATER}
            return draw(replace(law, misbehaviour=calm), request.prompt, before)
        self._limited[request.digest] += found.kind in _LATER
        return found

    def _note(self, request: Received, found: Draw, status: int) -> None:
        given, written = _tokens(request.prompt), _tokens(found.text)
        billed = status == 200
        cost = self._law.price.cost_usd(given, written) if billed else 0.0
        head = (next(self._numbers), time.time(), request.digest, found.kind)
        row = Logged(*head, status, billed, given, written, cost, request.model)
        if self._log is not None:
            self._log.write(msgspec.json.encode(row) + b"\n")


def _send(writer: asyncio.StreamWriter, found: Draw, completion: Mapping[str, Any]) -> bool:
    """Sends a completion, or what the law makes of it; whether the connection goes on."""
    answer = json.dumps(completion).encode()
    if found.kind == "drop":
        return False
    if found.kind == "garbage":
        answer = b"\x00\xff{not json" + answer[:40]
    kind = "text/html" if found.kind == "content_type" else "application/json"
    head = f"HTTP/1.1 200 OK\r\nContent-Type: {kind}\r\nContent-Length: {len(answer)}\r\n\r\n".encode()
    whole = found.kind != "drop_midway"
    writer.write(head + (answer if whole else answer[: len(answer) // 2]))
    return whole


def _completion(found: Draw, request: Received, echoed: str) -> dict[str, Any]:
    given, written = _tokens(request.prompt), _tokens(found.text)
    answer: dict[str, Any] = {
        "id": "chatcmpl-local",
        "object": "chat.completion",
        "created": 0,
        "model": "another-model" if found.kind == "renamed" else request.model,
        "choices": [
            {
                "index": 0,
                "finish_reason": found.finish_reason,
                "message": {"role": "assistant", "content": found.text + echoed},
            }
        ],
    }
    if found.kind != "no_usage":
        total = given + written
        answer["usage"] = {"prompt_tokens": given, "completion_tokens": written, "total_tokens": total}
    return answer


def _tokens(text: str) -> int:
    return math.ceil(len(text.encode("utf-8", "surrogatepass")) / 4)


def _error(code: str, message: str) -> dict[str, Any]:
    return {"error": {"message": message, "type": code, "code": code, "param": None}}


def _answer(writer: asyncio.StreamWriter, status: int, body: Mapping[str, Any], more: str = "") -> bool:
    raw = json.dumps(body).encode()
    head = f"HTTP/1.1 {status} {_PHRASES[status]}\r\nContent-Type: application/json\r\n{more}"
    writer.write(f"{head}Content-Length: {len(raw)}\r\n\r\n".encode() + raw)
    return True


async def serve(law: Law, *, port: int, log: Path | None) -> None:
    """Serves on the loopback address until the process ends; prints the address first."""
    endpoint = Endpoint(law, log)
    server = await asyncio.start_server(endpoint.serve, "127.0.0.1", port, limit=LARGEST)
    print(f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}/v1", flush=True)
    async with server:
        await server.serve_forever()


def _share(text: str) -> tuple[str, float]:
    name, _, value = text.partition("=")
    return name, float(value)


def main() -> None:
    """Reads the law from the command line and serves."""
    form = argparse.RawDescriptionHelpFormatter
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=form)
    parser.add_argument("--port", type=int, default=8000, help="0 takes any that is free")
    parser.add_argument("--log", type=Path, help="file for one JSON line a request")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--delay-ms", type=float, default=50.0)
    parser.add_argument("--share", type=_share, action="append", help=f"KIND=SHARE of {', '.join(KINDS)}")
    chances = f"WAY=CHANCE of {', '.join(MISBEHAVIOURS)}"
    parser.add_argument("--misbehave", type=_share, action="append", default=[], help=chances)
    parser.add_argument("--refuse", choices=REFUSALS)
    parser.add_argument("--refuse-after", type=int, default=0)
    parser.add_argument("--stable", action="store_true", help="the same messages always get the same reply")
    parser.add_argument("--key", help="refuse requests without it")
    parser.add_argument("--echo-key", action="store_true", help="repeat the key in errors and replies")
    parser.add_argument("--price-in", type=float, default=0.4, help="dollars per million tokens")
    parser.add_argument("--price-out", type=float, default=1.6, help="dollars per million tokens")
    parser.add_argument("--law", help=argparse.SUPPRESS)
    given = parser.parse_args()
    if given.law is not None:
        law = msgspec.json.decode(given.law, type=Law)
    else:
        shares = {"shares": dict(given.share)} if given.share else {}
        law = Law(
            given.seed,
            given.delay_ms / 1e3,
            misbehaviour=dict(given.misbehave),
            refuse=given.refuse,
            refuse_after=given.refuse_after,
            stable=given.stable,
            key=given.key,
            echo_key=given.echo_key,
            price=Price(given.price_in, given.price_out),
            **shares,
        )
    asyncio.run(serve(law, port=given.port, log=given.log))


if __name__ == "__main__":
    main()
