"""The real openai client where it is easily wrong: what leaks, what is counted, what outlives its loop."""

import asyncio
import gc
import logging
import shutil
import ssl
import subprocess
import threading
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from benchmarks.llm_endpoint import Served, serving
from benchmarks.llm_law import Law
from evolve.models.language_model import Completion, EndpointUnusable, InDoubt, ModelError, NotBilled
from evolve.models.model_spec import ModelSpec
from evolve.models.opening import open_models
from evolve.models.redaction import Redactor
from tests.evolve.models.asking import CANARY, REQUEST, answering, asked, completion, model_at


@pytest.fixture(scope="module")
def served() -> Iterator[Served]:
    with serving(Law(seed=1, stable=True)) as endpoint:
        yield endpoint


def chain(error: BaseException | None) -> Iterator[str]:
    """All that an exception and those behind it say, shown by default or not."""
    while error is not None:
        yield from (str(error), repr(error), repr(vars(error)))
        error = error.__cause__ or error.__context__


async def failure(url: str, **environ: str) -> ModelError:
    with pytest.raises(ModelError) as failed:
        await asked(model_at(url, environ), timeout_s=5)
    return failed.value


@pytest.mark.parametrize("status", [400, 401, 402, 404, 429, 500])
async def test_no_exception_behind_a_failure_holds_the_key(status: int) -> None:
    body = {"error": {"message": f"You sent Bearer {CANARY}.", "code": CANARY}}
    async with answering(status, body, f"X-Echo: {CANARY}\r\n") as url:
        found = await failure(url, OPENAI_API_KEY=CANARY)
    assert "[redacted OPENAI_API_KEY]" in str(found)
    assert not [told for told in chain(found) if CANARY in told]


