"""`adrs config show`: every key with its value and its source, as a file that means the same."""

import json
import os
import sys
from collections.abc import Iterator, Mapping
from dataclasses import asdict
from typing import Any

import msgspec

from evolve.cli.configuration import MODEL_KEYS, Configuration
from evolve.cli.exits import Exit
from evolve.cli.terminal import harmless, write_json
from evolve.cli.verbs import commands, given_options, options_of
from evolve.models.model_spec import ModelSpec
from evolve.models.opening import place_of
from evolve.search.language import DEFAULT_SHARES, Sections


def show_configuration(context: Any, *, as_json: bool) -> Exit:  # noqa: ANN401 - typer's own type is private
    """Prints the configuration that commands of this folder use."""
    found, root = context.obj, context.find_root().command
    given = {verb: given_options(context, verb, command, found) for verb, command in commands(root)}
    verbs = {verb: dict(_options(command, given[verb], str(found.path))) for verb, command in commands(root)}
    if as_json:
        write_json(
            {
                "file": None if found.path is None else str(found.path),
                "verbs": _plain(verbs),
                **_tables(found),
            }
        )
    else:
        sys.stdout.write(harmless("\n".join(_lines(found, verbs)) + "\n"))
    return Exit.DONE


def _options(
    command: object, given: Mapping[str, object], path: str
) -> Iterator[tuple[str, tuple[object, str]]]:
    """Yields each option's key with its value and where that comes from."""
    for key, option in options_of(command).items():
        variable = option.envvar
        if isinstance(variable, str) and os.environ.get(variable):
            yield key, (os.environ[variable], f"{variable} in the environment")
        elif key in given:
            yield key, (given[key], path)
        else:
            default = option.default() if callable(option.default) else option.default
            yield key, (str(default) if isinstance(default, os.PathLike) else default, "default")


def _lines(found: Configuration, verbs: Mapping[str, Mapping[str, tuple[object, str]]]) -> Iterator[str]:
    yield f"# {found.path or 'there is no adrs.toml here'}"
    yield "# the command line wins over the environment, the environment over the file"
    for verb, options in verbs.items():
        yield ""
        yield f"[{verb.replace(' ', '.')}]"
        yield from (_line(key, value, source) for key, (value, source) in options.items())
    yield from _model_lines(found.models)
    for name, price in found.prices.items():
        yield ""
        yield f"[prices.{_toml(name)}]  # dollars per million tokens"
        yield from (
            _line(key, value, str(found.path)) for key, value in asdict(price).items() if value is not None
        )
    yield ""
    yield "[operators]"
    shares, source = (found.operators, str(found.path)) if found.operators else (DEFAULT_SHARES, "default")
    yield from (_line(name, share, source) for name, share in shares.items())
    yield ""
    yield "[sections]  # of a prompt: tokens of each that may be cut"
    for name, tokens in asdict(Sections()).items():
        is_set = name in found.sections
        yield _line(name, found.sections.get(name, tokens), str(found.path) if is_set else "default")


def _model_lines(models: tuple[ModelSpec, ...]) -> Iterator[str]:
    for model in models:
        place = place_of(model)
        is_set = "is set" if os.environ.get(place.variable) else "is not set"
        yield ""
        yield "[[models]]"
        yield f"# asked at {place.address}; its key is read from {place.variable}, which {is_set}"
        values = msgspec.to_builtins(model)
        yield from (f"{key} = {_toml(values[key])}" for key in MODEL_KEYS if values[key] is not None)


def _line(key: str, value: object, source: str) -> str:
    if value is None:
        return f"# {key} =  # not set"
    return f"{key} = {_toml(value)}  # {source}"


def _toml(value: object) -> str:
    """Writes a scalar or a list of them; JSON's strings are TOML's, once what is not ASCII is escaped."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, list | tuple):
        return f"[{', '.join(map(_toml, value))}]"
    if isinstance(value, int | float):
        return str(value)
    text = json.dumps(str(value), ensure_ascii=False)
    return "".join(c if c.isascii() and c.isprintable() else f"\\U{ord(c):08X}" for c in text)


def _plain(verbs: Mapping[str, Mapping[str, tuple[object, str]]]) -> dict[str, Any]:
    return {
        verb: {key: {"value": value, "source": source} for key, (value, source) in options.items()}
        for verb, options in verbs.items()
    }


def _tables(found: Configuration) -> dict[str, Any]:
    return {
        "models": msgspec.to_builtins(found.models),
        "prices": msgspec.to_builtins(found.prices),
        "operators": dict(found.operators or DEFAULT_SHARES),
        "sections": {**asdict(Sections()), **found.sections},
    }
