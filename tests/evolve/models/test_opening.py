"""Who speaks to whom, at which price, and what is kept secret."""

import subprocess
import sys
import time

import numpy as np
import pytest

from evolve.models import prices
from evolve.models.backoff import FIRST_S, LONGEST_S, backoff_s
from evolve.models.failures import retry_after_s
from evolve.models.language_model import EndpointUnusable
from evolve.models.model_spec import Client, ModelSpec, Price
from evolve.models.opening import client_of, open_models, place_of
from evolve.models.prices import price_of, similar
from evolve.models.redaction import Redactor


@pytest.mark.parametrize(
    ("spec", "client", "variable"),
    [
        (ModelSpec("gpt-5-mini"), Client.OPENAI, "OPENAI_API_KEY"),
        (ModelSpec("openai/gpt-4o"), Client.OPENAI, "OPENAI_API_KEY"),
        (ModelSpec("of-tomorrow"), Client.OPENAI, "OPENAI_API_KEY"),
        (ModelSpec("meta-llama/X", api_base="http://h:1/v1"), Client.OPENAI, "OPENAI_API_KEY"),
        (ModelSpec("anthropic/claude-sonnet-4-5"), Client.LITELLM, "ANTHROPIC_API_KEY"),
        (ModelSpec("gemini/gemini-2.5-flash"), Client.LITELLM, "GEMINI_API_KEY"),
        (ModelSpec("gpt-5-mini", client=Client.LITELLM), Client.LITELLM, "OPENAI_API_KEY"),
        (ModelSpec("gpt-5-mini", api_key_env="MINE"), Client.OPENAI, "MINE"),
    ],
)
def test_who_speaks_and_where_its_key_is(spec: ModelSpec, client: Client, variable: str) -> None:
    assert (client_of(spec), place_of(spec).variable) == (client, variable)


def test_this_machine_needs_no_key_and_others_do() -> None:
    open_models([ModelSpec("m", api_base="http://localhost:1/v1")], {}, Redactor({}))
    with pytest.raises(EndpointUnusable, match="OPENAI_API_KEY is not set; set it with: export"):
        open_models([ModelSpec("m", api_base="http://example.org/v1")], {}, Redactor({}))


def test_prices_are_those_of_the_packaged_table() -> None:
    known = price_of("gpt-4o-mini")
    assert known == Price(0.15, 0.6, 0.075)
    assert price_of("openai/gpt-4o-mini") == known
    assert price_of("no-such-model") is None
    assert "gpt-4o-mini" in similar("gpt-4o-mimi")


def test_of_prices_by_length_the_higher_counts(monkeypatch: pytest.MonkeyPatch) -> None:
    row = {
        "input_cost_per_token": 1e-6,
        "input_cost_per_token_above_200k_tokens": 2e-6,
        "input_cost_per_token_batches": 9e-6,
        "output_cost_per_token": 3e-6,
    }
    monkeypatch.setattr(prices, "_table", lambda: {"m": row})
    assert price_of("m") == Price(2.0, 3.0)


def test_without_the_table_every_price_is_unknown(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(prices, "find_spec", lambda _: None)
    prices._table.cache_clear()
    assert price_of("gpt-4o-mini") is None
    prices._table.cache_clear()


def test_making_specifications_imports_no_client() -> None:
    code = "import evolve.models.opening, evolve.models.prices, sys; print(*sys.modules)"
    ended = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert not {"openai", "litellm", "httpx"} & set(ended.stdout.split())


def test_a_secret_is_taken_out_in_all_its_forms() -> None:
    redact = Redactor.of({"MY_TOKEN": 'a/"s3cr3t"+v4lu3', "HOME": "/home/someone"})
    assert redact('x a/"s3cr3t"+v4lu3 y') == "x [redacted MY_TOKEN] y"
    assert redact("a%2F%22s3cr3t%22%2Bv4lu3") == "[redacted MY_TOKEN]"
    assert redact('{"k": "a/\\"s3cr3t\\"+v4lu3"}') == '{"k": "[redacted MY_TOKEN]"}'
    assert "[redacted MY_TOKEN]" in redact("YS8iczNjcjN0Iit2NGx1Mw==")
    assert redact("/home/someone") == "/home/someone"


def test_of_secrets_within_each_other_the_longer_goes_first() -> None:
    redact = Redactor({"SHORT": "12345678", "LONG": "1234567890"})
    assert redact("1234567890 12345678") == "[redacted LONG] [redacted SHORT]"


def test_words_and_switches_are_no_secrets() -> None:
    words = {"TOKENIZERS_PARALLELISM": "false", "KEYBOARD": "qwertz-layout", "SSH_AUTH_SOCK": "/run/agent.12"}
    redact = Redactor.of({**words, "KEY_FILE": "/etc/keys/mine.pem", "A_KEY": "disabled"})
    text = " ".join([*words.values(), "/etc/keys/mine.pem", "disabled"])
    assert redact(text) == text


def test_redaction_of_a_prompt_takes_no_time() -> None:
    redact, text = Redactor({f"KEY_{i}": f"sk-{i:030d}" for i in range(10)}), "word " * 10_000
    began = time.perf_counter()
    for _ in range(10):
        redact(text)
    assert (time.perf_counter() - began) / 10 < 0.01


@pytest.mark.parametrize(
    ("headers", "wait_s"),
    [
        ({"retry-after": "3"}, 3.0),
        ({"retry-after-ms": "250", "retry-after": "3"}, 0.25),
        ({"retry-after": "-1"}, None),
        ({"retry-after": "nan"}, None),
        ({"retry-after": "soon"}, None),
        ({"retry-after": "1000000"}, 3600.0),
        ({"retry-after": "Wed, 21 Oct 2015 07:28:30 GMT", "date": "Wed, 21 Oct 2015 07:28:00 GMT"}, 30.0),
        ({}, None),
    ],
)
def test_what_a_provider_asks_to_wait(headers: dict[str, str], wait_s: float | None) -> None:
    assert retry_after_s(headers) == wait_s


def test_pauses_double_up_to_a_bound_and_heed_the_provider() -> None:
    rng = np.random.default_rng(0)
    for attempt in range(40):
        pause_s = backoff_s(attempt, None, rng)
        assert min(LONGEST_S, FIRST_S * 2**attempt) / 2 <= pause_s <= LONGEST_S
    assert 9.0 <= backoff_s(0, 9.0, rng) <= 9.0 + FIRST_S
