"""The real litellm against the same servers; one file, since importing it takes seconds."""

import logging
import traceback

import pytest

from benchmarks.llm_endpoint import serving
from benchmarks.llm_law import Law
from evolve.models.language_model import EndpointUnusable, InDoubt, ModelError, NotBilled, Refused
from evolve.models.model_spec import Client, ModelSpec
from evolve.models.opening import open_models
from evolve.models.redaction import Redactor
from tests.evolve.models.asking import CANARY, answering, asked, completion, model_at

pytestmark = pytest.mark.filterwarnings("ignore")


async def test_a_reply_comes_with_its_tokens_and_its_price() -> None:
    async with answering(200, completion()) as url:
        found = await asked(model_at(url, client=Client.LITELLM))
    assert (found.text, found.input_tokens, found.output_tokens) == ("hello", 100, 10)
    assert found.cost_usd == pytest.approx((100 * 1.0 + 10 * 2.0) / 1e6)


@pytest.mark.parametrize(
    ("status", "code", "kind", "reason"),
    [
        (401, "invalid_api_key", EndpointUnusable, "key_refused"),
        (429, "insufficient_quota", EndpointUnusable, "quota"),
        (404, "not_found", EndpointUnusable, "unknown_model"),
        (400, "bad", Refused, "refused_request"),
        (429, "rate_limit_exceeded", NotBilled, "rate_limited"),
        (503, "overloaded", NotBilled, "server_error"),
    ],
)
async def test_a_refusal_is_told_by_what_can_be_done(
    status: int, code: str, kind: type[ModelError], reason: str
) -> None:
    body = {"error": {"message": "So it is.", "code": code, "type": code}}
    async with answering(status, body) as url:
        with pytest.raises(kind) as failed:
            await asked(model_at(url, client=Client.LITELLM))
    assert failed.value.reason == reason


async def test_a_lost_reply_is_in_doubt_and_asked_for_once() -> None:
    with serving(Law(misbehaviour={"drop": 1.0})) as served:
        with pytest.raises(InDoubt):
            await asked(model_at(served.url, client=Client.LITELLM))
        assert len(served.calls()) == 1


async def test_a_late_reply_is_in_doubt() -> None:
    with serving(Law(misbehaviour={"stall": 1.0})) as served, pytest.raises(InDoubt) as failed:
        await asked(model_at(served.url, client=Client.LITELLM), timeout_s=0.5)
    assert failed.value.reason == "timed_out"


async def test_nobody_at_the_address_is_unpaid() -> None:
    with pytest.raises(NotBilled) as failed:
        await asked(model_at("http://127.0.0.1:9/v1", client=Client.LITELLM))
    assert failed.value.reason == "unreachable"


@pytest.mark.parametrize("law", [Law(key=CANARY, echo_key=True), Law(key="other", echo_key=True)])
async def test_a_key_is_told_to_nobody(law: Law, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    with serving(law) as served:
        model = model_at(served.url, {"OPENAI_API_KEY": CANARY}, Client.LITELLM)
        try:
            told = repr(await asked(model))
        except ModelError as error:
            told = "".join(traceback.format_exception(error)) + repr(error)
    assert "[redacted OPENAI_API_KEY]" in told
    assert CANARY not in told
    assert CANARY not in caplog.text


def test_a_missing_key_is_named_as_its_provider_calls_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("ANTHROPIC_API_KEY", raising=False)
    spec = ModelSpec("anthropic/claude-sonnet-4-5")
    with pytest.raises(EndpointUnusable, match="ANTHROPIC_API_KEY is not set"):
        open_models([spec], {}, Redactor({}))
