"""From specifications to models that can be asked: who speaks to the provider, with which key, where."""

from collections.abc import Mapping, Sequence
from importlib.util import find_spec
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


class ClientMissing(Exception):  # noqa: N818 - reads as what happened
    """The package that speaks to a provider is not installed."""


def open_models(
    specs: Sequence[ModelSpec], environ: Mapping[str, str], redact: Redactor
) -> dict[str, LanguageModel]:
    """Makes the clients of all models, by name, before anything is sent.

    Raises:
        EndpointUnusable: A key is missing; the message names its variable.
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
    variable = spec.api_key_env or f"{provider.upper()}_API_KEY"
    return Place(spec.name, spec.api_base or f"{provider} (by litellm)", variable)


def _opened(spec: ModelSpec, environ: Mapping[str, str], redact: Redactor) -> LanguageModel:
    place, client = place_of(spec), client_of(spec)
    package = "openai" if client is Client.OPENAI else "litellm"
    if find_spec(package) is None:
        raise ClientMissing(
            f"model {spec.name!r} needs the package {package}; install it with: pip install 'adrs[llm]'"
        )
    if client is Client.OPENAI:
        return OpenAIClient.of(spec, place, _key(spec, place, environ), redact)
    if spec.api_key_env is not None or spec.api_base is not None:
        return LiteLLMClient(spec, place, redact, _key(spec, place, environ))
    missing = litellm().validate_environment(model=spec.name)["missing_keys"]
    if missing:
        raise _no_key(spec, missing[0])
    return LiteLLMClient(spec, place, redact)


def _key(spec: ModelSpec, place: Place, environ: Mapping[str, str]) -> str:
    key = environ.get(place.variable, "").strip()
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
