"""A local OpenAI-compatible endpoint whose answers, faults and bill follow a seeded law.

Any harness can use it: `python -m benchmarks.llm_endpoint --port 8000`, then `--api-base` with the
address that it prints, and any model name. `benchmarks.llm_law` states the law of its replies. Tokens are
a quarter of the bytes. It does not stream.

It misbehaves on demand, as in `--misbehave stall=0.01`: stall (never answers, not billed), rate_limit (429
with Retry-After, not billed), server_error (500 or 503, not billed), drop (billed, not a byte of an
answer), drop_midway (billed, half an answer), garbage (billed, no JSON), huge (1 MB), content_type
(text/html), surrogates (lone ones in the text), renamed (another model's name), no_usage, empty (a content
of "" or null), thinking (the reply begins with a thought that holds code). Nobody is put off by rate_limit
or server_error more than twice with the same messages. `--refuse` turns every request down, from the
start or after `--refuse-after` that were billed.

The log has one JSON line for every request for a completion, written before its answer is sent, and a line
`{"sent": NUMBER}` when an answer was handed over whole.
"""

import argparse
import asyncio
import hashlib
import itertools
import json
import shutil
import ssl
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final

import msgspec

import benchmarks.llm_law
from benchmarks.llm_law import DEFAULT_SHARES, KINDS, MISBEHAVIOURS, REFUSALS, Draw, Law, draw
from benchmarks.llm_log import Log, Logged, read_log
from benchmarks.llm_wire import (
    MODELS,
    Incoming,
    Malformed,
    answer,
    asked_of,
    completion,
    error,
    read_request,
    tokens,
)
from evolve.models.model_spec import Price

_LATER: Final[Mapping[str, tuple[int, int]]] = {"rate_limit": (429, 429), "server_error": (500, 503)}
"""Statuses of the two forms of a kind that may be asked again."""
_HELD_S: Final = 3600.0
"""For how long a stalled request is held."""
_PATIENCE_S: Final = 1.0
"""For how long the rest of a malformed request is read."""
_REFUSED: Final[Mapping[str, tuple[int, str, str]]] = {
    "auth": (401, "invalid_api_key", "Incorrect API key provided."),
    "quota": (429, "insufficient_quota", "You exceeded your current quota."),
    "model": (404, "model_not_found", "The model does not exist."),
    "billing": (402, "billing_not_active", "Your account is not active."),
}


@dataclass(frozen=True, slots=True)
class Served:
    """An endpoint that runs in a process of its own."""

    url: str
    pid: int
    log: Path

    def calls(self) -> Sequence[Logged]:
        """Reads what was asked so far."""
        return read_log(self.log)


