"""What a provider's failures mean: unpaid and worth another attempt, in doubt, refused, or the end."""

import json
import re
import ssl
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from email.utils import parsedate_to_datetime
from typing import Any, Final

from evolve.models.language_model import EndpointUnusable, InDoubt, ModelError, NotBilled, Refused

_LONGEST: Final = 240
_QUOTA: Final = re.compile(
    r"insufficient[_ ]quota|exceeded your current quota|billing|credit balance|payment", re.IGNORECASE
)
_NO_MODEL: Final = re.compile(
    r"model[_ ]not[_ ]found|does not exist|unknown model|no such model|invalid model", re.IGNORECASE
)
_NO_KEY: Final = re.compile(
    r"api[_ ]key[_ ](?:not[_ ]valid|invalid)|(?:invalid|incorrect) api key", re.IGNORECASE
)
_CERTIFICATE: Final = "CERTIFICATE_VERIFY_FAILED"
_MOST_WAIT_S: Final = 3600.0
_SPOKEN: Final = frozenset({"openai", "httpx"})
"""Packages whose exceptions with a response tell of one that a server gave; litellm makes responses up."""
_LASTING: Final = frozenset({401, 403, 404})
"""Statuses after which no other request would be answered either, whoever found them."""


@dataclass(frozen=True, slots=True)
class Place:
    """Where a model is asked, as a person knows it.

    Attributes:
        address: Of the endpoint.
        variable: Environment variable that holds the key.
    """

    model: str
    address: str
    variable: str


def failure_of(error: Exception, place: Place) -> ModelError:
    """Finds the meaning of an exception of the openai or litellm client."""
    found = next((f for cause in _chain(error) if (f := _transport(cause, place)) is not None), None)
    if found is not None:
        return found
    said = next((cause for cause in _chain(error) if _is_of_server(cause)), error)
    status = _status(said)
    if status is None or status < 300 or (not _is_of_server(said) and status not in _LASTING):
        # Answers that litellm cannot read get a status of its own making, though they may be paid for.
        return garbled(place, f"what is no completion: {_told(error)}")
    return _by_status(status, said, place)


def garbled(place: Place, what: str) -> InDoubt:
    """Says that an answer is no completion; the provider may well have billed it."""
    return InDoubt("garbled", cut(f"{place.address} answered {place.model} with {what}", 2 * _LONGEST))


def cut(text: str, longest: int) -> str:
    """Shortens a text between words: half a key would not be known for one, and so not be taken out."""
    return text if len(text) <= longest else text[:longest].rpartition(" ")[0] + " ..."


def _chain(error: BaseException | None) -> Iterator[Exception]:
    """Yields an exception and what led to it."""
    seen = set[int]()
    while isinstance(error, Exception) and id(error) not in seen:
        seen.add(id(error))
        yield error
        error = error.__cause__ or error.__context__


def _is_of_server(error: Exception) -> bool:
    """Whether an exception tells of what a server answered."""
    package = type(error).__module__.partition(".")[0]
    return package in _SPOKEN and getattr(error, "response", None) is not None


def _status(error: Exception) -> int | None:
    response = getattr(error, "response", None)
    status = getattr(error, "status_code", None) or getattr(response, "status_code", None)
    return status if isinstance(status, int) else None


def _transport(error: Exception, place: Place) -> ModelError | None:
    """Judges what happened below HTTP; None if this exception is of another kind."""
    import httpx

    where = place.address
    if isinstance(error, ssl.SSLCertVerificationError | httpx.ConnectError) and _CERTIFICATE in str(error):
        return EndpointUnusable(
            "certificate",
            f"the certificate of {where} is not trusted ({_told(error)}); check the address, or name your "
            "authority's certificate with SSL_CERT_FILE",
        )
    match error:
        case httpx.ConnectError() | httpx.ConnectTimeout() | httpx.PoolTimeout() | httpx.ProxyError():
            return NotBilled("unreachable", f"{where} cannot be reached ({_told(error)}); check --api-base")
        case httpx.UnsupportedProtocol() | httpx.InvalidURL():
            return EndpointUnusable("bad_address", f"{where} is no address of an endpoint; check --api-base")
        case httpx.TimeoutException():
            return InDoubt("timed_out", f"{where} did not answer {place.model} in time")
        case httpx.TransportError():
            return InDoubt("dropped", f"{where} broke off its answer for {place.model} ({_told(error)})")
    return None


def _by_status(status: int, error: Exception, place: Place) -> ModelError:
    told, where = _told(error), place.address
    body = f"{_code(error)} {told}"
    if status == 402 or (status in {400, 403, 429} and _QUOTA.search(body)):
        return EndpointUnusable("quota", f"the quota for {place.model} at {where} is exhausted: {told}")
    if status in {401, 403} or (status == 400 and _NO_KEY.search(body)):
        return EndpointUnusable("key_refused", f"{where} refuses the key in {place.variable}: {told}")
    if status == 404 or (status == 400 and _NO_MODEL.search(body)):
        other = "" if _NO_MODEL.search(body) else ", or --api-base lacks a part such as /v1"
        return EndpointUnusable("unknown_model", f"{where} has no model {place.model!r}{other}: {told}")
    if status >= 500 or status in {408, 409, 425, 429}:
        wait_s = retry_after_s(_headers(error))
        if status == 429:
            told = f"{where} limits the rate of {place.model}: {told}"
            return NotBilled("rate_limited", told, retry_after_s=wait_s)
        told = f"{where} answers with status {status}: {told}"
        return NotBilled("server_error", told, retry_after_s=wait_s)
    return Refused("refused_request", f"{where} refuses the request to {place.model} ({status}): {told}")


def retry_after_s(headers: Mapping[str, str]) -> float | None:
    """Reads how long to wait, in seconds up to an hour; None if that is not said, or not understood.

    A date is taken relative to the date of the answer itself, since clocks differ.
    """
    for name, unit_s in (("retry-after-ms", 1e-3), ("retry-after", 1.0)):
        try:
            value = float(headers[name]) * unit_s
        except (KeyError, ValueError):
            continue
        return min(value, _MOST_WAIT_S) if value >= 0 else None
    try:
        then, now = (parsedate_to_datetime(headers[name]) for name in ("retry-after", "date"))
        return min(max((then - now).total_seconds(), 0.0), _MOST_WAIT_S)
    except (KeyError, ValueError, TypeError):
        return None


def _headers(error: Exception) -> Mapping[str, str]:
    response = getattr(error, "response", None)
    return {str(k).lower(): str(v) for k, v in getattr(response, "headers", {}).items()}


def _body(error: Exception) -> Mapping[str, Any]:
    """What a server says of its error, if it says so in JSON."""
    import httpx

    body = getattr(error, "body", None)
    if isinstance(error, httpx.HTTPStatusError):
        try:
            body = json.loads(error.response.content)
        except (ValueError, RecursionError, httpx.StreamError):
            return {}
    inner = body.get("error", body) if isinstance(body, Mapping) else None
    return inner if isinstance(inner, Mapping) else {}


def _code(error: Exception) -> str:
    body = _body(error)
    return f"{body.get('code')} {body.get('type')}"


def _told(error: Exception) -> str:
    """What an exception says, in a line."""
    said = _body(error).get("message")
    text = " ".join((said if isinstance(said, str) and said else str(error) or type(error).__name__).split())
    for rest in (" Traceback (most recent call last)", " for url "):  # paths of this machine, advice on HTTP
        text = text.partition(rest)[0]
    return cut(text.rstrip("."), _LONGEST)
