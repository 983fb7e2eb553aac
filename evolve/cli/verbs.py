"""Verbs whose options may stand in a file: the command line wins, then the environment, then the file."""

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

import typer
from typer.core import TyperCommand, TyperGroup

from evolve.cli.exits import Misuse

if TYPE_CHECKING:
    from evolve.cli.configuration import Configuration


class Verb(TyperCommand):
    """A command that takes from the configuration what the command line leaves open."""

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:  # noqa: ANN401 - typer's own type is private
        """Reads the file before the options, so that it can stand in for them."""
        from evolve.cli.configuration import read

        configuration = read(_named(args), known_options(ctx.find_root().command))
        ctx.default_map = _defaults(ctx, self, configuration)
        ctx.obj = configuration
        return super().parse_args(ctx, args)


def verb_of(ctx: Any) -> str:  # noqa: ANN401 - typer's own type is private
    """Names a verb with the groups above it: `run`, `problems show`."""
    names: list[str] = []
    while ctx.parent is not None:  # the root is called as the program was started
        names.insert(0, ctx.info_name)
        ctx = ctx.parent
    return " ".join(names)


def known_options(root: object) -> dict[str, list[str]]:
    """Names of options by verb, as keys of the configuration."""
    return {verb: list(options_of(command)) for verb, command in commands(root)}


def commands(group: object, above: str = "") -> Iterator[tuple[str, Any]]:
    """Yields the verbs below a group, and groups that act on their own."""
    assert isinstance(group, TyperGroup), "verbs stand in groups"
    for name, command in group.commands.items():
        if isinstance(command, TyperGroup):
            yield from commands(command, f"{above}{name} ")
            if not command.invoke_without_command:
                continue
        yield f"{above}{name}", command


def options_of(command: Any) -> dict[str, Any]:  # noqa: ANN401 - typer's own type is private
    """Finds a command's options by their key; `--config` itself has none."""
    longs = [(max(p.opts, key=len), p) for p in command.params if p.param_type_name == "option"]
    found = {long.lstrip("-").replace("-", "_"): param for long, param in longs}
    return {key: param for key, param in found.items() if key not in {"config", "help"}}


def _named(args: list[str]) -> Path | None:
    """Finds `--config FILE` before anything else is parsed; the last one counts."""
    found = None
    for i, arg in enumerate(args):
        if arg == "--config" and i + 1 < len(args):
            found = args[i + 1]
        elif arg.startswith("--config="):
            found = arg.partition("=")[2]
    return None if found is None else Path(found)


def _defaults(ctx: Any, command: Any, configuration: "Configuration") -> dict[str, Any]:  # noqa: ANN401 - as above
    verb, options = verb_of(ctx), options_of(command)
    given: Mapping[str, Any] = {**configuration.everywhere, **configuration.options.get(verb, {})}
    values = {key: value for key, value in given.items() if key in options}
    for key, value in values.items():
        _check(ctx, options[key], configuration.path, f"{verb}.{key}", value)
    return {str(options[key].name): value for key, value in values.items()}


def _check(ctx: Any, option: Any, path: Path | None, where: str, value: object) -> None:  # noqa: ANN401 - as above
    """Tries a value as the option's own, so that a wrong one is told by file and key."""
    is_right = isinstance(value, bool) == bool(option.is_flag) and isinstance(value, list) == option.multiple
    items = value if isinstance(value, list) else [value]
    if is_right and all(isinstance(item, bool | int | float | str) for item in items):
        try:
            option.process_value(ctx, value)
        except typer.BadParameter as error:
            raise Misuse(f"{path}: {where}: {error.message}") from error
        return
    expected = "true or false" if option.is_flag else f"a value as for {max(option.opts, key=len)}"
    listed = "a list of values" if option.multiple else expected
    raise Misuse(f"{path}: expected {listed} at {where}, but got {value!r:.80}")
