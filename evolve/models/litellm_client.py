"""Every provider that litellm knows."""

import logging
import os
import warnings
from dataclasses import dataclass, field
from functools import lru_cache
from types import ModuleType
from typing import Any

from evolve.models.answers import completion_of
from evolve.models.failures import Place, failure_of
from evolve.models.language_model import Call, Completion, InDoubt, ModelError, Request
from evolve.models.model_spec import ModelSpec
from evolve.models.openai_client import messages
from evolve.models.redaction import Redactor


@lru_cache(maxsize=1)
def litellm() -> ModuleType:
    """Imports litellm, which takes seconds, and keeps it quiet: no fetching, no telemetry, no printing."""
    os.environ["LITELLM_LOCAL_MODEL_COST_MAP"] = "True"
    import litellm as package

    logging.getLogger("LiteLLM").setLevel(logging.CRITICAL)  # it warns of its own housekeeping
    warnings.filterwarnings(
        "ignore", "Pydantic serializer warnings"
    )  # of answers that are not as they should be
    package.telemetry = False
    package.suppress_debug_info = True
    package.disable_aiohttp_transport = True  # so that failures below HTTP look alike for both clients
    package.drop_params = True  # a setting that a provider does not have is no reason to refuse
    return package


@dataclass(frozen=True, slots=True)
class LiteLLMClient:
    """Asks one model of one provider; the key is found by litellm in the environment, unless it is given."""

    spec: ModelSpec
    place: Place
    redact: Redactor
    key: str | None = field(default=None, repr=False)

    async def complete(self, call: Call, /) -> Completion:
        """Answers one call.

        Raises:
            ModelError: As `LanguageModel` says.
        """
        answer = await self._answer(call)
        if isinstance(answer, ModelError):
            # Raised where no exception is handled: its context would be litellm's, which may hold the key.
            raise self.redact.error(answer)
        return self.redact.completion(answer)

    async def _answer(self, call: Call) -> Completion | ModelError:
        package = litellm()
        try:
            answer = await package.acompletion(**self._arguments(call.request), timeout=call.timeout_s)
            return completion_of(answer.model_dump(), call.request, self.spec.price, self.place)
        except InDoubt as error:
            return error
        except Exception as error:  # noqa: BLE001 - litellm raises what its providers' clients raise
            return failure_of(error, self.place)

    def _arguments(self, request: Request) -> dict[str, Any]:
        found: dict[str, Any] = {
            "model": self.spec.name,
            "messages": messages(request),
            "max_tokens": request.max_output_tokens,
            "num_retries": 0,
            "max_retries": 0,
        }
        settings = {
            "temperature": request.temperature,
            "reasoning_effort": request.reasoning_effort,
            "api_base": self.spec.api_base,
            "api_key": self.key,
        }
        return found | {name: value for name, value in settings.items() if value is not None}