@contextmanager
def serving(
    law: Law, log: Path | None = None, *, port: int = 0, self_signed: bool = False
) -> Iterator[Served]:
    """Runs an endpoint in another process until the block ends."""
    with TemporaryDirectory() as folder:
        path = (log or Path(folder) / "calls.jsonl").resolve()
        options = ["--port", str(port), "--log", str(path), "--law", json.dumps(asdict(law))]
        command = [sys.executable, "-m", "benchmarks.llm_endpoint", *options]
        command += ["--self-signed"] if self_signed else []
        root = Path(__file__).parents[1]
        process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True, cwd=root)
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
        at: When it was read, in seconds since the epoch.
        prompt: The contents of all messages.
        key: The whole authorization header.
    """

    at: float
    model: str
    prompt: str
    digest: str
    key: str


@dataclass(frozen=True, slots=True)
class Answer:
    """What is sent for a request.

    Attributes:
        number: In the log, if it is there.
        is_whole: Whether it is a whole response; the connection ends behind one that is not.
    """

    raw: bytes
    number: int | None = None
    is_whole: bool = True


class Endpoint:
    """Answers requests by a law and keeps the log."""

    def __init__(self, law: Law, log: Path | None) -> None:
        self._law = law
        self._log = Log(log)
        self._before: Counter[str] = Counter()
        self._put_off: Counter[str] = Counter()
        self._numbers = itertools.count()
        self._taken = 0

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Serves one connection until it is closed."""
        writer.transport.set_write_buffer_limits(0)  # drained is handed over
        try:
            while await self._exchange(reader, writer):
                pass
        except (asyncio.IncompleteReadError, ConnectionError):
            pass  # the client went away
        finally:
            writer.close()

    async def _exchange(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> bool:
        """Answers one request; whether the connection goes on."""
        keeps = True
        try:
            incoming = await read_request(reader)
            keeps = incoming.keeps
            found = await self._answer(incoming)
        except Malformed as wrong:
            found = Answer(wrong.answer, is_whole=wrong.is_whole)
        writer.write(found.raw)
        if found.number is None and not found.is_whole:
            await _read_off(reader)
        await writer.drain()
        if found.number is not None and found.is_whole:
            self._log.sent(found.number)
        return found.is_whole and keeps

    async def _answer(self, incoming: Incoming) -> Answer:
        if incoming.path == MODELS:
            listed = {"object": "list", "data": [{"id": "local", "object": "model"}]}
            return Answer(answer(200, listed))
        model, prompt = asked_of(incoming.body)
        digest = hashlib.sha256(prompt.encode("utf-8", "surrogatepass")).hexdigest()
        key = incoming.headers.get("authorization", "")
        return await self._reply(Received(time.time(), model, prompt, digest, key))

    async def _reply(self, request: Received) -> Answer:
        refusal = self._refusal(request.key)
        echoed = f" You sent {request.key}." if self._law.echo_key else ""
        if refusal is not None:
            status, code, words = _REFUSED[refusal]
            number = self._note(request, Draw("refused", "", "stop", 0.0), status)
            return Answer(answer(status, error(code, words + echoed)), number)
        found = self._draw(request)
        await asyncio.sleep(found.delay_s)
        if found.kind == "stall":
            number = self._note(request, found, 0)
            await asyncio.sleep(_HELD_S)
            return Answer(b"", number, is_whole=False)
        if found.kind in _LATER:
            status = _LATER[found.kind][found.form]
            number = self._note(request, found, status)
            told = error(found.kind, "Later." + echoed)
            return Answer(answer(status, told, more="Retry-After: 0.05\r\n"), number)
        number = self._note(request, found, 200)
        raw = completion(found, model=request.model, prompt=request.prompt, echoed=echoed)
        return Answer(raw, number, is_whole=found.kind not in {"drop", "drop_midway"})

    def _refusal(self, key: str) -> str | None:
        law = self._law
        if law.key is not None and key != f"Bearer {law.key}":
            return "auth"
        return law.refuse if self._taken >= law.refuse_after else None

    def _draw(self, request: Received) -> Draw:
        """Applies the law; nobody is put off more than twice with one request."""
        before, law = self._before[request.digest], self._law
        self._before[request.digest] += 1
        found = draw(law, request.prompt, before)
        if found.kind in _LATER and self._put_off[request.digest] >= 2:
            calm = {k: v for k, v in law.misbehaviour.items() if k not in _LATER}
            found = draw(replace(law, misbehaviour=calm), request.prompt, before)
        self._put_off[request.digest] += found.kind in _LATER
        self._taken += found.kind not in {"stall", *_LATER}
        return found

    def _note(self, request: Received, found: Draw, status: int) -> int:
        """Writes a request into the log, and gives its number there."""
        number, billed = next(self._numbers), status == 200
        given, written = tokens(request.prompt), tokens(found.text)
        cost = self._law.price.cost_usd(given, written) if billed else 0.0
        head = (number, request.at, request.digest, found.kind, status, billed)
        self._log.note(Logged(*head, given, written, cost, request.model))
        return number


async def _read_off(reader: asyncio.StreamReader) -> None:
    """Reads what a client still sends: one that is cut off while it does would not hear what was wrong."""
    with suppress(TimeoutError):
        async with asyncio.timeout(_PATIENCE_S):
            while await reader.read(1 << 16):
                pass


async def serve(law: Law, *, port: int, log: Path | None, tls: ssl.SSLContext | None) -> None:
    """Serves on the loopback address until the process ends; prints the address first."""
    endpoint = Endpoint(law, log)
    server = await asyncio.start_server(endpoint.serve, "127.0.0.1", port, ssl=tls)
    scheme = "http" if tls is None else "https"
    print(f"{scheme}://127.0.0.1:{server.sockets[0].getsockname()[1]}/v1", flush=True)
    async with server:
        await server.serve_forever()


def self_signed() -> ssl.SSLContext:
    """Makes a certificate that no client trusts, and a context that serves with it."""
    if shutil.which("openssl") is None:
        raise SystemExit("--self-signed needs the command openssl; install it, or serve without")
    with TemporaryDirectory() as folder:
        key, certificate = Path(folder) / "key.pem", Path(folder) / "certificate.pem"
        command = ["openssl", "req", "-x509", "-nodes", "-days", "1", "-subj", "/CN=127.0.0.1"]
        files = ["-newkey", "rsa:2048", "-keyout", str(key), "-out", str(certificate)]
        subprocess.run([*command, *files], check=True, capture_output=True)
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(certificate, key)
    return context


def _share(text: str) -> tuple[str, float]:
    name, _, value = text.partition("=")
    return name, float(value)


def main() -> None:
    """Reads the law from the command line and serves."""
    parser = _parser()
    given = parser.parse_args()
    try:
        law = msgspec.json.decode(given.law, type=Law) if given.law is not None else _law(given)
    except ValueError as wrong:
        parser.error(str(wrong))
    tls = self_signed() if given.self_signed else None
    try:
        asyncio.run(serve(law, port=given.port, log=given.log, tls=tls))
    except KeyboardInterrupt:
        pass
    except OSError as wrong:
        raise SystemExit(f"port {given.port} or the log cannot be used: {wrong}; choose another") from None


def _parser() -> argparse.ArgumentParser:
    form = argparse.RawDescriptionHelpFormatter
    parser = argparse.ArgumentParser(
        description=f"{__doc__}\n{benchmarks.llm_law.__doc__}", formatter_class=form
    )
    parser.add_argument("--port", type=int, default=8000, help="0 takes any that is free")
    parser.add_argument("--log", type=Path, help="file for one JSON line a request")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--delay-ms", type=float, default=50.0)
    shares = f"KIND=SHARE of {', '.join(KINDS)}"
    parser.add_argument("--share", type=_share, action="append", default=[], help=shares)
    chances = f"WAY=CHANCE of {', '.join(MISBEHAVIOURS)}"
    parser.add_argument("--misbehave", type=_share, action="append", default=[], help=chances)
    parser.add_argument("--refuse", choices=REFUSALS)
    parser.add_argument("--refuse-after", type=int, default=0)
    parser.add_argument("--stable", action="store_true", help="the same messages always get the same reply")
    parser.add_argument("--key", help="refuse requests without it")
    parser.add_argument("--echo-key", action="store_true", help="repeat the key in errors and replies")
    parser.add_argument("--price-in", type=float, default=0.4, help="dollars per million tokens")
    parser.add_argument("--price-out", type=float, default=1.6, help="dollars per million tokens")
    parser.add_argument("--self-signed", action="store_true", help="serve https by a certificate of its own")
    parser.add_argument("--law", help=argparse.SUPPRESS)
    return parser


def _law(given: argparse.Namespace) -> Law:
    return Law(
        given.seed,
        given.delay_ms / 1e3,
        dict(given.share or DEFAULT_SHARES),
        misbehaviour=dict(given.misbehave),
        refuse=given.refuse,
        refuse_after=given.refuse_after,
        stable=given.stable,
        key=given.key,
        echo_key=given.echo_key,
        price=Price(given.price_in, given.price_out),
    )


if __name__ == "__main__":
    main()
