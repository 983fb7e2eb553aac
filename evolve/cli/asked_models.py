"""Which models a run asks: from `--model` or `[[models]]`, with their prices and where they are asked."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Final
from urllib.parse import urlsplit

from evolve.cli.configuration import FILE, Configuration
from evolve.cli.exits import Misuse, say
from evolve.cli.money import dollars
from evolve.models.language_model import Request
from evolve.models.model_spec import FREE, ModelSpec, Price, Role
from evolve.models.opening import place_of
from evolve.models.prices import price_of, similar
from evolve.nearest import likeness
from evolve.runs.asking import most_cost
from evolve.runs.spec import RunSpec
from problems.base import Problem

_ROLES: Final = tuple(str(role) for role in Role)
_SURE: Final = 0.65
"""Likeness of a model's last part to a role from which it is taken for a misspelt one."""


def asked_models(
    named: Sequence[str], api_base: str | None, configuration: Configuration
) -> tuple[ModelSpec, ...]:
    """Makes the specifications of all models; those of the command line replace those of the file.

    Raises:
        Misuse: A role is misspelt, a model comes twice, or an address is none.
    """
    specs = tuple(map(_named, named)) or configuration.models
    specs = tuple(at_address(spec, spec.api_base or api_base) for spec in specs)
    for i, spec in enumerate(specs):
        for other in specs[:i]:
            _refuse_twice(spec, other)
    return tuple(replace(spec, price=_price(spec.name, configuration.prices)) for spec in specs)


def at_address(spec: ModelSpec, api_base: str | None) -> ModelSpec:
    """Gives a model another address.

    Raises:
        Misuse: It is no address, or holds a password.
    """
    if api_base is None:
        return spec
    if "@" in api_base.rpartition("://")[2].partition("/")[0]:  # first, so that no message repeats it
        raise Misuse("--api-base must hold no user or password: a run stores it; put the key in a variable")
    if not _is_address(api_base):
        raise Misuse(f"expected --api-base such as http://127.0.0.1:8000/v1, but got {api_base!a}")
    return replace(spec, api_base=api_base)


def refuse_tiny_budget(spec: RunSpec, problem: Problem) -> None:
    """Says, before anything is sent, that a budget does not suffice for a single call.

    Raises:
        Misuse: No model could be asked even about the interface alone.
    """
    if not spec.models:
        return
    least = [
        most_cost(Request(m.name, "", problem.interface_text, m.max_output_tokens), m.price or FREE)
        for m in spec.models
    ]
    usd, tokens = min(c.usd for c in least), min(c.tokens for c in least)
    remedy = "raise it, or lower max_output_tokens in [[models]] of adrs.toml"
    if spec.max_usd is not None and spec.max_usd < usd:
        raise Misuse(f"--max-usd {spec.max_usd:g} is below what one call may cost, {dollars(usd)}; {remedy}")
    if spec.max_tokens is not None and spec.max_tokens < tokens:
        raise Misuse(f"--max-tokens {spec.max_tokens} is below what one call may take, {tokens:,}; {remedy}")


def announce(models: Sequence[ModelSpec]) -> None:
    """Says what will be sent to whom."""
    for address in dict.fromkeys(place_of(model).address for model in models):
        names = dict.fromkeys(m.name for m in models if place_of(m).address == address)
        say(
            f"sends to {address} (model {', '.join(names)}): the problem's brief and interface, programs "
            "found so far, their scores and failures; no data files, no paths, no keys but the endpoint's own"
        )


def refuse_unknown_price(models: Sequence[ModelSpec], configuration: Configuration) -> None:
    """Says which price is missing and how to state it.

    Raises:
        Misuse: One is.
    """
    unknown = next((m.name for m in models if m.price is None), None)
    if unknown is None:
        return
    near = similar(unknown)
    hint = f" (known are {', '.join(near)})" if near else ""
    raise Misuse(
        f"--max-usd needs the price of every model, but that of {unknown!r} is unknown{hint}; state it in "
        f'{configuration.path or FILE}, in dollars per million tokens: [prices."{unknown}"] with '
        "input = ... and output = ..., or free = true"
    )


def _named(text: str) -> ModelSpec:
    """Reads NAME or NAME:ROLE; other colons belong to the name, as in `ft:gpt:org`."""
    name, colon, last = text.rpartition(":")
    if colon and last in _ROLES:
        return ModelSpec(name, Role(last)) if name else _nameless()
    best = max(_ROLES, key=lambda role: likeness(last, role))
    if colon and name and likeness(last, best) >= _SURE:
        raise Misuse(
            f"expected a role of {' or '.join(_ROLES)}, but got {last!a} in --model {text!a}; "
            f"did you mean {best}?"
        )
    return ModelSpec(text) if text.strip() else _nameless()


def _refuse_twice(spec: ModelSpec, other: ModelSpec) -> None:
    if spec.name != other.name:
        return
    if spec.role is other.role:
        raise Misuse(f"expected different models in a role, but got {spec.name!r} twice; drop one")
    for name in ("api_base", "client", "api_key_env"):  # one name has one client
        if getattr(spec, name) != getattr(other, name):
            raise Misuse(
                f"expected one {name} for model {spec.name!r}, but its roles have two; make them equal"
            )


def _is_address(text: str) -> bool:
    try:
        parts = urlsplit(text)
        return parts.scheme in {"http", "https"} and bool(parts.hostname) and parts.port != 0
    except ValueError:  # brackets that do not match, or a port beyond 65535
        return False


def _nameless() -> ModelSpec:
    raise Misuse("expected --model NAME or NAME:ROLE, but got no name")


def _price(name: str, stated: Mapping[str, Price]) -> Price | None:
    return stated[name] if name in stated else price_of(name)
