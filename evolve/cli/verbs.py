"""Verbs whose options may stand in a file: the command line wins, then the environment, then the file."""

from collections.abc import Iterator
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
        _configure(ctx, self, args)
        return super().parse_args(ctx, args)


class VerbGroup(TyperGroup):
    """A group that acts on its own, and takes its options from the configuration as a verb does."""

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:  # noqa: ANN401 - typer's own type is private
        """Reads the file before the options, so that it can stand in for them."""
        _configure(ctx, self, args)
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
    """Finds `--config FILE` before anything else is parsed; the last one counts. Behind `--` is no option."""
    found = None
    args = args[: args.index("--")] if "--" in args else args
    for i, arg in enumerate(args):
        if arg == "--config" and i + 1 < len(args):
            found = args[i + 1]
        elif arg.startswith("--config="):
            found = arg.partition("=")[2]
    return None if found is None else Path(found)


def _configure(ctx: Any, command: Any, args: list[str]) -> None:  # noqa: ANN401 - typer's own type is private
    from evolve.cli.configuration import Configuration, read

    try:
        configuration = read(_named(args), known_options(ctx.find_root().command))
        ctx.default_map = _defaults(ctx, command, configuration)
    except Misuse:
        if "--help" not in args:  # whoever asks for help may be looking for the mistake
            raise
        configuration = Configuration()
    ctx.obj = configuration


def _defaults(ctx: Any, command: Any, configuration: "Configuration") -> dict[str, Any]:  # noqa: ANN401 - as above
    options = options_of(command)
    given = given_options(ctx, verb_of(ctx), command, configuration)
    return {str(options[key].name): value for key, value in given.items()}


def given_options(ctx: Any, verb: str, command: Any, configuration: "Configuration") -> dict[str, Any]:  # noqa: ANN401 - as above
    """Collects what the file says of a verb's options.

    Raises:
        Misuse: A value is of a wrong type or out of range; the message names file and key.
    """
    own, options = configuration.options.get(verb, {}), options_of(command)
    values = {k: v for k, v in {**configuration.everywhere, **own}.items() if k in options}
    for key, value in values.items():
        where = f"{verb.replace(' ', '.')}.{key}" if key in own else key
        _check(ctx, options[key], str(configuration.path), where, value)
    return values


def _check(ctx: Any, option: Any, path: str, where: str, value: object) -> None:  # noqa: ANN401 - as above
    """Tries a value as the option's own, so that a wrong one is told by file and key."""
    if isinstance(value, list) != option.multiple:
        expected = "a list of values" if option.multiple else "one value"
        raise Misuse(f"{path}: expected {expected} at {where}, but got {value!r:.80}")
    expected, types = _kind(ctx, option)
    for item in value if isinstance(value, list) else [value]:
        if not isinstance(item, types) or isinstance(item, bool) != option.is_flag:
            raise Misuse(f"{path}: expected {expected} at {where}, but got {item!r:.80}")
    try:
        option.process_value(ctx, value)
    except typer.BadParameter as error:
        raise Misuse(f"{path}: {where}: {error.message}, but got {value!r:.80}") from error


def _kind(ctx: Any, option: Any) -> tuple[str, tuple[type, ...]]:  # noqa: ANN401 - as above
    """Finds what an option takes by giving it a text that is a number, but not a whole one."""
    if option.is_flag:
        return "true or false", (bool,)
    try:
        taken = option.process_value(ctx, ["1.5"] if option.multiple else "1.5")
    except typer.BadParameter:
        return "a whole number", (int,)
    return ("a number", (int, float)) if isinstance(taken, float) else ("a string", (str,))
