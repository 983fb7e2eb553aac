"""Which keys are asked for before a model of litellm is, and that none is shown."""

import pytest

from evolve.models.language_model import EndpointUnusable
from evolve.models.model_spec import Client, ModelSpec
from evolve.models.opening import open_models
from evolve.models.redaction import Redactor
from tests.evolve.models.asking import CANARY, model_at

NOTHING = Redactor({})


@pytest.fixture(autouse=True)
def _no_keys(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("GEMINI_API_KEY", "GOOGLE_API_KEY", "OLLAMA_API_BASE", "PERPLEXITYAI_API_KEY"):
        monkeypatch.delenv(name, raising=False)


@pytest.mark.parametrize(
    ("name", "variable"),
    [("gemini/gemini-2.5-flash", "GEMINI_API_KEY"), ("perplexity/sonar", "PERPLEXITYAI_API_KEY")],
)
def test_of_several_variables_the_usual_one_is_named(name: str, variable: str) -> None:
    with pytest.raises(EndpointUnusable, match=f"needs a key, but {variable} is not set"):
        open_models([ModelSpec(name)], {}, NOTHING)


@pytest.mark.parametrize("name", ["ollama/llama3", "ollama_chat/llama3"])
def test_models_that_this_machine_serves_need_no_key(name: str) -> None:
    assert name in open_models([ModelSpec(name)], {}, NOTHING)


def test_a_client_of_litellm_does_not_show_its_key() -> None:
    model = model_at("http://127.0.0.1:9/v1", {"OPENAI_API_KEY": CANARY}, Client.LITELLM)
    assert CANARY not in repr(model)