async def test_no_reply_holds_the_key(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    for name in ("openai", "httpx", "httpcore"):
        caplog.set_level(logging.DEBUG, name)
    choice = {"finish_reason": CANARY, "message": {"content": f"Bearer {CANARY}"}}
    async with answering(200, completion(choices=[choice], model=CANARY)) as url:
        found = await asked(model_at(url, {"OPENAI_API_KEY": CANARY}))
    assert (found.text, found.model) == ("Bearer [redacted OPENAI_API_KEY]", "[redacted OPENAI_API_KEY]")
    assert CANARY not in repr(found)
    assert "send_request_headers" in caplog.text, "the logs of the client are seen"
    assert not [r for r in caplog.records if CANARY in r.getMessage() and CANARY in repr(r.args)]


def test_a_client_does_not_show_its_key() -> None:
    assert CANARY not in repr(model_at("http://127.0.0.1:9/v1", {"OPENAI_API_KEY": CANARY}))


def test_a_client_outlives_its_event_loop(served: Served) -> None:
    model = model_at(served.url)
    before = len(served.calls())
    replies = [asyncio.run(asked(model)).text for _ in range(3)]
    assert len(set(replies)) == 1
    assert len(served.calls()) == before + 3


def test_calls_one_after_the_other_share_a_connection() -> None:
    connections = 0
    body = b'{"choices": [{"message": {"content": "hello"}}]}'

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        nonlocal connections
        connections += 1
        while head := await reader.readuntil(b"\r\n\r\n"):
            size = int(head.lower().split(b"content-length:")[1].split(b"\r\n")[0])
            await reader.readexactly(size)
            writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n" % len(body) + body)

    async def three() -> None:
        server = await asyncio.start_server(serve, "127.0.0.1", 0)
        async with server:
            model = model_at(f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}/v1")
            for _ in range(3):
                await asked(model)

    asyncio.run(three())
    assert connections == 1


def test_a_cancelled_call_leaves_nothing_that_asyncio_complains_of(caplog: pytest.LogCaptureFixture) -> None:
    async def cancel(url: str) -> None:
        task = asyncio.create_task(asked(model_at(url)))
        await asyncio.sleep(0.2)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task

    with serving(Law(misbehaviour={"stall": 1.0})) as stalling:
        asyncio.run(cancel(stalling.url))
    gc.collect()
    assert not [record for record in caplog.records if record.name == "asyncio"]


@pytest.mark.parametrize("status", [408, 409, 429, 500, 503, 529])
async def test_one_call_is_one_request_whatever_its_status(status: int) -> None:
    asked_for = 0

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        nonlocal asked_for
        await reader.readuntil(b"\r\n\r\n")
        asked_for += 1
        writer.write(f"HTTP/1.1 {status} No\r\nContent-Length: 0\r\nx-should-retry: true\r\n\r\n".encode())
        writer.close()

    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    async with server:
        found = await failure(f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}/v1")
    assert isinstance(found, NotBilled)
    assert asked_for == 1


async def test_a_lone_surrogate_is_asked_as_a_question_mark(served: Served) -> None:
    found = await asked(model_at(served.url), request=replace(REQUEST, system="\ud800?"))
    assert isinstance(found, Completion)


async def test_hidden_reasoning_beside_the_reply_is_counted() -> None:
    usage = {"prompt_tokens": 10, "completion_tokens": 5, "total_tokens": 40}
    async with answering(200, completion(usage=usage)) as url:
        assert (await asked(model_at(url))).output_tokens == 30


async def test_an_error_in_place_of_a_completion_is_told() -> None:
    async with answering(200, {"error": {"message": "The upstream is out."}}) as url:
        found = await failure(url)
    assert isinstance(found, InDoubt)
    assert "The upstream is out." in str(found)


@pytest.mark.parametrize(
    ("status", "message", "reason"),
    [
        (400, "API key not valid. Please pass a valid API key.", "key_refused"),
        (400, "Your credit balance is too low to access the API.", "quota"),
        (403, "Billing is not active.", "quota"),
        (404, "Not Found", "unknown_model"),
    ],
)
async def test_what_a_person_must_mend_ends_the_run(status: int, message: str, reason: str) -> None:
    async with answering(status, {"error": {"message": message}}) as url:
        found = await failure(url)
    assert isinstance(found, EndpointUnusable)
    assert found.reason == reason


async def test_a_404_that_names_no_model_hints_at_the_address() -> None:
    async with answering(404, b"<html>Not Found</html>") as url:
        assert "or --api-base lacks a part such as /v1" in str(await failure(url))


async def test_a_long_message_is_cut() -> None:
    async with answering(400, {"error": {"message": "word " * 10_000}}) as url:
        assert len(str(await failure(url))) < 400


@pytest.mark.parametrize(
    "address", ["http://h\x7f/v1", "http://h:x/v1", "http://[::1", "h/v1", "ftp://h/v1", "//"]
)
async def test_what_is_no_address_is_told_before_or_when_it_is_asked(address: str) -> None:
    found = await _opened_and_asked(address)
    assert found.reason in {"bad_address", "no_key"}


async def _opened_and_asked(address: str) -> EndpointUnusable:
    with pytest.raises(EndpointUnusable) as failed:
        await asked(model_at(address, {"OPENAI_API_KEY": CANARY}))
    assert CANARY not in str(failed.value)
    return failed.value


@pytest.mark.parametrize("key", ["sk-Ä23456789", "sk-1234\n5678", "sk-1234\x005678", "\ud80012345678"])
def test_a_key_that_no_header_carries_is_told_before_anything_is_sent(key: str) -> None:
    spec = ModelSpec("m", api_base="http://127.0.0.1:9/v1", api_key_env="MINE")
    with pytest.raises(EndpointUnusable, match="expected a key of ASCII characters in one line in MINE"):
        open_models([spec], {"MINE": key}, Redactor({}))


def test_space_around_a_key_is_not_part_of_it() -> None:
    model = model_at("http://127.0.0.1:9/v1", {"OPENAI_API_KEY": f" {CANARY}\n"})
    assert getattr(model, "key") == CANARY  # noqa: B009 - other models have none


async def test_a_name_that_nobody_knows_is_unreachable_and_unpaid() -> None:
    found = await failure("http://nowhere.invalid/v1", OPENAI_API_KEY=CANARY)
    assert isinstance(found, NotBilled)
    assert (found.reason, "http://nowhere.invalid/v1" in str(found)) == ("unreachable", True)


@pytest.fixture(scope="module")
def distrusted(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """An https address whose certificate nobody vouches for."""
    if shutil.which("openssl") is None:
        pytest.skip("openssl makes the certificate, and is not installed")
    folder = tmp_path_factory.mktemp("tls")
    _certificate(folder)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(folder / "cert.pem", folder / "key.pem")
    loop = asyncio.new_event_loop()

    async def start() -> asyncio.Server:
        return await asyncio.start_server(lambda _, writer: writer.close(), "127.0.0.1", 0, ssl=context)

    server = loop.run_until_complete(start())
    thread = threading.Thread(target=loop.run_forever, daemon=True)
    thread.start()
    yield f"https://127.0.0.1:{server.sockets[0].getsockname()[1]}/v1"
    loop.call_soon_threadsafe(loop.stop)
    thread.join()


def _certificate(folder: Path) -> None:
    key = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-keyout", "key.pem"]
    rest = [
        "-out",
        "cert.pem",
        "-days",
        "1",
        "-subj",
        "/CN=127.0.0.1",
        "-addext",
        "subjectAltName=IP:127.0.0.1",
    ]
    subprocess.run(["openssl", "req", "-x509", *key, *rest], cwd=folder, check=True, capture_output=True)


async def test_a_certificate_that_nobody_vouches_for_is_named_with_its_address(distrusted: str) -> None:
    found = await failure(distrusted)
    assert isinstance(found, EndpointUnusable)
    assert found.reason == "certificate"
    assert f"the certificate of {distrusted} is not trusted" in str(found)


async def test_plain_http_where_tls_is_spoken_is_no_matter_of_certificates(distrusted: str) -> None:
    assert (await failure(distrusted.replace("https", "http"))).reason in {"dropped", "refused_request"}


@pytest.mark.slow
async def test_a_call_costs_the_client_little_time(served: Served) -> None:
    model = model_at(served.url)
    await asked(model)
    began = time.process_time()
    for _ in range(300):
        await asked(model)
    assert (time.process_time() - began) / 300 < 0.004  # measured: 1.3 ms
