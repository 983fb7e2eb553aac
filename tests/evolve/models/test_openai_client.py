"""The real openai client against servers that answer, misbehave, refuse and vanish."""

import asyncio
import logging
import traceback

import pytest

from benchmarks.llm_endpoint import serving
from benchmarks.llm_law import Law
from evolve.models.language_model import EndpointUnusable, InDoubt, ModelError, NotBilled, Refused
from tests.evolve.models.asking import CANARY, REQUEST, answering, asked, completion, model_at

ALWAYS = {"useful": 1.0}


def misbehaving(kind: str) -> Law:
    return Law(seed=1, shares=ALWAYS, misbehaviour={kind: 1.0})


async def test_a_reply_comes_with_its_tokens_and_its_price() -> None:
    async with answering(200, completion()) as url:
        found = await asked(model_at(url))
    assert (found.text, found.model, found.finish_reason) == ("hello", "local-1", "stop")
    assert (found.input_tokens, found.output_tokens, found.cached_tokens) == (100, 10, 40)
    assert found.cost_usd == pytest.approx((100 * 1.0 + 10 * 2.0) / 1e6)
    assert not found.is_estimated


@pytest.mark.parametrize(
    "usage",
    [
        None,
        {},
        "many",
        {"prompt_tokens": -1, "completion_tokens": 3},
        {"prompt_tokens": "7", "completion_tokens": 3},
        {"prompt_tokens": True, "completion_tokens": 3},
        {"prompt_tokens": 10**12, "completion_tokens": 3},
        {"prompt_tokens": 0, "completion_tokens": 0},
    ],
)
async def test_a_senseless_usage_is_estimated_and_marked(usage: object) -> None:
    async with answering(200, completion(usage=usage)) as url:
        found = await asked(model_at(url))
    assert found.is_estimated
    assert found.output_tokens == 2  # five bytes
    assert found.cost_usd > 0


@pytest.mark.parametrize(
    ("content", "text"),
    [
        (None, ""),
        ("", ""),
        ([{"type": "text", "text": "a"}, {"type": "image"}, {"type": "text", "text": "b"}], "ab"),
        ("\ud800 alone", "\ud800 alone"),
        (7, ""),
    ],
)
async def test_any_content_is_read(content: object, text: str) -> None:
    choice = {"index": 0, "finish_reason": None, "message": {"content": content}}
    async with answering(200, completion(choices=[choice])) as url:
        assert (await asked(model_at(url))).text == text


@pytest.mark.parametrize(
    "body", [b"\x00{", b"[]", b"null", b'{"choices": []}', b'{"choices": [3]}', b"{}", b""]
)
async def test_what_is_no_completion_is_in_doubt(body: bytes) -> None:
    async with answering(200, body) as url:
        with pytest.raises(InDoubt) as failed:
            await asked(model_at(url))
    assert failed.value.reason == "garbled"


@pytest.mark.parametrize(
    ("status", "code", "kind", "reason", "words"),
    [
        (401, "invalid_api_key", EndpointUnusable, "key_refused", "OPENAI_API_KEY"),
        (403, "forbidden", EndpointUnusable, "key_refused", "OPENAI_API_KEY"),
        (402, "billing_not_active", EndpointUnusable, "quota", "local"),
        (429, "insufficient_quota", EndpointUnusable, "quota", "local"),
        (404, "not_found", EndpointUnusable, "unknown_model", "no model 'local'"),
        (400, "model_not_found", EndpointUnusable, "unknown_model", "no model 'local'"),
        (400, "context_length_exceeded", Refused, "refused_request", "(400)"),
        (422, "bad", Refused, "refused_request", "(422)"),
        (429, "rate_limit_exceeded", NotBilled, "rate_limited", "local"),
        (500, "oops", NotBilled, "server_error", "500"),
        (503, "overloaded", NotBilled, "server_error", "503"),
    ],
)
async def test_a_refusal_is_told_by_what_can_be_done(
    status: int, code: str, kind: type[ModelError], reason: str, words: str
) -> None:
    body = {"error": {"message": "So it is.", "code": code, "type": code}}
    async with answering(status, body, "Retry-After: 7\r\n") as url:
        with pytest.raises(kind) as failed:
            await asked(model_at(url))
    assert failed.value.reason == reason
    assert words in str(failed.value)
    assert url in str(failed.value)
    assert len(str(failed.value)) < 400
    if isinstance(failed.value, NotBilled):
        assert failed.value.retry_after_s == 7.0


@pytest.mark.parametrize(
    ("kind", "reason"), [("drop", "dropped"), ("drop_midway", "dropped"), ("garbage", "garbled")]
)
async def test_a_lost_reply_is_in_doubt(kind: str, reason: str) -> None:
    with serving(misbehaving(kind)) as served:
        with pytest.raises(InDoubt) as failed:
            await asked(model_at(served.url))
        assert [call.billed for call in served.calls()] == [True]
    assert failed.value.reason == reason


async def test_a_reply_that_does_not_come_in_time_is_in_doubt() -> None:
    with serving(misbehaving("stall")) as served, pytest.raises(InDoubt) as failed:
        await asked(model_at(served.url), timeout_s=0.5)
    assert failed.value.reason == "timed_out"


async def test_nobody_at_the_address_is_unpaid() -> None:
    with pytest.raises(NotBilled, match=r"http://127\.0\.0\.1:9/v1 cannot be reached") as failed:
        await asked(model_at("http://127.0.0.1:9/v1"))
    assert failed.value.reason == "unreachable"


async def test_what_merely_looks_strange_is_read() -> None:
    for kind in ("huge", "surrogates", "content_type", "renamed", "no_usage", "empty", "thinking"):
        with serving(misbehaving(kind)) as served:
            found = await asked(model_at(served.url))
            assert found.is_estimated == (kind == "no_usage")
            assert (found.model == "another-model") == (kind == "renamed")
            assert (found.text == "") == (kind == "empty")


async def test_many_calls_are_in_flight_through_one_client() -> None:
    with serving(Law(seed=1, delay_s=0.3, shares=ALWAYS)) as served:
        model, loop = model_at(served.url), asyncio.get_running_loop()
        began = loop.time()
        await asyncio.gather(*(asked(model) for _ in range(64)))
        assert loop.time() - began < 64 * 0.3 / 4  # far from one after the other
        assert len(served.calls()) == 64


async def test_a_cancelled_call_is_let_go() -> None:
    with serving(misbehaving("stall")) as served:
        task = asyncio.create_task(asked(model_at(served.url)))
        await asyncio.sleep(0.3)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task


@pytest.mark.parametrize("law", [Law(key=CANARY, echo_key=True), Law(key="other", echo_key=True)])
async def test_a_key_is_told_to_nobody(law: Law, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    with serving(law) as served:
        model = model_at(served.url, {"OPENAI_API_KEY": CANARY})
        try:
            told = repr(await asked(model))
        except ModelError as error:
            told = "".join(traceback.format_exception(error)) + repr(error)
    assert "[redacted OPENAI_API_KEY]" in told
    assert CANARY not in told
    assert CANARY not in caplog.text


def test_settings_are_sent_only_if_they_are_set() -> None:
    from dataclasses import replace
    from typing import Any

    from evolve.models.openai_client import OpenAIClient

    client = model_at("http://127.0.0.1:9/v1")
    assert isinstance(client, OpenAIClient)
    body: dict[str, Any] = client._body(REQUEST)
    assert set(body) == {"model", "messages", "max_tokens"}
    warm = client._body(replace(REQUEST, temperature=0.5, reasoning_effort="low"))
    assert (warm["temperature"], warm["reasoning_effort"]) == (0.5, "low")
