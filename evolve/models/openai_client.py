"""Any OpenAI-compatible endpoint, by the openai SDK."""

import json
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final

from evolve.models.answers import completion_of
from evolve.models.failures import Place, failure_of, garbled
from evolve.models.language_model import Call, Completion, InDoubt, Request
from evolve.models.model_spec import ModelSpec
from evolve.models.redaction import Redactor

if TYPE_CHECKING:
    from openai import AsyncOpenAI

OPENAI: Final = "https://api.openai.com/v1"
CONNECT_S: Final = 10.0
"""Wall seconds for a connection; what takes longer counts as unreachable."""


@dataclass(frozen=True, slots=True)
class OpenAIClient:
    """Asks one model at one endpoint.

    Attributes:
        name: Of the model, as the endpoint knows it.
    """

    spec: ModelSpec
    name: str
    place: Place
    redact: Redactor
    client: "AsyncOpenAI" = field(repr=False)

    @staticmethod
    def of(spec: ModelSpec, place: Place, key: str, redact: Redactor) -> "OpenAIClient":
        """Makes a client; the SDK's own retries are off, since it does not know what was billed."""
        from openai import AsyncOpenAI

        client = AsyncOpenAI(api_key=key, base_url=place.address, max_retries=0)
        return OpenAIClient(spec, spec.name.removeprefix("openai/"), place, redact, client)

    async def complete(self, call: Call, /) -> Completion:
        """Answers one call.

        Raises:
            ModelError: As `LanguageModel` says.
        """
        import httpx
        import openai

        timeout = httpx.Timeout(call.timeout_s, connect=min(CONNECT_S, call.timeout_s))
        endpoint = self.client.chat.completions.with_raw_response
        try:
            raw = await endpoint.create(**self._body(call.request), timeout=timeout)
            payload = json.loads(raw.http_response.content)
            completion = completion_of(payload, call.request, self.spec.price, self.place)
        except (openai.OpenAIError, httpx.HTTPError, httpx.InvalidURL) as error:
            raise self.redact.error(failure_of(error, self.place)) from None
        except (ValueError, RecursionError) as error:
            raise self.redact.error(garbled(self.place, f"what is no JSON: {error}")) from None
        except InDoubt as error:
            raise self.redact.error(error) from None
        return self.redact.completion(completion)

    def _body(self, request: Request) -> dict[str, Any]:
        # OpenAI's reasoning models know only the new name of the limit, older servers only the old one.
        limit = "max_completion_tokens" if self.place.address == OPENAI else "max_tokens"
        body: dict[str, Any] = {
            "model": self.name,
            "messages": messages(request),
            limit: request.max_output_tokens,
        }
        settings = {"temperature": request.temperature, "reasoning_effort": request.reasoning_effort}
        return body | {name: value for name, value in settings.items() if value is not None}


def messages(request: Request) -> list[dict[str, str]]:
    """A request as the messages of a chat."""
    return [{"role": "system", "content": request.system}, {"role": "user", "content": request.prompt}]
