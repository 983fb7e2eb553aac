"""From specifications to models that can be asked: who speaks to the provider, with which key, where."""

from collections.abc import Mapping, Sequence
from importlib.util import find_spec
from types import MappingProxyType
from typing import Final
from urllib.parse import urlsplit

from evolve.models.failures import Place
from evolve.models.language_model import EndpointUnusable, LanguageModel
from evolve.models.litellm_client import LiteLLMClient, litellm
from evolve.models.model_spec import Client, ModelSpec
from evolve.models.openai_client import OPENAI, OpenAIClient
from evolve.models.prices import provider_of
from evolve.models.redaction import Redactor

KEY: Final = "OPENAI_API_KEY"
_LOOPBACK: Final = frozenset({"localhost", "127.0.0.1", "::1"})
_NO_KEY: Final = "none"
"""Sent to an endpoint on this machine, which needs no key but gets one from every client."""
_VARIABLES: Final[Mapping[str, str]] = MappingProxyType(
    {"bedrock": "AWS_ACCESS_KEY_ID", "together_ai": "TOGETHERAI_API_KEY", "vertex_ai": "VERTEXAI_PROJECT"}
)
"""Of providers whose variable is not named as they are."""
_KEYLESS: Final = frozenset({"OLLAMA_API_BASE"})
"""Variables that litellm asks for and does without: this machine serves models at a usual address."""


class ClientMissing(Exception):  # noqa: N818 - reads as what happened
    """The package that speaks to a provider is not installed."""


def open_models(
    specs: Sequence[ModelSpec], environ: Mapping[str, str], redact: Redactor
) -> dict[str, LanguageModel]:
    """Makes the clients of all models, by name, before anything is sent.

    Raises:
        EndpointUnusable: A key is missing or no key, an address is none, or nobody knows the provider.
        ClientMissing: The package that speaks to a provider is not installed.
    """
    return {spec.name: _opened(spec, environ, redact) for spec in specs}


def client_of(spec: ModelSpec) -> Client:
    """Chooses who speaks to the provider."""
    if spec.client is not Client.AUTO:
        return spec.client
    is_openai = spec.name.startswith("openai/") or provider_of(spec.name) == "openai"
    if spec.api_base is not None or is_openai or ("/" not in spec.name and provider_of(spec.name) is None):
        return Client.OPENAI
    return Client.LITELLM


def place_of(spec: ModelSpec) -> Place:
    """Where a model is asked, and in which variable its key is looked for."""
    if client_of(spec) is Client.OPENAI:
        return Place(spec.name, (spec.api_base or OPENAI).rstrip("/"), spec.api_key_env or KEY)
    provider = provider_of(spec.name) or spec.name.partition("/")[0]
    variable = spec.api_key_env or _VARIABLES.get(provider, f"{provider.upper()}_API_KEY")
    return Place(spec.name, spec.api_base or f"{provider} (by litellm)", variable)


def _opened(spec: ModelSpec, environ: Mapping[str, str], redact: Redactor) -> LanguageModel:
    place, client = place_of(spec), client_of(spec)
    package = "openai" if client is Client.OPENAI else "litellm"
    if find_spec(package) is None:
        raise ClientMissing(
            f"model {spec.name!r} needs the package {package}; install it with: pip install 'adrs[llm]'"
        )
    _check_address(spec)
    if client is Client.OPENAI:
        return OpenAIClient.of(spec, place, _key(spec, place, environ), redact)
    _check_provider(spec)
    if spec.api_key_env is not None or spec.api_base is not None:
        return LiteLLMClient(spec, place, redact, _key(spec, place, environ))
    missing = litellm().validate_environment(model=spec.name)["missing_keys"]
    if missing and not _KEYLESS.intersection(missing):
        raise _no_key(spec, place.variable if place.variable in missing else missing[0])
    return LiteLLMClient(spec, place, redact)


def _check_address(spec: ModelSpec) -> None:
    try:
        parts = urlsplit(spec.api_base or OPENAI)
        is_address = parts.scheme in {"http", "https"} and bool(parts.hostname) and parts.port != 0
    except ValueError:
        is_address = False
    if not is_address:
        raise EndpointUnusable(
            "bad_address",
            f"expected an address such as http://127.0.0.1:8000/v1 for model {spec.name!r}, but got "
            f"{spec.api_base!a}; check --api-base",
        )


def _check_provider(spec: ModelSpec) -> None:
    package = litellm()
    try:
        package.get_llm_provider(spec.name, api_base=spec.api_base)
    except package.exceptions.BadRequestError:
        raise EndpointUnusable(
            "unknown_model",
            f"litellm knows no provider of model {spec.name!r}; write PROVIDER/MODEL, such as "
            "anthropic/claude-sonnet-4-5, or name an OpenAI-compatible endpoint with --api-base",
        ) from None


def _key(spec: ModelSpec, place: Place, environ: Mapping[str, str]) -> str:
    key = environ.get(place.variable, "").strip()
    if not key.isascii() or not key.isprintable():
        raise EndpointUnusable(
            "no_key",
            f"expected a key of ASCII characters in one line in {place.variable}, but it holds others; "
            "set it anew",
        )
    if key:
        return key
    if spec.api_key_env is None and urlsplit(place.address).hostname in _LOOPBACK:
        return _NO_KEY
    raise _no_key(spec, place.variable)


def _no_key(spec: ModelSpec, variable: str) -> EndpointUnusable:
    return EndpointUnusable(
        "no_key",
        f"model {spec.name!r} needs a key, but {variable} is not set; set it with: export {variable}=..., or "
        "name the variable that holds it as api_key_env in adrs.toml",
    )
