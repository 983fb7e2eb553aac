"""Any OpenAI-compatible endpoint, by the openai SDK."""

import asyncio
import json
from collections.abc import MutableMapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final
from weakref import WeakKeyDictionary

from evolve.models.answers import completion_of
from evolve.models.failures import Place, failure_of, garbled
from evolve.models.language_model import Call, Completion, InDoubt, ModelError, Request
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

    name: str
    spec: ModelSpec
    place: Place
    redact: Redactor
    key: str = field(repr=False)
    _clients: MutableMapping[asyncio.AbstractEventLoop, "AsyncOpenAI"] = field(
        default_factory=WeakKeyDictionary, init=False, repr=False
    )
    """By event loop: connections that wait to be used again belong to the loop that made them."""

    @staticmethod
    def of(spec: ModelSpec, place: Place, key: str, redact: Redactor) -> "OpenAIClient":
        """Makes a client under the name that the endpoint knows."""
        return OpenAIClient(spec.name.removeprefix("openai/"), spec, place, redact, key)

    async def complete(self, call: Call, /) -> Completion:
        """Answers one call.

        Raises:
            ModelError: As `LanguageModel` says.
        """
        answer = await self._answer(call)
        if isinstance(answer, ModelError):
            # Raised where no exception is handled: its context would be the SDK's, which may hold the key.
            raise self.redact.error(answer)
        return self.redact.completion(answer)

    async def _answer(self, call: Call) -> Completion | ModelError:
        import httpx
        import openai

        timeout = httpx.Timeout(call.timeout_s, connect=min(CONNECT_S, call.timeout_s))
        body = self._body(call.request)
        try:
            # By the SDK's door for any path: its door for chats takes a third longer to check what is plain.
            answer = await self._client().post(
                "/chat/completions", cast_to=httpx.Response, body=body, options={"timeout": timeout}
            )
        except (openai.OpenAIError, httpx.HTTPError, httpx.InvalidURL) as error:
            return failure_of(error, self.place)
        try:
            return completion_of(json.loads(answer.content), call.request, self.spec.price, self.place)
        except (ValueError, RecursionError) as error:
            return garbled(self.place, f"what is no JSON: {error}")
        except InDoubt as error:
            return error

    def _client(self) -> "AsyncOpenAI":
        """The client of this loop; the SDK's own retries are off, since it does not know what was billed."""
        from openai import AsyncOpenAI

        loop = asyncio.get_running_loop()
        if loop not in self._clients:
            self._clients[loop] = AsyncOpenAI(api_key=self.key, base_url=self.place.address, max_retries=0)
        return self._clients[loop]

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
    """A request as the messages of a chat; lone surrogates, which no wire carries, become `?`."""
    contents = {"system": request.system, "user": request.prompt}
    return [{"role": role, "content": _sendable(text)} for role, text in contents.items()]


def _sendable(text: str) -> str:
    return text.encode("utf-8", "replace").decode("utf-8")
